package audit

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
)

// Unserved is a language that consumers of a state asked for first, and that at the
// end of the log no agent who may take referrals there speaks, on duty or not.
type Unserved struct {
	State     geo.State
	Language  spoken.Key
	Requested int // how often, in the whole log
}

// Report is what is counted of a whole log.
type Report struct {
	Head      eventlog.Head
	From, To  time.Time // of the first record and of the last
	Breakdown Breakdown
	All       Figures
	Groups    []Figures // by state, language, month; none without a breakdown
	Fairness  Fairness
	Unserved  []Unserved // the most wanted first
	Areas     []Area     // by state, then from south to north and west to east
	Stories   []Story    // of the referrals that were asked for, in that order, or of the most telling one
}

// By returns the figures of larger groups, counted by less than the report is:
// states alone of a report by state and language. It is nil if the report is not by
// that much, or nobody asked.
func (r Report) By(by Breakdown) (groups []Figures) {
	if by.State && !r.Breakdown.State || by.Language && !r.Breakdown.Language || by.Month && !r.Breakdown.Month {
		return nil
	}
	larger := map[Group]*Figures{}
	for i := range r.Groups {
		g := by.of(r.Groups[i].Group)
		if larger[g] == nil {
			larger[g] = &Figures{Group: g}
		}
		larger[g].add(&r.Groups[i])
	}
	for _, f := range larger {
		f.sort()
	}
	return inOrder(larger)
}

// Measure counts what happened in a log, by groups of referrals if by says so, and
// tells the stories of some: without IDs that of the most telling one, if any was
// accepted. Its error is that of [AsOf], or [referral.ErrNotFound] if nobody requested
// one that is to be told. What it keeps beside a [Past] is 8 to 24 bytes for each
// referral, and some for each [Area].
func Measure(records Records, by Breakdown, tell ...uuid.UUID) (Report, error) {
	m := measuring{
		by: by, past: newPast(), groups: map[Group]*Figures{}, waits: map[uuid.UUID][]Wait{},
		wanted: map[Unserved]int{}, offers: map[agent.NPN]int{}, accepting: map[agent.NPN]struct{}{}, crowds: map[cell]*crowd{},
		stories: newStories(tell),
	}
	for r, err := range records {
		if err == nil {
			err = m.count(&r)
		}
		if err != nil {
			return Report{}, err
		}
	}
	return m.report()
}

// measuring is a count under way.
type measuring struct {
	by        Breakdown
	past      *Past
	from      time.Time
	groups    map[Group]*Figures   // without a breakdown all are one
	waits     map[uuid.UUID][]Wait // of live referrals, up to when they last stopped
	wanted    map[Unserved]int     // how often each language was asked for first in each state
	offers    map[agent.NPN]int
	accepting map[agent.NPN]struct{}
	crowds    map[cell]*crowd
	stories   stories
}

// count folds a record in and counts it.
func (m *measuring) count(r *eventlog.Record) error {
	if m.from.IsZero() {
		m.from = r.Time
	}
	if !strings.HasPrefix(r.Stream, "referral/") {
		return m.past.fold(r)
	}
	s, err := book.ParseStream(r.Stream)
	if err != nil {
		return recordError(r, err)
	}
	if r.Kind == kindContacted || r.Kind == kindOutcome {
		if err := m.past.fold(r); err != nil {
			return err
		}
		return m.stories.goOn(r, s)
	}
	var was referral.Status
	var since time.Time
	if before, _ := m.past.book.Peek(s.Referral); before != nil {
		was, since = before.Status, before.Since
	}
	if err := m.past.fold(r); err != nil {
		return err
	}
	is, _ := m.past.book.Peek(s.Referral)
	if is == nil {
		return nil // an event of one that ended long before, which changes nothing
	}
	switch {
	case was == "":
		m.wanted[Unserved{State: is.State, Language: is.Languages[0].Key}]++
		m.crowd(is.State, is.Position()).consumers++
	case was == referral.StatusWaiting && is.Status != was:
		m.waits[s.Referral] = append(m.waits[s.Referral], Wait{since, r.Time})
	}
	switch r.Kind {
	case kindOffered:
		m.offers[is.Offer.To]++
	case kindAccepted:
		m.accepting[is.Offer.To] = struct{}{}
	}
	f := m.group(is)
	f.count(r, was, is)
	var waits []Wait
	ended := is.Status.Ended() && !was.Ended()
	if ended && len(m.waits) > 0 {
		if waits = m.waits[s.Referral]; waits != nil {
			delete(m.waits, s.Referral)
			f.Waited.sorted = append(f.Waited.sorted, int64(waited(waits)))
		}
	}
	m.stories.note(m.past.book, is, waits, ended, r.Time)
	return nil
}

// group returns the figures of a referral's group.
func (m *measuring) group(r *referral.Referral) *Figures {
	var g Group
	if m.by.State {
		g.State = r.State
	}
	if m.by.Language {
		g.Language = r.Languages[0].Key
	}
	if m.by.Month {
		at := r.Requested
		if m.by.Zone != nil {
			at = at.In(m.by.Zone)
		}
		g.Month = at.Format("2006-01")
	}
	f := m.groups[g]
	if f == nil {
		f = &Figures{Group: g}
		m.groups[g] = f
	}
	return f
}

// report returns what was counted.
func (m *measuring) report() (Report, error) {
	told, err := m.stories.told(m.past.book, m.waits)
	if err != nil {
		return Report{}, err
	}
	for _, f := range m.groups {
		f.sort()
	}
	m.countOffices()
	r := Report{
		Head: m.past.head, From: m.from, To: m.past.head.Time, Breakdown: m.by, Groups: inOrder(m.groups),
		Fairness: m.fairness(), Unserved: m.unserved(), Areas: m.areas(), Stories: told,
	}
	if all := r.By(Breakdown{}); all != nil {
		r.All = all[0]
	}
	if !m.by.State && !m.by.Language && !m.by.Month {
		r.Groups = nil
	}
	return r, nil
}

func inOrder(groups map[Group]*Figures) (list []Figures) {
	for _, f := range groups {
		list = append(list, *f)
	}
	slices.SortFunc(list, func(a, b Figures) int {
		return cmp.Or(cmp.Compare(a.State, b.State), cmp.Compare(a.Language, b.Language), cmp.Compare(a.Month, b.Month))
	})
	return list
}

// unserved looks for somebody who speaks each language that was wanted in a state and
// may take referrals there, duty and open offers aside.
func (m *measuring) unserved() (list []Unserved) {
	policy, _ := m.past.Policy()
	for want, n := range m.wanted {
		r := referral.Referral{State: want.State, Languages: []spoken.Language{{Tag: string(want.Language), Key: want.Language}}}
		served := false
		for npn := range m.past.roll.candidates(&r) {
			a, _ := m.past.book.Look(&m.past.roll.lens, npn)
			served = !slices.ContainsFunc(a.Verdict(r.Need(), policy.Terms, m.past.at), func(why agent.Reason) bool { return why.Code != agent.OffDuty })
			if served {
				break
			}
		}
		if !served {
			want.Requested = n
			list = append(list, want)
		}
	}
	slices.SortFunc(list, func(a, b Unserved) int {
		return cmp.Or(cmp.Compare(b.Requested, a.Requested), cmp.Compare(a.State, b.State), cmp.Compare(a.Language, b.Language))
	})
	return list
}
