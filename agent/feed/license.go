package feed

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo"
)

// License is a row of a license feed: a license with all its lines of authority
// or with one of them. Rows of one agent, state, number and class are one
// license. A zero License.Effective is not told, and so is a line's Issued.
type License struct {
	Line  int // in the file, 0 if it is of none
	NPN   agent.NPN
	Class string // "Producer"; parts licenses that a state gave one number
	agent.License
}

// statuses are what registries call a license or a line, in small letters.
var statuses = map[string]agent.LicenseStatus{
	"active": agent.Active, "a": agent.Active, "current": agent.Active, "in force": agent.Active,
	"y": agent.Active, "yes": agent.Active,
	"inactive": agent.Inactive, "i": agent.Inactive, "expired": agent.Inactive, "lapsed": agent.Inactive, "n": agent.Inactive,
	"no": agent.Inactive, "cancelled": agent.Inactive, "canceled": agent.Inactive, "suspended": agent.Inactive,
	"revoked": agent.Inactive, "surrendered": agent.Inactive, "terminated": agent.Inactive, "closed": agent.Inactive,
	"pending": agent.Inactive, "denied": agent.Inactive, "withdrawn": agent.Inactive, "not active": agent.Inactive,
}

// residencies are what registries call residency, in small letters.
var residencies = map[string]agent.Residency{
	"r": agent.Resident, "res": agent.Resident, "resident": agent.Resident, "y": agent.Resident, "yes": agent.Resident,
	"nr": agent.Nonresident, "non-resident": agent.Nonresident, "nonresident": agent.Nonresident, "non resident": agent.Nonresident,
	"n": agent.Nonresident, "no": agent.Nonresident,
}

// license reads a row of a license feed.
func (r *reader) license() {
	l := License{Line: r.sheet.line, NPN: r.npn, Class: r.keep(r.cell("class"))}
	var err error
	if l.State, err = geo.ParseState(r.cell("state")); err != nil {
		r.problem("state", "no US jurisdiction: give the two-letter postal code of a state, DC or a territory")
	}
	if l.Number = strings.Clone(r.cell("number")); absent(l.Number) {
		r.problem("number", "a license has a number: give the one the state issued (R21)")
	}
	var ok bool
	if l.Residency, ok = residencies[strings.ToLower(r.cell("residency"))]; !ok {
		r.problem("residency", "neither R nor NR: write R, Y or resident, or NR, N or nonresident (R21)")
	}
	if l.License.Status, ok = statuses[strings.ToLower(r.cell("status"))]; !ok {
		r.problem("status", "no status of a license that is known here: write active or inactive (R21)")
	}
	if s := r.cell("effective"); !absent(s) {
		l.Effective = r.day("effective", l.State, s, agent.RegistryBegin)
	}
	if s := r.cell("expiry"); !perpetual(s) {
		l.Expires = r.day("expiry", l.State, s, agent.RegistryEnd)
	}
	if !l.Effective.IsZero() && !l.Expires.IsZero() && !l.Effective.Before(l.Expires) {
		r.problem("expiry", "the license ends before it begins (R21)")
	}
	for part := range strings.FieldsFuncSeq(r.cell("lines"), func(c rune) bool { return c == ';' || c == '|' }) {
		name, rest, _ := strings.Cut(part, ":")
		status, issued, _ := strings.Cut(rest, ":")
		if !absent(strings.TrimSpace(name)) {
			l.Lines = append(l.Lines, r.authority("lines", "lines", l.State, name, status, issued))
		}
	}
	if name := r.cell("line"); !absent(name) {
		l.Lines = append(l.Lines, r.authority("line_status", "line_issued", l.State, name, r.cell("line_status"), r.cell("line_issued")))
	}
	if r.bad == nil {
		r.feed.Licenses = append(r.feed.Licenses, l)
	}
}

// authority reads a line of authority; without a status of its own it is active.
func (r *reader) authority(statusAt, issuedAt string, in geo.State, name, status, issued string) agent.Line {
	name, status, issued = r.keep(strings.TrimSpace(name)), strings.ToLower(strings.TrimSpace(status)), strings.TrimSpace(issued)
	n := agent.Line{Name: name, Health: r.health(name), Active: true}
	if !absent(status) {
		s, ok := statuses[status]
		if n.Active = s == agent.Active; !ok {
			r.problem(statusAt, "no status of a line of authority that is known here: write active or inactive (R21)")
		}
	}
	if !absent(issued) {
		n.Issued = r.day(issuedAt, in, issued, agent.RegistryBegin)
	}
	if known := "note " + name; !n.Health && looksLikeHealth(name) && r.kept[known] == "" && len(r.kept) < 1<<16 {
		r.kept[known] = known
		r.note("", "the line of authority %.40q does not count as health here: name it in the options if it is", name)
	}
	return n
}

// day reads a registry's day in the time zone of a state (R35). A row without a
// state is not used; its days are read for their problems.
func (r *reader) day(column string, in geo.State, text string, read func(geo.State, string) (time.Time, error)) time.Time {
	if in == "" {
		in = marketplace
	}
	known := text + string(in) + column
	t, ok := r.days[known]
	if !ok {
		var err error
		if t, err = read(in, padded(text)); err != nil {
			r.problem(column, "%s", badDay)
		} else if len(r.days) < 1<<16 {
			r.days[known] = t
		}
	}
	return t
}

