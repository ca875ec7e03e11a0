package engine_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/filelog"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
	"github.com/relevo-go/relevo/referral/engine"
)

// Variables that make the test binary live a life instead of testing.
const (
	lifeDir  = "RELEVO_LIFE_DIR" // where its log is
	lifeSeed = "RELEVO_LIFE_SEED"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(lifeDir); dir != "" {
		seed, err := strconv.ParseUint(os.Getenv(lifeSeed), 10, 64)
		if err == nil {
			err = live(dir, seed)
		}
		fmt.Fprintln(os.Stderr, "a life ended by itself:", err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// life is a process at work until it is killed: an engine on a log of files,
// its callers, and somebody who follows the log. All of them report what they
// were told, and only that.
type life struct {
	*engine.Engine
	opened time.Time
	asked  atomic.Int64 // how often the clock was

	mu   sync.Mutex
	refs []uuid.UUID // the requests in the log and those made since
}

const lifeCallers = 5

// live opens the log and works until something fails.
func live(dir string, seed uint64) error {
	if err := (claim{verb: claimOpening}).report(); err != nil {
		return err
	}
	rnd := rand.New(rand.NewPCG(seed, 0))
	log, err := filelog.Open(dir, &filelog.Options{SegmentBytes: 2_000 + rnd.Int64N(12_000)})
	if err != nil {
		return err
	}
	l := &life{opened: opening}
	for r, err := range log.Read(context.Background(), 0) {
		if err != nil {
			return err
		}
		l.opened = r.Time
		if r.Kind == (referral.Requested{}).Kind() {
			s, err := book.ParseStream(r.Stream)
			if err != nil {
				return err
			}
			l.refs = append(l.refs, s.Referral)
		}
	}
	// A caller may look at the clock and then wait while others do, many times.
	options := &engine.Options{Now: l.now, MaxSkew: 24 * time.Hour}
	if l.Engine, err = engine.Open(context.Background(), log, options); err != nil {
		return err
	}
	from := l.Head()
	if err := (claim{verb: claimOpen, position: from.Position, sum: from.Sum}).report(); err != nil {
		return err
	}
	ended := make(chan error)
	go func() { ended <- l.follow(from.Position) }()
	for i := range lifeCallers {
		go func() { ended <- l.call(i, rand.New(rand.NewPCG(seed, uint64(1+i)))) }()
	}
	return <-ended
}

// now is a clock that goes on whenever it is looked at.
func (l *life) now() time.Time {
	return l.opened.Add(time.Duration(l.asked.Add(1)) * 10 * time.Second)
}

// follow reports every record that is shown.
func (l *life) follow(after eventlog.Position) error {
	for c, err := range l.Changes(context.Background(), after) {
		if err != nil {
			return err
		}
		if err := (claim{verb: claimSeen, position: c.Record.Position, sum: c.Record.Sum}).report(); err != nil {
			return err
		}
	}
	return nil
}

// call is a caller: it registers its share of the agents, if need be, and then
// does one thing after another.
func (l *life) call(i int, rnd *rand.Rand) error {
	w := &walk{rnd: rnd, now: l.opened}
	for n := i; n < walkAgents; n += lifeCallers {
		npn := walkFirst + agent.NPN(n)
		commands := eligible(person{zip: pick(w, walkZIPs), languages: w.tags()})
		if _, err := l.Agent(context.Background(), npn); err == nil {
			commands = nil
		} else if !errors.Is(err, agent.ErrUnknown) {
			return err
		}
		if err := l.do(claim{verb: claimTold}, tell(npn, commands...).send); err != nil {
			return err
		}
	}
	for {
		c, send := l.choose(w)
		if err := l.do(c, send); err != nil {
			return err
		}
	}
}

// do sends an act and reports what was answered, which is durable by then.
func (l *life) do(c claim, send func(*engine.Engine) error) error {
	if err := send(l.Engine); err != nil {
		if _, refused := errors.AsType[*referral.Rejection](err); !refused {
			return err
		}
		c.verb = claimRefused
	}
	head := l.Head()
	c.position, c.sum = head.Position, head.Sum
	return c.report()
}

// choose returns something to do, and what is true of the log once it is done.
func (l *life) choose(w *walk) (claim, func(*engine.Engine) error) {
	ctx := context.Background()
	c := claim{agent: walkFirst + agent.NPN(w.rnd.IntN(walkAgents))}
	l.mu.Lock()
	if n := len(l.refs); n > 0 {
		c.referral = l.refs[max(0, n-1-w.rnd.IntN(8))]
	}
	l.mu.Unlock()
	if r, err := l.Referral(c.referral); err == nil && r.Offer.To != 0 && w.rnd.IntN(5) != 0 {
		c.agent = r.Offer.To
	}
	switch k := w.rnd.IntN(20); {
	case k < 6 || c.referral == uuid.Nil:
		c.verb, c.referral = claimRequested, uuid.Must(uuid.NewV7())
		request := referral.Request{ID: c.referral, Subject: "case", State: "FL", ZIP: pick(w, walkZIPs), Languages: w.tags()}
		l.mu.Lock()
		l.refs = append(l.refs, c.referral)
		l.mu.Unlock()
		return c, func(e *engine.Engine) error { _, err := e.Request(ctx, request); return err }
	case k < 9:
		c.verb = claimAccepted
		return c, func(e *engine.Engine) error { _, err := e.Accept(ctx, c.referral, c.agent); return err }
	case k < 12:
		c.verb = claimDeclined
		return c, func(e *engine.Engine) error { _, err := e.Decline(ctx, c.referral, c.agent, "away"); return err }
	case k == 12:
		c.verb = claimWithdrawn
		return c, func(e *engine.Engine) error { _, err := e.Withdraw(ctx, c.referral); return err }
	case k == 13:
		c.verb = claimOutcome
		return c, func(e *engine.Engine) error {
			_, err := e.RecordOutcome(ctx, c.referral, c.agent, referral.Enrolled)
			return err
		}
	case k == 14:
		c.verb = claimTold
		return c, func(e *engine.Engine) error { return e.Tick(ctx, l.now()) }
	case k == 15: // the second fact is refused (R16), so the first must not be recorded
		never, away := w.license("FL"), w.profile()
		never.Number, away.State, away.ZIP = neverRecorded, "GA", tampa
		c.verb = claimTold
		return c, tell(c.agent, never, away).send
	}
	c.verb = claimTold
	return c, tell(c.agent, w.fact()...).send
}

// neverRecorded is the number of a license that is told only beside a fact that
// is refused (invariant 6).
const neverRecorded = "W-NEVER"

// claim is what a life was told: that the log has a record with a sum at a
// position, and what became of a referral by then.
type claim struct {
	verb     string
	position eventlog.Position
	sum      eventlog.Hash
	referral uuid.UUID
	agent    agent.NPN
}

const (
	claimOpening   = "opening" // nothing yet
	claimOpen      = "open"
	claimSeen      = "seen"
	claimTold      = "told"
	claimRefused   = "refused"
	claimRequested = "requested"
	claimAccepted  = "accepted"
	claimDeclined  = "declined"
	claimWithdrawn = "withdrawn"
	claimOutcome   = "outcome"
)

// report writes a claim in one piece to whoever will kill this process.
func (c claim) report() error {
	_, err := fmt.Fprintf(os.Stdout, "%s %d %s %s %d\n", c.verb, c.position, c.sum, c.referral, c.agent)
	return err
}

func parseClaim(line string) (c claim, err error) {
	var sum, id string
	if _, err := fmt.Sscanf(line, "%s %d %s %s %d", &c.verb, &c.position, &sum, &id, &c.agent); err != nil {
		return c, fmt.Errorf("the report %q: %w", line, err)
	}
	if err := c.sum.UnmarshalText([]byte(sum)); err != nil {
		return c, err
	}
	c.referral, err = uuid.Parse(id)
	return c, err
}

// holds reports whether a claim is true of the fold of a log. Once true it is
// true for good.
func (c claim) holds(b *book.Book) bool {
	r, _ := b.Referral(c.referral)
	switch c.verb {
	case claimRequested:
		return r.ID == c.referral
	case claimAccepted:
		return r.Holder() == c.agent
	case claimDeclined:
		return slices.ContainsFunc(r.Past, func(p referral.PastOffer) bool {
			return p.To == c.agent && p.Ending == referral.EndedDeclined
		})
	case claimWithdrawn:
		return r.Status == referral.StatusWithdrawn
	case claimOutcome:
		return r.Outcome == referral.Enrolled
	}
	return true
}
