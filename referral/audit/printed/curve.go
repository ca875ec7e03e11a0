package printed

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/relevo-go/relevo/referral/audit"
)

// scale goes across from one duration to another, by their logarithms.
type scale struct{ from, to time.Duration }

// ticks are the durations that a scale can have.
var ticks = []time.Duration{
	time.Second, 10 * time.Second, time.Minute, 10 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour,
	7 * 24 * time.Hour, 28 * 24 * time.Hour, 365 * 24 * time.Hour, 10 * 365 * 24 * time.Hour,
}

// scaleOf returns the scale on which a collection of durations has its place.
func scaleOf(s audit.Spread) scale {
	first, last := 0, 1
	for i, t := range ticks[:len(ticks)-1] {
		if s.Duration(0) >= t {
			first, last = i, i+1
		}
	}
	for last < len(ticks)-1 && s.Duration(1) > ticks[last] {
		last++
	}
	return scale{ticks[first], ticks[last]}
}

// at returns where a duration is, from 0 to 100.
func (c scale) at(d time.Duration) percents {
	if d <= c.from {
		return 0
	}
	return percents(100 * math.Log(float64(d)/float64(c.from)) / math.Log(float64(c.to)/float64(c.from)))
}

// steps is how many points a curve has at most.
const steps = 240

// waitCurve draws which part of the accepted referrals were accepted within which time.
func waitCurve(s audit.Spread) *drawing {
	const top, height = 46.0, 260.0
	d := &drawing{
		id: "wait", height: int(top+height) + 44, title: "Time from the request to the acceptance",
		desc: fmt.Sprintf("A rising curve: of %s accepted, half were accepted within %s, nine in ten within %s, and 99 in 100 within %s.",
			count(s.Len(), "referral"), spanAt(s, 0.5), spanAt(s, 0.9), spanAt(s, 0.99)),
	}
	c := scaleOf(s)
	y := func(part float64) float64 { return top + height*(1-part) }
	d.text("axis", "start", 0, 0, 12, "accepted within that time")
	for _, t := range ticks {
		if t < c.from || t > c.to {
			continue
		}
		x, anchor := c.at(t), "middle"
		switch t {
		case c.from:
			anchor = "start"
		case c.to:
			anchor = "end"
		}
		d.line("grid", x, top, x, top+height+5)
		d.text("axis", anchor, x, 0, top+height+20, span(t))
	}
	d.text("axis", "end", 100, 0, top+height+38, "time since the request")
	for _, part := range []float64{0, 0.25, 0.5, 0.75, 1} {
		d.line("grid", 0, y(part), 100, y(part))
		if part > 0 {
			d.text("axis", "start", 0, 4, y(part)+14, percent(part))
		}
	}
	curve := curvePath(s, c)
	d.stretched(top, height, path("area", curve+"V1000H0Z"), path("curve", curve))
	for _, q := range quantiles {
		at := s.Duration(q.at)
		x, part := c.at(at), q.at
		d.line("mark", x, y(part), x, top+height)
		d.dot("dot", x, y(part))
	}
	for _, q := range quantiles { // upon the marks of the others
		at := s.Duration(q.at)
		x, part := c.at(at), q.at
		label := fmt.Sprintf("%s: %s", percent(q.at), span(at))
		if x >= 55 { // above the curve there is room on the left, and beneath it on the right
			d.text("label", "end", x, -9, y(part)-7, label)
		} else {
			d.text("inner", "start", x, 9, y(part)+17, label)
		}
	}
	return d
}

// curvePath returns the steps of a collection, 1000 wide and high.
func curvePath(s audit.Spread, c scale) string {
	var b strings.Builder
	fmt.Fprint(&b, "M0 1000")
	last := ""
	for i := range steps + 1 {
		q := float64(i) / steps
		x := short(10*float64(c.at(s.Duration(q))), 1)
		upTo := float64(s.UpTo(s.Quantile(q))) / float64(s.Len())
		step := fmt.Sprintf("H%sV%s", x, short(1000*(1-upTo), 1))
		if step != last {
			b.WriteString(step)
		}
		last = step
	}
	b.WriteString("H1000")
	return b.String()
}
