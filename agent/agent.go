package agent

import (
	"time"

	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/geo"
)

// Agent is all that is known of one agent at one position of the log: the fold
// of its events by [Apply]. The zero Agent never registered. An Agent is a
// value: Apply never changes what an earlier one holds, and callers must not
// change its slices.
type Agent struct {
	NPN          NPN               `json:"npn"`
	Name         string            `json:"name"`
	Profile      Profile           `json:"profile,omitzero"`
	Reviewed     bool              `json:"reviewed"`
	Training     []Completion      `json:"training,omitempty"`     // by year
	Registration []Completion      `json:"registration,omitempty"` // by year
	Accepted     []Acceptance      `json:"accepted,omitempty"`     // in the order of acceptance
	Licenses     []License         `json:"licenses,omitempty"`     // by state, then number
	Display      Display           `json:"display"`
	Unticked     geo.States        `json:"unticked"` // dormant unless Display.Narrows (R4)
	Languages    []spoken.Language `json:"languages,omitempty"`
	Channels     []Channel         `json:"channels,omitempty"`
	Hours        Hours             `json:"hours,omitzero"`
	Override     Override          `json:"override,omitempty"`
	Absences     []Absence         `json:"absences,omitempty"`     // by From
	Terminations []Termination     `json:"terminations,omitempty"` // in the order they came
}

// Registered reports whether the agent joined Help On Demand (R22).
func (a Agent) Registered() bool { return a.NPN != 0 }

// licensed returns the states where the agent holds a valid license.
func (a Agent) licensed(at time.Time) (in geo.States) {
	for _, l := range a.Licenses {
		if l.Valid(at) {
			in = in.With(l.State)
		}
	}
	return in
}

// displayed returns the states where the agent may be shown: display choice,
// license, training and Marketplace registration decide (S5–S8, R3, R32), and
// no termination stands against it (R20).
func (a Agent) displayed(at time.Time) geo.States {
	if !covered(a.Training, at) || !covered(a.Registration, at) {
		return 0
	}
	return a.shown(at)
}

// shown returns the states where the agent may be shown while training and
// registration cover it.
func (a Agent) shown(at time.Time) geo.States {
	switch in := a.licensed(at) &^ terminated(a.Terminations); a.Display {
	case DisplayAll, DisplayNoStreet:
		return in
	case DisplayHome:
		return in & geo.StatesOf(a.Profile.State)
	}
	return 0
}

// unticked returns the states that preferences keep out now (S9, R4).
func (a Agent) unticked() geo.States {
	if a.Display.Narrows() {
		return a.Unticked
	}
	return 0
}
