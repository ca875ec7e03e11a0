package agent_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/geo"
)

// florida is what a Spanish-speaking consumer in Florida needs.
var florida = agent.Need{State: "FL", Languages: []spoken.Key{"es"}}

// anyTerms are satisfied by any accepted version.
var anyTerms agent.Terms

func TestVerdict(t *testing.T) {
	week := []agent.Shift{{Day: agent.Day(time.Monday), From: agent.MinuteOf(13, 0), To: agent.MinuteOf(17, 0)}}
	expired := license("FL")
	expired.Expires = noon
	tests := []struct {
		why   string
		given []agent.Command
		need  agent.Need
		terms agent.Terms
		want  []agent.Reason
	}{
		{"S1, S14: nothing is against a registered agent who speaks the language and is licensed in the state.",
			ready, florida, anyTerms, nil},
		{"B2: of an agent who only joined every reason is listed, each once, in order.",
			joined[:1], florida, anyTerms, []agent.Reason{
				{Code: agent.NoTraining}, {Code: agent.NoRegistration}, {Code: agent.TermsCMS}, {Code: agent.TermsHelpOnDemand}, {Code: agent.NotReviewed},
				{Code: agent.DisplayUnset}, {Code: agent.NoLicense, State: "FL"}, {Code: agent.NoLanguages}, {Code: agent.NoChannel}}},
		{"S2: training for another time does not count.",
			list(ready, agent.CompleteTraining{PlanYear: 2027, From: noon.Add(1), Until: noon.Add(day)}), florida, anyTerms,
			[]agent.Reason{{Code: agent.NoTraining}}},
		{"S2: nor does registration that has ended.",
			list(ready, agent.CompleteRegistration{PlanYear: 2027, From: noon.Add(-day), Until: noon}), florida, anyTerms,
			[]agent.Reason{{Code: agent.NoRegistration}}},
		{"R22: any plan year's interval that covers the moment is enough.",
			list(ready, agent.CompleteTraining{PlanYear: 2027, From: noon.Add(1), Until: noon.Add(day)},
				agent.CompleteTraining{PlanYear: 2026, From: noon, Until: noon.Add(1)}), florida, anyTerms, nil},
		{"S5: choice 1 takes part in every licensed state, away from home too.",
			list(ready, license("TX")), agent.Need{State: "TX", Languages: []spoken.Key{"en"}}, anyTerms, nil},
		{"S6: choice 2 takes part as choice 1 does.",
			list(ready, license("TX"), agent.ChooseDisplay{Choice: 2}), agent.Need{State: "TX", Languages: []spoken.Key{"en"}}, anyTerms, nil},
		{"S7: choice 3 takes part at home.", list(ready, license("TX"), agent.ChooseDisplay{Choice: 3}), florida, anyTerms, nil},
		{"S7: and not away from home.",
			list(ready, license("TX"), agent.ChooseDisplay{Choice: 3}), agent.Need{State: "TX", Languages: []spoken.Key{"en"}}, anyTerms,
			[]agent.Reason{{Code: agent.NotHome, State: "TX"}}},
		{"S8: choice 4 takes no part.", list(ready, agent.ChooseDisplay{Choice: 4}), florida, anyTerms,
			[]agent.Reason{{Code: agent.DisplayIsNone}}},
		{"R26: without a choice there are no offers.", list(joined, license("FL"), agent.SetLanguages{Languages: []string{"es"}}), florida, anyTerms,
			[]agent.Reason{{Code: agent.DisplayUnset}}},
		{"S11: an unticked state is out.", list(ready, agent.UntickStates{States: []geo.State{"FL"}}), florida, anyTerms,
			[]agent.Reason{{Code: agent.Unticked, State: "FL"}}},
		{"S9, R4: and not under choice 3, where preferences are dormant.",
			list(ready, agent.UntickStates{States: []geo.State{"FL"}}, agent.ChooseDisplay{Choice: 3}), florida, anyTerms, nil},
		{"R3: choice 3 without a license at home takes no part, and the verdict says why.",
			list(joined, license("TX"), agent.ChooseDisplay{Choice: 3}, agent.SetLanguages{Languages: []string{"es"}}), florida, anyTerms,
			[]agent.Reason{{Code: agent.NoHomeLicense, State: "FL"}, {Code: agent.NoLicense, State: "FL"}}},
		{"R3: nor away from home.",
			list(joined, license("TX"), agent.ChooseDisplay{Choice: 3}, agent.SetLanguages{Languages: []string{"es"}}),
			agent.Need{State: "TX", Languages: []spoken.Key{"es"}}, anyTerms,
			[]agent.Reason{{Code: agent.NotHome, State: "TX"}, {Code: agent.NoHomeLicense, State: "FL"}}},
		{"S13: the profile is reviewed before a first referral.",
			list(joined[:6], license("FL"), agent.ChooseDisplay{Choice: 1}, agent.SetLanguages{Languages: []string{"es"}}), florida, anyTerms,
			[]agent.Reason{{Code: agent.NotReviewed}}},
		{"S13: both terms are accepted, CMS's as well.",
			list(joined[:4], joined[5], license("FL"), agent.ChooseDisplay{Choice: 1}, agent.SetLanguages{Languages: []string{"es"}}), florida, anyTerms,
			[]agent.Reason{{Code: agent.TermsCMS}, {Code: agent.NotReviewed}}},
		{"S14: an agent who speaks another language is no match.", ready, agent.Need{State: "FL", Languages: []spoken.Key{"ht"}}, anyTerms,
			[]agent.Reason{{Code: agent.OtherLanguages}}},
		{"S14: nor is one licensed in another state.", ready, agent.Need{State: "GA", Languages: []spoken.Key{"es"}}, anyTerms,
			[]agent.Reason{{Code: agent.NoLicense, State: "GA"}}},
		{"R13: any of the consumer's languages qualifies.", ready, agent.Need{State: "FL", Languages: []spoken.Key{"ht", "en"}}, anyTerms, nil},
		{"R14: an agent without languages matches nobody.", list(ready, agent.SetLanguages{}), florida, anyTerms,
			[]agent.Reason{{Code: agent.NoLanguages}}},
		{"R27: Mexican Spanish is Spanish, and Cantonese is not Mandarin.",
			list(ready, agent.SetLanguages{Languages: []string{"zh-HK"}}), agent.Need{State: "FL", Languages: []spoken.Key{"zh"}}, anyTerms,
			[]agent.Reason{{Code: agent.OtherLanguages}}},
		{"R19: the required version is accepted.", ready, florida, agent.Terms{CMS: "2026", HelpOnDemand: "7"}, nil},
		{"R19: a newer one of CMS is not.", ready, florida, agent.Terms{CMS: "2027", HelpOnDemand: "7"}, []agent.Reason{{Code: agent.TermsCMS}}},
		{"R19: nor a newer one of Help On Demand; the other document's version does not stand in.",
			list(ready, agent.AcceptTerms{Document: agent.CMS, Version: "8"}), florida, agent.Terms{HelpOnDemand: "8"},
			[]agent.Reason{{Code: agent.TermsHelpOnDemand}}},
		{"R19: accepting it mends that.", list(ready, agent.AcceptTerms{Document: agent.HelpOnDemand, Version: "8"}), florida, agent.Terms{HelpOnDemand: "8"}, nil},
		{"R20: a resident-license cause takes the whole agent out.",
			list(ready, agent.Terminate{Cause: agent.CauseResidentLicense}), florida, anyTerms, []agent.Reason{{Code: agent.IsTerminated, State: "FL"}}},
		{"R20: so does fraud.", list(ready, agent.Terminate{Cause: agent.CauseFraud}), florida, anyTerms, []agent.Reason{{Code: agent.IsTerminated, State: "FL"}}},
		{"R20: so does non-compliance; the license at home is not said to be lacking.",
			list(ready, agent.ChooseDisplay{Choice: 3}, agent.Terminate{Cause: agent.CauseNoncompliance}), florida, anyTerms,
			[]agent.Reason{{Code: agent.IsTerminated, State: "FL"}}},
		{"R20: a nonresident-license cause takes out its state.",
			list(ready, license("TX"), agent.Terminate{Cause: agent.CauseNonresidentLicense, State: "TX"}), agent.Need{State: "TX", Languages: []spoken.Key{"es"}},
			anyTerms, []agent.Reason{{Code: agent.IsTerminated, State: "TX"}}},
		{"R20: and no other.",
			list(ready, license("TX"), agent.Terminate{Cause: agent.CauseNonresidentLicense, State: "TX"}), florida, anyTerms, nil},
		{"R20: one cause is reinstated and the other stands.",
			list(ready, agent.Terminate{Cause: agent.CauseFraud}, agent.Terminate{Cause: agent.CauseNoncompliance}, agent.Reinstate{Cause: agent.CauseFraud}),
			florida, anyTerms, []agent.Reason{{Code: agent.IsTerminated, State: "FL"}}},
		{"R20: both are reinstated.",
			list(ready, agent.Terminate{Cause: agent.CauseFraud}, agent.Terminate{Cause: agent.CauseNoncompliance}, agent.Reinstate{Cause: agent.CauseFraud},
				agent.Reinstate{Cause: agent.CauseNoncompliance}), florida, anyTerms, nil},
		{"R21: of several licenses that are all flawed each flaw is listed.",
			list(ready, expired, changed(func(c *agent.RecordLicense) { c.Number, c.Status = "B2", agent.Inactive })), florida, anyTerms,
			[]agent.Reason{{Code: agent.LicenseInactive, State: "FL"}, {Code: agent.LicenseExpired, State: "FL"}}},
		{"R34: no channel chosen means e-mail, if an address is known.", ready, florida, anyTerms, nil},
		{"R34: without an address there is nowhere to send an offer.",
			list(ready, agent.UpdateProfile{Name: "Ana", State: "FL", ZIP: "33602"}), florida, anyTerms, []agent.Reason{{Code: agent.NoChannel}}},
		{"S16: a text is enough.",
			list(ready, agent.UpdateProfile{Name: "Ana", State: "FL", ZIP: "33602"}, agent.SetChannels{Channels: []agent.Channel{agent.Text}}), florida, anyTerms, nil},
		{"B1: outside its hours an agent is off duty.",
			list(ready, agent.SetHours{Zone: "America/New_York", Weekly: week}), florida, anyTerms, []agent.Reason{{Code: agent.OffDuty}}},
		{"B2: reasons of every sort stand together.",
			list(ready, agent.SetOverride{Override: agent.OverrideOff}, agent.UntickStates{States: []geo.State{"FL"}}, agent.Terminate{Cause: agent.CauseFraud}),
			agent.Need{State: "FL", Languages: []spoken.Key{"ht"}}, agent.Terms{CMS: "2027"}, []agent.Reason{
				{Code: agent.TermsCMS}, {Code: agent.IsTerminated, State: "FL"}, {Code: agent.Unticked, State: "FL"}, {Code: agent.OtherLanguages}, {Code: agent.OffDuty}}},
	}
	for _, test := range tests {
		got := fold(t, agent.Agent{}, test.given...).Verdict(test.need, test.terms, noon)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s\nVerdict (-want +got):\n%s", test.why, diff)
		}
	}
}

