package audit

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
)

// Teller tells events in plain English. The zero Teller tells times in UTC.
type Teller struct {
	Zone *time.Location // in which times are told
}

// Printable returns a text of a log in which nothing acts on a screen: what cannot be
// seen, such as a control character or a change of direction, is written as Go writes
// it in a string.
func Printable(text string) string {
	if strings.IndexFunc(text, hidden) < 0 {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if hidden(r) {
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// hidden reports whether a rune cannot be seen, except for the joiners that some
// scripts are spelled with.
func hidden(r rune) bool {
	return !unicode.IsPrint(r) && r != '\u200c' && r != '\u200d'
}

// Time returns an instant as the teller tells it: RFC 3339 in its zone, so that it
// can be given to [ParseMoment] as it stands.
func (t Teller) Time(at time.Time) string {
	if t.Zone == nil {
		return at.UTC().Format(time.RFC3339Nano)
	}
	return at.In(t.Zone).Format(time.RFC3339Nano)
}

// Tell returns what an event says, in a sentence, and the number of the rule that it
// follows from. Of an entry without an event it says why there is none.
func (t Teller) Tell(e Entry) (sentence, rule string) {
	switch event := e.Event.(type) {
	case nil:
		return Printable(fmt.Sprintf("This cannot be read: %s.", strings.TrimPrefix(e.Err.Error(), "book: "))), ""
	case referral.PolicySet:
		return "The policy from here on: " + t.Policy(referral.Policy(event)) + ".", "R30"
	case referral.Event:
		return t.ofReferral(event)
	default:
		return t.ofAgent(e.Stream.Agent, event)
	}
}

// Policy returns a policy as a part of a sentence.
func (t Teller) Policy(p referral.Policy) string {
	parts := []string{fmt.Sprintf("%v to answer", p.Window)}
	if p.GiveUp > 0 {
		parts = append(parts, fmt.Sprintf("waiting gives up after %v", p.GiveUp))
	} else {
		parts = append(parts, "waiting never gives up")
	}
	if p.Radius > 0 {
		parts = append(parts, fmt.Sprintf("agents within %v", p.Radius))
	} else {
		parts = append(parts, "no radius")
	}
	if p.MaxOpenOffers > 0 {
		parts = append(parts, fmt.Sprintf("at most %d open offers an agent", p.MaxOpenOffers))
	} else {
		parts = append(parts, "no limit of open offers")
	}
	parts = append(parts, "CMS's terms "+version(p.Terms.CMS)+", Help On Demand's "+version(p.Terms.HelpOnDemand))
	return strings.Join(parts, "; ")
}

func version(v string) string {
	if v == "" {
		return "in any version"
	}
	return fmt.Sprintf("in version %q", v)
}

func (t Teller) ofReferral(event referral.Event) (sentence, rule string) {
	switch e := event.(type) {
	case referral.Requested:
		return fmt.Sprintf("A consumer (%q) in %s asks for help in %s.", e.Subject, place(e.State, e.ZIP, e.Point), tongue(e.Languages, " or ")), "S1"
	case referral.Offered:
		how := "an unknown distance away"
		if e.Meters >= 0 {
			how = fmt.Sprintf("%v away", e.Meters)
		}
		by := "without an announcement"
		if len(e.Channels) > 0 {
			by = "announced by " + join(e.Channels)
		}
		return fmt.Sprintf("Agent %s, first in line, is offered it until %s: %s, in %s, %s.", e.To, t.Time(e.Deadline), how, language(e.Language), by), "S15"
	case referral.Accepted:
		return fmt.Sprintf("Agent %s accepts.", e.By), "S17"
	case referral.Declined:
		if e.Reason != "" {
			return fmt.Sprintf("Agent %s declines: %q.", e.By, e.Reason), "S17"
		}
		return fmt.Sprintf("Agent %s declines.", e.By), "S17"
	case referral.Expired:
		return fmt.Sprintf("Agent %s did not answer by %s: the offer expires.", e.From, t.Time(e.Deadline)), "R1"
	case referral.Rescinded:
		why := make([]string, len(e.Reasons))
		for i, r := range e.Reasons {
			why[i] = r.String()
		}
		return fmt.Sprintf("The offer to agent %s is rescinded: the agent %s.", e.From, strings.Join(why, ", and ")), "R7"
	case referral.Waiting:
		if e.Until.IsZero() {
			return "Nobody is in line: it waits, for as long as it takes.", "R10"
		}
		return fmt.Sprintf("Nobody is in line: it waits, until %s at most.", t.Time(e.Until)), "R10"
	case referral.Exhausted:
		return "It has waited long enough, and is given up: exhausted.", "R10"
	case referral.Withdrawn:
		return "The consumer withdraws.", "R24"
	case referral.Contacted:
		return fmt.Sprintf("Agent %s has reached the consumer.", e.By), "B5"
	case referral.OutcomeRecorded:
		return fmt.Sprintf("Agent %s records what came of it: %s.", e.By, outcome(e.Outcome)), "B5"
	}
	return event.Kind() + ".", ""
}

func (t Teller) ofAgent(n agent.NPN, event book.Event) (sentence, rule string) {
	say := func(rule, format string, args ...any) (string, string) {
		return fmt.Sprintf("Agent %s ", n) + fmt.Sprintf(format, args...) + ".", rule
	}
	switch e := event.(type) {
	case agent.Registered:
		return say("R22", "joins Help On Demand as %q", e.Name)
	case agent.ProfileUpdated:
		var how []string
		for _, part := range []struct{ name, text string }{{"e-mail", e.Email}, {"phone", e.Phone}} {
			if part.text != "" {
				how = append(how, part.name+" "+Printable(part.text))
			}
		}
		how = append(how, "office in "+place(e.State, e.ZIP, e.Point))
		return say("S13", "is %q, %s", e.Name, strings.Join(how, ", "))
	case agent.ProfileReviewed:
		return say("S13", "has reviewed the profile")
	case agent.TrainingCompleted:
		return say("S2", "has Marketplace training for %d, in force from %s up to %s", e.PlanYear, t.Time(e.From), t.Time(e.Until))
	case agent.RegistrationCompleted:
		return say("S2", "has Marketplace registration for %d, in force from %s up to %s", e.PlanYear, t.Time(e.From), t.Time(e.Until))
	case agent.TermsAccepted:
		whose := "CMS's"
		if e.Document == agent.HelpOnDemand {
			whose = "Help On Demand's"
		}
		return say("R19", "accepts %s terms, version %q", whose, e.Version)
	case agent.LicenseRecorded:
		until := ""
		if !e.Expires.IsZero() {
			until = " up to " + t.Time(e.Expires)
		}
		health := "without a health line"
		for _, l := range e.Lines {
			if l.Health && l.Active {
				health = "with a health line"
			}
		}
		return say("R21", "holds the %s %s license %q in %s from %s%s, %s", e.Status, e.Residency, e.Number, e.State, t.Time(e.Effective), until, health)
	case agent.LicenseRemoved:
		return say("R21", "holds the license %q in %s no more", e.Number, e.State)
	case agent.DisplayChosen:
		switch e.Choice {
		case agent.DisplayAll:
			return say("S5", "chooses display 1: all contact information, wherever licensed")
		case agent.DisplayNoStreet:
			return say("S6", "chooses display 2: all but the street address, wherever licensed")
		case agent.DisplayHome:
			return say("S7", "chooses display 3: all contact information, in the home state only")
		case agent.DisplayNone:
			return say("S8", "chooses display 4: to take no part")
		}
		return say("R26", "chooses display %s", e.Choice)
	case agent.StatesUnticked:
		if e.States == 0 {
			return say("S11", "has no state unticked")
		}
		return say("S11", "has unticked %s", strings.ReplaceAll(e.States.String(), " ", ", "))
	case agent.LanguagesSet:
		return say("R27", "speaks %s", tongue(e.Languages, ", "))
	case agent.ChannelsSet:
		if len(e.Channels) == 0 {
			return say("S16", "has chosen no channel for offers")
		}
		return say("S16", "is told of offers by %s", join(e.Channels))
	case agent.HoursSet:
		if len(e.Weekly) == 0 {
			return say("B1", "is available at all hours")
		}
		shifts := make([]string, len(e.Weekly))
		for i, s := range e.Weekly {
			shifts[i] = fmt.Sprintf("%s %s to %s", s.Day, s.From, s.To)
		}
		return say("B1", "is available %s (%s)", strings.Join(shifts, ", "), e.Zone)
	case agent.OverrideSet:
		return say("B1", "switches duty to %s", e.Override)
	case agent.AbsenceSet:
		return say("B1", "is away from %s up to %s", t.Time(e.From), t.Time(e.Until))
	case agent.AbsenceCleared:
		return say("B1", "takes back the absence from %s", t.Time(e.From))
	case agent.Terminated:
		return say("R20", "is terminated%s: %s", in(e.State), cause(e.Cause))
	case agent.Reinstated:
		return say("R20", "is reinstated%s after: %s", in(e.State), cause(e.Cause))
	}
	return say("", "has %s", event.Kind())
}

func in(s geo.State) string {
	if s == "" {
		return ""
	}
	return " in " + string(s)
}

func outcome(o referral.Outcome) string { return strings.ReplaceAll(string(o), "_", " ") }

func cause(c agent.Cause) string { return strings.ReplaceAll(string(c), "_", " ") }

// place returns where somebody is.
func place(s geo.State, z geo.ZIP, p geo.Point) string {
	where := string(s)
	if z != "" {
		where += " " + string(z)
	}
	if p.Known() {
		where += " at " + p.String()
	}
	return where
}

// tongue returns languages by their English names, with what was given if that was
// another tag than the key.
func tongue(list []spoken.Language, between string) string {
	names := make([]string, len(list))
	for i, l := range list {
		names[i] = language(l.Key)
		if l.Tag != string(l.Key) {
			names[i] += " as " + l.Tag
		}
	}
	return strings.Join(names, between)
}

func language(k spoken.Key) string {
	if name := k.English(); name != string(k) {
		return fmt.Sprintf("%s (%s)", name, k)
	}
	return string(k)
}

func join(channels []agent.Channel) string {
	words := make([]string, len(channels))
	for i, c := range channels {
		words[i] = string(c)
	}
	return strings.Join(words, " and ")
}
