package agent_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo"
)

// shown writes a preference list in short: the ticked states, the unticked ones
// after a minus, the missing ones after a question mark.
func shown(choices []agent.StateChoice) string {
	var words []string
	for _, c := range choices {
		mark := "-"
		switch {
		case c.Missing != nil:
			mark = "?"
		case c.Ticked:
			mark = ""
		}
		words = append(words, mark+string(c.State))
	}
	return strings.Join(words, " ")
}

// S11's worked example: licensed in seven states, wants all but Wisconsin.
func TestS11_WorkedExample(t *testing.T) {
	a := fold(t, agent.Agent{}, list(joined, agent.ChooseDisplay{Choice: 1}, agent.SetLanguages{Languages: []string{"en"}})...)
	for _, s := range []geo.State{"WY", "WI", "UT", "AZ", "AR", "AL", "AK"} {
		a = fold(t, a, license(s))
	}
	if got, want := shown(a.StateChoices(noon)), "AK AL AR AZ UT WI WY"; got != want {
		t.Errorf("S10: StateChoices = %s, want every licensed state ticked: %s", got, want)
	}
	a = fold(t, a, agent.UntickStates{States: []geo.State{"WI"}})
	if got, want := shown(a.StateChoices(noon)), "AK AL AR AZ UT -WI WY"; got != want {
		t.Errorf("S11: StateChoices = %s, want %s", got, want)
	}
	standing, _ := a.Standing(anyTerms, noon)
	if want := geo.StatesOf("AK", "AL", "AR", "AZ", "UT", "WY"); standing.States != want {
		t.Errorf("S11: Standing has %s, want %s", standing.States, want)
	}
}

// S12: what the registry shows and the list lacks comes with the reasons and
// whom to write to.
func TestS12_MissingStates(t *testing.T) {
	number := func(n string, c agent.RecordLicense) agent.RecordLicense { c.Number = n; return c }
	expired, inactive, future, life := license("AL"), license("AR"), license("AZ"), license("CA")
	expired.Expires, inactive.Status, future.Effective = noon, agent.Inactive, noon.Add(1)
	life.Lines = []agent.Line{{Name: "Life", Active: true}}
	both := number("B2", expired)
	both.State = "AR"
	a := fold(t, agent.Agent{}, list(ready, expired, inactive, both, future, life, license("TX"),
		agent.Terminate{Cause: agent.CauseNonresidentLicense, State: "TX"}, agent.UntickStates{States: []geo.State{"AL"}})...)
	support := "FFMProducer-Assister@cms.hhs.gov"
	want := []agent.StateChoice{
		{State: "AL", Missing: []agent.Reason{{Code: agent.LicenseExpired, State: "AL"}}, Support: support},
		{State: "AR", Missing: []agent.Reason{{Code: agent.LicenseInactive, State: "AR"}, {Code: agent.LicenseExpired, State: "AR"}}, Support: support},
		{State: "AZ", Missing: []agent.Reason{{Code: agent.LicenseNotYet, State: "AZ"}}, Support: support},
		{State: "CA", Missing: []agent.Reason{{Code: agent.NoHealthLine, State: "CA"}}, Support: support},
		{State: "FL", Ticked: true},
		{State: "TX", Missing: []agent.Reason{{Code: agent.IsTerminated, State: "TX"}}, Support: support},
	}
	if diff := cmp.Diff(want, a.StateChoices(noon)); diff != "" {
		t.Errorf("StateChoices (-want +got):\n%s", diff)
	}
}

// S9: preferences exist under choices 1 and 2; R4: the unticked states are kept
// through 3 and 4 and are active again on return.
func TestS9R4_PreferencesSleepAndWake(t *testing.T) {
	a := fold(t, agent.Agent{}, list(ready, license("TX"), license("WI"))...)
	a = fold(t, a, agent.UntickStates{States: []geo.State{"WI"}})
	for _, step := range []struct {
		choice  agent.Display
		choices string
		states  geo.States
	}{
		{1, "FL TX -WI", geo.StatesOf("FL", "TX")},
		{3, "", geo.StatesOf("FL")},
		{1, "FL TX -WI", geo.StatesOf("FL", "TX")},
		{4, "", 0},
		{2, "FL TX -WI", geo.StatesOf("FL", "TX")},
	} {
		a = fold(t, a, agent.ChooseDisplay{Choice: step.choice})
		s, _ := a.Standing(anyTerms, noon)
		if got := shown(a.StateChoices(noon)); got != step.choices || s.States != step.states {
			t.Errorf("under choice %s: StateChoices = %q, Standing in %s, want %q in %s", step.choice, got, s.States, step.choices, step.states)
		}
	}
}
