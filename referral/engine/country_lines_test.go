package engine_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
	"github.com/relevo-go/relevo/referral/engine"
)

// The line is that of the twin, who judges every agent, at whatever time: around
// nine and five, at the plan year's end, while licenses lapse and under new terms; and
// so is that of an engine that opens anew, from the log or from a snapshot.
func TestLinesOfACountry(t *testing.T) {
	agents, asked := 1_500, 12
	if testing.Short() {
		agents, asked = 400, 6
	}
	c := newCountry()
	log := c.log(t, agents)
	clock, dir := newClock(), t.TempDir()
	options := func(dir string, p *referral.Policy) *engine.Options {
		return &engine.Options{Policy: p, Now: clock.Now, NewID: newIDs(1 << 8), SnapshotDir: dir}
	}
	desk, err := engine.Open(t.Context(), log, options(dir, nil))
	if err != nil {
		t.Fatal(err)
	}
	met := map[string]int{}
	compare := func(says string) {
		t.Helper()
		var requests []referral.Referral
		for range asked {
			r, err := desk.Request(t.Context(), c.request([]string{"en", "en", "es", "vi"}[c.IntN(4)]))
			if err != nil {
				t.Fatal(err)
			}
			requests = append(requests, r)
		}
		if err := desk.Snapshot(t.Context()); err != nil {
			t.Fatal(err)
		}
		anew, err := engine.Open(t.Context(), log, options("", nil))
		if err != nil {
			t.Fatal(err)
		}
		still, err := engine.Open(t.Context(), log, options(dir, nil))
		if err != nil {
			t.Fatal(err)
		}
		twin := fold(t, log)
		policy, _ := twin.Policy()
		for _, r := range requests {
			want := referral.Line(r, twin.Agents(), policy, clock.Now())
			met[says] += len(want)
			for who, e := range map[string]*engine.Engine{"the desk": desk, "one opened anew": anew, "one from a snapshot": still} {
				got, err := e.Line(t.Context(), r.ID, agents)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
					t.Fatalf("%s: the line in %s from %s in %v (-twin +%s):\n%s", says, r.State, r.ZIP, r.Languages, who, diff)
				}
			}
		}
	}
	at := func(says string, when time.Time) {
		t.Helper()
		clock.set(when)
		if err := desk.Tick(t.Context(), when); err != nil {
			t.Fatal(err)
		}
		compare(says)
	}
	day := opening.Truncate(24*time.Hour).AddDate(0, 0, 1)
	at("before nine", day.Add(nine-1))
	at("at nine", day.Add(nine))
	at("in the afternoon", day.Add(nine+4*time.Hour))
	at("after five", day.Add(nine+8*time.Hour))
	for n := range 40 {
		from := day.AddDate(0, 0, 1).Add(nine - time.Duration(n%3)*time.Hour)
		if _, err := desk.Agent(t.Context(), npnOf(n), agent.SetAbsence{From: from, Until: from.Add(4 * time.Hour)}); err != nil {
			t.Fatal(err)
		}
	}
	at("some are away", day.AddDate(0, 0, 1).Add(nine))
	at("they are back", day.AddDate(0, 0, 1).Add(nine+4*time.Hour))
	for _, version := range []string{"2027", ""} {
		p := referral.DefaultPolicy()
		p.Terms.CMS = version
		other, err := engine.Open(t.Context(), log, options("", &p))
		if err != nil {
			t.Fatal(err)
		}
		other.Close()
		clock.pass(time.Second)
		at(fmt.Sprintf("terms %q are required", version), clock.Now())
	}
	at("licenses lapse", day.AddDate(0, 1, 0).Add(nine+time.Hour))
	at("before the plan year ends", planYearEnds.Add(-1))
	at("the plan year ends", planYearEnds)
	at("the year after that", planYearEnds.AddDate(1, 0, 0))
	for says, places := range met {
		if nobody := says == `terms "2027" are required` || says == "the year after that"; nobody != (places == 0) {
			t.Errorf("%s: %d places in line: the sample shows too little", says, places)
		}
	}
}

// fold returns the book of a log.
func fold(t testing.TB, log eventlog.Log) *book.Book {
	t.Helper()
	b := book.New()
	for r, err := range log.Read(t.Context(), 0) {
		if err == nil {
			err = b.Replay(uint64(r.Position), r.Time, r.Stream, r.Kind, r.Data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return b
}
