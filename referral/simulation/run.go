package simulation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
	"github.com/relevo-go/relevo/referral/engine"
)

// keep is how long the desk remembers a referral after its last event. Nobody
// here comes back to one later.
const keep = 4 * 24 * time.Hour

// world is a desk and everybody who writes to it.
type world struct {
	options  Options
	log      eventlog.Log
	eng      *engine.Engine
	clock    *Clock
	chance   *Chance
	plans    plans
	seen     eventlog.Position
	country  []Region
	homes    die   // of regions, by their people
	zips     []die // of each region's ZIPs, by their crowds
	zones    [geo.NumStates]*time.Location
	tongues  die   // of consumers
	others   die   // the same without English
	arrivals []int // how many consumers ask, by hour and region
	agents   []person
	asked    int
	joining  agent.NPN // of who joined last
}

// Run plays a simulation to its end: until everybody has joined and asked, every
// referral has ended, and nobody plans anything any more. It writes the log, which
// must be empty, and stays the caller's to close. A context that is over ends the
// simulation with its error, and leaves a log that is whole up to there; any
// other error leaves one too, unless it is the log's own.
func Run(ctx context.Context, log eventlog.Log, o Options) error {
	o, err := o.withDefaults()
	if err != nil {
		return err
	}
	for _, err := range log.Read(ctx, 0) {
		if err != nil {
			return err
		}
		return errors.New("simulation: the log has records already: give an empty one")
	}
	w := newWorld(log, o)
	if err := w.open(ctx, firstPolicy()); err != nil {
		return err
	}
	defer func() { w.eng.Close() }()
	if err := w.play(ctx); err != nil {
		return fmt.Errorf("simulation: at %s: %w", w.clock.Now().Format(time.RFC3339), err)
	}
	return nil
}

func newWorld(log eventlog.Log, o Options) *world {
	w := &world{options: o, log: log, clock: NewClock(o.Begin), chance: NewChance(o.Seed), country: Country(), joining: firstNPN,
		tongues: newDie(weights(true)), others: newDie(weights(false))}
	w.settle()
	w.planJoining()
	w.planArrivals()
	w.plans.add(w.newPolicyAt(), func(ctx context.Context) error { return w.open(ctx, w.secondPolicy()) })
	return w
}

// open opens the desk with a policy, in the place of the one before: the policy
// is what an engine brings along (R30).
func (w *world) open(ctx context.Context, p referral.Policy) error {
	if w.eng != nil {
		if err := w.eng.Close(); err != nil {
			return err
		}
	}
	eng, err := engine.Open(ctx, w.log, &engine.Options{Policy: &p, Now: w.clock.Now, NewID: w.clock.NewID, Keep: keep})
	if err == nil {
		w.eng = eng
	}
	return err
}

// play lets everything happen in its time: what is due at the desk first, as a
// desk that runs would record it, and then what somebody does.
func (w *world) play(ctx context.Context) error {
	for {
		if err := w.follow(ctx); err != nil {
			return err
		}
		at, planned := w.plans.first()
		due, ever := w.eng.Due()
		switch {
		case ever && planned && !due.After(at), ever && !planned && w.live():
			if due.After(w.clock.Now()) {
				w.clock.Set(due)
			}
			if err := w.eng.Tick(ctx, w.clock.Now()); err != nil {
				return err
			}
		case planned:
			p := w.plans.take()
			if p.at.After(w.clock.Now()) {
				w.clock.Set(p.at)
			}
			if err := p.do(ctx); err != nil {
				return err
			}
		default:
			return nil
		}
	}
}

// live reports whether a referral has not ended.
func (w *world) live() bool {
	n := w.eng.Counts()
	return n.Requested > n.Accepted+n.Exhausted+n.Withdrawn
}

// follow reads what is new in the log and plans what people do about it.
func (w *world) follow(ctx context.Context) error {
	if w.eng.Position() == w.seen {
		return nil
	}
	for r, err := range w.log.Read(ctx, w.seen) {
		if err != nil {
			return err
		}
		w.seen = r.Position
		switch r.Kind {
		case kindRequested, kindOffered, kindWaiting, kindAccepted:
		default:
			continue
		}
		stream, err := book.ParseStream(r.Stream)
		if err != nil {
			return err
		}
		event, err := book.Decode(stream, r.Kind, r.Time, r.Data)
		if err != nil {
			return err
		}
		w.answer(stream.Referral, event)
	}
	if w.options.Progress != nil {
		w.options.Progress(w.eng.Head())
	}
	return nil
}

var (
	kindRequested = referral.Requested{}.Kind()
	kindOffered   = referral.Offered{}.Kind()
	kindWaiting   = referral.Waiting{}.Kind()
	kindAccepted  = referral.Accepted{}.Kind()
)

func (w *world) answer(id uuid.UUID, event book.Event) {
	switch e := event.(type) {
	case referral.Requested:
		w.answerRequested(id)
	case referral.Offered:
		w.answerOffered(id, e)
	case referral.Waiting:
		w.answerWaiting(id)
	case referral.Accepted:
		w.answerAccepted(id, e.By)
	}
}

// later plans something for some time after now.
func (w *world) later(d time.Duration, do func(context.Context) error) {
	w.plans.add(w.clock.Now().Add(d), do)
}

// refusable passes over that a command came too late: people do that, and the
// desk says so and adds nothing.
func refusable(err error) error {
	if _, refused := errors.AsType[*referral.Rejection](err); refused {
		return nil
	}
	return err
}

// daytime returns an instant, or the next morning if it is night in a zone then.
func (w *world) daytime(at time.Time, zone *time.Location) time.Time {
	const morning, evening = 8, 21
	local := at.In(zone)
	hour := local.Hour()
	if hour >= morning && hour < evening {
		return at
	}
	y, m, d := local.Date()
	if hour >= evening {
		d++
	}
	return time.Date(y, m, d, morning, 0, 0, 0, zone).Add(w.chance.upTo(90 * time.Minute)).UTC()
}
