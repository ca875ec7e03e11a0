package audit

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
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

// of returns a group as it is counted by less.
func (by Breakdown) of(g Group) Group {
	if !by.State {
		g.State = ""
	}
	if !by.Language {
		g.Language = ""
	}
	if !by.Month {
		g.Month = ""
	}
	return g
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

// UpTo returns how many of the numbers are at most x.
func (s Spread) UpTo(x int64) int {
	n, _ := slices.BinarySearchFunc(s.sorted, x, func(y, x int64) int {
		if y <= x {
			return -1
		}
		return 1
	})
	return n
}

// Duration is Quantile of nanoseconds.
func (s Spread) Duration(q float64) time.Duration { return time.Duration(s.Quantile(q)) }

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

var (
	kindAccepted  = referral.Accepted{}.Kind()
	kindDeclined  = referral.Declined{}.Kind()
	kindExpired   = referral.Expired{}.Kind()
	kindRescinded = referral.Rescinded{}.Kind()
)

// add adds what was counted of another group.
func (f *Figures) add(g *Figures) {
	for _, n := range [...]struct{ to, from *int }{
		{&f.Requested, &g.Requested}, {&f.Accepted, &g.Accepted}, {&f.Exhausted, &g.Exhausted}, {&f.Withdrawn, &g.Withdrawn},
		{&f.Offers, &g.Offers}, {&f.Declined, &g.Declined}, {&f.Expired, &g.Expired}, {&f.Rescinded, &g.Rescinded}, {&f.OffersWithdrawn, &g.OffersWithdrawn},
	} {
		*n.to += *n.from
	}
	from := g.spreads()
	for i, s := range f.spreads() {
		s.sorted = append(s.sorted, from[i].sorted...)
	}
}

func (f *Figures) spreads() [3]*Spread { return [...]*Spread{&f.ToAccept, &f.Waited, &f.Distance} }

func (f *Figures) sort() {
	for _, s := range f.spreads() {
		slices.Sort(s.sorted)
	}
}
