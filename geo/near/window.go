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

// coordinates returns where the tree has p: its longitude from 0 up to 360
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

// window visits every place of the tree within t radians, at most widest, of
// the coordinates from, and some beyond, until visit returns false.
//
// On a sphere, the circle of radius t around latitude φ touches the meridians
// asin(sin t / cos φ) to its east and west, and every meridian if a pole is
// inside. (The distance to a clamped corner is no bound on a sphere.)
func window(tree *rtree.RTreeGN[float64, uint32], from [2]float64, t float64, visit func(min, max [2]float64, at uint32) bool) {
	const circle, pole = 360 * geo.DegreeE7, 90 * geo.DegreeE7
	t += margin
	south, north := from[1]-t*radian, from[1]+t*radian
	sin := math.Sin(t) / math.Cos(from[1]/radian)
	// Close to 1, asin is too steep for floats. A latitude at a pole is caught
	// before its cosine counts.
	if south <= -pole || north >= pole || sin > 0.99 {
		tree.Search([2]float64{0, south}, [2]float64{circle, north}, visit)
		return
	}
	width := math.Asin(sin) * radian
	west, east := from[0]-width, from[0]+width
	goOn := true
	search := func(west, east float64) {
		if goOn {
			tree.Search([2]float64{west, south}, [2]float64{east, north}, func(min, max [2]float64, at uint32) bool {
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
