package agent

import (
	"time"

	"github.com/relevo-go/relevo/geo"
)

// Command is a wish to change what is known of one agent; [Decide] turns it
// into events or refuses it. Each command has the fields of its event plus At,
// when the desk received it; no rule about agents depends on it. Of a profile,
// Resolved is set by the desk.
type Command interface{ isCommand() }

// Register joins Help On Demand under an NPN (R22). It comes first.
type Register struct {
	NPN  NPN
	Name string
	At   time.Time
}

// UpdateProfile replaces the contact information and the office. Resolved is
// set by the desk from its ZIP table.
type UpdateProfile struct {
	Name, Email, Phone, Street, City string
	State                            geo.State
	ZIP                              geo.ZIP
	Point, Resolved                  geo.Point
	At                               time.Time
}

// ReviewProfile says that the agent went over contact information, languages
// and states (S13). It needs a profile and both terms (R22).
type ReviewProfile struct{ At time.Time }

// CompleteTraining records Marketplace training for a plan year, in force from
// From up to Until. A later one for the same year replaces it.
type CompleteTraining struct {
	PlanYear        int
	From, Until, At time.Time
}

// CompleteRegistration records Marketplace registration for a plan year, as
// [CompleteTraining] does training.
type CompleteRegistration struct {
	PlanYear        int
	From, Until, At time.Time
}

// AcceptTerms accepts one version of one document (R19).
type AcceptTerms struct {
	Document Document
	Version  string
	At       time.Time
}

// RecordLicense records a license as the registry shows it, in place of what
// was recorded under the same state and number.
type RecordLicense struct {
	State                  geo.State
	Number                 string
	Residency              Residency
	Status                 LicenseStatus
	Effective, Expires, At time.Time
	Lines                  []Line
}

// RemoveLicense records that the registry no longer shows a license.
type RemoveLicense struct {
	State  geo.State
	Number string
	At     time.Time
}

// ChooseDisplay makes the MLMS display choice, 1 to 4 (S4).
type ChooseDisplay struct {
	Choice Display
	At     time.Time
}

// UntickStates replaces the whole set of unticked states (S11, R5). It is
// refused while preferences are dormant (R4).
type UntickStates struct {
	States []geo.State
	At     time.Time
}

// SetLanguages replaces the languages the agent speaks, as BCP 47 tags.
type SetLanguages struct {
	Languages []string
	At        time.Time
}

// SetChannels replaces the channels for offers (S16); none means e-mail (R34).
type SetChannels struct {
	Channels []Channel
	At       time.Time
}

// SetHours replaces the weekly hours (B1). No shifts means always.
type SetHours struct {
	Zone   string
	Weekly []Shift
	At     time.Time
}

// SetOverride switches duty on or off by hand, or back to the hours (B1).
type SetOverride struct {
	Override Override
	At       time.Time
}

// SetAbsence records a time away (B1); one with the same From is replaced.
type SetAbsence struct{ From, Until, At time.Time }

// ClearAbsence takes back the absence that begins at From.
type ClearAbsence struct{ From, At time.Time }

// Terminate takes the agent out, by scope of the cause (R20).
type Terminate struct {
	Cause Cause
	State geo.State
	At    time.Time
}

// Reinstate ends the termination with the same cause and state (R20).
type Reinstate struct {
	Cause Cause
	State geo.State
	At    time.Time
}

func (Register) isCommand()             {}
func (UpdateProfile) isCommand()        {}
func (ReviewProfile) isCommand()        {}
func (CompleteTraining) isCommand()     {}
func (CompleteRegistration) isCommand() {}
func (AcceptTerms) isCommand()          {}
func (RecordLicense) isCommand()        {}
func (RemoveLicense) isCommand()        {}
func (ChooseDisplay) isCommand()        {}
func (UntickStates) isCommand()         {}
func (SetLanguages) isCommand()         {}
func (SetChannels) isCommand()          {}
func (SetHours) isCommand()             {}
func (SetOverride) isCommand()          {}
func (SetAbsence) isCommand()           {}
func (ClearAbsence) isCommand()         {}
func (Terminate) isCommand()            {}
func (Reinstate) isCommand()            {}
