package agent_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo"
)

// noon is a Monday's noon in New York, within plan year 2027's registration.
var noon = time.Date(2026, time.November, 23, 17, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

// health is a line of authority that lets an agent sell health insurance.
var health = agent.Line{Name: "Accident and Health", Health: true, Active: true}

// license returns the command that records a perpetual health license.
func license(state geo.State) agent.RecordLicense {
	return agent.RecordLicense{
		State: state, Number: "A1", Residency: agent.Resident, Status: agent.Active,
		Effective: noon.Add(-365 * day), Lines: []agent.Line{health},
	}
}

var profile = agent.UpdateProfile{
	Name: "Ana Ruiz", Email: "ana@example.com", Phone: "813-555-0100", Street: "12 Bay Street", City: "Tampa", State: "FL", ZIP: "33602",
}

// joined are the commands after which nothing is missing but a license, a
// display choice and languages.
var joined = []agent.Command{
	agent.Register{NPN: 17, Name: "Ana Ruiz"},
	profile,
	agent.CompleteTraining{PlanYear: 2027, From: noon.Add(-90 * day), Until: noon.Add(270 * day)},
	agent.CompleteRegistration{PlanYear: 2027, From: noon.Add(-90 * day), Until: noon.Add(270 * day)},
	agent.AcceptTerms{Document: agent.CMS, Version: "2026"},
	agent.AcceptTerms{Document: agent.HelpOnDemand, Version: "7"},
	agent.ReviewProfile{},
}

// ready are the commands after which an agent is in line in Florida, for
// English and Spanish.
var ready = list(joined, license("FL"), agent.ChooseDisplay{Choice: 1}, agent.SetLanguages{Languages: []string{"en", "es-MX"}})

// list returns a new list of the commands and some more.
func list(given []agent.Command, more ...agent.Command) []agent.Command {
	return append(append([]agent.Command{}, given...), more...)
}

// fold applies what the commands make, none of which may be refused.
func fold(t testing.TB, a agent.Agent, commands ...agent.Command) agent.Agent {
	t.Helper()
	for _, c := range commands {
		events, err := agent.Decide(a, c)
		if err != nil {
			t.Fatalf("Decide(%+v) = %v, want no refusal", c, err)
		}
		for _, e := range events {
			a = agent.Apply(a, e)
		}
	}
	return a
}

// transcript is one conversation: given what happened, when a command comes,
// then events follow, or a refusal by a rule.
type transcript struct {
	why   string // a sentence that begins with its rule
	given []agent.Command
	when  agent.Command
	then  []agent.Event
	rule  string // of the refusal, "" for none
	is    error  // what the refusal is, nil for no sentinel
}

// samePoint lets diffs compare points, which hide their fields.
var samePoint = cmp.Comparer(func(p, q geo.Point) bool { return p == q })

func play(t *testing.T, rows []transcript) {
	t.Helper()
	for _, row := range rows {
		got, err := agent.Decide(fold(t, agent.Agent{}, row.given...), row.when)
		checkRefusal(t, row.why, err, row.rule, row.is)
		if diff := cmp.Diff(row.then, got, samePoint); diff != "" {
			t.Errorf("%s\nDecide(%+v) (-want +got):\n%s", row.why, row.when, diff)
		}
	}
}

func checkRefusal(t *testing.T, why string, err error, rule string, is error) {
	t.Helper()
	refused, ok := errors.AsType[*agent.Rejection](err)
	switch {
	case rule == "" && err != nil:
		t.Errorf("%s\nDecide: %v, want no refusal", why, err)
	case rule != "" && (!ok || refused.Rule != rule):
		t.Errorf("%s\nDecide: %v, want a refusal by %s", why, err, rule)
	case is != nil && !errors.Is(err, is):
		t.Errorf("%s\nDecide: %v, want it to be %v", why, err, is)
	}
}

// clock returns an instant from its RFC 3339 text.
func clock(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t.Fatal(err)
	}
	return at.UTC()
}
