package agent_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo"
)

var (
	someStates    = []geo.State{"FL", "TX", "GA"}
	someTags      = []string{"en", "es", "ht", "es-MX"}
	someZones     = []string{"America/New_York", "America/Phoenix", "Pacific/Guam"}
	someVersions  = []string{"1", "2"}
	someCauses    = []agent.Cause{agent.CauseFraud, agent.CauseNoncompliance, agent.CauseResidentLicense}
	someLines     = []agent.Line{health, {Name: "Life", Active: true}, {Name: "Health", Health: true}}
	someDocuments = []agent.Document{agent.CMS, agent.HelpOnDemand}
)

func pick[T any](rng *rand.Rand, from []T) T { return from[rng.IntN(len(from))] }

// moment returns an instant within some weeks of noon, on a grid so coarse that
// two often meet, around the spring change of the clocks too.
func moment(rng *rand.Rand) time.Time {
	base := noon
	if rng.IntN(4) == 0 {
		base = time.Date(2027, 3, 14, 7, 0, 0, 0, time.UTC)
	}
	return base.Add(time.Duration(rng.IntN(41)-20) * 6 * time.Hour)
}

// randomCommand returns any command after the first, one that may be refused
// because of what stands, not for what it says.
func randomCommand(rng *rand.Rand) agent.Command {
	from := moment(rng)
	until := from.Add(time.Duration(1+rng.IntN(40)) * 6 * time.Hour)
	switch rng.IntN(22) {
	case 0:
		p := profile
		p.State = pick(rng, someStates)
		if rng.IntN(4) == 0 {
			p.Email = ""
		}
		if rng.IntN(2) == 0 {
			p.Resolved = tampa
		}
		return p
	case 1:
		return agent.ReviewProfile{}
	case 2:
		return agent.CompleteTraining{PlanYear: 2026 + rng.IntN(2), From: from, Until: until}
	case 3:
		return agent.CompleteRegistration{PlanYear: 2026 + rng.IntN(2), From: from, Until: until}
	case 4:
		return agent.AcceptTerms{Document: pick(rng, someDocuments), Version: pick(rng, someVersions)}
	case 5, 6, 7:
		l := agent.RecordLicense{
			State: pick(rng, someStates), Number: pick(rng, someVersions), Residency: agent.Nonresident, Status: agent.Active, Effective: from, Expires: until,
			Lines: []agent.Line{pick(rng, someLines), health},
		}
		if rng.IntN(4) == 0 {
			l.Status = agent.Inactive
		}
		if rng.IntN(3) == 0 {
			l.Expires = time.Time{}
		}
		if rng.IntN(3) == 0 {
			l.Lines[1].Issued = moment(rng)
		}
		return l
	case 8:
		return agent.RemoveLicense{State: pick(rng, someStates), Number: pick(rng, someVersions)}
	case 9, 10:
		return agent.ChooseDisplay{Choice: agent.Display(1 + rng.IntN(4))}
	case 11:
		return agent.UntickStates{States: []geo.State{pick(rng, someStates), pick(rng, someStates)}[:rng.IntN(3)]}
	case 12, 13:
		return agent.SetLanguages{Languages: []string{pick(rng, someTags), pick(rng, someTags)}[:rng.IntN(3)]}
	case 14:
		return agent.SetChannels{Channels: []agent.Channel{agent.App, agent.Text}[:rng.IntN(3)]}
	case 15, 16:
		c := agent.SetHours{Zone: pick(rng, someZones)}
		for range rng.IntN(3) {
			s := agent.Shift{Day: agent.Day(rng.IntN(7)), From: agent.Minute(30 * rng.IntN(48)), To: agent.Minute(30 * rng.IntN(49))}
			if s.From == s.To {
				s.To = s.From ^ 1
			}
			c.Weekly = append(c.Weekly, s)
		}
		return c
	case 17:
		return agent.SetOverride{Override: pick(rng, []agent.Override{agent.OverrideAuto, agent.OverrideAuto, agent.OverrideOn, agent.OverrideOff})}
	case 18:
		return agent.SetAbsence{From: from, Until: until}
	case 19:
		return agent.ClearAbsence{From: from}
	case 20:
		if rng.IntN(2) == 0 {
			return agent.Terminate{Cause: agent.CauseNonresidentLicense, State: pick(rng, someStates)}
		}
		return agent.Terminate{Cause: pick(rng, someCauses)}
	default:
		if rng.IntN(2) == 0 {
			return agent.Reinstate{Cause: agent.CauseNonresidentLicense, State: pick(rng, someStates)}
		}
		return agent.Reinstate{Cause: pick(rng, someCauses)}
	}
}

// randomAgent returns an agent after some random commands; half of them begin
// ready, so that many are eligible.
func randomAgent(t testing.TB, rng *rand.Rand) agent.Agent {
	t.Helper()
	start := joined[:1]
	if rng.IntN(4) > 0 {
		start = ready
	}
	a := fold(t, agent.Agent{}, start...)
	for range rng.IntN(9) {
		events, err := agent.Decide(a, randomCommand(rng))
		if err != nil {
			continue
		}
		for _, e := range events {
			a = agent.Apply(a, e)
		}
	}
	return a
}
