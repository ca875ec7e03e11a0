package near

import (
	"cmp"
	"iter"
	"math"
	"slices"
	"testing"

	"github.com/relevo-go/relevo/geo"
	"github.com/tidwall/rtree"
)

// nearby is the peer that most programs would have: one R-tree of candidates,
// walked from the consumer outward, and asking each whether it is wanted.
type nearby struct {
	tree rtree.RTreeGN[float64, uint64] // IDs, by longitude and latitude in radians
	twin twin
}

func (n *nearby) put(e Entry) {
	if at, ok := radians(e.Point); ok {
		n.tree.Insert(at, at, e.ID)
	}
}

func (n *nearby) remove(e Entry) {
	if at, ok := radians(e.Point); ok {
		n.tree.Delete(at, at, e.ID)
	}
}

func radians(p geo.Point) ([2]float64, bool) {
	lat, lng := p.Degrees()
	return [2]float64{lng * math.Pi / 180, lat * math.Pi / 180}, p.Known()
}

// line is Index.Line. Nearby gives candidates at one distance in an order that
// depends on history, so those of one distance are gathered and sorted.
func (n *nearby) line(q Query) iter.Seq[Match] {
	return func(yield func(Match) bool) {
		var group []Match
		flush := func() bool {
			slices.SortFunc(group, func(a, b Match) int {
				return cmp.Or(cmp.Compare(a.Chord, b.Chord), cmp.Compare(a.Last, b.Last), cmp.Compare(a.ID, b.ID))
			})
			for _, m := range group {
				if !yield(m) {
					return false
				}
			}
			group = group[:0]
			return true
		}
		goOn := true
		if from, ok := radians(q.From); ok {
			vector, dist := q.From.Vector(), 0.0
			n.tree.Nearby(func(low, high [2]float64, id uint64, item bool) float64 {
				if item { // Rounding to a float may make a tie, but no other order.
					return float64(vector.Chord(n.twin.entries[id].Point.Vector()))
				}
				return float64(boxChord(from, low, high))
			}, func(_, _ [2]float64, id uint64, d float64) bool {
				if d > dist {
					goOn, dist = flush(), d
				}
				if m, ok := n.twin.match(q, n.twin.entries[id]); ok && goOn {
					group = append(group, m)
				}
				return goOn
			})
		}
		if goOn && flush() {
			for _, e := range n.twin.entries {
				if m, ok := n.twin.match(q, e); ok && m.Chord == geo.Unreachable {
					group = append(group, m)
				}
			}
			flush()
		}
	}
}

// boxChord returns a Chord that no place between two meridians and two
// parallels is nearer than. If the point is between the meridians, the nearest
// place is on its own; if not, it is on one of the two: along a parallel the
// distance only grows. Along a meridian it falls until the place where a great
// circle through the point meets it at a right angle.
func boxChord(from, low, high [2]float64) geo.Chord {
	const safe = 8 // Places are rounded to less than 1, and floats err less.
	chord := func(lng, lat float64) float64 {
		s, t := math.Sin((lat-from[1])/2), math.Sin((lng-from[0])/2)
		return 2 * math.Sqrt(s*s+math.Cos(lat)*math.Cos(from[1])*t*t) * (1 << 30)
	}
	least := math.Inf(1)
	if low[0] <= from[0] && from[0] <= high[0] {
		least = chord(from[0], min(max(from[1], low[1]), high[1]))
	} else {
		for _, lng := range [2]float64{low[0], high[0]} {
			foot := math.Atan2(math.Sin(from[1]), math.Cos(from[1])*math.Cos(lng-from[0]))
			for _, lat := range [3]float64{low[1], high[1], min(max(foot, low[1]), high[1])} {
				least = min(least, chord(lng, lat))
			}
		}
	}
	least = max(least-safe, 0)
	return geo.Chord(least * least)
}

// The bound of a box is below the distance to every place in it, and not far
// below the nearest.
func TestBoxChord(t *testing.T) {
	w := newWorld(randomOf(0))
	tight := 0
	for range 2000 {
		from, a, b := w.anywhere(), w.anywhere(), w.anywhere()
		p, _ := radians(a)
		q, _ := radians(b)
		low := [2]float64{min(p[0], q[0]), min(p[1], q[1])}
		high := [2]float64{max(p[0], q[0]), max(p[1], q[1])}
		center, _ := radians(from)
		bound := boxChord(center, low, high)
		least := geo.Unreachable
		const steps = 16
		for i := range steps + 1 {
			for j := range steps + 1 {
				between := func(axis, i int) float64 { // degrees
					return (low[axis] + (high[axis]-low[axis])*float64(i)/steps) * 180 / math.Pi
				}
				in := degrees(t, max(-90, min(between(1, i), 90)), max(-180, min(between(0, j), 180)))
				least = min(least, geo.ChordBetween(from, in))
			}
		}
		if least < bound {
			t.Fatalf("from %v, something between %v and %v is at %d, below the bound %d", from, a, b, least, bound)
		}
		if math.Sqrt(float64(least)) < 1.1*math.Sqrt(float64(bound)) {
			tight++
		}
	}
	if tight < 1000 {
		t.Errorf("of 2000 bounds %d are close, want most", tight)
	}
}
