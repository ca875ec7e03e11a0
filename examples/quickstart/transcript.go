package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/engine"
)

// transcript tells what stands in the log. It follows the desk's events and
// keeps the position up to which it has told them, as a sender of notices or a
// read model would; what it adds to them it asks the desk.
type transcript struct {
	w    io.Writer
	dir  string // where the log is
	day  *Day
	seen eventlog.Position
}

// news returns the events since the last call.
func (t *transcript) news(ctx context.Context) (changes []engine.Change, err error) {
	head := t.day.eng.Position()
	if t.seen == head {
		return nil, nil
	}
	for c, err := range t.day.eng.Changes(ctx, t.seen) {
		if err != nil {
			return nil, err
		}
		changes = append(changes, c)
		if t.seen = c.Record.Position; t.seen == head {
			break // the next would be waited for
		}
	}
	return changes, nil
}

// print tells the events since the last call.
func (t *transcript) print(ctx context.Context) error {
	changes, err := t.news(ctx)
	if err != nil {
		return err
	}
	for _, c := range changes {
		t.event(c)
	}
	return nil
}

// opening tells the day and what the morning brought: every event if they are
// few, and their number if not.
func (t *transcript) opening(ctx context.Context) error {
	changes, err := t.news(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.w, "An afternoon at the referral desk: %s\n", t.day.noon.Format("Monday, January 2, 2006"))
	fmt.Fprintln(t.w, "All times are Eastern. Everybody and everything here is invented.")
	fmt.Fprintf(t.w, "The log is kept in\n   %s\n\n", t.dir)
	var homes geo.States
	tongues := map[string]bool{}
	for _, a := range t.day.agents {
		homes = homes.With(a.State)
		known, err := t.day.eng.Agent(ctx, a.NPN)
		if err != nil {
			return err
		}
		for _, l := range known.Languages {
			tongues[string(l.Key)] = true
		}
	}
	fmt.Fprintf(t.w, "%s agents live in %d jurisdictions and speak %d languages.\n", grouped(len(t.day.agents)), homes.Len(), len(tongues))
	if len(changes) > 20 {
		fmt.Fprintf(t.w, "Registering them took %s events.\n", grouped(len(changes)))
		return nil
	}
	fmt.Fprintln(t.w, "The log knows them from the days before; what changed since is put back:")
	for _, c := range changes {
		t.event(c)
	}
	return nil
}

// title begins a scene.
func (t *transcript) title(n int, title, about string) {
	fmt.Fprintf(t.w, "\n%d. %s\n", n, title)
	for _, line := range wrapped(about, columns-3) {
		fmt.Fprintf(t.w, "   %s\n", line)
	}
	fmt.Fprintln(t.w)
}

// line prints a sentence at a time of the day.
func (t *transcript) line(at time.Time, format string, args ...any) {
	t.say("   "+at.In(t.day.zone).Format("15:04:05")+"  ", fmt.Sprintf(format, args...))
}

// note prints a sentence that belongs to the line above it.
func (t *transcript) note(format string, args ...any) { t.say(margin, fmt.Sprintf(format, args...)) }

// shownLine prints a line of what a consumer is shown.
func (t *transcript) shownLine(text string) {
	for _, line := range wrapped(text, columns-len(margin)-2) {
		t.say(margin, "| "+line)
	}
}

const (
	margin  = "             " // as wide as a time
	columns = 100
)

// say prints a text behind the given beginning, in as many lines as it needs.
func (t *transcript) say(begin, text string) {
	for _, line := range wrapped(text, columns-len(margin)) {
		fmt.Fprintf(t.w, "%s%s\n", begin, line)
		begin = margin
	}
}

// event tells one event in a sentence.
func (t *transcript) event(c engine.Change) {
	at := c.Record.Time
	switch e := c.Event.(type) {
	case referral.PolicySet:
		t.line(at, "The policy: %v to answer, %v of waiting.", e.Window, e.GiveUp)
	case referral.Requested:
		t.line(at, "A consumer in %s asks for help in %s.", where(e.State, e.ZIP), strings.Join(names(e.Languages), " or "))
	case referral.Offered:
		t.line(at, "Offered to %s, %s away, in %s, until %s.",
			t.name(e.To), kilometers(e.Meters), e.Language.English(), e.Deadline.In(t.day.zone).Format("15:04:05"))
		t.why(c)
	case referral.Expired:
		t.line(at, "%s let the time run out.", t.name(e.From))
	case referral.Declined:
		t.line(at, "%s declined: %q.", t.name(e.By), e.Reason)
	case referral.Rescinded:
		t.line(at, "Rescinded: %s %s.", t.name(e.From), reasons(e.Reasons))
	case referral.Accepted:
		t.line(at, "%s accepted.", t.name(e.By))
	case referral.Waiting:
		t.line(at, "Nobody is in line: the referral waits, at most until %s.", e.Until.In(t.day.zone).Format("Monday 15:04"))
	case referral.Contacted:
		t.line(at, "%s reached the consumer.", t.name(e.By))
	case referral.OutcomeRecorded:
		t.line(at, "What came of it: %s.", e.Outcome)
	case agent.DisplayChosen:
		t.line(at, "%s chose display %s.", t.name(c.Stream.Agent), e.Choice)
	case agent.LicenseRecorded:
		t.line(at, "The registry shows a license of %s in %s, valid from %s to %s.", t.name(c.Stream.Agent), e.State,
			e.Effective.In(t.day.zone).Format("January 2, 15:04"), e.Expires.In(t.day.zone).Format("January 2, 15:04"))
	default:
		t.line(at, "%s.", c.Record.Kind)
	}
}

