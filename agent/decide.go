package agent

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"

	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/geo"
)

// Decide returns the events that a command makes of an agent, or a
// [*Rejection] that cites the rule against it. A command that would change
// nothing returns no event and no error (R23). The events are in the form in
// which they are recorded: what was given is cleaned and resolved here, once.
func Decide(a Agent, c Command) ([]Event, error) {
	if reflect.ValueOf(c).Kind() != reflect.Struct {
		return nil, fmt.Errorf("agent: %T is no command: give one of this package's, by value", c)
	}
	if c, ok := c.(Register); ok {
		return decideRegister(a, c)
	}
	if !a.Registered() {
		return nil, &Rejection{"R22", ErrUnknown}
	}
	switch c := c.(type) {
	case UpdateProfile:
		p, err := Profile{c.Name, c.Email, c.Phone, c.Street, c.City, c.State, c.ZIP, c.Point, c.Resolved}.clean()
		return unless(p == a.Profile, ProfileUpdated(p), err)
	case ReviewProfile:
		return unless(a.Reviewed, ProfileReviewed{}, a.reviewable())
	case CompleteTraining:
		y, err := completed("training", Completion{c.PlanYear, c.From, c.Until})
		return unless(slices.ContainsFunc(a.Training, y.equal), TrainingCompleted(y), err)
	case CompleteRegistration:
		y, err := completed("registration", Completion{c.PlanYear, c.From, c.Until})
		return unless(slices.ContainsFunc(a.Registration, y.equal), RegistrationCompleted(y), err)
	case AcceptTerms:
		version, ok := text(c.Version)
		if c.Document != CMS && c.Document != HelpOnDemand {
			return nil, Reject("S13", "the document is neither %q nor %q", CMS, HelpOnDemand)
		}
		if !ok || version == "" {
			return nil, Reject("R19", "give the version of the %s terms that was accepted", c.Document)
		}
		return unless(accepted(a.Accepted, c.Document, version), TermsAccepted{c.Document, version}, nil)
	case RecordLicense:
		l, err := License{c.State, c.Number, c.Residency, c.Status, c.Effective, c.Expires, slices.Clone(c.Lines)}.clean()
		if _, held := slices.BinarySearchFunc(a.Licenses, l, byName); err == nil && !held && len(a.Licenses) >= maxLicenses {
			err = Reject("R21", "agent %s has %d licenses on record: remove those that ended first", a.NPN, len(a.Licenses))
		}
		return unless(slices.ContainsFunc(a.Licenses, l.equal), LicenseRecorded(l), err)
	case RemoveLicense:
		state, err := geo.ParseState(string(c.State))
		if err != nil {
			return nil, &Rejection{"R21", err}
		}
		number, _ := text(c.Number)
		_, held := slices.BinarySearchFunc(a.Licenses, License{State: state, Number: number}, byName)
		return unless(!held, LicenseRemoved{state, number}, nil)
	case ChooseDisplay:
		if !c.Choice.Valid() {
			return nil, Reject("R26", "display choice %d is not one of 1, 2, 3, 4", c.Choice)
		}
		return unless(c.Choice == a.Display, DisplayChosen{c.Choice}, nil)
	case UntickStates:
		return decideUntick(a, c)
	case SetLanguages:
		languages, err := spoken.ParseAll(c.Languages)
		if err != nil {
			return nil, &Rejection{"R27", err}
		}
		if languages == nil {
			languages = []spoken.Language{}
		}
		return unless(slices.Equal(languages, a.Languages), LanguagesSet{languages}, nil)
	case SetChannels:
		list, err := cleanChannels(c.Channels)
		return unless(slices.Equal(list, a.Channels), ChannelsSet{list}, err)
	case SetHours:
		h, err := Hours{c.Zone, c.Weekly}.clean()
		return unless(h.equal(a.Hours), HoursSet(h), err)
	case SetOverride:
		if c.Override != OverrideAuto && c.Override != OverrideOn && c.Override != OverrideOff {
			return nil, Reject("B1", "the override is none of %q, %q, %q", OverrideAuto, OverrideOn, OverrideOff)
		}
		return unless(c.Override == a.override(), OverrideSet{c.Override}, nil)
	case SetAbsence:
		from, until, err := span("B1", "an absence", c.From, c.Until)
		if _, held := slices.BinarySearchFunc(a.Absences, Absence{From: from}, byFrom); err == nil && !held && len(a.Absences) >= maxAbsences {
			err = Reject("B1", "agent %s has %d absences on record: clear those that are over first", a.NPN, len(a.Absences))
		}
		same := func(b Absence) bool { return b.From.Equal(from) && b.Until.Equal(until) }
		return unless(slices.ContainsFunc(a.Absences, same), AbsenceSet{from, until}, err)
	case ClearAbsence:
		from, err := instant(c.From)
		if err != nil {
			return nil, Reject("B1", "give the instant from which the absence was to be")
		}
		_, away := slices.BinarySearchFunc(a.Absences, Absence{From: from}, byFrom)
		return unless(!away, AbsenceCleared{from}, nil)
	case Terminate:
		t, err := Termination{c.Cause, c.State}.clean()
		return unless(slices.Contains(a.Terminations, t), Terminated(t), err)
	case Reinstate:
		t, err := Termination{c.Cause, c.State}.clean()
		return unless(!slices.Contains(a.Terminations, t), Reinstated(t), err)
	}
	return nil, fmt.Errorf("agent: %T is no command: give one of this package's, by value", c)
}

