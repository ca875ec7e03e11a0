package printed

import (
	"fmt"
	"strconv"
	"time"

	"github.com/relevo-go/relevo/referral/audit"
)

// column is one number of each group: a heading, how people read it, and, for a
// spreadsheet, a name and the number itself.
type column struct {
	head string
	text func(audit.Figures) string
	name string // "" of one that CSV has in other columns
	raw  func(audit.Figures) string
}

// outcomes are the columns of how referrals and offers ended.
func outcomes() []column {
	return []column{
		number("referrals", "referrals", func(f audit.Figures) int { return f.Requested }),
		part("accepted", "accepted", func(f audit.Figures) (int, int) { return f.Accepted, f.Requested }),
		part("exhausted", "exhausted", func(f audit.Figures) (int, int) { return f.Exhausted, f.Requested }),
		part("withdrawn", "withdrawn", func(f audit.Figures) (int, int) { return f.Withdrawn, f.Requested }),
		part("open", "open", func(f audit.Figures) (int, int) { return f.Open(), f.Requested }),
		{"offers each", each, "offers_each", func(f audit.Figures) string { return decimal(f.OffersEach()) }},
		number("offers", "offers", func(f audit.Figures) int { return f.Offers }),
		part("accepted", "offers_accepted", func(f audit.Figures) (int, int) { return f.Accepted, f.Offers }),
		part("declined", "offers_declined", func(f audit.Figures) (int, int) { return f.Declined, f.Offers }),
		part("expired", "offers_expired", func(f audit.Figures) (int, int) { return f.Expired, f.Offers }),
		part("rescinded", "offers_rescinded", func(f audit.Figures) (int, int) { return f.Rescinded, f.Offers }),
		part("withdrawn", "offers_withdrawn", func(f audit.Figures) (int, int) { return f.OffersWithdrawn, f.Offers }),
	}
}

// times are the columns of how long and how far it was.
func times() (list []column) {
	for _, s := range []struct {
		name, unit string
		of         func(audit.Figures) audit.Spread
		text       func(audit.Spread, float64) string
		by         int64
	}{
		{"accept", "seconds", func(f audit.Figures) audit.Spread { return f.ToAccept }, spanAt, int64(time.Second)},
		{"wait", "seconds", func(f audit.Figures) audit.Spread { return f.Waited }, spanAt, int64(time.Second)},
		{"distance", "meters", func(f audit.Figures) audit.Spread { return f.Distance }, metersAt, 1},
	} {
		list = append(list, number("of", s.name+"_count", func(f audit.Figures) int { return s.of(f).Len() }))
		for _, q := range quantiles {
			list = append(list, column{
				q.head, func(f audit.Figures) string { return s.text(s.of(f), q.at) },
				fmt.Sprintf("%s_%s_%s", s.name, q.head, s.unit),
				func(f audit.Figures) string {
					if s.of(f).Len() == 0 {
						return ""
					}
					return strconv.FormatInt(s.of(f).Quantile(q.at)/s.by, 10)
				},
			})
		}
	}
	return list
}

// quantiles are those that are told of times and distances.
var quantiles = []struct {
	head string
	at   float64
}{{"p50", 0.50}, {"p90", 0.90}, {"p99", 0.99}}

func number(head, name string, of func(audit.Figures) int) column {
	return column{head, func(f audit.Figures) string { return thousands(of(f)) }, name, func(f audit.Figures) string { return strconv.Itoa(of(f)) }}
}

// part is a number that people read as a part of another.
func part(head, name string, of func(audit.Figures) (part, whole int)) column {
	return column{
		head, func(f audit.Figures) string { return partOf(of(f)) },
		name, func(f audit.Figures) string { n, _ := of(f); return strconv.Itoa(n) },
	}
}

func decimal(x float64) string { return strconv.FormatFloat(x, 'f', 3, 64) }

// names returns a group by what it is told apart by.
func names(by audit.Breakdown, g audit.Group) (list []string) {
	if by.State {
		list = append(list, stateName(g.State))
	}
	if by.Language {
		list = append(list, languageName(g.Language))
	}
	if by.Month {
		list = append(list, g.Month)
	}
	return list
}

// heads returns what groups are told apart by.
func heads(by audit.Breakdown) (list []string) {
	for _, h := range []struct {
		is   bool
		head string
	}{{by.State, "state"}, {by.Language, "language"}, {by.Month, "month"}} {
		if h.is {
			list = append(list, h.head)
		}
	}
	return list
}
