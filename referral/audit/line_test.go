package audit_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/examples/roster"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/audit"
	"github.com/relevo-go/relevo/referral/book"
	"github.com/relevo-go/relevo/referral/engine"
)

// places returns the line without the names.
func places(line []audit.Standing) (all []referral.Place) {
	for _, s := range line {
		all = append(all, s.Place)
	}
	return all
}

// TestLinesOfThePast compares every line and every verdict of a recorded log, as of
// many positions, with those of everybody who is looked at.
func TestLinesOfThePast(t *testing.T) {
	records := recorded(t)
	b := book.New()
	lines, step := 0, 29
	if testing.Short() {
		step = 290
	}
	for i, r := range records {
		s, e := eventOf(t, r)
		b.Apply(uint64(r.Position), r.Time, s, e)
		if i%step != 0 {
			continue
		}
		for _, m := range []audit.Moment{audit.After(r.Position), audit.At(r.Time.Add(36 * time.Hour))} {
			past, err := audit.AsOf(each(records[:i+1]), m)
			if err != nil {
				t.Fatal(err)
			}
			policy, _ := b.Policy()
			for live := range b.Live() {
				got, err := past.Line(live.ID)
				if err != nil {
					t.Fatal(err)
				}
				want := referral.Line(live, b.Agents(), policy, past.Time())
				if diff := cmp.Diff(want, places(got.Line)); diff != "" {
					t.Fatalf("the line of %s as of %s (-everybody +audit):\n%s", live.ID, m, diff)
				}
				lines++
				for a, load := range b.Agents() {
					why, err := past.Why(live.ID, a.NPN)
					if err != nil {
						t.Fatal(err)
					}
					verdict := referral.Verdict(live, a, load, policy, past.Time())
					rank := 1 + slices.IndexFunc(want, func(p referral.Place) bool { return p.Agent == a.NPN })
					if !slices.Equal(why.Reasons, verdict) || why.Rank != rank || why.Place.Place != referral.PlaceOf(live, a, load) || why.Agent.Name != a.Name {
						t.Fatalf("why %s and %s as of %s = %v, rank %d, want %v, %d", live.ID, a.NPN, m, why.Reasons, why.Rank, verdict, rank)
					}
					if why.Rank == 0 && len(why.Reasons) == 0 {
						t.Fatalf("agent %s is not in the line of %s as of %s for no reason", a.NPN, live.ID, m)
					}
				}
			}
		}
	}
	if lines < 20 && !testing.Short() {
		t.Errorf("%d lines were compared, want at least 20", lines)
	}
}

// TestJustBeforeAnOffer asks of each referral of a recorded log who stood in line
// before its latest offer, and of each agent before its own.
func TestJustBeforeAnOffer(t *testing.T) {
	records := recorded(t)
	type offer struct {
		position eventlog.Position
		event    *referral.Offered
	}
	latest := map[uuid.UUID]offer{}
	own := map[uuid.UUID][]offer{}
	for _, r := range records {
		if s, e := eventOf(t, r); s.Referral != uuid.Nil {
			if made, ok := e.(referral.Offered); ok {
				latest[s.Referral] = offer{r.Position, &made}
				own[s.Referral] = append(own[s.Referral], latest[s.Referral])
			}
		}
	}
	// One that was never offered is looked at just before it began to wait.
	waits := map[uuid.UUID]eventlog.Position{}
	for _, r := range records {
		if s, e := eventOf(t, r); e.Kind() == (referral.Waiting{}).Kind() && latest[s.Referral].position == 0 && waits[s.Referral] == 0 {
			waits[s.Referral] = r.Position // a second one only says until when
		}
	}
	for id, position := range waits {
		l, err := audit.Line(each(records), id, audit.Moment{})
		why, errWhy := audit.Why(each(records), id, agentOf(t, records), audit.Moment{})
		if err != nil || errWhy != nil || l.Wait != position || l.Position != position-1 || l.Line != nil || why.Wait != position || len(why.Reasons) == 0 {
			t.Errorf("the line of %s is before %d, %+v, %v, and why %+v, %v, want none before %d", id, l.Wait, l.Line, err, why, errWhy, position)
		}
	}
	if len(waits) == 0 {
		t.Error("every referral was offered: the test needs one that was not")
	}
	asked := 0
	for id, o := range latest {
		l, err := audit.Line(each(records), id, audit.Moment{})
		if err != nil {
			t.Fatal(err)
		}
		if l.Offer != o.position || l.Position != o.position-1 || !l.At.Equal(o.event.At) || l.Made.To != o.event.To || len(l.Line) == 0 || l.Line[0].Place.Agent != o.event.To || l.Line[0].Meters() != o.event.Meters {
			t.Errorf("the line of %s is before %d, at %s, %+v, want before %d and first agent %s", id, l.Offer, l.At, l.Line, o.position, o.event.To)
		}
		for _, o := range own[id] {
			why, err := audit.Why(each(records), id, o.event.To, audit.Moment{})
			if err != nil {
				t.Fatal(err)
			}
			earlier := slices.DeleteFunc(slices.Clone(why.Earlier), func(g audit.Glimpse) bool { return g.To == 0 }) // it waited
			if at := slices.Index(own[id], o); len(earlier) != at {
				t.Errorf("why %s was offered %s: %d offers were earlier, want %d", o.event.To, id, len(earlier), at)
			}
			for i, g := range earlier {
				if e := own[id][i]; g.Position != e.position || g.To != e.event.To || (g.Rank == 0) != (len(g.Reasons) > 0) || g.Of == 0 {
					t.Errorf("why %s was offered %s: earlier it is %+v, want before %d", o.event.To, id, g, e.position)
				}
			}
			if why.Offer != o.position || why.Rank != 1 || why.Reasons != nil {
				t.Errorf("why %s was offered %s: before %d, rank %d, %v, want before %d, rank 1 and no reason", o.event.To, id, why.Offer, why.Rank, why.Reasons, o.position)
			}
			asked++
		}
		if len(latest) > 20 && asked > 30 && testing.Short() {
			break
		}
	}
	if asked < 30 {
		t.Errorf("%d offers were asked about, want at least 30", asked)
	}
}

