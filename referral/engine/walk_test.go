package engine_test

import (
	"context"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/eventlogtest"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/engine"
	"github.com/relevo-go/relevo/referral/referraltest"
)

var (
	walks     = flag.Int("engine.walks", 40, "how many random walks to make")
	walkSteps = flag.Int("engine.steps", 300, "how many commands a walk has")
	walkSeed  = flag.Uint64("engine.seed", 1, "the seed of the first walk")
)

// TestWalks drives one or two engines through random commands, clock jumps,
// faults of the log and restarts, from snapshots or without, and holds the seven invariants after every
// step.
func TestWalks(t *testing.T) {
	walk := func(t *testing.T, seed uint64) *walk { return newWalk(t, seed, 1+int(seed%2)) }
	runWalks(t, *walks, walk)
}

// TestCrowds is TestWalks with commands that come several at once, by callers
// of their own. It is the same for the same seed but for who comes first.
func TestCrowds(t *testing.T) {
	runWalks(t, *walks, func(t *testing.T, seed uint64) *walk {
		w := newWalk(t, seed, 1+int(seed%2))
		w.crowds = true
		return w
	})
}

func runWalks(t *testing.T, n int, begin func(*testing.T, uint64) *walk) {
	if testing.Short() {
		n = min(n, 20)
	}
	for i := range n {
		seed := *walkSeed + uint64(i)
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			w := begin(t, seed)
			for range *walkSteps {
				w.step()
			}
			w.settled()
			w.audited()
		})
	}
}

const (
	walkAgents = 14
	walkFirst  = agent.NPN(9_900_000_001)
)

// walk is one random history: engines on one log, and what drives them. It is
// the same for the same seed, IDs included.
type walk struct {
	*testing.T
	seed     uint64
	test     string
	rnd      *rand.Rand
	now      time.Time
	memory   *eventlog.Memory
	stations []*station
	crowds   bool // commands may come all at once
	rivals   bool // others may write while a command is under way
	acting   int  // how many commands are under way, one within the other
	ids      uint64
	refs     []uuid.UUID
	twin     *referraltest.Twin
	stores   *rand.Rand // says when a snapshot is written, and changes nothing else
}

// station is a place where an engine runs: its way to the log, and its clock.
type station struct {
	log       eventlog.Log
	skew      time.Duration
	engine    *engine.Engine
	keep      time.Duration
	snapshots string // where its engines write them, or ""
}

func beginWalk(t *testing.T, seed uint64) *walk {
	return &walk{
		T: t, seed: seed, test: strings.Split(t.Name(), "/")[0], rnd: rand.New(rand.NewPCG(seed, 0)),
		now: time.Date(2026, 11, 1, 6, 30, 0, 0, time.UTC), memory: new(eventlog.Memory), twin: referraltest.NewTwin(),
		stores: rand.New(rand.NewPCG(seed, 3)),
	}
}

// newWalk begins a walk of engines that share one faulty log and one clock.
func newWalk(t *testing.T, seed uint64, engines int) *walk {
	w := beginWalk(t, seed)
	faults := rand.New(rand.NewPCG(seed, 1))
	log := eventlogtest.Wrap(w.memory, func(int) eventlogtest.Fault {
		if faults.IntN(12) != 0 {
			return eventlogtest.None
		}
		return []eventlogtest.Fault{
			eventlogtest.Refused, eventlogtest.UncertainWritten, eventlogtest.UncertainLost, eventlogtest.UncertainLate,
		}[faults.IntN(4)]
	})
	for range engines {
		w.stations = append(w.stations, &station{log: log})
	}
	w.start()
	return w
}

// start opens the engines and registers the agents.
func (w *walk) start() {
	for _, s := range w.stations {
		s.keep = []time.Duration{0, 2 * time.Hour, time.Minute}[w.stores.IntN(3)]
		if w.stores.IntN(4) != 0 {
			s.snapshots = w.TempDir()
		}
		w.open(s)
	}
	for n := range agent.NPN(walkAgents) {
		w.setUp(walkFirst + n)
	}
}

// open starts a fresh engine at a station, as after a crash.
func (w *walk) open(s *station) {
	w.acting++
	defer func() { w.acting-- }()
	for {
		eng, err := engine.Open(context.Background(), s.log, &engine.Options{
			Now: func() time.Time { return w.now.Add(s.skew) }, NewID: w.newID, Policy: w.policyOrNil(),
			Keep: s.keep, SnapshotDir: s.snapshots,
		})
		if err == nil {
			s.engine = eng
			return
		}
		if !passing(err) {
			w.failf("Open: %v", err)
		}
	}
}

