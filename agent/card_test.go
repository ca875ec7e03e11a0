package agent_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo"
)

var samePlace = cmpopts.EquateComparable(geo.Point{})

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
		} else if diff := cmp.Diff(agent.Card{}, card, samePlace); diff != "" {
			t.Errorf("%s\nthe card of who is not shown (-want +got):\n%s", test.why, diff)
		}
		if diff := cmp.Diff(test.want, got, samePlace); diff != "" {
			t.Errorf("%s\nCard(%s) (-want +got):\n%s", test.why, test.in, diff)
		}
	}
}

// R28: a person is shown how far the agent's ZIP is, in whole kilometers, and
// nothing that follows from the office point.
func TestR28_ShownDistance(t *testing.T) {
	point := func(lat, lng float64) geo.Point {
		p, err := geo.MakePoint(lat, lng)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	consumer, centroid := point(27.9537, -82.4563), point(27.7031, -82.4563) // 27.9 km
	move := profile
	move.Resolved = centroid
	for _, choice := range []agent.Display{agent.DisplayAll, agent.DisplayNoStreet} {
		var shown []agent.Card
		for _, office := range []geo.Point{{}, point(27.95, -82.45), point(27.70, -82.70)} {
			move.Point = office
			card, ok := fold(t, agent.Agent{}, list(ready, move, agent.ChooseDisplay{Choice: choice})...).Card("FL", noon)
			if !ok {
				t.Fatal("Card(FL) is not shown")
			}
			shown = append(shown, card)
			if km, ok := card.Kilometers(consumer); km != 28 || !ok {
				t.Errorf("choice %s, office at %s: Kilometers = %d, %t, want 28 from the ZIP's centroid", choice, office, km, ok)
			}
		}
		if diff := cmp.Diff(shown[0], shown[1], samePlace) + cmp.Diff(shown[0], shown[2], samePlace); diff != "" {
			t.Errorf("choice %s: the card tells of the office point:\n%s", choice, diff)
		}
	}
	if km, ok := (agent.Card{}).Kilometers(consumer); ok {
		t.Errorf("Kilometers to an unknown ZIP = %d, want none", km)
	}
	if km, ok := (agent.Card{Centroid: centroid}).Kilometers(geo.Point{}); ok {
		t.Errorf("Kilometers from an unknown place = %d, want none", km)
	}
}
