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
	Head     eventlog.Head
	From, To time.Time // of the first record and of the last
	All      Figures
	Groups   []Figures // by state, language, month; none without a breakdown
	Fairness Fairness
	Unserved []Unserved // the most wanted first
}

// Measure counts what happened in a log. Its error is that of [AsOf]. What it keeps
// beside a [Past] is 8 to 24 bytes for each referral.
func Measure(records Records, by Breakdown) (Report, error) {
	m := measuring{
		by: by, past: newPast(), groups: map[Group]*Figures{}, all: new(Figures),
		waited: map[uuid.UUID]int64{}, wanted: map[Unserved]int{}, offers: map[agent.NPN]int{}, accepting: map[agent.NPN]struct{}{},
	}
	for r, err := range records {
		if err == nil {
			err = m.count(&r)
		}
		if err != nil {
			return Report{}, err
		}
	}
	return m.report(), nil
}

// measuring is a count under way.
type measuring struct {
	by        Breakdown
	past      *Past
	from      time.Time
	all       *Figures
	groups    map[Group]*Figures
	waited    map[uuid.UUID]int64 // by live referrals that waited, up to when they last stopped
	wanted    map[Unserved]int    // how often each language was asked for first in each state
	offers    map[agent.NPN]int
	accepting map[agent.NPN]struct{}
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
		return nil // contact or outcome, long after
	}
	if was == "" {
		m.wanted[Unserved{State: is.State, Language: is.Languages[0].Key}]++
	}
	if was == referral.StatusWaiting && is.Status != was {
		m.waited[s.Referral] += int64(r.Time.Sub(since))
	}
	ended := is.Status.Ended() && !was.Ended()
	waited, didWait := m.waited[s.Referral]
	if ended {
		delete(m.waited, s.Referral)
	}
	switch r.Kind {
	case kindOffered:
		m.offers[is.Offer.To]++
	case kindAccepted:
		m.accepting[is.Offer.To] = struct{}{}
	}
	for _, f := range [...]*Figures{m.all, m.group(is)} {
		if f != nil {
			f.count(r, was, is)
			if ended && didWait {
				f.Waited.sorted = append(f.Waited.sorted, waited)
			}
		}
	}
	return nil
}

// group returns the figures of a referral's group, nil without a breakdown.
func (m *measuring) group(r *referral.Referral) *Figures {
	if !m.by.State && !m.by.Language && !m.by.Month {
		return nil
	}
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
func (m *measuring) report() Report {
	r := Report{Head: m.past.head, From: m.from, To: m.past.head.Time, Fairness: m.fairness(), Unserved: m.unserved()}
	for _, f := range m.groups {
		f.sort()
		r.Groups = append(r.Groups, *f)
	}
	slices.SortFunc(r.Groups, func(a, b Figures) int {
		return cmp.Or(cmp.Compare(a.State, b.State), cmp.Compare(a.Language, b.Language), cmp.Compare(a.Month, b.Month))
	})
	m.all.sort()
	r.All = *m.all
	return r
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
