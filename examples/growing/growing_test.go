package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral/simulation"
)

var update = flag.Bool("update", false, "write testdata/small.txt as it is printed now")

// What is printed is of the seed alone.
func TestSmall(t *testing.T) {
	var out strings.Builder
	o := simulation.Options{Agents: 400, Referrals: 1000, Days: 1, Seed: 1, Begin: time.Date(2026, time.December, 14, 13, 0, 0, 0, time.UTC)}
	if err := run(t.Context(), &out, o, false); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", "small.txt")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(out.String(), "\n")); diff != "" {
		t.Errorf("the numbers are others; if that is meant, run with -update (-want +got):\n%s", diff)
	}
}

// A number of days that nothing can be divided by is refused before the work.
func TestNoDays(t *testing.T) {
	for _, days := range []int{0, -1} {
		var out strings.Builder
		o := simulation.Options{Agents: 20, Referrals: 20, Days: days, Seed: 1, Begin: time.Date(2026, time.December, 14, 13, 0, 0, 0, time.UTC)}
		if err := run(t.Context(), &out, o, false); err == nil || !strings.Contains(err.Error(), "-days") || out.Len() > 0 {
			t.Errorf("-days %d: %v, and printed %q, want nothing but an error about -days", days, err, &out)
		}
	}
}

// Divided, no record of a referral is lost, and an agent's facts are where it has a
// license.
func TestDivided(t *testing.T) {
	if testing.Short() {
		t.Skip("TestSmall runs the same")
	}
	o := simulation.Options{Agents: 200, Referrals: 300, Days: 1, Seed: 2, Begin: time.Date(2026, time.December, 14, 13, 0, 0, 0, time.UTC)}
	var whole eventlog.Memory
	if err := simulation.Run(t.Context(), &whole, o); err != nil {
		t.Fatal(err)
	}
	c, err := count(whole.Read(t.Context(), 0))
	if err != nil {
		t.Fatal(err)
	}
	d, err := divide(t.Context(), &whole, c.homes)
	if err != nil {
		t.Fatal(err)
	}
	referrals := 0
	for state, records := range d.records {
		part, err := partition(t.Context(), &whole, c.homes, state)
		if err != nil {
			t.Fatal(err)
		}
		pc, err := count(part.Read(t.Context(), 0))
		if err != nil {
			t.Fatal(err)
		}
		if pc.records != records {
			t.Errorf("the log of %s has %d records, and %d were counted", state, pc.records, records)
		}
		for n, states := range pc.homes.agents {
			if len(c.homes.agents[n]) != len(states) {
				t.Errorf("agent %s has %d licenses in the log of %s, and %d in all", n, len(states), state, len(c.homes.agents[n]))
			}
		}
		for _, s := range pc.homes.referrals {
			if s != state {
				t.Errorf("a referral of %s is in the log of %s", s, state)
			}
		}
		referrals += pc.ofReferrals
	}
	if referrals != c.ofReferrals {
		t.Errorf("the states' logs have %d records of referrals, the whole has %d", referrals, c.ofReferrals)
	}
}

func TestMemory(t *testing.T) {
	var whole eventlog.Memory
	if err := simulation.Run(t.Context(), &whole, simulation.Options{Agents: 50, Referrals: 100, Days: 1, Seed: 1}); err != nil {
		t.Fatal(err)
	}
	c, err := count(whole.Read(t.Context(), 0))
	if err != nil {
		t.Fatal(err)
	}
	before, err := eventlog.Verify(whole.Read(t.Context(), 0))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := c.memory(t.Context(), &out, &whole); err != nil || !strings.Contains(out.String(), "an ended referral") {
		t.Errorf("memory = %v:\n%s", err, &out)
	}
	if after, err := eventlog.Verify(whole.Read(t.Context(), 0)); err != nil || after != before {
		t.Errorf("measuring moved the log to %v, %v", after, err)
	}
}