// A line follows whoever moves, learns a language or gets a license after it was
// first in the roll, and leaves out who lost one.
func TestTheRollFollowsEveryFact(t *testing.T) {
	now := time.Date(2026, time.November, 2, 18, 0, 0, 0, time.UTC)
	log, next := new(eventlog.Memory), ids()
	desk, err := engine.Open(t.Context(), log, &engine.Options{Now: func() time.Time { return now }, NewID: next})
	if err != nil {
		t.Fatal(err)
	}
	defer desk.Close()
	const ana, ben = agent.NPN(9_900_000_001), agent.NPN(9_900_000_002)
	row := func(n agent.NPN, zip geo.ZIP, languages ...string) roster.Agent {
		return roster.Agent{NPN: n, Name: "Sample Wren " + n.String(), State: "FL", ZIP: zip, Display: agent.DisplayAll, Languages: languages, Licenses: []geo.State{"FL"}}
	}
	do := func(n agent.NPN, commands ...agent.Command) {
		t.Helper()
		if _, err := desk.Agent(t.Context(), n, commands...); err != nil {
			t.Fatal(err)
		}
	}
	do(ana, row(ana, "33602", "es").Commands()...)
	do(ben, row(ben, "33133", "en").Commands()...) // in Miami
	ref, err := desk.Request(t.Context(), referral.Request{Subject: "case-1", State: "FL", ZIP: "33602", Languages: []string{"ht"}})
	if err != nil {
		t.Fatal(err)
	}
	line := func(want ...agent.NPN) {
		t.Helper()
		var got []agent.NPN
		past, err := audit.AsOf(log.Read(t.Context(), 0), audit.Moment{})
		if err != nil {
			t.Fatal(err)
		}
		l, err := past.Line(ref.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range l.Line {
			got = append(got, s.Place.Agent)
		}
		if !slices.Equal(got, want) {
			t.Errorf("the line is %v, want %v", got, want)
		}
	}
	off := func(n agent.NPN) { do(n, agent.SetOverride{Override: agent.OverrideOff}) }
	off(ana)
	off(ben)
	line()
	do(ben, agent.SetLanguages{Languages: []string{"en", "ht"}})
	do(ana, agent.SetLanguages{Languages: []string{"ht"}})
	line()
	// On duty they are asked one after the other: the line leaves out who was.
	do(ben, agent.SetOverride{Override: agent.OverrideOn})
	line()
	do(ana, agent.SetOverride{Override: agent.OverrideOn})
	line(ana)
	for r, err := range log.Read(t.Context(), 0) { // ben, then ana in line
		if err != nil {
			t.Fatal(err)
		}
		if r.Kind == (referral.Offered{}).Kind() {
			if _, e := eventOf(t, r); e.(referral.Offered).To != ben {
				t.Errorf("%s was asked, want %s", e.(referral.Offered).To, ben)
			}
		}
	}

	// A second consumer in Miami: ben is nearer, until both move.
	if ref, err = desk.Request(t.Context(), referral.Request{Subject: "case-2", State: "FL", ZIP: "33133", Languages: []string{"ht"}}); err != nil {
		t.Fatal(err)
	}
	if ref.Offer.To != ben {
		t.Fatalf("agent %s is asked, want %s", ref.Offer.To, ben)
	}
	moved := func(n agent.NPN, zip geo.ZIP) agent.Command {
		return agent.UpdateProfile{Name: "Sample Wren " + n.String(), Email: "wren@example.com", State: "FL", ZIP: zip}
	}
	do(ana, moved(ana, "33133"))
	do(ben, moved(ben, "33401"))
	if ref, err = desk.Request(t.Context(), referral.Request{Subject: "case-3", State: "FL", ZIP: "33133", Languages: []string{"ht"}}); err != nil {
		t.Fatal(err)
	}
	if ref.Offer.To != ana {
		t.Fatalf("agent %s is asked, want %s", ref.Offer.To, ana)
	}
	for j, err := range audit.Rematch(log.Read(t.Context(), 0), nil) {
		if err != nil || j.Differs() {
			t.Errorf("position %d: recorded %+v, judged %+v, %v", j.Position, j.Recorded, j.Judged, err)
		}
	}
	// Had it gone to ben, who is farther now, ana would be found.
	var entries []eventlog.Entry
	for r, err := range log.Read(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, r.Entry)
	}
	last := &entries[len(entries)-1]
	*last = holding(t, *last, referral.Offered{To: ben, Deadline: ref.Offer.Deadline, Language: "ht", Meters: 110_000, Channels: ref.Offer.Channels})
	judged := rematch(t, sealed(t, entries), nil)
	if j := judged[len(judged)-1]; j.Judged.To != ana {
		t.Errorf("the last offer is judged to go to %s, want %s", j.Judged.To, ana)
	}
	line(ben)
	do(ben, agent.RemoveLicense{State: "FL", Number: "FL-" + ben.String()})
	line()
}

