package agent_test

import (
	"slices"
	"testing"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/geo"
)

// The conversations of an agent with the rulebook, in the order of the rules.
func TestRules(t *testing.T) {
	from, until := noon.Add(-day), noon.Add(day)
	eastern := time.FixedZone("", -5*60*60)
	licensed := agent.LicenseRecorded{
		State: "FL", Number: "A1", Residency: agent.Resident, Status: agent.Active, Effective: noon.Add(-365 * day), Lines: []agent.Line{health},
	}
	registered := joined[:1]
	play(t, []transcript{
		{why: "S2: training is recorded for a plan year, as an interval in UTC.",
			given: registered, when: agent.CompleteTraining{PlanYear: 2027, From: from.In(eastern), Until: until.In(eastern)},
			then: []agent.Event{agent.TrainingCompleted{PlanYear: 2027, From: from, Until: until}}},
		{why: "S2: Marketplace registration is recorded beside it.",
			given: registered, when: agent.CompleteRegistration{PlanYear: 2027, From: from, Until: until},
			then: []agent.Event{agent.RegistrationCompleted{PlanYear: 2027, From: from, Until: until}}},
		{why: "S2: an interval that ends as it begins covers nothing.",
			given: registered, when: agent.CompleteTraining{PlanYear: 2027, From: from, Until: from}, rule: "S2"},
		{why: "S2: both ends are needed.",
			given: registered, when: agent.CompleteRegistration{PlanYear: 2027, From: from}, rule: "S2"},
		{why: "S2: there was no Marketplace before plan year 2014.",
			given: registered, when: agent.CompleteTraining{PlanYear: 2013, From: from, Until: until}, rule: "S2"},
		{why: "S4: a display choice is recorded, and may be changed.",
			given: list(registered, agent.ChooseDisplay{Choice: 4}), when: agent.ChooseDisplay{Choice: 2},
			then: []agent.Event{agent.DisplayChosen{Choice: agent.DisplayNoStreet}}},
		{why: "S10: what is stored is the whole set of unticked states, however they are written.",
			given: ready, when: agent.UntickStates{States: []geo.State{"WI", "Texas", "wi"}},
			then: []agent.Event{agent.StatesUnticked{States: geo.StatesOf("TX", "WI")}}},
		{why: "S11: all ticked again is an empty set.",
			given: list(ready, agent.UntickStates{States: []geo.State{"WI"}}), when: agent.UntickStates{},
			then: []agent.Event{agent.StatesUnticked{}}},
		{why: "S11: what is unticked is a state.",
			given: ready, when: agent.UntickStates{States: []geo.State{"FL", "Ontario"}}, rule: "S11"},
		{why: "S13: a review needs both terms.",
			given: joined[:5], when: agent.ReviewProfile{}, rule: "S13"},
		{why: "S13: a review needs a profile.",
			given: list(registered, joined[4], joined[5]), when: agent.ReviewProfile{}, rule: "S13"},
		{why: "S13: with both, the review is recorded.",
			given: joined[:6], when: agent.ReviewProfile{}, then: []agent.Event{agent.ProfileReviewed{}}},
		{why: "S13: a profile is cleaned once, before it is recorded.",
			given: registered,
			when:  agent.UpdateProfile{Name: " Ana ", Email: "a@b ", State: "florida", ZIP: "33602-1234", Resolved: tampa},
			then:  []agent.Event{agent.ProfileUpdated{Name: "Ana", Email: "a@b", State: "FL", ZIP: "33602", Resolved: tampa}}},
		{why: "S13: a profile has a name.", given: registered, when: agent.UpdateProfile{State: "FL", ZIP: "33602"}, rule: "S13"},
		{why: "S13: a profile has a state.", given: registered, when: agent.UpdateProfile{Name: "Ana", State: "Ontario", ZIP: "33602"}, rule: "S13"},
		{why: "S13: a profile has a ZIP.", given: registered, when: agent.UpdateProfile{Name: "Ana", State: "FL"}, rule: "S13"},
		{why: "S13: an e-mail address has an @.", given: registered, when: agent.UpdateProfile{Name: "Ana", Email: "ana", State: "FL", ZIP: "33602"}, rule: "S13"},
		{why: "S13: control characters are no address.", given: registered, when: agent.UpdateProfile{Name: "Ana", Street: "1\n2", State: "FL", ZIP: "33602"}, rule: "S13"},
		{why: "S13: there are two documents and no third.", given: registered, when: agent.AcceptTerms{Document: "irs", Version: "1"}, rule: "S13"},
		{why: "S16: channels are recorded each once, in a fixed order.",
			given: registered, when: agent.SetChannels{Channels: []agent.Channel{agent.App, agent.Email, agent.App}},
			then: []agent.Event{agent.ChannelsSet{Channels: []agent.Channel{agent.Email, agent.App}}}},
		{why: "S16: a pigeon is no channel.", given: registered, when: agent.SetChannels{Channels: []agent.Channel{"pigeon"}}, rule: "S16"},
		{why: "R4: preferences are not edited under choice 3, where they are dormant.",
			given: list(ready, agent.ChooseDisplay{Choice: 3}), when: agent.UntickStates{States: []geo.State{"FL"}}, rule: "R4"},
		{why: "R4: nor under choice 4.",
			given: list(ready, agent.ChooseDisplay{Choice: 4}), when: agent.UntickStates{States: []geo.State{"FL"}}, rule: "R4"},
		{why: "R4: nor before a choice.", given: joined, when: agent.UntickStates{States: []geo.State{"FL"}}, rule: "R4"},
		{why: "R19: acceptance is per document and version.",
			given: joined, when: agent.AcceptTerms{Document: agent.CMS, Version: " 2027 "},
			then: []agent.Event{agent.TermsAccepted{Document: agent.CMS, Version: "2027"}}},
		{why: "R19: an acceptance names its version.", given: joined, when: agent.AcceptTerms{Document: agent.CMS}, rule: "R19"},
		{why: "R20: a nonresident-license cause names its state.",
			given: ready, when: agent.Terminate{Cause: agent.CauseNonresidentLicense, State: "tx"},
			then: []agent.Event{agent.Terminated{Cause: agent.CauseNonresidentLicense, State: "TX"}}},
		{why: "R20: and cannot do without.", given: ready, when: agent.Terminate{Cause: agent.CauseNonresidentLicense}, rule: "R20"},
		{why: "R20: fraud takes the whole agent out, not a state.", given: ready, when: agent.Terminate{Cause: agent.CauseFraud, State: "TX"}, rule: "R20"},
		{why: "R20: there are four causes.", given: ready, when: agent.Terminate{Cause: "boredom"}, rule: "R20"},
		{why: "R20: reinstatement ends it.",
			given: list(ready, agent.Terminate{Cause: agent.CauseFraud}), when: agent.Reinstate{Cause: agent.CauseFraud},
			then: []agent.Event{agent.Reinstated{Cause: agent.CauseFraud}}},
		{why: "R20: what was not terminated is reinstated already.", given: ready, when: agent.Reinstate{Cause: agent.CauseFraud}},
		{why: "R21: a license is recorded as the registry shows it.",
			given: joined, when: license("fl"), then: []agent.Event{licensed}},
		{why: "R21: a license has a number.", given: joined, when: changed(func(c *agent.RecordLicense) { c.Number = " " }), rule: "R21"},
		{why: "R21: a license is in a state.", given: joined, when: changed(func(c *agent.RecordLicense) { c.State = "Ontario" }), rule: "R21"},
		{why: "R21: a license is resident or nonresident.", given: joined, when: changed(func(c *agent.RecordLicense) { c.Residency = "" }), rule: "R21"},
		{why: "R21: a license is active or inactive.", given: joined, when: changed(func(c *agent.RecordLicense) { c.Status = "lapsed" }), rule: "R21"},
		{why: "R21: a license begins.", given: joined, when: changed(func(c *agent.RecordLicense) { c.Effective = time.Time{} }), rule: "R21"},
		{why: "R21: a license ends after it begins.", given: joined, when: changed(func(c *agent.RecordLicense) { c.Expires = c.Effective }), rule: "R21"},
		{why: "R21: a line of authority has a name.", given: joined, when: changed(func(c *agent.RecordLicense) { c.Lines[0].Name = "" }), rule: "R21"},
		{why: "R21: a license goes when the registry drops it.",
			given: ready, when: agent.RemoveLicense{State: "Florida", Number: "A1"},
			then: []agent.Event{agent.LicenseRemoved{State: "FL", Number: "A1"}}},
		{why: "R21: what is not held is dropped already.", given: ready, when: agent.RemoveLicense{State: "FL", Number: "B2"}},
		{why: "R21: a license is removed from a state.", given: ready, when: agent.RemoveLicense{State: "Ontario", Number: "A1"}, rule: "R21"},
		{why: "R22: joining comes first.", when: agent.ChooseDisplay{Choice: 1}, rule: "R22", is: agent.ErrUnknown},
		{why: "R22: an agent joins under an NPN.",
			when: agent.Register{NPN: 17, Name: " Ana Ruiz "}, then: []agent.Event{agent.Registered{NPN: 17, Name: "Ana Ruiz"}}},
		{why: "R22: an NPN has one to ten digits.", when: agent.Register{Name: "Ana"}, rule: "R22"},
		{why: "R22: and not eleven.", when: agent.Register{NPN: 10_000_000_000, Name: "Ana"}, rule: "R22"},
		{why: "R22: an agent has a name.", when: agent.Register{NPN: 17}, rule: "R22"},
		{why: "R22: a registration is of one agent.", given: registered, when: agent.Register{NPN: 18, Name: "Ana Ruiz"}, rule: "R22"},
		{why: "R22: joining happens once, so another name is another registration.",
			given: registered, when: agent.Register{NPN: 17, Name: "Ana Maria Ruiz"}, rule: "R22"},
		{why: "R23: the same registration again is no news.", given: registered, when: registered[0]},
		{why: "R26: 0 is no display choice.", given: registered, when: agent.ChooseDisplay{}, rule: "R26"},
		{why: "R26: nor is 5.", given: registered, when: agent.ChooseDisplay{Choice: 5}, rule: "R26"},
		{why: "R27: tags are resolved once and recorded with their keys, each language once (R31).",
			given: registered, when: agent.SetLanguages{Languages: []string{"zh-HK", "es-MX", "es"}},
			then: []agent.Event{agent.LanguagesSet{Languages: []spoken.Language{{Tag: "zh-HK", Key: "yue"}, {Tag: "es-MX", Key: "es"}}}}},
		{why: "R27: a label is no tag.", given: registered, when: agent.SetLanguages{Languages: []string{"english"}}, rule: "R27", is: spoken.ErrMalformed},
		{why: "R14: an agent may have no languages, and then matches nobody.",
			given: ready, when: agent.SetLanguages{}, then: []agent.Event{agent.LanguagesSet{Languages: []spoken.Language{}}}},
		{why: "B1: hours are recorded with their zone.",
			given: registered, when: agent.SetHours{Zone: "America/Chicago", Weekly: []agent.Shift{{Day: 1, From: 540, To: 1020}}},
			then: []agent.Event{agent.HoursSet{Zone: "America/Chicago", Weekly: []agent.Shift{{Day: 1, From: 540, To: 1020}}}}},
		{why: "B1: no shifts means always, and needs no zone.",
			given: list(registered, agent.SetHours{Zone: "America/Chicago", Weekly: []agent.Shift{{Day: 1, From: 540, To: 1020}}}),
			when:  agent.SetHours{}, then: []agent.Event{agent.HoursSet{Weekly: []agent.Shift{}}}},
		{why: "B1: a zone is of a US jurisdiction.",
			given: registered, when: agent.SetHours{Zone: "Europe/Paris", Weekly: []agent.Shift{{Day: 1, From: 540, To: 1020}}}, rule: "B1"},
		{why: "B1: a week has at most 70 shifts.",
			given: registered, when: agent.SetHours{Zone: "America/Chicago", Weekly: slices.Repeat([]agent.Shift{{Day: 1, From: 540, To: 600}}, 71)}, rule: "B1"},
		{why: "B1: shifts need a zone.", given: registered, when: agent.SetHours{Weekly: []agent.Shift{{Day: 1, From: 540, To: 1020}}}, rule: "B1"},
		{why: "B1: a shift is on a weekday.",
			given: registered, when: agent.SetHours{Zone: "America/Chicago", Weekly: []agent.Shift{{Day: 7, From: 540, To: 1020}}}, rule: "B1"},
		{why: "B1: a shift of no length, or of a whole day by the same two times, says nothing.",
			given: registered, when: agent.SetHours{Zone: "America/Chicago", Weekly: []agent.Shift{{Day: 1, From: 540, To: 540}}}, rule: "B1"},
		{why: "B1: a day has no minute 1441.",
			given: registered, when: agent.SetHours{Zone: "America/Chicago", Weekly: []agent.Shift{{Day: 1, From: 540, To: 1441}}}, rule: "B1"},
		{why: "B1: duty is switched by hand.",
			given: registered, when: agent.SetOverride{Override: agent.OverrideOff}, then: []agent.Event{agent.OverrideSet{Override: agent.OverrideOff}}},
		{why: "B1: back to what it is at first is no news.", given: registered, when: agent.SetOverride{Override: agent.OverrideAuto}},
		{why: "B1: a switch has three places.", given: registered, when: agent.SetOverride{Override: "maybe"}, rule: "B1"},
		{why: "B1: an absence is an interval.",
			given: registered, when: agent.SetAbsence{From: from, Until: until}, then: []agent.Event{agent.AbsenceSet{From: from, Until: until}}},
		{why: "B1: an absence ends after it begins.", given: registered, when: agent.SetAbsence{From: until, Until: from}, rule: "B1"},
		{why: "B1: an absence is taken back by its beginning.",
			given: list(registered, agent.SetAbsence{From: from, Until: until}), when: agent.ClearAbsence{From: from.In(eastern)},
			then: []agent.Event{agent.AbsenceCleared{From: from}}},
		{why: "B1: an absence that is not there is cleared already.", given: registered, when: agent.ClearAbsence{From: from}},
	})
}

var tampa, _ = geo.PointE7(279_506_000, -824_572_000)

// changed returns the command for a Florida license with one thing changed.
func changed(change func(*agent.RecordLicense)) agent.RecordLicense {
	c := license("FL")
	c.Lines = []agent.Line{health}
	change(&c)
	return c
}

func TestDecideRefusesWhatIsNoCommand(t *testing.T) {
	a := fold(t, agent.Agent{}, ready...)
	for _, c := range []agent.Command{nil, (*agent.ReviewProfile)(nil), &agent.ReviewProfile{}} {
		if got, err := agent.Decide(a, c); got != nil || err == nil {
			t.Errorf("Decide(%T) = %v, %v, want an error", c, got, err)
		}
	}
}
