package agent

import (
	"time"

	"github.com/relevo-go/relevo/geo"
)

// SupportAddress is whom to write to about a license that the registry shows
// and the preference list lacks (S12).
const SupportAddress = "FFMProducer-Assister@cms.hhs.gov"

// StateChoice is a line of the agent's preference list, or a state that the
// list lacks. Missing is empty for a state on the list; otherwise it says why
// the state is not there, and Support whom to write to: the agent cannot add it.
type StateChoice struct {
	State   geo.State
	Ticked  bool
	Missing []Reason
	Support string
}

// StateChoices returns the preference list at an instant, by state code: every
// state with a valid license, ticked unless the agent unticked it (S10, S11),
// and every state with a license that the list lacks, with the reason (S12).
// Preferences exist only under display choices 1 and 2 (S9); otherwise it
// returns nil.
func (a Agent) StateChoices(at time.Time) (list []StateChoice) {
	if !a.Display.Narrows() {
		return nil
	}
	var held geo.States
	for _, l := range a.Licenses {
		held = held.With(l.State)
	}
	for s := range held.All() {
		c := StateChoice{State: s}
		for _, flaw := range a.licenseFlaws(s, at) {
			c.Missing = append(c.Missing, Reason{flaw, s})
		}
		if terminated(a.Terminations).Has(s) {
			c.Missing = append(c.Missing, Reason{IsTerminated, s})
		}
		if c.Missing == nil {
			c.Ticked = !a.Unticked.Has(s)
		} else {
			c.Support = SupportAddress
		}
		list = append(list, c)
	}
	return list
}
