package agent_test

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/relevo-go/relevo/agent"
)

// text is a deep copy of an agent that can be compared.
func text(t *testing.T, a agent.Agent) string {
	t.Helper()
	b, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Apply leaves its argument, and what was made from it before, as they were.
func TestApplyChangesNoEarlierAgent(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	for range 300 {
		base := randomAgent(t, rng)
		before := text(t, base)
		type made struct {
			agent agent.Agent
			text  string
		}
		var all []made
		for range 30 {
			events, err := agent.Decide(base, randomCommand(rng))
			if err != nil || len(events) == 0 {
				continue
			}
			a := agent.Apply(base, events[0])
			all = append(all, made{a, text(t, a)})
		}
		if diff := cmp.Diff(before, text(t, base)); diff != "" {
			t.Fatalf("Apply changed its argument (-before +after):\n%s", diff)
		}
		for _, m := range all {
			if diff := cmp.Diff(m.text, text(t, m.agent)); diff != "" {
				t.Fatalf("a later Apply to the same base changed an agent (-before +after):\n%s", diff)
			}
		}
	}
}

// R23: whatever was accepted changes nothing when it comes again, and what
// Decide makes reads back from a log as it was (R31).
func TestR23_DecideIsIdempotent(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	kinds := map[string]int{}
	for range 400 {
		a := randomAgent(t, rng)
		for range 20 {
			c := randomCommand(rng)
			events, err := agent.Decide(a, c)
			if err != nil {
				continue
			}
			for _, e := range events {
				kinds[e.Kind()]++
				data, err := agent.Encode(e)
				if err != nil {
					t.Fatal(err)
				}
				read, err := agent.Decode(e.Kind(), data)
				if err != nil || !reflect.DeepEqual(read, e) {
					t.Fatalf("%s %s reads back as %+v, %v, want %+v", e.Kind(), data, read, err, e)
				}
				a = agent.Apply(a, e)
			}
			if again, err := agent.Decide(a, c); len(again) != 0 || err != nil {
				t.Fatalf("Decide(%+v) again = %+v, %v, want nothing", c, again, err)
			}
		}
	}
	if len(kinds) != len(agent.Kinds())-1 { // registration came first
		t.Errorf("the sample shows %d kinds of %d: %v", len(kinds), len(agent.Kinds())-1, kinds)
	}
}

// An event that this package does not know leaves the agent as it is.
func TestApplyOfNothing(t *testing.T) {
	a := fold(t, agent.Agent{}, ready...)
	if diff := cmp.Diff(text(t, a), text(t, agent.Apply(a, nil))); diff != "" {
		t.Errorf("Apply(nil) (-before +after):\n%s", diff)
	}
}
