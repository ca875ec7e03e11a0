package agent

import "github.com/relevo-go/relevo/geo"

// Cause is why an agent's part is terminated (R20).
type Cause string

const (
	CauseResidentLicense    Cause = "resident_license"
	CauseNonresidentLicense Cause = "nonresident_license"
	CauseFraud              Cause = "fraud"
	CauseNoncompliance      Cause = "noncompliance"
)

// Termination takes the agent out: everywhere, or in State alone when the
// cause is a nonresident license (R20).
type Termination struct {
	Cause Cause     `json:"cause"`
	State geo.State `json:"state,omitempty"`
}

// clean returns the termination as recorded, or a rejection.
func (t Termination) clean() (Termination, error) {
	switch t.Cause {
	case CauseNonresidentLicense:
		state, err := geo.ParseState(string(t.State))
		if err != nil {
			return t, &Rejection{"R20", err}
		}
		t.State = state
		return t, nil
	case CauseResidentLicense, CauseFraud, CauseNoncompliance:
		if t.State != "" {
			return t, Reject("R20", "a termination for %s takes the whole agent out: give no state", t.Cause)
		}
		return t, nil
	}
	return t, Reject("R20", "the cause is none of %s, %s, %s, %s", CauseResidentLicense, CauseNonresidentLicense, CauseFraud, CauseNoncompliance)
}

// terminated returns the states the terminations take out.
func terminated(all []Termination) (out geo.States) {
	for _, t := range all {
		if t.Cause != CauseNonresidentLicense {
			return geo.EveryState
		}
		out = out.With(t.State)
	}
	return out
}