func TestQuestionsThatHaveNoAnswer(t *testing.T) {
	records := recorded(t)
	var first eventlog.Record // a request
	var ended uuid.UUID
	for _, r := range records {
		s, e := eventOf(t, r)
		if _, ok := e.(referral.Requested); ok && first.Position == 0 {
			first = r
		}
		if _, ok := e.(referral.Accepted); ok {
			ended = s.Referral
		}
	}
	s, _ := eventOf(t, first)
	known := agentOf(t, records)
	tests := []struct {
		name string
		ask  func() error
		want error
	}{
		{"no such referral", func() error { _, err := audit.Line(each(records), uuid.UUID{15: 9}, audit.Moment{}); return err }, referral.ErrNotFound},
		{"a referral that comes later", func() error {
			_, err := audit.Line(each(records), s.Referral, audit.After(first.Position-1))
			return err
		}, referral.ErrNotFound},
		{"a referral that had ended", func() error {
			_, err := audit.Line(each(records), ended, audit.After(records[len(records)-1].Position))
			return err
		}, referral.ErrEnded},
		{"an agent of whom there is no record", func() error { _, err := audit.Why(each(records), s.Referral, 42, audit.Moment{}); return err }, agent.ErrUnknown},
		{"an agent of whom there is a record later", func() error {
			_, err := audit.Why(each(records), s.Referral, known, audit.After(1))
			return err
		}, agent.ErrUnknown},
	}
	for _, test := range tests {
		if err := test.ask(); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", test.name, err, test.want)
		}
	}
	if _, err := audit.AsOf(each(records), audit.After(1_000_000)); err == nil {
		t.Error("a position beyond the end of the log gives no error")
	}
	if p, err := audit.AsOf(each(records), audit.After(0)); err != nil || p.Head() != (eventlog.Head{}) || p.Counts() != (book.Counts{}) {
		t.Errorf("before the first record the state is %+v, %v, want nothing", p.Counts(), err)
	}
	if p, err := audit.AsOf(each(records), audit.At(records[0].Time.Add(-time.Second))); err != nil || p.Head() != (eventlog.Head{}) {
		t.Errorf("a second before the first record the head is %+v, %v, want none", p.Head(), err)
	}
}

// agentOf returns an agent of a log.
func agentOf(t *testing.T, records []eventlog.Record) agent.NPN {
	t.Helper()
	for _, r := range records {
		if s, _ := eventOf(t, r); s.Agent != 0 {
			return s.Agent
		}
	}
	t.Fatal("nobody is in the log")
	return 0
}
