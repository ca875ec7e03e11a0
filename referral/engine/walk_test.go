package engine_test

import (
	"context"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/eventlogtest"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
	"github.com/relevo-go/relevo/referral/engine"
)

var (
	walks    = flag.Int("engine.walks", 40, "how many random walks to make")
	walkSeed = flag.Uint64("engine.seed", 1, "the seed of the first walk")
)

// TestWalks drives engines through random commands, clock jumps, faults of the
// log and restarts, and holds the seven invariants after every step.
func TestWalks(t *testing.T) {
	n := *walks
	if testing.Short() {
		n = min(n, 8)
	}
	for i := range n {
		seed := *walkSeed + uint64(i)
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			w := newWalk(t, seed)
			for range 300 {
				w.step()
			}
			w.settled()
		})
	}
}

const (
	walkAgents = 14
	walkFirst  = agent.NPN(9_900_000_001)
)

// walk is one random history: engines on one log, under one clock.
type walk struct {
	*testing.T
	seed    uint64
	rnd     *rand.Rand
	now     time.Time
	memory  *eventlog.Memory
	faulty  *eventlogtest.Faulty
	engines []*engine.Engine
	ids     uint64
	refs    []uuid.UUID
	twin    *twin
}

func newWalk(t *testing.T, seed uint64) *walk {
	w := &walk{
		T: t, seed: seed, rnd: rand.New(rand.NewPCG(seed, 0)),
		now: time.Date(2026, 11, 1, 6, 30, 0, 0, time.UTC), memory: new(eventlog.Memory), twin: newTwin(),
	}
	faults := rand.New(rand.NewPCG(seed, 1))
	w.faulty = eventlogtest.Wrap(w.memory, func(int) eventlogtest.Fault {
		if faults.IntN(12) != 0 {
			return eventlogtest.None
		}
		return []eventlogtest.Fault{
			eventlogtest.Refused, eventlogtest.UncertainWritten, eventlogtest.UncertainLost, eventlogtest.UncertainLate,
		}[faults.IntN(4)]
	})
	w.engines = make([]*engine.Engine, 1+w.rnd.IntN(2))
	for i := range w.engines {
		w.open(i)
	}
	for n := range agent.NPN(walkAgents) {
		w.setUp(walkFirst + n)
	}
	return w
}