func (w *walk) newID() uuid.UUID {
	w.ids++
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[:], w.seed)
	binary.BigEndian.PutUint64(id[8:], w.ids)
	return id
}

func (w *walk) policyOrNil() *referral.Policy {
	if w.rnd.IntN(3) != 0 {
		return nil
	}
	p := referral.DefaultPolicy()
	p.MaxOpenOffers = w.rnd.IntN(3)
	p.GiveUp = []time.Duration{0, time.Hour, 24 * time.Hour}[w.rnd.IntN(3)]
	p.Radius = []geo.Meters{0, 0, 400_000}[w.rnd.IntN(3)]
	p.Terms.CMS = []string{"", "1", "2"}[w.rnd.IntN(3)]
	return &p
}

// passing reports whether an error is one of those the faulty log makes.
func passing(err error) bool {
	return errors.Is(err, eventlogtest.ErrRefused) || errors.Is(err, eventlog.ErrUncertain) || errors.Is(err, errCut)
}

var (
	walkZIPs   = []geo.ZIP{"33602", "33101", "32801", "33602", "33186"}
	walkTags   = []string{"es", "en", "yue", "es-MX", "zh", "nv"}
	walkStates = []geo.State{"FL", "GA", "AL"}
)

func (w *walk) tags() []string {
	tags := []string{pick(w, walkTags)}
	if w.rnd.IntN(2) == 0 {
		tags = append(tags, pick(w, walkTags))
	}
	return tags
}

func pick[T any](w *walk, list []T) T { return list[w.rnd.IntN(len(list))] }

func (w *walk) license(state geo.State) agent.RecordLicense {
	l := agent.RecordLicense{
		State: state, Number: "W1", Residency: agent.Resident, Status: agent.Active, Effective: w.now.Add(-time.Hour),
		Lines: []agent.Line{{Name: "Health", Health: true, Active: w.rnd.IntN(8) != 0}},
	}
	switch w.rnd.IntN(4) {
	case 0:
		l.Expires = w.now.Add(time.Duration(1+w.rnd.IntN(90)) * time.Minute)
	case 1:
		l.Effective = w.now.Add(time.Duration(w.rnd.IntN(60)) * time.Minute)
	}
	return l
}

// setUp makes an agent eligible in FL, in one command.
func (w *walk) setUp(n agent.NPN) {
	from, until := w.now.AddDate(0, -1, 0), w.now.AddDate(1, 0, 0)
	license := w.license("FL")
	license.Effective, license.Expires = w.now, time.Time{}
	w.agent(n,
		agent.Register{Name: "Sample Heron"},
		agent.CompleteTraining{PlanYear: 2027, From: from, Until: until},
		agent.CompleteRegistration{PlanYear: 2027, From: from, Until: until},
		agent.AcceptTerms{Document: agent.CMS, Version: "1"},
		agent.AcceptTerms{Document: agent.HelpOnDemand, Version: "1"},
		w.profile(), agent.ReviewProfile{},
		agent.SetLanguages{Languages: w.tags()},
		agent.ChooseDisplay{Choice: agent.DisplayAll},
		license)
}

func (w *walk) profile() agent.UpdateProfile {
	p := agent.UpdateProfile{Name: "Sample Heron", Email: "heron@example.com", State: "FL", ZIP: pick(w, walkZIPs)}
	if w.rnd.IntN(5) == 0 {
		p.ZIP = "33999" // in no table: no position
	}
	return p
}

// agent sends commands until an answer is certain.
func (w *walk) agent(n agent.NPN, commands ...agent.Command) {
	w.try(tell(n, commands...))
}

func tell(n agent.NPN, commands ...agent.Command) act {
	return act{"agent", func(e *engine.Engine) error {
		_, err := e.Agent(context.Background(), n, commands...)
		return err
	}, nil}
}

// act is something to be done at an engine. Once it is answered, done holds of
// the log for good; nil if there is nothing to tell it by.
type act struct {
	what string
	send func(*engine.Engine) error
	done func() bool
}