// perpetual reports whether an expiry says that there is none, beside what
// [agent.RegistryEnd] takes for none (R21).
func perpetual(expiry string) bool {
	switch strings.ToLower(expiry) {
	case "perpetual", "never", "indefinite", "no expiration", "does not expire":
		return true
	}
	return absent(expiry)
}

// licenses returns the licenses that rows of one agent make, by state and
// number, each with the row that begins it. Rows that contradict one another
// are reported.
func licenses(rows []placed[License], report func(at placed[License], column, format string, args ...any)) (whole []placed[License]) {
	slices.SortStableFunc(rows, func(x, y placed[License]) int {
		return cmp.Or(cmp.Compare(x.row.State, y.row.State), cmp.Compare(x.row.Number, y.row.Number),
			cmp.Compare(strings.ToLower(x.row.Class), strings.ToLower(y.row.Class)))
	})
	classes := make([]placed[License], 0, len(rows))
	for _, p := range rows {
		if n := len(classes) - 1; n >= 0 && named(classes[n].row, p.row) && strings.EqualFold(classes[n].row.Class, p.row.Class) {
			classes[n].row = joined(classes[n], p, report)
			continue
		}
		p.row.Lines = slices.Clip(p.row.Lines)
		classes = append(classes, p)
	}
	whole = classes[:0]
	for _, p := range classes {
		n := len(whole) - 1
		switch {
		case n < 0 || !named(whole[n].row, p.row):
			whole = append(whole, p)
		case !p.row.health():
		case !whole[n].row.health():
			whole[n] = p
		default:
			whole[n].row = joined(whole[n], p, report)
		}
	}
	return whole
}

// named reports whether two rows are of one state and number.
func named(l, m License) bool { return l.State == m.State && l.Number == m.Number }

func (l License) health() bool {
	return slices.ContainsFunc(l.Lines, func(n agent.Line) bool { return n.Health })
}

// joined returns the license of two rows, and reports where they contradict
// each other.
func joined(first, more placed[License], report func(placed[License], string, string, ...any)) License {
	l, m := first.row, more.row
	differ := func(column string) {
		report(more, column, "license %s %.40q stands in %s too, and the two differ: leave the one that holds", m.State, m.Number, first.where(more))
	}
	if l.Effective.IsZero() {
		l.Effective = m.Effective
	}
	switch {
	case l.Residency != m.Residency:
		differ("residency")
	case l.License.Status != m.License.Status:
		differ("status")
	case !m.Effective.IsZero() && !l.Effective.Equal(m.Effective):
		differ("effective")
	case !l.Expires.Equal(m.Expires):
		differ("expiry")
	}
	for _, n := range m.Lines {
		i := slices.IndexFunc(l.Lines, func(o agent.Line) bool { return strings.EqualFold(o.Name, n.Name) })
		switch {
		case i < 0:
			l.Lines = append(l.Lines, n)
		case l.Lines[i].Active != n.Active || !l.Lines[i].Issued.Equal(n.Issued):
			report(more, "line", "line %.40q of license %s %.40q stands in %s too, and the two differ: leave the one that holds", n.Name, m.State, m.Number, first.where(more))
		}
	}
	return l
}

// told reports whether a feed says of a first day what is on record.
func told(feed, recorded time.Time) bool { return feed.IsZero() || feed.Equal(recorded) }

// upon returns the license with what the feed does not tell taken from what is
// on record, and its lines in the order they have there, and whether any of it
// may be news.
func (l *License) upon(recorded []agent.License) (m agent.License, news bool) {
	m = l.License
	i := slices.IndexFunc(recorded, func(o agent.License) bool { return o.State == m.State && o.Number == m.Number })
	var old agent.License
	if i >= 0 {
		old = recorded[i]
		if m.Residency == old.Residency && m.Status == old.Status && told(m.Effective, old.Effective) && m.Expires.Equal(old.Expires) &&
			slices.EqualFunc(m.Lines, old.Lines, func(n, o agent.Line) bool {
				return n.Name == o.Name && n.Health == o.Health && n.Active == o.Active && told(n.Issued, o.Issued)
			}) {
			return m, false
		}
	}
	m.Lines = slices.Clone(m.Lines)
	rank := func(n agent.Line) int {
		return slices.IndexFunc(old.Lines, func(o agent.Line) bool { return o.Name == n.Name })
	}
	for i, n := range m.Lines {
		if at := rank(n); at >= 0 && n.Issued.IsZero() {
			m.Lines[i].Issued = old.Lines[at].Issued
		}
	}
	slices.SortStableFunc(m.Lines, func(x, y agent.Line) int {
		i, j := rank(x), rank(y)
		switch {
		case i >= 0 && j >= 0:
			return i - j
		case i >= 0:
			return -1
		case j >= 0:
			return 1
		}
		return strings.Compare(x.Name, y.Name)
	})
	if m.Effective.IsZero() {
		m.Effective = old.Effective
	}
	if m.Effective.IsZero() {
		for _, n := range m.Lines {
			if !n.Issued.IsZero() && (m.Effective.IsZero() || n.Issued.Before(m.Effective)) {
				m.Effective = n.Issued
			}
		}
	}
	if m.Effective.IsZero() {
		m.Effective = longAgo
	}
	return m, true
}

// longAgo is where a license begins of which nobody says when.
var longAgo = time.Date(1900, time.January, 1, 0, 0, 0, 0, time.UTC)
