package feed

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/geo/zcta"
	"github.com/relevo-go/relevo/geo/zone"
)

// draft is one agent's change as it grows: what is on record with the commands
// so far applied.
type draft struct {
	*comparison
	a       agent.Agent
	change  Change
	refused []string // columns of the roster with a problem
}

// decide adds a command to the change if it changes something, or returns why
// the rules refuse it.
func (d *draft) decide(c agent.Command) error {
	events, err := agent.Decide(d.a, c)
	if err != nil || len(events) == 0 {
		return err
	}
	for _, e := range events {
		d.a = agent.Apply(d.a, e)
		d.change.Kinds = append(d.change.Kinds, e.Kind())
	}
	d.change.Commands = append(d.change.Commands, c)
	return nil
}

// refuse reports a problem at a column of a roster.
func (d *draft) refuse(p placed[*Agent], column, text string) {
	d.refused = append(d.refused, column)
	d.problem(p.feed, p.line, column, d.change.NPN, text)
}

// spoiled reports whether one of the columns could not be read or is refused;
// without names, whether any is. What follows from it is no further problem.
func (d *draft) spoiled(p placed[*Agent], columns ...string) bool {
	return p.row.spoiled(columns...) || (&Agent{bad: d.refused}).spoiled(columns...)
}

// nobody judges a row without an agent by itself alone.
func (d *draft) nobody(p placed[*Agent]) {
	if !p.row.spoiled("npn") {
		d.refuse(p, "npn", "a row of a roster has a National Producer Number: give it")
	}
	for _, f := range d.texts(p.row, new(agent.Profile)) {
		d.sound(p, f.column, f.told)
	}
	d.languages(p)
	if p.row.Zone != "" {
		d.hours(p)
	}
}

// try decides a command that a column of a roster asks for.
func (d *draft) try(p placed[*Agent], column string, c agent.Command) {
	if err := d.decide(c); err != nil {
		d.refuse(p, column, reason(err))
	}
}

// given compares what a row of a roster says of an agent, but for what must come
// after the licenses.
func (d *draft) given(p placed[*Agent]) {
	r := p.row
	if !d.a.Registered() {
		name := r.Name
		if name == "" || name == None {
			if !r.spoiled("name") {
				d.refuse(p, "name", fmt.Sprintf("agent %s is not registered here yet: give its name (R22)", r.NPN))
			}
			name = "unnamed" // nothing of this is applied; it is for the other problems
		}
		if err := d.decide(agent.Register{NPN: r.NPN, Name: name}); err != nil {
			d.refuse(p, "name", reason(err))
			d.a = agent.Apply(d.a, agent.Registered{NPN: r.NPN, Name: "unnamed"})
		}
	}
	for _, t := range []struct {
		column, version string
		document        agent.Document
	}{{"cms_terms", r.CMSTerms, agent.CMS}, {"help_on_demand_terms", r.HelpOnDemandTerms, agent.HelpOnDemand}} {
		if t.version != "" && !r.spoiled(t.column) {
			d.try(p, t.column, agent.AcceptTerms{Document: t.document, Version: t.version})
		}
	}
	d.profile(p)
	d.languages(p)
	if r.Channels != nil {
		d.try(p, "channels", agent.SetChannels{Channels: r.Channels})
	}
	d.hours(p)
}

// profile compares contact information and office. What the row does not tell
// stays, and the ZIP's point on record stays with it until something else of the
// profile changes, so that a newer table changes nothing by itself (R31).
func (d *draft) profile(p placed[*Agent]) {
	r, old := p.row, d.a.Profile
	if old == (agent.Profile{}) && r.Email == "" && r.Phone == "" && r.Street == "" && r.City == "" && r.State == "" && r.ZIP == "" && r.Office == nil {
		return // a name alone is the registration's
	}
	next := old
	if next.Name == "" {
		next.Name = d.a.Name
	}
	for _, f := range d.texts(r, &next) {
		switch f.told {
		case "":
		case None:
			if f.column != "name" {
				*f.to = ""
			}
		default:
			*f.to = strings.TrimSpace(f.told)
		}
	}
	if r.State != "" {
		next.State = r.State
	}
	if r.ZIP != "" {
		next.ZIP = r.ZIP
	}
	if r.Office != nil {
		next.Point = *r.Office
	}
	if next == old {
		return
	}
	sound := true
	for _, f := range d.texts(r, &next) {
		sound = d.sound(p, f.column, f.told) && sound
	}
	for _, f := range []struct {
		column string
		empty  bool
	}{{"state", next.State == ""}, {"zip", next.ZIP == ""}} {
		if f.empty && !r.spoiled(f.column) {
			d.refuse(p, f.column, fmt.Sprintf("agent %s has no office yet: give its state and ZIP (S13)", r.NPN))
		}
		sound = sound && !f.empty
	}
	if !sound || r.spoiled("state", "zip", "lat", "lng") {
		return
	}
	ground, _ := zcta.Lookup(next.ZIP)
	if ground.States != 0 && !ground.States.Has(next.State) {
		d.refuse(p, "zip", fmt.Sprintf("ZIP %s lies in %s, not in %s: give the ZIP and the state of the same office (R16)", next.ZIP, ground.States, next.State))
		return
	}
	next.Resolved = ground.Point
	d.try(p, "", updated(next))
}