// open puts a fresh engine in the place of one, as after a crash.
func (w *walk) open(i int) {
	for {
		eng, err := engine.Open(context.Background(), w.faulty, &engine.Options{
			Now: func() time.Time { return w.now }, NewID: w.newID, Policy: w.policyOrNil(),
		})
		if err == nil {
			w.engines[i] = eng
			return
		}
		if !passing(err) {
			w.Fatalf("seed %d: Open: %v", w.seed, err)
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
	return errors.Is(err, eventlogtest.ErrRefused) || errors.Is(err, eventlog.ErrUncertain)
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
	w.try("agent", func(e *engine.Engine) error {
		_, err := e.Agent(context.Background(), n, commands...)
		return err
	})
}

// try sends a command to a random engine until its answer is certain, as a host
// does. A refusal by the rules is an answer.
func (w *walk) try(what string, send func(*engine.Engine) error) {
	for range 50 {
		var refused *referral.Rejection
		switch err := send(pick(w, w.engines)); {
		case err == nil, errors.As(err, &refused):
			w.check()
			w.rested()
			return
		case !passing(err):
			w.Fatalf("seed %d: %s: %v", w.seed, what, err)
		}
		w.check()
	}
	w.Fatalf("seed %d: %s: fifty faults in a row", w.seed, what)
}

// step does one random thing.
func (w *walk) step() {
	ctx := context.Background()
	n := walkFirst + agent.NPN(w.rnd.IntN(walkAgents))
	var id uuid.UUID
	by := n
	if len(w.refs) > 0 {
		id = w.refs[max(0, len(w.refs)-1-w.rnd.IntN(6))]
		if r, err := w.engines[0].Referral(id); err == nil && w.rnd.IntN(4) != 0 && r.Offer.To != 0 {
			by = r.Offer.To
		}
	}
	switch k := w.rnd.IntN(30); {
	case k < 5:
		id := w.newID()
		request := referral.Request{ID: id, Subject: "case", State: "FL", ZIP: pick(w, walkZIPs), Languages: w.tags()}
		w.refs = append(w.refs, id)
		w.try("request", func(e *engine.Engine) error { _, err := e.Request(ctx, request); return err })
	case k < 8:
		w.try("accept", func(e *engine.Engine) error { _, err := e.Accept(ctx, id, by); return err })
	case k < 12:
		w.try("decline", func(e *engine.Engine) error { _, err := e.Decline(ctx, id, by, ""); return err })
	case k == 12:
		w.try("withdraw", func(e *engine.Engine) error { _, err := e.Withdraw(ctx, id); return err })
	case k == 13:
		w.try("outcome", func(e *engine.Engine) error {
			_, err := e.RecordOutcome(ctx, id, by, referral.Enrolled)
			return err
		})
	case k == 14:
		w.open(w.rnd.IntN(len(w.engines)))
		w.check()
	case k < 20:
		w.advance(time.Duration(w.rnd.IntN(16)) * time.Minute)
	case k == 20:
		w.advance(time.Duration(w.rnd.IntN(30)) * time.Hour)
	case k == 21:
		// A clock may be set back, but not further behind the log than allowed.
		if back := w.now.Add(-time.Duration(w.rnd.IntN(100)) * time.Second); w.twin.time().Sub(back) < 100*time.Second {
			w.now = back
		}
		w.tick()
	default:
		w.agent(n, w.fact()...)
	}
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
	w.try("tick", func(e *engine.Engine) error { return e.Tick(context.Background(), w.now) })
}

// check reads what is new in the log into the twin, which judges every record.
func (w *walk) check() {
	w.Helper()
	for r, err := range w.memory.Read(context.Background(), w.twin.position()) {
		if err != nil {
			w.Fatal(err)
		}
		if wrong := w.twin.judge(r); wrong != "" {
			w.transcript(40)
			w.Fatalf("%s\nrepeat it with: go test ./referral/engine -run TestWalks -engine.walks 1 -engine.seed %d", wrong, w.seed)
		}
	}
}

// transcript prints the newest records.
func (w *walk) transcript(n uint64) {
	for r := range w.memory.Read(context.Background(), eventlog.Position(max(w.twin.uintPosition(), n)-n)) {
		w.Logf("%d %s %s %s %s [%d-%d]", r.Position, r.Time.Format(time.RFC3339), r.Stream, r.Kind, r.Data, r.First, r.Last)
	}
}

// rested holds invariant 7: a command or a step was answered, so whatever was
// due by now is done.
func (w *walk) rested() {
	w.Helper()
	at := w.now
	if at.Before(w.twin.time()) {
		at = w.twin.time()
	}
	if wrong := w.twin.restless(at); wrong != "" {
		w.transcript(40)
		w.Fatalf("%s\nrepeat it with: go test ./referral/engine -run TestWalks -engine.walks 1 -engine.seed %d", wrong, w.seed)
	}
}

// settled lets every engine do what is due and holds invariants 5 and 7.
func (w *walk) settled() {
	w.Helper()
	ctx := context.Background()
	w.now = w.now.Add(3 * time.Minute)
	for i := range w.engines {
		for {
			err := w.engines[i].Tick(ctx, w.now)
			if err == nil {
				break
			}
			if !passing(err) {
				w.Fatalf("seed %d: Tick: %v", w.seed, err)
			}
		}
	}
	w.check()
	w.rested()
	for _, e := range w.engines {
		if err := e.Tick(ctx, w.now); err != nil && !passing(err) {
			w.Fatal(err)
		}
		w.check()
		if p, digest := e.Digest(); uint64(p) == w.twin.uintPosition() && digest != w.twin.book.Digest() {
			w.Errorf("seed %d: the engine's state at %d is not the fold of the log (invariant 5)", w.seed, p)
		}
	}
}

// twin is the deliberately dumb reader of a log: it folds every record and
// judges each by looking at everybody.
type twin struct{ book *book.Book }

func newTwin() *twin { return &twin{book.New()} }

func (w *twin) uintPosition() uint64 { p, _ := w.book.Position(); return p }

func (w *twin) time() time.Time { _, t := w.book.Position(); return t }

func (w *twin) position() eventlog.Position { return eventlog.Position(w.uintPosition()) }

// judge folds a record in and returns which invariant it breaks, or "".
func (w *twin) judge(r eventlog.Record) string {
	stream, err := book.ParseStream(r.Stream)
	if err != nil {
		return err.Error()
	}
	e, err := book.Decode(stream, r.Kind, r.Time, r.Data)
	if err != nil {
		return fmt.Sprintf("position %d: %v", r.Position, err)
	}
	before, _ := w.book.Referral(stream.Referral)
	policy, _ := w.book.Policy()
	say := func(format string, args ...any) string {
		return fmt.Sprintf("position %d, %s: %s", r.Position, r.Kind, fmt.Sprintf(format, args...))
	}
	switch e := e.(type) {
	case referral.Requested:
		if before.Status != "" {
			return say("requested twice")
		}
	case referral.Contacted, referral.OutcomeRecorded:
		if before.Status != referral.StatusAccepted {
			return say("on a referral that is %s (invariant 4)", before.Status)
		}
	case referral.Offered:
		if before.Status != referral.StatusPending && before.Status != referral.StatusWaiting {
			return say("on a referral that is %s (invariant 1)", before.Status)
		}
		if before.Asked(e.To) {
			return say("agent %s is asked twice (invariant 3)", e.To)
		}
		line := referral.Line(before, w.book.Agents(), policy, r.Time)
		if len(line) == 0 || line[0].Agent != e.To {
			return say("to %s, but the line is %v (invariant 2)", e.To, line)
		}
		if line[0].Language != e.Language || !e.Deadline.Equal(r.Time.Add(policy.Window)) {
			return say("language %s, deadline %s: want %s and %s", e.Language, e.Deadline, line[0].Language, r.Time.Add(policy.Window))
		}
		for older, position := range w.book.Referrals() {
			if _, mine := w.book.Referral(stream.Referral); position >= mine {
				break
			}
			waits := older.Status == referral.StatusWaiting || older.Status == referral.StatusPending
			if waits && len(referral.Line(older, w.book.Agents(), policy, r.Time)) > 0 {
				return say("before the older request %s, which has a line too (R10)", older.ID)
			}
		}
	case referral.Accepted:
		if before.Status != referral.StatusOffered || before.Offer.To != e.By || !r.Time.Before(before.Offer.Deadline) {
			return say("by %s at %s of %+v (R1)", e.By, r.Time, before.Offer)
		}
	case referral.Declined:
		if before.Status != referral.StatusOffered || before.Offer.To != e.By || !r.Time.Before(before.Offer.Deadline) {
			return say("by %s at %s of %+v (R1)", e.By, r.Time, before.Offer)
		}
	case referral.Expired:
		if before.Status != referral.StatusOffered || r.Time.Before(before.Offer.Deadline) {
			return say("at %s of %+v", r.Time, before.Offer)
		}
	case referral.Rescinded:
		if before.Status != referral.StatusOffered {
			return say("on a referral that is %s", before.Status)
		}
	case referral.Waiting:
		if line := referral.Line(before, w.book.Agents(), policy, r.Time); len(line) > 0 {
			return say("but the line is %v (R10)", line)
		}
	case referral.Exhausted:
		if before.Status != referral.StatusWaiting || before.Until.IsZero() || r.Time.Before(before.Until) {
			return say("a referral %s until %s (R10)", before.Status, before.Until)
		}
	case referral.Withdrawn:
		if before.Status.Ended() {
			return say("on a referral that is %s (invariant 4)", before.Status)
		}
	}
	w.book.Apply(uint64(r.Position), r.Time, stream, e)
	return ""
}

// restless returns which referral is not at rest at an instant at which nothing
// is due, or "" (invariant 7).
func (w *twin) restless(now time.Time) string {
	policy, _ := w.book.Policy()
	open := map[agent.NPN]int{}
	for r := range w.book.Referrals() {
		switch r.Status {
		case referral.StatusOffered:
			open[r.Offer.To]++
			holder, _ := w.book.Agent(r.Offer.To)
			why := agent.Rescinding(holder.Verdict(r.Need(), policy.Terms, now))
			if !now.Before(r.Offer.Deadline) || why != nil {
				return fmt.Sprintf("the offer to %s of %s is open at %s until %s: %v (R7)", r.Offer.To, r.ID, now, r.Offer.Deadline, why)
			}
		case referral.StatusWaiting:
			if line := referral.Line(r, w.book.Agents(), policy, now); len(line) > 0 {
				return fmt.Sprintf("%s waits, but the line is %v (invariant 7)", r.ID, line)
			}
			if !r.Until.IsZero() && !now.Before(r.Until) {
				return fmt.Sprintf("%s waits at %s until %s", r.ID, now, r.Until)
			}
		default:
			if !r.Status.Ended() {
				return fmt.Sprintf("%s is %s (invariant 7)", r.ID, r.Status)
			}
		}
	}
	for a, l := range w.book.Agents() {
		if l.Open != open[a.NPN] {
			return fmt.Sprintf("agent %s holds %d open offers, its load says %d", a.NPN, open[a.NPN], l.Open)
		}
	}
	return ""
}
