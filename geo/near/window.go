package near

import (
	"math"

	"github.com/relevo-go/relevo/geo"
	"github.com/tidwall/rtree"
)

const (
	// radian is one radian in 1e-7 degree, the unit of the tree.
	radian = 180 * geo.DegreeE7 / math.Pi
	// margin is how much further than asked a window reaches, in radians. A
	// Chord is that of places rounded to 6 mm, 1e-9 radian, and floats err far
	// less: what is within a radius by its Chord is in the window on earth.
	margin = 1e-8
	// widest is the greatest radius of a window, in radians.
	widest = math.Pi / 2
)

// tree finds the numbers of places by their coordinates. It has these as
// float32, for rounding never changes the order of two numbers: what is between
// two coordinates is between them rounded, too.
type tree struct{ rtree.RTreeGN[float32, uint32] }

func (t *tree) insert(p geo.Point, at uint32) {
	c := rounded(coordinates(p))
	t.Insert(c, c, at)
}

func (t *tree) remove(p geo.Point, at uint32) {
	c := rounded(coordinates(p))
	t.Delete(c, c, at)
}

func rounded(c [2]float64) [2]float32 { return [2]float32{float32(c[0]), float32(c[1])} }

// coordinates returns where p is, for the tree: its longitude from 0 up to 360
// degrees and its latitude, in 1e-7 degree.
func coordinates(p geo.Point) [2]float64 {
	lat, lng := p.E7()
	c := [2]float64{float64(lng), float64(lat)}
	if lng < 0 {
		c[0] += 360 * geo.DegreeE7
	}
	return c
}

// chordOf returns the greatest Chord at which a place is sure to be in the
// window of the radius t, at most widest. It need not be the same on every CPU:
// a place is found in this window or in the next.
func chordOf(t float64) geo.Chord {
	chord := math.Sin(t/2) * (1 << 31) // The radius of the earth is 1<<30.
	return geo.Chord(chord * chord)
}

// window visits every place of the tree within a radius, in radians and at most widest, of
// the coordinates from, and some beyond, until visit returns false.
//
// On a sphere, the circle of radius t around latitude φ touches the meridians
// asin(sin t / cos φ) to its east and west, and every meridian if a pole is
// inside. (The distance to a clamped corner is no bound on a sphere.)
func (t *tree) window(from [2]float64, radius float64, visit func(min, max [2]float32, at uint32) bool) {
	const circle, pole = 360 * geo.DegreeE7, 90 * geo.DegreeE7
	radius += margin
	south, north := from[1]-radius*radian, from[1]+radius*radian
	sin := math.Sin(radius) / math.Cos(from[1]/radian)
	// Close to 1, asin is too steep for floats. A latitude at a pole is caught
	// before its cosine counts.
	if south <= -pole || north >= pole || sin > 0.99 {
		t.Search(rounded([2]float64{0, south}), rounded([2]float64{circle, north}), visit)
		return
	}
	width := math.Asin(sin) * radian
	west, east := from[0]-width, from[0]+width
	goOn := true
	search := func(west, east float64) {
		if goOn {
			t.Search(rounded([2]float64{west, south}), rounded([2]float64{east, north}), func(min, max [2]float32, at uint32) bool {
				goOn = visit(min, max, at)
				return goOn
			})
		}
	}
	switch {
	case west < 0:
		search(0, east)
		search(west+circle, circle)
	case east >= circle:
		search(west, circle)
		search(0, east-circle)
	default:
		search(west, east)
	}
}
