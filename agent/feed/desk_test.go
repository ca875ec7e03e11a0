package feed_test

import (
	"context"
	"flag"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/feed"
	"github.com/relevo-go/relevo/eventlog/filelog"
	"github.com/relevo-go/relevo/referral/engine"
)

var agents = flag.Int("feed.agents", 500, "how many agents TestDesk imports")

// invented returns a roster, a list and a license feed of some agents.
func invented(n int) []string {
	r, g, l := strings.Builder{}, strings.Builder{}, strings.Builder{}
	r.WriteString("npn,name,email,state,zip,languages,display,cms_terms,help_on_demand_terms,reviewed\n")
	g.WriteString("npn,applicable_plan_year,individual_registration_completion_date,individual_registration_completion_end_date\n")
	l.WriteString("npn,state,number,residency,status,expiry,line\n")
	for i := range n {
		npn := 9_900_000_001 + i
		fmt.Fprintf(&r, "%d,Sample Heron %d,agent-%d@example.com,FL,33602,en es,1,1,1,Y\n", npn, i, npn)
		fmt.Fprintf(&g, "%d,2027,08/14/2026,10/31/2027\n", npn)
		fmt.Fprintf(&l, "%d,FL,W%d,R,Active,12/31/2028,Health\n", npn, i)
	}
	return []string{r.String(), g.String(), l.String()}
}

// apply applies changes by several callers, who share the syncs of the log.
func apply(ctx context.Context, desk *engine.Engine, changes []feed.Change, callers int) error {
	var wg sync.WaitGroup
	next := make(chan feed.Change)
	failed := make(chan error, callers)
	for range callers {
		wg.Go(func() {
			for c := range next {
				if _, err := desk.Agent(ctx, c.NPN, c.Commands...); err != nil {
					failed <- err
					for range next { // the rest is not done
					}
				}
			}
		})
	}
	for _, c := range changes {
		next <- c
	}
	close(next)
	wg.Wait()
	close(failed)
	return <-failed
}

// A desk on a log of files records the plan and nothing else, in whatever order
// its callers come; half an import is gone on with, and a whole one is over.
func TestDesk(t *testing.T) {
	log, err := filelog.Open(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	now := time.Date(2026, time.November, 23, 15, 0, 0, 0, time.UTC)
	desk, err := engine.Open(t.Context(), log, &engine.Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer desk.Close()
	var feeds []*feed.Feed
	for i, text := range invented(*agents) {
		f, err := feed.Read(strings.NewReader(text), fmt.Sprint("file", i), nil)
		if err != nil {
			t.Fatal(err)
		}
		feeds = append(feeds, f)
	}
	current := func(n agent.NPN) (agent.Agent, error) { return desk.Agent(t.Context(), n) }
	compare := func(want int) feed.Plan {
		t.Helper()
		began := time.Now()
		p, err := feed.Compare(current, feeds...)
		if err != nil || len(p.Problems) > 0 || len(p.Changes) != want {
			t.Fatalf("Compare plans %d changes, want %d; problems %v, %v", len(p.Changes), want, p.Problems, err)
		}
		t.Logf("%d agents compared in %v", p.Agents, time.Since(began))
		return p
	}
	p := compare(*agents)
	record := func(changes []feed.Change, callers int) {
		t.Helper()
		began := time.Now()
		if err := apply(t.Context(), desk, changes, callers); err != nil {
			t.Fatal(err)
		}
		t.Logf("%d agents recorded by %d callers in %v", len(changes), callers, time.Since(began))
	}
	record(p.Changes[:*agents/10], 1)
	p = compare(*agents - *agents/10)
	record(p.Changes, 64)
	compare(0)
	if n, want := int(desk.Position()), 1+*agents*10; n != want {
		t.Errorf("the log has %d records, want %d: the policy, and ten for each agent", n, want)
	}
	if cards := desk.Directory("FL"); len(cards) != *agents {
		t.Errorf("%d agents are in the directory, want %d", len(cards), *agents)
	}
}
