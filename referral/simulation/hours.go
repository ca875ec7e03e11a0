package simulation

import (
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo"
)

// stretch is the same hours on several days, 0 for Sunday.
type stretch struct {
	first, last time.Weekday
	from, to    agent.Minute
}

// at is short for the time of day.
func at(hour, minute int) agent.Minute { return agent.MinuteOf(hour, minute) }

// weeks are the hours that agents keep, and how many in a hundred keep each.
var weeks = [...]struct {
	agents int
	week   []stretch
}{
	{26, []stretch{{1, 5, at(9, 0), at(17, 0)}}},
	{14, []stretch{{1, 5, at(8, 0), at(18, 0)}}},
	{10, []stretch{{1, 5, at(9, 0), at(18, 0)}, {6, 6, at(10, 0), at(15, 0)}}},
	{8, []stretch{{1, 5, at(9, 0), at(12, 0)}, {1, 5, at(13, 0), at(18, 30)}}},
	{10, []stretch{{1, 5, at(12, 0), at(21, 0)}}},
	{9, []stretch{{1, 5, at(17, 0), at(22, 0)}, {6, 6, at(10, 0), at(18, 0)}, {0, 0, at(10, 0), at(18, 0)}}},
	{12, []stretch{{0, 6, at(8, 0), at(20, 0)}}},
	{4, []stretch{{2, 4, at(9, 0), at(16, 0)}}},
	{4, []stretch{{0, 6, at(18, 0), at(1, 0)}}},
	{3, []stretch{{0, 4, at(22, 0), at(6, 0)}}},
}

// hours draws the weekly hours of an agent, in the zone of its state or, of one
// in thirty, in that of another.
func (w *world) hours(s geo.State) agent.SetHours {
	c := w.chance
	if c.Below(30) == 0 {
		s = w.country[w.homes.roll(c)].State
	}
	shares := make([]int, len(weeks))
	for i, k := range weeks {
		shares[i] = k.agents
	}
	h := agent.SetHours{Zone: w.zone(s).String()}
	for _, part := range weeks[c.Weighted(shares...)].week {
		for day := part.first; day <= part.last; day++ {
			h.Weekly = append(h.Weekly, agent.Shift{Day: agent.Day(day), From: part.from, To: part.to})
		}
	}
	return h
}

// absence draws some hours or days away that begin within the simulation.
func (w *world) absence() agent.SetAbsence {
	from := w.options.Begin.Add(w.chance.upTo(w.options.end().Sub(w.options.Begin))).Truncate(time.Hour)
	return agent.SetAbsence{From: from, Until: from.Add(time.Duration(3+w.chance.Below(70)) * time.Hour)}
}