// R7: what rescinds an open offer is the loss of eligibility. A wish, duty and
// newly required terms (R19) concern new offers.
func TestR7_WhatRescinds(t *testing.T) {
	tests := []struct {
		why  string
		then []agent.Command
		at   time.Duration
		want []agent.Code
	}{
		{"choice 4", []agent.Command{agent.ChooseDisplay{Choice: 4}}, 0, []agent.Code{agent.DisplayIsNone}},
		{"choice 3 away from home", []agent.Command{moved("TX"), agent.ChooseDisplay{Choice: 3}}, 0, []agent.Code{agent.NotHome, agent.NoHomeLicense}},
		{"the license", []agent.Command{agent.RemoveLicense{State: "FL", Number: "A1"}}, 0, []agent.Code{agent.NoLicense}},
		{"the license by the clock (R8)", []agent.Command{changed(func(c *agent.RecordLicense) { c.Expires = noon.Add(time.Minute) })}, time.Minute, []agent.Code{agent.LicenseExpired}},
		{"the license's status", []agent.Command{changed(func(c *agent.RecordLicense) { c.Status = agent.Inactive })}, 0, []agent.Code{agent.LicenseInactive}},
		{"the line of authority", []agent.Command{changed(func(c *agent.RecordLicense) { c.Lines[0].Active = false })}, 0, []agent.Code{agent.NoHealthLine}},
		{"training", nil, 270 * day, []agent.Code{agent.NoTraining, agent.NoRegistration}},
		{"termination", []agent.Command{agent.Terminate{Cause: agent.CauseFraud}}, 0, []agent.Code{agent.IsTerminated}},
		{"the last of the consumer's languages", []agent.Command{agent.SetLanguages{Languages: []string{"en"}}}, 0, []agent.Code{agent.OtherLanguages}},
		{"all languages", []agent.Command{agent.SetLanguages{}}, 0, []agent.Code{agent.NoLanguages}},
		{"not unticking the state", []agent.Command{agent.UntickStates{States: []geo.State{"FL"}}}, 0, nil},
		{"not going off duty", []agent.Command{agent.SetOverride{Override: agent.OverrideOff}}, 0, nil},
		{"not a newly required version", []agent.Command{agent.AcceptTerms{Document: agent.CMS, Version: "old"}}, 0, nil},
		{"not losing the address", []agent.Command{agent.UpdateProfile{Name: "Ana", State: "FL", ZIP: "33602"}}, 0, nil},
	}
	for _, test := range tests {
		a := fold(t, agent.Agent{}, list(ready, test.then...)...)
		terms := agent.Terms{CMS: "2026"}
		if strings.Contains(test.why, "version") {
			terms.CMS = "2099"
		}
		verdict := a.Verdict(florida, terms, noon.Add(test.at))
		var got []agent.Code
		for _, r := range agent.Rescinding(verdict) {
			got = append(got, r.Code)
		}
		if len(verdict) == 0 || !slices.Equal(got, test.want) {
			t.Errorf("%s: Rescinding(%v) = %v, want %v and some verdict", test.why, verdict, got, test.want)
		}
	}
}

