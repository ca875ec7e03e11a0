package printed

import (
	"fmt"
	"slices"

	"github.com/relevo-go/relevo/referral/audit"
)

// most is how many bars a picture has at most, the last for all others.
const most = 12

// bar is a group with its figures.
type bar struct {
	name string
	audit.Figures
}

// barsOf returns the groups with most referrals, and the others as one.
func barsOf(groups []audit.Figures, name func(audit.Group) string) (bars []bar) {
	groups = slices.Clone(groups)
	slices.SortStableFunc(groups, func(a, b audit.Figures) int { return b.Requested - a.Requested })
	for i, f := range groups {
		if i < most-1 || len(groups) == most {
			bars = append(bars, bar{name(f.Group), f})
			continue
		}
		if len(bars) < most {
			bars = append(bars, bar{name: fmt.Sprintf("%d others", len(groups)-i)})
		}
		rest := &bars[most-1]
		rest.Requested, rest.Accepted, rest.Exhausted, rest.Withdrawn = rest.Requested+f.Requested, rest.Accepted+f.Accepted, rest.Exhausted+f.Exhausted, rest.Withdrawn+f.Withdrawn
	}
	return bars
}

// endings are the parts of a bar.
var endings = []struct {
	class, name string
	of          func(audit.Figures) int
}{
	{"accepted", "accepted", func(f audit.Figures) int { return f.Accepted }},
	{"exhausted", "exhausted", func(f audit.Figures) int { return f.Exhausted }},
	{"withdrawn", "withdrawn", func(f audit.Figures) int { return f.Withdrawn }},
	{"open", "open", audit.Figures.Open},
}

// outcomeBars draws how the referrals of each group ended.
func outcomeBars(id, title string, bars []bar) *drawing {
	const row, tall = 50.0, 20.0
	d := &drawing{id: id, title: title, height: int(row) * len(bars)}
	d.desc = "Bars, each of which is all referrals of a group: "
	for i, b := range bars {
		top := row * float64(i)
		d.text("label", "start", 0, 0, top+14, b.name)
		d.text("axis", "end", 100, 0, top+14, count(b.Requested, "referral"))
		if i > 0 {
			d.desc += "; "
		}
		d.desc += fmt.Sprintf("%s, %s: %s accepted, %s exhausted", b.name, count(b.Requested, "referral"), partOf(b.Accepted, b.Requested), partOf(b.Exhausted, b.Requested))
		from := 0
		for _, e := range endings {
			n := e.of(b.Figures)
			if n == 0 {
				continue
			}
			x, width := across(from, b.Requested), across(n, b.Requested)
			d.rect(e.class, x, top+20, width, tall)
			if e.class == "exhausted" {
				d.stripe(x, top+20, width, tall)
			}
			if width >= 12 {
				d.text("on-"+e.class, "middle", x+width/2, 0, top+34.5, partOf(n, b.Requested))
			}
			if from > 0 {
				d.line("gap", x, top+20, x, top+20+tall)
			}
			from += n
		}
	}
	d.desc += "."
	return d
}

func across(part, whole int) percents {
	if whole == 0 {
		return 0
	}
	return percents(100 * float64(part) / float64(whole))
}
