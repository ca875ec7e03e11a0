package printed

import (
	"fmt"
	"strings"

	"github.com/relevo-go/relevo/referral/audit"
)

// lorenz draws which part of the offers went to which part of the agents.
func lorenz(f audit.Fairness) *drawing {
	const top, height = 20.0, 340.0
	d := &drawing{
		id: "fair", height: int(top+height) + 26, title: "How offers are shared among agents",
		desc: fmt.Sprintf("A curve from the agents with fewest offers to those with most, beneath a straight line that would be even: half of the agents had %s of the offers, and the busiest tenth %s. The Gini coefficient is %.2f.",
			percent(f.Lorenz(0.5)), percent(f.BusiestTenth), f.Gini),
	}
	y := func(part float64) float64 { return top + height*(1-part) }
	d.text("axis", "start", 0, 0, 12, "part of all offers")
	for _, part := range []float64{0, 0.25, 0.5, 0.75, 1} {
		d.line("grid", 0, y(part), 100, y(part))
		if part > 0 {
			d.text("axis", "start", 0, 4, y(part)+14, percent(part))
		}
	}
	tenth := 100 * percents((f.Agents+9)/10) / percents(max(f.Agents, 1))
	d.rect("band", 100-tenth, top, tenth, height)
	var b strings.Builder
	b.WriteString("M0 1000")
	for i := 1; i <= 100; i++ {
		fmt.Fprintf(&b, "L%d %s", 10*i, short(1000*(1-f.Lorenz(float64(i)/100)), 1))
	}
	d.stretched(top, height, path("area", b.String()+"L1000 1000Z"), path("even", "M0 1000L1000 0"), path("curve", b.String()))
	d.text("axis", "end", 50, -8, y(0.5)-6, "if it were even")
	d.text("inner", "end", 100-tenth, -8, y(0.04), "busiest tenth: "+percent(f.BusiestTenth))
	d.dot("dot", 100-tenth, y(1-f.BusiestTenth))
	d.text("axis", "start", 0, 0, top+height+20, "fewest offers")
	d.text("axis", "end", 100, 0, top+height+20, "agents, most offers")
	return d
}