// moved returns the command that moves the office to another state.
func moved(s geo.State) agent.UpdateProfile {
	p := profile
	p.State = s
	return p
}

// B2: every reason has a name, a sentence and a rule, and survives a log.
func TestB2_EveryReasonCitesItsRule(t *testing.T) {
	seen := map[string]bool{}
	for c := agent.NotRegistered; c <= agent.AtLimit; c++ {
		for _, r := range []agent.Reason{{Code: c}, {Code: c, State: "TX"}} {
			data, err := r.MarshalJSON()
			var read agent.Reason
			if err == nil {
				err = read.UnmarshalJSON(data)
			}
			if err != nil || read != r {
				t.Errorf("reason %s reads back as %+v, %v, want %+v", data, read, err, r)
			}
			if s := r.String(); !strings.HasSuffix(s, "("+r.Rule()+")") || len(r.Rule()) < 2 || strings.Contains(s, " in TX ") != (r.State != "") {
				t.Errorf("Reason.String() = %q, want a sentence with the state and the rule %q", s, r.Rule())
			}
		}
		if c.String() == "" || seen[c.String()] {
			t.Errorf("Code(%d).String() = %q, want a name of its own", c, c)
		}
		seen[c.String()] = true
	}
	if beyond := agent.AtLimit + 1; beyond.String() != "" || (agent.Reason{Code: beyond}).Rescinds() {
		t.Errorf("Code(%d).String() = %q, want no name for what is no reason", beyond, beyond)
	}
}

// R13: the consumer's earlier language is the one that matched.
func TestR13_SpeaksTheEarlierLanguage(t *testing.T) {
	a := fold(t, agent.Agent{}, ready...) // en, then es
	tests := []struct {
		want []spoken.Key
		key  spoken.Key
		ok   bool
	}{
		{[]spoken.Key{"es", "en"}, "es", true},
		{[]spoken.Key{"en", "es"}, "en", true},
		{[]spoken.Key{"ht", "es"}, "es", true},
		{[]spoken.Key{"ht"}, "", false},
		{[]spoken.Key{""}, "", false},
		{nil, "", false},
	}
	for _, test := range tests {
		if key, ok := a.Speaks(test.want); key != test.key || ok != test.ok {
			t.Errorf("Speaks(%v) = %q, %v, want %q, %v", test.want, key, ok, test.key, test.ok)
		}
	}
}
