package agent

import (
	"cmp"
	"slices"
)

// Apply returns the agent as it stands after e. It cannot fail, and it leaves a
// as it was.
func Apply(a Agent, e Event) Agent {
	a.apply(e)
	return a
}

// apply is Apply in place. It changes no list that a shares with another, and
// keeps no hold of e, so that an event folded on the spot needs no allocation.
func (a *Agent) apply(e Event) {
	switch e := e.(type) {
	case Registered:
		a.NPN, a.Name = e.NPN, e.Name
	case ProfileUpdated:
		a.Profile = Profile(e)
	case ProfileReviewed:
		a.Reviewed = true
	case TrainingCompleted:
		a.Training = with(a.Training, Completion(e), byYear)
	case RegistrationCompleted:
		a.Registration = with(a.Registration, Completion(e), byYear)
	case TermsAccepted:
		a.Accepted = append(slices.Clip(a.Accepted), Acceptance(e))
	case LicenseRecorded:
		a.Licenses = with(a.Licenses, License(e), byName)
	case LicenseRemoved:
		a.Licenses = without(a.Licenses, License{State: e.State, Number: e.Number}, byName)
	case DisplayChosen:
		a.Display = e.Choice
	case StatesUnticked:
		a.Unticked = e.States
	case LanguagesSet:
		a.Languages = e.Languages
	case ChannelsSet:
		a.Channels = e.Channels
	case HoursSet:
		a.Hours = Hours(e)
	case OverrideSet:
		a.Override = e.Override
	case AbsenceSet:
		a.Absences = with(a.Absences, Absence(e), byFrom)
	case AbsenceCleared:
		a.Absences = without(a.Absences, Absence{From: e.From}, byFrom)
	case Terminated:
		a.Terminations = append(slices.Clip(a.Terminations), Termination(e))
	case Reinstated:
		if i := slices.Index(a.Terminations, Termination(e)); i >= 0 {
			a.Terminations = slices.Delete(slices.Clone(a.Terminations), i, i+1)
		}
	}
}

func byYear(x, y Completion) int { return cmp.Compare(x.PlanYear, y.PlanYear) }

func byFrom(x, y Absence) int { return x.From.Compare(y.From) }

// with returns a copy of the ordered list with v in the place of what is named
// alike, or added in order.
func with[T any](list []T, v T, order func(T, T) int) []T {
	i, found := slices.BinarySearchFunc(list, v, order)
	if found {
		list = slices.Clone(list)
		list[i] = v
		return list
	}
	return slices.Insert(slices.Clip(list), i, v)
}

// without returns a copy of the ordered list without what is named as v is.
func without[T any](list []T, v T, order func(T, T) int) []T {
	i, found := slices.BinarySearchFunc(list, v, order)
	if !found {
		return list
	}
	return slices.Delete(slices.Clone(list), i, i+1)
}
