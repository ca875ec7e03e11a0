package main

import (
	"math"
	"slices"

	"github.com/relevo-go/relevo/geo"
	"github.com/tidwall/rtree"
)

type rTree struct {
	agents
	tree rtree.RTreeGN[float64, uint32]
}

func tidwallRtree() contestant {
	return contestant{
		name: "tidwall/rtree",
		used: "one tree of degrees; [Nearby](https://pkg.go.dev/github.com/tidwall/rtree#RTreeGN.Nearby) with a distance of our own, " +
			"the exact key to an agent and on the sphere to a box, as far as the first who fits and those as near; geo/near has its places in such a tree",
		costs: "everybody nearer who doesn't fit passes through its heap, and so do all who come with a node that is opened",
		build: func(all agents) index {
			t := &rTree{agents: slices.Clone(all)}
			for i := range all {
				at := degrees(all[i].point)
				t.tree.Insert(at, at, uint32(i))
			}
			return t
		},
	}
}

func degrees(p geo.Point) [2]float64 {
	lat, lng := p.Degrees()
	return [2]float64{lng, lat}
}

func (t *rTree) first(q *query) (id uint64, ok bool) {
	from, lat, at := q.from.Vector(), newLatitude(q.from), degrees(q.from)
	var p pick
	nearest := math.Inf(1)
	t.tree.Nearby(
		func(low, high [2]float64, n uint32, item bool) float64 {
			if item {
				return float64(from.Chord(t.agents[n].vector))
			}
			return lat.toBox(at, low, high)
		},
		func(_, _ [2]float64, n uint32, distance float64) bool {
			if distance > nearest {
				return false
			}
			if t.fits(int(n), q) {
				p.see(t.agents[n].match(from))
				nearest = distance
			}
			return true
		})
	return p.answer()
}

func (t *rTree) replace(n int, a agent) {
	before, after := degrees(t.agents[n].point), degrees(a.point)
	t.tree.Replace(before, before, uint32(n), after, after, uint32(n))
	t.agents[n] = a
}

// latitude is a consumer's, by sine and cosine.
type latitude struct{ sin, cos float64 }

func newLatitude(p geo.Point) (l latitude) {
	degrees, _ := p.Degrees()
	l.sin, l.cos = math.Sincos(degrees * radian)
	return l
}

// toBox returns, as a chord, at most the distance from a consumer to whoever is
// in a box of longitudes and latitudes. The nearest spot of the box is on the
// consumer's own meridian, if that passes through it, or else on the nearer one
// of its two sides.
func (l latitude) toBox(at, low, high [2]float64) float64 {
	turn := 0.0
	if at[0] < low[0] || at[0] > high[0] {
		west, east := math.Mod(low[0]-at[0]+720, 360), math.Mod(at[0]-high[0]+720, 360)
		turn = min(west, east)
	}
	// On a meridian this far away the cosine of the distance to a latitude t is
	// sin t * l.sin + cos t * l.cos * cos turn, which is greatest at one latitude
	// and falls to both of its sides.
	north, toward := l.sin, l.cos*math.Cos(turn*radian)
	nearest := math.Atan2(north, toward)
	t := min(max(nearest, low[1]*radian), high[1]*radian)
	if nearest > math.Pi/2 || nearest < -math.Pi/2 { // beyond a pole, by which the nearer end is taken
		t = low[1] * radian
		if other := high[1] * radian; math.Cos(other-nearest) > math.Cos(t-nearest) {
			t = other
		}
	}
	sin, cos := math.Sincos(t)
	squared := max(0, 2-2*(sin*north+cos*toward))
	// By what floats and the grid of the keys err, less.
	distance := max(0, math.Sqrt(squared)*vectorUnit-64)
	return distance * distance
}