// unless returns err, or nothing if the event would change nothing, or the event.
func unless(same bool, e Event, err error) ([]Event, error) {
	if err != nil || same {
		return nil, err
	}
	return []Event{e}, nil
}

func decideRegister(a Agent, c Register) ([]Event, error) {
	if !c.NPN.Valid() {
		return nil, Reject("R22", "NPN %s has not one to ten digits", strconv.FormatUint(uint64(c.NPN), 10))
	}
	name, ok := text(c.Name)
	if !ok || name == "" {
		return nil, Reject("R22", "give the agent's name, at most %d bytes without control characters", maxText)
	}
	if a.Registered() && a.NPN != c.NPN {
		return nil, Reject("R22", "this is agent %s, not %s", a.NPN, c.NPN)
	}
	if a.Registered() && a.Name != name {
		return nil, Reject("R22", "agent %s is registered under another name: a registration happens once, so change the name in the profile", a.NPN)
	}
	return unless(a.Registered(), Registered{c.NPN, name}, nil)
}

// reviewable returns why the profile cannot be reviewed yet.
func (a Agent) reviewable() error {
	switch {
	case !accepted(a.Accepted, CMS, "") || !accepted(a.Accepted, HelpOnDemand, ""):
		return Reject("S13", "agent %s has not accepted both terms of use: accept %q and %q before the review", a.NPN, CMS, HelpOnDemand)
	case a.Profile == Profile{}:
		return Reject("S13", "agent %s has no profile to review: update the profile first", a.NPN)
	}
	return nil
}

// completed returns a training or registration as recorded, or a rejection.
func completed(what string, y Completion) (Completion, error) {
	if y.PlanYear < 2014 || y.PlanYear > 9999 {
		return y, Reject("S2", "plan year %d of the %s is not between 2014, the Marketplace's first, and 9999", y.PlanYear, what)
	}
	var err error
	y.From, y.Until, err = span("S2", "the "+what+" for plan year "+strconv.Itoa(y.PlanYear), y.From, y.Until)
	return y, err
}

func decideUntick(a Agent, c UntickStates) ([]Event, error) {
	if !a.Display.Narrows() {
		return nil, Reject("R4", "agent %s has display choice %s: state preferences exist under choices 1 and 2 only, so choose one of them first", a.NPN, a.Display)
	}
	var set geo.States
	for _, s := range c.States {
		state, err := geo.ParseState(string(s))
		if err != nil {
			return nil, &Rejection{"S11", err}
		}
		set = set.With(state)
	}
	return unless(set == a.Unticked, StatesUnticked{set}, nil)
}

// cleanChannels returns the channels in their fixed order, each once.
func cleanChannels(given []Channel) ([]Channel, error) {
	for _, c := range given {
		if !c.Valid() {
			return nil, Reject("S16", "a channel is none of %q, %q, %q", Email, Text, App)
		}
	}
	list := make([]Channel, 0, len(channels))
	for _, c := range channels {
		if slices.Contains(given, c) {
			list = append(list, c)
		}
	}
	return list, nil
}
