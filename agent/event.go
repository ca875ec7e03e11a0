package agent

import (
	"time"

	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/geo"
)

// Event is a fact about one agent, of one of the kinds below. Its fields are
// the data of its record; the NPN is in the record's stream and the time is the
// record's.
type Event interface {
	// Kind returns the versioned word of the wire form, "agent.registered.v1".
	Kind() string
}

type (
	// Registered: the agent joined Help On Demand.
	Registered struct {
		NPN  NPN    `json:"npn"`
		Name string `json:"name"`
	}
	// ProfileUpdated: the contact information and office are these now.
	ProfileUpdated Profile
	// ProfileReviewed: the agent went over the profile.
	ProfileReviewed struct{}
	// TrainingCompleted: Marketplace training is in force for the interval.
	TrainingCompleted Completion
	// RegistrationCompleted: Marketplace registration is in force for the interval.
	RegistrationCompleted Completion
	// TermsAccepted: the agent accepted this version.
	TermsAccepted Acceptance
	// LicenseRecorded: the registry shows the license so.
	LicenseRecorded License
	// LicenseRemoved: the registry no longer shows the license.
	LicenseRemoved struct {
		State  geo.State `json:"state"`
		Number string    `json:"number"`
	}
	// DisplayChosen: the MLMS display choice is this now.
	DisplayChosen struct {
		Choice Display `json:"choice"`
	}
	// StatesUnticked: these states, and no others, are unticked.
	StatesUnticked struct {
		States geo.States `json:"states"`
	}
	// LanguagesSet: the agent speaks these, each as given and as resolved (R31).
	LanguagesSet struct {
		Languages []spoken.Language `json:"languages"`
	}
	// ChannelsSet: offers go to these.
	ChannelsSet struct {
		Channels []Channel `json:"channels"`
	}
	// HoursSet: the weekly hours are these.
	HoursSet Hours
	// OverrideSet: duty is switched so.
	OverrideSet struct {
		Override Override `json:"override"`
	}
	// AbsenceSet: the agent is away in the interval.
	AbsenceSet Absence
	// AbsenceCleared: the absence from From on is taken back.
	AbsenceCleared struct {
		From time.Time `json:"from"`
	}
	// Terminated: the agent is taken out, by scope.
	Terminated Termination
	// Reinstated: the termination is ended.
	Reinstated Termination
)

func (Registered) Kind() string            { return "agent.registered.v1" }
func (ProfileUpdated) Kind() string        { return "agent.profile_updated.v1" }
func (ProfileReviewed) Kind() string       { return "agent.profile_reviewed.v1" }
func (TrainingCompleted) Kind() string     { return "agent.training_completed.v1" }
func (RegistrationCompleted) Kind() string { return "agent.registration_completed.v1" }
func (TermsAccepted) Kind() string         { return "agent.terms_accepted.v1" }
func (LicenseRecorded) Kind() string       { return "agent.license_recorded.v1" }
func (LicenseRemoved) Kind() string        { return "agent.license_removed.v1" }
func (DisplayChosen) Kind() string         { return "agent.display_chosen.v1" }
func (StatesUnticked) Kind() string        { return "agent.states_unticked.v1" }
func (LanguagesSet) Kind() string          { return "agent.languages_set.v1" }
func (ChannelsSet) Kind() string           { return "agent.channels_set.v1" }
func (HoursSet) Kind() string              { return "agent.hours_set.v1" }
func (OverrideSet) Kind() string           { return "agent.override_set.v1" }
func (AbsenceSet) Kind() string            { return "agent.absence_set.v1" }
func (AbsenceCleared) Kind() string        { return "agent.absence_cleared.v1" }
func (Terminated) Kind() string            { return "agent.terminated.v1" }
func (Reinstated) Kind() string            { return "agent.reinstated.v1" }
