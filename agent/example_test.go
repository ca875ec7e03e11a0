package agent_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/geo"
)

// ana has joined, is trained, registered and licensed in Florida and Texas, and
// speaks English and Spanish.
func ana() (a agent.Agent) {
	year := time.Date(2026, time.October, 1, 0, 0, 0, 0, time.UTC)
	line := agent.Line{Name: "Health", Health: true, Active: true}
	for _, c := range []agent.Command{
		agent.Register{NPN: 17, Name: "Ana Ruiz"},
		agent.UpdateProfile{Name: "Ana Ruiz", Email: "ana@example.com", Street: "12 Bay Street", City: "Tampa", State: "FL", ZIP: "33602"},
		agent.CompleteTraining{PlanYear: 2027, From: year, Until: year.AddDate(1, 0, 0)},
		agent.CompleteRegistration{PlanYear: 2027, From: year, Until: year.AddDate(1, 0, 0)},
		agent.RecordLicense{State: "FL", Number: "W1", Residency: agent.Resident, Status: agent.Active, Effective: year, Lines: []agent.Line{line}},
		agent.RecordLicense{State: "TX", Number: "22", Residency: agent.Nonresident, Status: agent.Inactive, Effective: year, Lines: []agent.Line{line}},
		agent.AcceptTerms{Document: agent.CMS, Version: "2026"},
		agent.AcceptTerms{Document: agent.HelpOnDemand, Version: "7"},
		agent.ChooseDisplay{Choice: agent.DisplayNoStreet},
		agent.SetLanguages{Languages: []string{"en", "es-MX"}},
		agent.ReviewProfile{},
	} {
		events, err := agent.Decide(a, c)
		if err != nil {
			panic(err)
		}
		for _, e := range events {
			a = agent.Apply(a, e)
		}
	}
	return a
}

// A command makes events, or is refused by a rule; one that changes nothing
// makes none.
func ExampleDecide() {
	a := ana()
	for _, c := range []agent.Command{
		agent.ChooseDisplay{Choice: agent.DisplayHome},
		agent.ChooseDisplay{Choice: agent.DisplayNoStreet},
		agent.ChooseDisplay{Choice: 5},
	} {
		events, err := agent.Decide(a, c)
		if refused, ok := errors.AsType[*agent.Rejection](err); ok {
			fmt.Println(refused.Rule, refused.Err)
		}
		for _, e := range events {
			data, _ := agent.Encode(e)
			fmt.Printf("%s %s\n", e.Kind(), data)
		}
	}
	// Output:
	// agent.display_chosen.v1 {"choice":3}
	// R26 display choice 5 is not one of 1, 2, 3, 4
}

// A verdict lists every reason against an agent, each with its rule.
func ExampleAgent_Verdict() {
	a, at := ana(), time.Date(2026, time.November, 23, 17, 0, 0, 0, time.UTC)
	fmt.Println(a.Verdict(agent.Need{State: "FL", Languages: []spoken.Key{"es"}}, agent.Terms{}, at))
	for _, r := range a.Verdict(agent.Need{State: "TX", Languages: []spoken.Key{"ht"}}, agent.Terms{CMS: "2027"}, at) {
		fmt.Println(r, r.Rescinds())
	}
	// Output:
	// []
	// has not accepted the required version of CMS's terms (R19) false
	// holds a license that is not active in TX (R21) true
	// speaks none of the consumer's languages (S14) true
}

// A standing is what an index holds, until the clock changes it.
func ExampleAgent_Standing() {
	s, until := ana().Standing(agent.Terms{}, time.Date(2026, time.November, 23, 17, 0, 0, 0, time.UTC))
	fmt.Println(s.States, s.Languages, s.OnDuty, until)
	// Output:
	// FL [en es] true 2027-10-01 00:00:00 +0000 UTC
}

// The preference list has the licensed states, ticked or not, and says what is
// missing and whom to write to.
func ExampleAgent_StateChoices() {
	a := ana()
	events, err := agent.Decide(a, agent.UntickStates{States: []geo.State{"FL"}})
	if err != nil {
		fmt.Println(err)
	}
	for _, e := range events {
		a = agent.Apply(a, e)
	}
	for _, c := range a.StateChoices(time.Date(2026, time.November, 23, 17, 0, 0, 0, time.UTC)) {
		fmt.Printf("%s %v %v %q\n", c.State, c.Ticked, c.Missing, c.Support)
	}
	// Output:
	// FL false [] ""
	// TX false [holds a license that is not active in TX (R21)] "FFMProducer-Assister@cms.hhs.gov"
}

// Under display choice 2 a person sees no street.
func ExampleAgent_Card() {
	at := time.Date(2026, time.November, 23, 17, 0, 0, 0, time.UTC)
	card, ok := ana().Card("FL", at)
	fmt.Printf("%s, %q, %s %s %s, %s, %v\n", card.Name, card.Street, card.City, card.State, card.ZIP, card.Languages, ok)
	_, ok = ana().Card("GA", at)
	fmt.Println(ok)
	// Output:
	// Ana Ruiz, "", Tampa FL 33602, [en es-MX], true
	// false
}
