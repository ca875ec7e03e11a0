package audit

import (
	"cmp"
	"math"
	"slices"

	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral/book"
)

// Area is a piece of a state, a quarter of a degree wide and high, and how many people
// are in it. So there are no more areas than the map has pieces, and none says where
// one person lives: about 28 km from north to south.
type Area struct {
	State     geo.State // "" of agents without an office
	Point     geo.Point // the middle of the people in it, to a tenth of a degree; unknown if nobody knows where they are
	Consumers int       // who asked, each as often as they did
	Agents    int       // who joined and have their office there at the end of the log
}

// cell tells areas apart.
type cell struct {
	state    geo.State
	known    bool
	lat, lng int32 // quarters of a degree, rounded down
}

// crowd is who is in a cell.
type crowd struct {
	consumers, agents int
	lat, lng          int64 // sums, in 1e-7 degree
}

// crowd returns who is in the cell of a place, with one more person to be counted.
func (m *measuring) crowd(s geo.State, p geo.Point) *crowd {
	const quarter = geo.DegreeE7 / 4
	lat, lng := p.E7()
	at := cell{s, p.Known(), floor(lat, quarter), floor(lng, quarter)}
	c := m.crowds[at]
	if c == nil {
		c = new(crowd)
		m.crowds[at] = c
	}
	c.lat, c.lng = c.lat+int64(lat), c.lng+int64(lng)
	return c
}

func floor(x, unit int32) int32 {
	if x%unit < 0 {
		return x/unit - 1
	}
	return x / unit
}

// countOffices counts the agents where their offices are.
func (m *measuring) countOffices() {
	var lens book.Lens
	for i := range m.past.book.Stretches() {
		for a := range m.past.book.Stretch(i, &lens) {
			if a.Registered() {
				m.crowd(a.Profile.State, a.Profile.Position()).agents++
			}
		}
	}
}

// areas returns what is in the cells, in order.
func (m *measuring) areas() (list []Area) {
	for at, c := range m.crowds {
		a := Area{State: at.state, Consumers: c.consumers, Agents: c.agents}
		if at.known {
			a.Point = c.middle()
		}
		list = append(list, a)
	}
	slices.SortFunc(list, func(a, b Area) int {
		aLat, aLng := a.Point.E7()
		bLat, bLng := b.Point.E7()
		return cmp.Or(cmp.Compare(a.State, b.State), cmp.Compare(aLat, bLat), cmp.Compare(aLng, bLng), cmp.Compare(a.Consumers, b.Consumers), cmp.Compare(a.Agents, b.Agents))
	})
	return list
}

// middle returns the mean of the places, to a tenth of a degree.
func (c *crowd) middle() geo.Point {
	n := int64(c.consumers + c.agents)
	tenth := func(sum int64) int32 {
		const unit = geo.DegreeE7 / 10
		return int32(math.Round(float64(sum)/float64(n*unit))) * unit
	}
	p, err := geo.PointE7(tenth(c.lat), tenth(c.lng))
	if err != nil {
		return geo.Point{} // the mean of places is one
	}
	return p
}
