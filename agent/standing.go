package agent

import (
	"slices"
	"time"

	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/geo"
)

// Standing is where an agent stands for new offers: the states it may be
// offered referrals in, the languages it speaks, where it is, and whether it is
// on duty. It is what an index needs to find the agent.
type Standing struct {
	States    geo.States
	Languages []spoken.Key // in the agent's order
	Point     geo.Point    // unknown: no position
	OnDuty    bool
}

// Equal reports whether two standings are the same.
func (s Standing) Equal(t Standing) bool {
	return s.States == t.States && s.Point == t.Point && s.OnDuty == t.OnDuty && slices.Equal(s.Languages, t.Languages)
}

// Standing returns the agent's standing at an instant under the required terms,
// and until when it holds if no event changes it; a zero until is for ever. It
// agrees with [Agent.Verdict]: an agent without a reason against it is on duty,
// stands in the state and speaks one of the languages.
func (a Agent) Standing(p Terms, at time.Time) (s Standing, until time.Time) {
	s = Standing{Point: a.Profile.Position(), Languages: a.keys(), OnDuty: a.onDuty(at)}
	if len(a.absent(p)) == 0 {
		s.States = a.displayed(at) &^ a.unticked()
	}
	return s, a.nextBoundary(at)
}

// absent returns the reasons that no clock and no state changes, which keep the
// agent out of every line.
func (a Agent) absent(p Terms) (why []Reason) {
	add := func(c Code, out bool) {
		if out {
			why = append(why, Reason{Code: c})
		}
	}
	add(NotRegistered, !a.Registered())
	add(TermsCMS, !accepted(a.Accepted, CMS, p.CMS))
	add(TermsHelpOnDemand, !accepted(a.Accepted, HelpOnDemand, p.HelpOnDemand))
	add(NotReviewed, !a.Reviewed)
	add(NoChannel, len(a.OfferChannels()) == 0)
	return why
}

// nextBoundary returns the first instant after at, at which the clock alone may
// change the agent's standing, or zero if none does.
func (a Agent) nextBoundary(at time.Time) time.Time {
	n := next{after: at}
	a.covers(n.offer)
	a.dutyBoundaries(at, n.offer)
	return n.at
}
