package agent

import (
	"time"

	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/geo"
)

// Footing returns the part of the agent's standing that is its own, as if its
// [Schedule] were always open: States as licenses, display choice and preferences
// have them, and OnDuty as the override and absences do. The agent takes offers in
// a state while its footing is on duty, has the state, and its schedule is open.
//
// Before gains, the first instant at which the clock may add a state or duty, zero
// if there is none, the footing loses at most; whether it has, [Agent.Stands] tells.
func (a Agent) Footing(at time.Time) (s Standing, gains time.Time) {
	s = Standing{Point: a.Profile.Position(), Languages: a.keys(), OnDuty: a.present(at)}
	if a.participates() {
		s.States = a.shown(at) &^ a.unticked()
	}
	n := next{after: at}
	for _, l := range a.Licenses {
		n.offer(l.Effective)
		for _, line := range l.Lines {
			n.offer(line.Issued)
		}
	}
	if a.override() == OverrideAuto {
		for _, b := range a.Absences {
			n.offer(b.Until)
		}
	}
	return s, n.at
}

// Steady returns the first instant after another at which the clock may change
// the agent's footing or its eligibility ([Agent.Loss]), for which training and
// registration count and hours do not; zero if there is none.
func (a Agent) Steady(at time.Time) time.Time {
	n := next{after: at}
	a.covers(n.offer)
	if a.override() == OverrideAuto {
		for _, b := range a.Absences {
			n.offer(b.From)
			n.offer(b.Until)
		}
	}
	return n.at
}

// Stands reports whether the agent's footing is in a state at an instant.
func (a Agent) Stands(in geo.State, at time.Time) bool {
	return a.participates() && a.present(at) && (a.shown(at) &^ a.unticked()).Has(in)
}

// next finds the first of many instants that is after one.
type next struct{ after, at time.Time }

func (n *next) offer(t time.Time) {
	if t.After(n.after) && (n.at.IsZero() || t.Before(n.at)) {
		n.at = t
	}
}

// participates reports whether nothing keeps the agent out of every line that no
// clock, no state and no terms change.
func (a Agent) participates() bool {
	return a.Registered() && a.Reviewed && len(a.OfferChannels()) > 0
}

// keys returns the languages that the agent speaks, in its order.
func (a Agent) keys() (list []spoken.Key) {
	for _, l := range a.Languages {
		list = append(list, l.Key)
	}
	return list
}
