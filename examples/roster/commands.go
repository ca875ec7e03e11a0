package roster

import (
	"fmt"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/geo/zone"
)

// PlanYear is the plan year for which the agents are trained and registered.
const PlanYear = 2027

// PlanFrom and PlanUntil bound the time for which training and Marketplace
// registration are in force.
var (
	PlanFrom  = time.Date(2026, time.July, 15, 4, 0, 0, 0, time.UTC)
	PlanUntil = time.Date(2027, time.November, 1, 4, 0, 0, 0, time.UTC)
)

// Commands returns everything that makes the agent take part, in the order the
// rules want it (S13, R22): registration, training, terms, contact information,
// languages, licenses, states, and last the review of it all. Sent again they
// add nothing (R23), or put back what was changed since.
func (a Agent) Commands() []agent.Command {
	serial := a.NPN % 10_000
	commands := []agent.Command{
		agent.Register{Name: a.Name},
		agent.CompleteTraining{PlanYear: PlanYear, From: PlanFrom, Until: PlanUntil},
		agent.CompleteRegistration{PlanYear: PlanYear, From: PlanFrom, Until: PlanUntil},
		agent.AcceptTerms{Document: agent.CMS, Version: "2026-07"},
		agent.AcceptTerms{Document: agent.HelpOnDemand, Version: "2026-07"},
		agent.UpdateProfile{
			Name: a.Name, Email: fmt.Sprintf("agent-%s@example.com", a.NPN), Phone: fmt.Sprintf("202-555-01%02d", serial%100),
			Street: fmt.Sprintf("%d Sample Street", serial), City: "Sampleville", State: a.State, ZIP: a.ZIP,
		},
		agent.SetLanguages{Languages: a.Languages},
	}
	for _, s := range a.Licenses {
		commands = append(commands, a.License(s, Day(s, 2022, time.January, 1), Day(s, 2029, time.January, 1)))
	}
	commands = append(commands, agent.ChooseDisplay{Choice: a.Display})
	if len(a.Unticked) > 0 {
		commands = append(commands, agent.UntickStates{States: a.Unticked})
	}
	return append(commands, agent.ReviewProfile{})
}

// License returns the command that records the agent's license in a state, with
// a health line of authority, from one instant up to but not including another.
func (a Agent) License(s geo.State, from, until time.Time) agent.RecordLicense {
	residency := agent.Nonresident
	if s == a.State {
		residency = agent.Resident
	}
	return agent.RecordLicense{
		State: s, Number: fmt.Sprintf("%s-%s", s, a.NPN), Residency: residency, Status: agent.Active, Effective: from, Expires: until,
		Lines: []agent.Line{{Name: "Health", Health: true, Active: true}},
	}
}

// Day returns the instant at which a day begins in a state, in the time zone of
// most of its people: registries write days, and the rules want instants (R35).
// An unknown state gives the day in UTC.
func Day(s geo.State, year int, month time.Month, day int) time.Time {
	local, ok := zone.Of(s)
	if !ok {
		local = time.UTC
	}
	return time.Date(year, month, day, 0, 0, 0, 0, local)
}
