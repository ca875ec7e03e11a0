package audit

import (
	"cmp"
	"fmt"
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

// Breakdown says what referrals are counted apart by. The zero Breakdown counts all
// together.
type Breakdown struct {
	State    bool
	Language bool           // the first that the consumer asks for
	Month    bool           // of the request
	Zone     *time.Location // in which a month begins; nil is UTC
}

// ParseBreakdown reads "state", "language" and "month", in any order with commas
// between them.
func ParseBreakdown(text string) (by Breakdown, err error) {
	for word := range strings.SplitSeq(text, ",") {
		switch strings.TrimSpace(word) {
		case "state":
			by.State = true
		case "language":
			by.Language = true
		case "month":
			by.Month = true
		case "":
			if text != "" {
				return by, fmt.Errorf("%.40q has an empty part: give state, language or month, with commas between them", text)
			}
		default:
			return by, fmt.Errorf("referrals are not counted by %.40q: give state, language or month, with commas between them", word)
		}
	}
	return by, nil
}

// Group is what referrals have in common that are counted together: zero fields are
// not told apart.
type Group struct {
	State    geo.State
	Language spoken.Key
	Month    string // 2026-11
}

// Figures are what is counted of the referrals of a group.
type Figures struct {
	Group
	Requested, Accepted, Exhausted, Withdrawn int
	// Offers, and how they ended. What is missing to all of them is open.
	Offers, Declined, Expired, Rescinded, OffersWithdrawn int
	ToAccept                                              Spread // from the request to the acceptance, in nanoseconds
	Waited                                                Spread // with nobody in line, of those who did, in nanoseconds
	Distance                                              Spread // of the agent who accepted, in meters, where it is known
}

// Open returns how many referrals have not ended.
func (f Figures) Open() int { return f.Requested - f.Accepted - f.Exhausted - f.Withdrawn }

// OffersEach returns how many offers a referral has on average, 0 without any.
func (f Figures) OffersEach() float64 { return share(f.Offers, f.Requested) }

// AcceptedShare returns which part of the offers was accepted, from 0 to 1;
// DeclinedShare and ExpiredShare likewise.
func (f Figures) AcceptedShare() float64 { return share(f.Accepted, f.Offers) }

// DeclinedShare is AcceptedShare of the offers that were declined.
func (f Figures) DeclinedShare() float64 { return share(f.Declined, f.Offers) }

// ExpiredShare is AcceptedShare of the offers that expired.
func (f Figures) ExpiredShare() float64 { return share(f.Expired, f.Offers) }

// ExhaustedShare returns which part of the referrals was given up, from 0 to 1.
func (f Figures) ExhaustedShare() float64 { return share(f.Exhausted, f.Requested) }

func share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// Spread is a collection of whole numbers, of which quantiles are asked.
type Spread struct{ sorted []int64 }

// Len returns how many there are.
func (s Spread) Len() int { return len(s.sorted) }

// Quantile returns the least of the numbers that at least the part q of them, from 0
// to 1, do not exceed: Quantile(0.5) is the (lower) median, and Quantile(1) the
// greatest. Of none it is 0.
func (s Spread) Quantile(q float64) int64 {
	n := len(s.sorted)
	if n == 0 {
		return 0
	}
	rank := int(q * float64(n))
	if float64(rank) < q*float64(n) {
		rank++
	}
	return s.sorted[min(max(rank-1, 0), n-1)]
}

// Duration is Quantile of nanoseconds.
func (s Spread) Duration(q float64) time.Duration { return time.Duration(s.Quantile(q)) }

// Fairness is how offers and acceptances are shared among the agents.
type Fairness struct {
	Agents    int // who joined
	Asked     int // who were offered anything
	Accepting int // who accepted anything
	// Gini is 0 if every agent who joined had as many offers as every other, and near 1
	// if one had them all; GiniAsked is the same among those who were asked.
	Gini, GiniAsked float64
	// BusiestTenth is which part of the offers went to that tenth of the agents who
	// joined, rounded up, which had most, from 0 to 1.
	BusiestTenth float64
	Most         int // offers to one agent
}

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

var (
	kindAccepted  = referral.Accepted{}.Kind()
	kindDeclined  = referral.Declined{}.Kind()
	kindExpired   = referral.Expired{}.Kind()
	kindRescinded = referral.Rescinded{}.Kind()
)

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

// count counts a referral's record. The referral was of a status before it.
func (f *Figures) count(r *eventlog.Record, was referral.Status, is *referral.Referral) {
	switch r.Kind {
	case kindRequested:
		f.Requested++
	case kindOffered:
		f.Offers++
	case kindAccepted:
		f.Accepted++
		f.ToAccept.sorted = append(f.ToAccept.sorted, int64(r.Time.Sub(is.Requested)))
		if is.Offer.Meters >= 0 {
			f.Distance.sorted = append(f.Distance.sorted, int64(is.Offer.Meters))
		}
	case kindDeclined:
		f.Declined++
	case kindExpired:
		f.Expired++
	case kindRescinded:
		f.Rescinded++
	case kindExhausted:
		f.Exhausted++
	case kindWithdrawn:
		f.Withdrawn++
		if was == referral.StatusOffered {
			f.OffersWithdrawn++
		}
	}
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

func (f *Figures) sort() {
	for _, s := range [...]*Spread{&f.ToAccept, &f.Waited, &f.Distance} {
		slices.Sort(s.sorted)
	}
}

func (m *measuring) fairness() Fairness {
	f := Fairness{Agents: m.past.Counts().Agents, Asked: len(m.offers), Accepting: len(m.accepting)}
	counts := make([]int, 0, max(f.Agents, f.Asked))
	for _, n := range m.offers {
		counts = append(counts, n)
	}
	f.GiniAsked = gini(counts)
	for len(counts) < f.Agents {
		counts = append(counts, 0)
	}
	f.Gini = gini(counts) // sorts them
	if len(counts) == 0 {
		return f
	}
	f.Most = counts[len(counts)-1]
	busiest, all := 0, 0
	for i, n := range counts {
		if all += n; i >= len(counts)-(len(counts)+9)/10 {
			busiest += n
		}
	}
	f.BusiestTenth = share(busiest, all)
	return f
}

// gini returns the Gini coefficient of numbers that are not negative, and sorts them;
// 0 if they are all 0, or none.
func gini(counts []int) float64 {
	slices.Sort(counts)
	sum, weighted := 0, 0
	for i, n := range counts {
		sum += n
		weighted += (2*(i+1) - len(counts) - 1) * n
	}
	if sum == 0 {
		return 0
	}
	return float64(weighted) / (float64(len(counts)) * float64(sum))
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