// updated returns the command that makes a profile.
func updated(p agent.Profile) agent.UpdateProfile {
	return agent.UpdateProfile{
		Name: p.Name, Email: p.Email, Phone: p.Phone, Street: p.Street, City: p.City,
		State: p.State, ZIP: p.ZIP, Point: p.Point, Resolved: p.Resolved,
	}
}

// textual is a text of a profile and what a row tells of it.
type textual struct {
	column, told string
	to           *string
}

func (d *draft) texts(r *Agent, p *agent.Profile) [5]textual {
	return [...]textual{
		{"name", r.Name, &p.Name}, {"email", r.Email, &p.Email}, {"phone", r.Phone, &p.Phone},
		{"street", r.Street, &p.Street}, {"city", r.City, &p.City},
	}
}

// sound reports whether the rules take a text of a profile, asked about it alone
// so that each column with a problem is named.
func (d *draft) sound(p placed[*Agent], column, told string) bool {
	if told == "" || told == None {
		return true
	}
	if d.spoiled(p, column) {
		return false
	}
	probe := agent.Profile{Name: "Sample", State: "DC", ZIP: "20001"}
	for _, f := range d.texts(p.row, &probe) {
		if f.column == column {
			*f.to = told
		}
	}
	_, err := agent.Decide(agent.Agent{NPN: d.a.NPN, Name: "Sample"}, updated(probe))
	if err != nil {
		d.refuse(p, column, reason(err))
	}
	return err == nil
}

// languages compares the tags. The same tags as on record change nothing, even
// if a newer table takes them for other languages (R31).
func (d *draft) languages(p placed[*Agent]) {
	tags := p.row.Languages
	if tags == nil {
		return
	}
	if len(tags) > 0 && slices.EqualFunc(tags, d.a.Languages, func(t string, l spoken.Language) bool { return t == l.Tag }) {
		return
	}
	read, err := spoken.ParseAll(tags)
	if err != nil {
		for i, t := range tags {
			if flaw := tagFlaw(i, t); flaw != "" {
				d.refuse(p, "languages", flaw)
			}
		}
		return
	}
	same := func(x, y spoken.Language) bool { return x.Tag == y.Tag }
	if (len(read) > 0 || d.a.Languages != nil) && slices.EqualFunc(read, d.a.Languages, same) {
		return
	}
	d.try(p, "languages", agent.SetLanguages{Languages: tags})
}

// tagFlaw returns what is wrong with a language tag, or "". It repeats the tag
// only if that is the name of a language or of several: anything else may be of
// another column (R29).
func tagFlaw(i int, tag string) string {
	_, err := spoken.ParseLanguage(tag)
	refused, ok := errors.AsType[*spoken.TagError](err)
	switch {
	case !ok:
		return ""
	case len(refused.Choices) > 0 || errors.Is(err, spoken.ErrAmbiguous):
		return reason(err) + " (R27)"
	}
	return fmt.Sprintf("language tag %d %s (R27)", i+1, refused.Reason)
}

// hours compares the weekly hours and their zone.
func (d *draft) hours(p placed[*Agent]) {
	r, next := p.row, d.a.Hours
	if r.Zone == "" && r.Weekly == nil || r.spoiled("zone", "hours") {
		return
	}
	if r.Zone != "" {
		next.Zone = r.Zone
	}
	if r.Weekly != nil && !sameWeek(r.Weekly, next.Weekly) {
		next.Weekly = r.Weekly
	}
	if next.Zone == d.a.Hours.Zone && sameWeek(next.Weekly, d.a.Hours.Weekly) {
		return
	}
	if next.Zone == "" && len(next.Weekly) > 0 {
		d.refuse(p, "zone", "hours need a time zone: give an IANA name such as America/New_York (B1)")
		return
	}
	if _, err := zone.Load(next.Zone); err != nil && next.Zone != "" {
		d.refuse(p, "zone", "no time zone in use in a US jurisdiction: give an IANA name such as America/New_York (B1)")
		return
	}
	d.try(p, "hours", agent.SetHours{Zone: next.Zone, Weekly: next.Weekly})
}

// sameWeek reports whether two weeks have the same shifts, in any order.
func sameWeek(x, y []agent.Shift) bool {
	order := func(s, t agent.Shift) int {
		return int(s.Day-t.Day)*1e8 + int(s.From-t.From)*1e4 + int(s.To-t.To)
	}
	return slices.Equal(x, y) || len(x) == len(y) &&
		slices.Equal(slices.SortedFunc(slices.Values(x), order), slices.SortedFunc(slices.Values(y), order))
}

// chosen compares the display choice, the unticked states, and the review of it
// all, which come last.
func (d *draft) chosen(p placed[*Agent]) {
	r := p.row
	if r.Display != 0 {
		d.try(p, "display", agent.ChooseDisplay{Choice: r.Display})
	}
	if r.Unticked != nil && *r.Unticked != d.a.Unticked && !d.spoiled(p, "display") {
		d.try(p, "unticked", agent.UntickStates{States: slices.AppendSeq([]geo.State(nil), r.Unticked.All())})
	}
	if r.Reviewed && !d.spoiled(p) {
		d.try(p, "reviewed", agent.ReviewProfile{})
	}
}

func itoa(n int) string { return strconv.Itoa(n) }
