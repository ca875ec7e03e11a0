package printed

import (
	"fmt"
	"slices"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/audit"
)

// step is a part of a referral's story.
type step struct {
	from, to time.Time // to is zero if it goes on
	class    string
	who, how string
	meters   string // how far, "" if unknown
	language string
}

// stepsOf returns the offers and waits of a story in order.
func stepsOf(s audit.Story, end time.Time) (list []step) {
	offer := func(o referral.Offer, to time.Time, class, how string) {
		meters := ""
		if o.Meters >= 0 {
			meters = o.Meters.String()
		}
		list = append(list, step{o.At, to, class, "Agent " + o.To.String(), how, meters, o.Language.English()})
	}
	for _, p := range s.Referral.Past {
		class, how := "declined", string(p.Ending)
		switch p.Ending {
		case referral.EndedExpired:
			class = "expired"
		case referral.EndedRescinded:
			class, how = "rescinded", how+": "+reasons(p.Reasons)
		case referral.EndedWithdrawn:
			class = "withdrawn"
		}
		offer(p.Offer, p.EndedAt, class, how)
	}
	if o := s.Referral.Offer; o.To != 0 && s.Referral.Status == referral.StatusAccepted {
		offer(o, s.Ended, "accepted", "accepted")
	} else if o.To != 0 {
		offer(o, time.Time{}, "open", "open")
	}
	for i, w := range s.Waits {
		how := "nobody in line"
		if s.Referral.Status == referral.StatusExhausted && i == len(s.Waits)-1 {
			how = "nobody in line: given up"
		}
		list = append(list, step{w.From, w.To, "waited", "Waiting", how, "", ""})
	}
	slices.SortStableFunc(list, func(a, b step) int { return a.from.Compare(b.from) })
	for i := range list {
		if list[i].to.IsZero() {
			list[i].to = end
		}
	}
	return list
}

func reasons(list []agent.Reason) (text string) {
	for i, r := range list {
		if i > 0 {
			text += ", and "
		}
		text += "the agent " + r.String()
	}
	return text
}

// timeline draws the steps of a story one beneath the other.
func timeline(id string, s audit.Story, list []step, at clock) *drawing {
	const row, tall, top = 40.0, 14.0, 24.0
	begin, end := s.Referral.Requested, s.Referral.Requested.Add(time.Second)
	for _, step := range list {
		end = later(end, step.to)
	}
	x := func(t time.Time) percents {
		return percents(100 * min(max(float64(t.Sub(begin))/float64(end.Sub(begin)), 0), 1))
	}
	d := &drawing{
		id: id, height: int(top+row*float64(len(list))) + 8, title: "What happened to one referral, offer by offer",
		desc: fmt.Sprintf("From %s to %s, from above: ", at.second(begin), at.second(end)),
	}
	for i, t := range round(begin, end, at) {
		anchor := "middle"
		if x(t) > 94 {
			anchor = "end"
		} else if x(t) < 6 {
			anchor = "start"
		}
		d.line("grid", x(t), top-6, x(t), float64(d.height))
		layout := "15:04"
		if end.Sub(begin) > 24*time.Hour || i == 0 && at.in(begin).YearDay() != at.in(end).YearDay() {
			layout = "Jan 2, 15:04"
		}
		if end.Sub(begin) < 5*time.Minute {
			layout = "15:04:05"
		}
		d.text("axis", anchor, x(t), 0, 12, at.in(t).Format(layout))
	}
	for i, step := range list {
		y := top + row*float64(i)
		took := span(step.to.Sub(step.from))
		who, how := step.who, step.class
		if step.class == "waited" {
			who, how = "Nobody in line", "waited"
		}
		d.text("label", "start", 0, 0, y+14, who)
		d.text("axis", "end", 100, 0, y+14, how+", "+took)
		d.line("track", 0, y+19+tall/2, 100, y+19+tall/2)
		width := max(x(step.to)-x(step.from), 0.6)
		d.rect(step.class, x(step.from), y+19, width, tall)
		if step.class == "rescinded" {
			d.stripe(x(step.from), y+19, width, tall)
		}
		if i > 0 {
			d.desc += "; "
		}
		d.desc += fmt.Sprintf("%s, %s, %s", step.who, step.how, took)
	}
	d.desc += "."
	return d
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// round returns some round instants from one to another.
func round(begin, end time.Time, at clock) (list []time.Time) {
	every := 24 * time.Hour
	for _, e := range []time.Duration{
		10 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
		time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
	} {
		if end.Sub(begin) <= 4*e {
			every = e
			break
		}
	}
	for every > 12*time.Hour && end.Sub(begin) > 4*every {
		every *= 2
	}
	_, offset := at.in(begin).Zone()
	shift := time.Duration(offset) * time.Second
	for t := begin.Add(shift).Truncate(every).Add(-shift); !t.After(end); t = t.Add(every) {
		if !t.Before(begin) {
			list = append(list, t)
		}
	}
	return list
}