// why says how an offer's holder came to be first in line: how many are in it,
// and who comes next.
func (t *transcript) why(c engine.Change) {
	ref, err := t.day.eng.Referral(c.Stream.Referral)
	if err != nil || ref.Status != referral.StatusOffered {
		return
	}
	mine := t.day.distance(ref, ref.Offer.To)
	line, level, next := 1, 1, geo.Unreachable
	for n := range t.day.inLine(ref) {
		line++
		switch chord := t.day.distance(ref, n); {
		case chord == mine:
			level++
		case chord < next:
			next = chord
		}
	}
	switch {
	case line == 1:
		t.note("Why: nobody else is in line.")
	case level > 1:
		t.note("Why: %d of %d in line are equally near; first is who has been without an offer longest, then the lower NPN (R12).", level, line)
	default:
		t.note("Why: nearest of %d in line; the next is %s away.", line, kilometers(next.Meters()))
	}
}

// whyNot asks the desk why an agent is not in a referral's line (B2).
func (t *transcript) whyNot(ref referral.Referral, n agent.NPN) error {
	verdict, err := t.day.eng.Verdict(ref.ID, n)
	if err != nil {
		return err
	}
	t.note("Not in line: %s, %s away, %s.", t.name(n), kilometers(t.day.distance(ref, n).Meters()), reasons(verdict))
	return nil
}

// shown prints what the consumer is shown: the agent's card (R28) and the notice
// that goes with it (S3), in the consumer's language.
func (t *transcript) shown(ctx context.Context, ref referral.Referral) error {
	holder, err := t.day.eng.Agent(ctx, ref.Holder())
	if err != nil {
		return err
	}
	card, ok := holder.Card(ref.State, t.day.clock.Now())
	if !ok {
		return fmt.Errorf("agent %s may not be shown in %s", holder.NPN, ref.State)
	}
	address := strings.Join([]string{card.City, string(card.State), string(card.ZIP)}, " ")
	if card.Street != "" {
		address = card.Street + ", " + address
	}
	away := ""
	if km, ok := card.Kilometers(ref.Position()); ok {
		away = kilometers(geo.Meters(km)*1000) + " away, "
	}
	t.note("The consumer is shown:")
	t.shownLine(fmt.Sprintf("%s, %sspeaks %s", card.Name, away, strings.Join(names(holder.Languages), ", ")))
	t.shownLine(fmt.Sprintf("%s, %s, %s", address, card.Phone, card.Email))
	t.shownLine(referral.Notice(ref.Languages[0].Tag))
	return nil
}

// preferences prints an agent's preference list (S10, S11, S12).
func (t *transcript) preferences(ctx context.Context, n agent.NPN) error {
	a, err := t.day.eng.Agent(ctx, n)
	if err != nil {
		return err
	}
	now := t.day.clock.Now()
	var boxes []string
	for _, c := range a.StateChoices(now) {
		switch {
		case c.Missing != nil:
			boxes = append(boxes, fmt.Sprintf("%s missing, write to %s", c.State, c.Support))
		case c.Ticked:
			boxes = append(boxes, "[x] "+string(c.State))
		default:
			boxes = append(boxes, "[ ] "+string(c.State))
		}
	}
	t.line(now, "The preference list of %s, whose office is in %s:", t.name(n), where(a.Profile.State, a.Profile.ZIP))
	t.note("%s", strings.Join(boxes, " "))
	return nil
}

// flatMap tells who would be first in line if degrees were distances.
func (t *transcript) flatMap(ref referral.Referral) {
	degrees := func(n agent.NPN) float64 {
		lat, lng := ref.Position().Degrees()
		y, x := t.day.agents[n].Point().Degrees()
		return math.Hypot(y-lat, x-lng)
	}
	first := ref.Offer.To
	for n := range t.day.inLine(ref) {
		if degrees(n) < degrees(first) {
			first = n
		}
	}
	t.note("By degrees on a flat map %s would be first, %.0f degrees away and not %.0f. In truth that is %s.",
		t.name(first), degrees(first), degrees(ref.Offer.To), kilometers(t.day.distance(ref, first).Meters()))
}

func (t *transcript) name(n agent.NPN) string { return t.day.agents[n].Name }
