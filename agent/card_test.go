package agent_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo"
)

// S4: one display choice governs what a person may see.
func TestS4_Card(t *testing.T) {
	full := agent.Card{NPN: 17, Name: "Ana Ruiz", Email: "ana@example.com", Phone: "813-555-0100", Street: "12 Bay Street", City: "Tampa",
		State: "FL", ZIP: "33602", Languages: []string{"en", "es-MX"}}
	noStreet := full
	noStreet.Street = ""
	both := list(ready, license("TX"))
	tests := []struct {
		why   string
		given []agent.Command
		in    geo.State
		want  *agent.Card
	}{
		{"S5: choice 1 shows all in the home state.", both, "FL", &full},
		{"S5: and in every other licensed state.", both, "TX", &full},
		{"S5: and in no state without a license.", both, "GA", nil},
		{"S6, R28: choice 2 shows no street.", list(both, agent.ChooseDisplay{Choice: 2}), "TX", &noStreet},
		{"S7: choice 3 shows all at home.", list(both, agent.ChooseDisplay{Choice: 3}), "FL", &full},
		{"S7: and nothing elsewhere.", list(both, agent.ChooseDisplay{Choice: 3}), "TX", nil},
		{"S8: choice 4 shows nothing.", list(both, agent.ChooseDisplay{Choice: 4}), "FL", nil},
		{"R26: without a choice an agent is invisible.", list(joined, license("FL")), "FL", nil},
		{"R32: training decides.", list(both, agent.CompleteTraining{PlanYear: 2027, From: noon.Add(1), Until: noon.Add(2)}), "FL", nil},
		{"R32: Marketplace registration decides.", list(both, agent.CompleteRegistration{PlanYear: 2027, From: noon.Add(-2), Until: noon}), "FL", nil},
		{"R32: a license decides.", list(both, agent.RemoveLicense{State: "FL", Number: "A1"}), "FL", nil},
		{"R20: a termination does.", list(both, agent.Terminate{Cause: agent.CauseFraud}), "FL", nil},
		{"R32: preferences do not.", list(both, agent.UntickStates{States: []geo.State{"FL"}}), "FL", &full},
		{"R32: duty does not.", list(both, agent.SetOverride{Override: agent.OverrideOff}), "FL", &full},
		{"R32: terms and review do not.", list(joined[:4], license("FL"), agent.ChooseDisplay{Choice: 1}, agent.SetLanguages{Languages: []string{"en", "es-MX"}}), "FL", &full},
	}
	for _, test := range tests {
		card, ok := fold(t, agent.Agent{}, test.given...).Card(test.in, noon)
		var got *agent.Card
		if ok {
			got = &card
		} else if diff := cmp.Diff(agent.Card{}, card); diff != "" {
			t.Errorf("%s\nthe card of who is not shown (-want +got):\n%s", test.why, diff)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s\nCard(%s) (-want +got):\n%s", test.why, test.in, diff)
		}
	}
}
