package roster

import (
	"strings"
	"testing"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/geo/zcta"
)

// afternoon is an instant within the plan year.
var afternoon = time.Date(2026, time.November, 2, 18, 0, 0, 0, time.UTC)

// register folds the agent's commands as the desk would.
func register(t *testing.T, a Agent) agent.Agent {
	t.Helper()
	folded := agent.Agent{}
	for _, c := range a.Commands() {
		if r, ok := c.(agent.Register); ok {
			r.NPN = a.NPN
			c = r
		}
		events, err := agent.Decide(folded, c)
		if err != nil {
			t.Fatalf("%s: Decide(%T): %v", a.NPN, c, err)
		}
		for _, e := range events {
			folded = agent.Apply(folded, e)
		}
	}
	return folded
}

func TestEveryAgentTakesPart(t *testing.T) {
	agents, err := All()
	if err != nil {
		t.Fatal(err)
	}
	if n := len(agents); n < 2_500 || n > 3_500 {
		t.Errorf("the roster has %d agents, want about 3000", n)
	}
	var homes, served geo.States
	last := agent.NPN(9_900_000_000)
	for _, a := range agents {
		if a.NPN <= last || !strings.HasPrefix(a.Name, "Sample ") {
			t.Errorf("agent %s %q: want NPNs above %s and names that begin with Sample", a.NPN, a.Name, last)
		}
		last = a.NPN
		if place, ok := zcta.Lookup(a.ZIP); !ok || !place.States.Has(a.State) {
			t.Errorf("agent %s: ZIP %s does not lie in %s", a.NPN, a.ZIP, a.State)
		}
		s, _ := register(t, a).Standing(agent.Terms{}, afternoon)
		if s.States == 0 || len(s.Languages) == 0 || !s.OnDuty {
			t.Errorf("agent %s is not eligible anywhere: standing %+v", a.NPN, s)
		}
		homes = homes.With(a.State)
		served |= s.States
	}
	if homes != geo.EveryState || served != geo.EveryState {
		t.Errorf("agents live in %d jurisdictions and serve %d, want all %d", homes.Len(), served.Len(), geo.NumStates)
	}
}

func TestCommandsSentAgainAddNothing(t *testing.T) {
	agents, err := All()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range agents[:200] {
		folded := register(t, a)
		for _, c := range a.Commands() {
			if r, ok := c.(agent.Register); ok {
				r.NPN = a.NPN
				c = r
			}
			if events, err := agent.Decide(folded, c); err != nil || len(events) > 0 {
				t.Errorf("%s: the second Decide(%T) = %v, %v, want nothing", a.NPN, c, events, err)
			}
		}
	}
}

func TestDayBeginsInTheStatesZone(t *testing.T) {
	got := Day("GU", 2027, time.January, 1).UTC()
	if want := time.Date(2026, time.December, 31, 14, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("Day(GU, 2027-01-01) = %s, want %s", got, want)
	}
}

func TestReadNamesTheLine(t *testing.T) {
	const top = "npn,name,state,zip,display,languages,licenses,unticked\n"
	tests := []struct{ name, text, want string }{
		{"other columns", "npn,name,state,zip,display,languages,licenses,hours\n", "line 1"},
		{"no NPN", top + "x,Sample Wren,FL,33602,1,en,FL,\n", "line 2"},
		{"no such display choice", top + "9900000001,Sample Wren,FL,33602,5,en,FL,\n", "display choice"},
		{"no such state", top + "9900000001,Sample Wren,FL,33602,1,en,FL XX,\n", "line 2"},
		{"too few columns", top + "9900000001,Sample Wren\n", "line 2"},
	}
	for _, test := range tests {
		if got, err := read(strings.NewReader(test.text)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: read = %v, %v, want an error with %q", test.name, got, err, test.want)
		}
	}
}