// try sends an act to a random station until its answer is certain, as a host
// does. A refusal by the rules is an answer. What was done is then true of the
// log, and whatever was due by now is done (invariant 7).
func (w *walk) try(a act) {
	w.acting++
	defer func() { w.acting-- }()
	for range 50 {
		var refused *referral.Rejection
		s := pick(w, w.stations)
		before := w.twin.Position()
		err := a.send(s.engine)
		w.check()
		switch {
		case err == nil && a.done != nil && !a.done():
			w.failf("%s was answered, and is not in the log", a.what)
		case err != nil && errors.As(err, &refused):
			w.nothingOwn(a, before)
			fallthrough
		case err == nil:
			w.rested(s)
			if err := w.store(s); err != nil {
				w.failf("Snapshot: %v", err)
			}
			return
		case errors.Is(err, engine.ErrArchived):
			w.nothingOwn(a, before)
			w.rested(s)
			return
		case !passing(err):
			w.failf("%s: %v", a.what, err)
		}
	}
	w.failf("%s: fifty faults in a row", a.what)
}

// store writes a snapshot of a station's engine now and then: the next engine
// there begins with it.
func (w *walk) store(s *station) error {
	if s.snapshots == "" || w.stores.IntN(40) != 0 {
		return nil
	}
	err := s.engine.Snapshot(context.Background())
	if err != nil && contains(err.Error(), "middle of an append") {
		return nil
	}
	return err
}

// step does one random thing.
func (w *walk) step() {
	n := walkFirst + agent.NPN(w.rnd.IntN(walkAgents))
	id := w.recent()
	switch k := w.rnd.IntN(30); {
	case w.crowds && k < 10:
		w.crowd()
	case k < 14:
		w.try(w.command(k, id, n))
	case k == 14:
		w.open(pick(w, w.stations))
		w.check()
	case k < 20:
		w.advance(time.Duration(w.rnd.IntN(16)) * time.Minute)
	case k == 20:
		w.advance(time.Duration(w.rnd.IntN(30)) * time.Hour)
	case k == 21:
		w.setBack(time.Duration(w.rnd.IntN(100)) * time.Second)
		w.tick()
	case k == 22:
		w.around()
	default:
		w.agent(n, w.fact()...)
	}
}

// around moves the clock to where something is due, or just before or behind, and
// half the time back again, behind it, as far as the log lets it.
func (w *walk) around() {
	due, ok := pick(w, w.stations).engine.Due()
	if !ok || !due.After(w.now) || due.Sub(w.now) > 30*time.Hour {
		return
	}
	w.now = due.Add(time.Duration(w.rnd.IntN(3) - 1))
	w.tick()
	if gap := w.now.Sub(w.twin.Time()); gap > 0 && w.rnd.IntN(2) == 0 {
		w.setBack(time.Duration(w.rnd.Int64N(int64(gap) + 1)))
		w.try(w.command(0, uuid.Nil, 0)) // a request, of whoever is on duty then
	}
}

// setBack sets the clock back, though not so far behind the log that an engine
// stops (R25).
func (w *walk) setBack(by time.Duration) {
	now := w.now.Add(-by)
	for _, s := range w.stations {
		if w.twin.Time().Sub(now.Add(s.skew)) > 100*time.Second {
			return
		}
	}
	w.now = now
}

// command is a consumer's or an agent's command about a referral.
func (w *walk) command(k int, id uuid.UUID, by agent.NPN) act {
	ctx := context.Background()
	if r, _ := w.twin.Book().Referral(id); w.rnd.IntN(4) != 0 && r.Offer.To != 0 {
		by = r.Offer.To
	}
	now := func() referral.Referral { r, _ := w.twin.Book().Referral(id); return r }
	switch {
	case k < 5:
		id = w.newID()
		request := referral.Request{ID: id, Subject: "case", State: "FL", ZIP: pick(w, walkZIPs), Languages: w.tags()}
		w.refs = append(w.refs, id)
		return act{"request", func(e *engine.Engine) error { _, err := e.Request(ctx, request); return err },
			func() bool { return now().ID == id }}
	case k < 8:
		return act{"accept", func(e *engine.Engine) error { _, err := e.Accept(ctx, id, by); return err },
			func() bool { return now().Holder() == by }}
	case k < 12:
		return act{"decline", func(e *engine.Engine) error { _, err := e.Decline(ctx, id, by, ""); return err },
			func() bool {
				return slices.ContainsFunc(now().Past, func(p referral.PastOffer) bool {
					return p.To == by && p.Ending == referral.EndedDeclined
				})
			}}
	case k == 12:
		return act{"withdraw", func(e *engine.Engine) error { _, err := e.Withdraw(ctx, id); return err },
			func() bool { return now().Status == referral.StatusWithdrawn }}
	default:
		return act{"outcome", func(e *engine.Engine) error {
			_, err := e.RecordOutcome(ctx, id, by, referral.Enrolled)
			return err
		}, func() bool { return now().Outcome == referral.Enrolled }}
	}
}

// crowd sends several acts to one engine at once. Which of them comes first is
// the machine's to say.
func (w *walk) crowd() {
	acts := make([]act, 2+w.rnd.IntN(7))
	for i := range acts {
		n, id := walkFirst+agent.NPN(w.rnd.IntN(walkAgents)), w.recent()
		if w.rnd.IntN(3) == 0 {
			acts[i] = tell(n, w.fact()...)
		} else {
			acts[i] = w.command(w.rnd.IntN(14), id, n)
		}
	}
	station := pick(w, w.stations)
	eng := station.engine
	errs := make([]error, len(acts))
	var all sync.WaitGroup
	var stored error
	all.Go(func() { stored = w.store(station) })
	for i, a := range acts {
		all.Go(func() { errs[i] = a.send(eng) })
	}
	all.Wait()
	w.check()
	if stored != nil {
		w.failf("Snapshot in a crowd: %v", stored)
	}
	for i, err := range errs {
		var refused *referral.Rejection
		switch {
		case err == nil && acts[i].done != nil && !acts[i].done():
			w.failf("%s in a crowd was answered, and is not in the log", acts[i].what)
		case err != nil && !errors.As(err, &refused) && !passing(err) && !errors.Is(err, engine.ErrArchived):
			w.failf("%s in a crowd: %v", acts[i].what, err)
		}
	}
	w.tick()
}

// recent returns one of the newest requests, or no ID if there are none.
func (w *walk) recent() uuid.UUID {
	if len(w.refs) == 0 {
		return uuid.Nil
	}
	return w.refs[max(0, len(w.refs)-1-w.rnd.IntN(6))]
}

// fact is something that happens to an agent.
func (w *walk) fact() []agent.Command {
	at := func(hours int) time.Time { return w.now.Add(time.Duration(hours) * time.Hour) }
	one := []agent.Command{
		agent.ChooseDisplay{Choice: agent.Display(1 + w.rnd.IntN(4))},
		agent.ChooseDisplay{Choice: agent.DisplayAll},
		w.license("FL"), w.license(pick(w, walkStates)),
		agent.RemoveLicense{State: "FL", Number: "W1"},
		agent.UntickStates{States: walkStates[:w.rnd.IntN(3)]},
		agent.UntickStates{},
		agent.SetLanguages{Languages: w.tags()},
		agent.SetOverride{Override: pick(w, []agent.Override{agent.OverrideAuto, agent.OverrideOff, agent.OverrideOn})},
		agent.SetAbsence{From: at(-1), Until: at(1 + w.rnd.IntN(4))},
		agent.SetHours{Zone: "America/New_York", Weekly: []agent.Shift{
			{Day: agent.Day(w.now.Weekday()), From: agent.MinuteOf(0, 0), To: agent.MinuteOf(w.rnd.IntN(12)+9, 30)},
			{Day: agent.Day((w.now.Weekday() + 1) % 7), From: agent.MinuteOf(22, 0), To: agent.MinuteOf(6, 0)},
		}},
		agent.SetHours{Zone: "America/New_York"},
		agent.Terminate{Cause: agent.CauseNonresidentLicense, State: pick(w, walkStates)},
		agent.Reinstate{Cause: agent.CauseNonresidentLicense, State: pick(w, walkStates)},
		agent.Terminate{Cause: agent.CauseFraud}, agent.Reinstate{Cause: agent.CauseFraud},
		agent.AcceptTerms{Document: agent.CMS, Version: "2"},
		agent.CompleteTraining{PlanYear: 2027, From: at(-100), Until: at(w.rnd.IntN(300) - 3)},
		w.profile(),
	}
	facts := []agent.Command{pick(w, one)}
	if w.rnd.IntN(3) == 0 {
		facts = append(facts, pick(w, one))
	}
	return facts
}

func (w *walk) advance(d time.Duration) {
	w.now = w.now.Add(d)
	if w.rnd.IntN(2) == 0 {
		w.tick()
	}
}

func (w *walk) tick() {
	// A tick at one station's time by another's engine is as good: all are late
	// or early by no more than they may be.
	w.try(act{"tick", func(e *engine.Engine) error { return e.Tick(context.Background(), w.clockOf(e)) }, nil})
}

func (w *walk) clockOf(e *engine.Engine) time.Time {
	for _, s := range w.stations {
		if s.engine == e {
			return w.now.Add(s.skew)
		}
	}
	return w.now
}
