package main

import (
	"math"

	"github.com/relevo-go/relevo/geo"
)

// vectorUnit is the length of a unit vector in the units of geo.Vector.
const vectorUnit = 1 << 30

// unit returns a place on the unit sphere. The coordinates are those of the
// exact key, so what is as far by the one is as far by the other.
func unit(v geo.Vector) [3]float64 {
	return [3]float64{float64(v.X) / vectorUnit, float64(v.Y) / vectorUnit, float64(v.Z) / vectorUnit}
}

// length returns the straight line of a chord, in the same units.
func length(c geo.Chord) float64 { return math.Sqrt(float64(c)) / vectorUnit }

// kilometer is a short distance, in the same units.
const kilometer = 1000 / geo.EarthRadius

// asked is how many nearest agents a library is asked for that is asked for a
// number: enough that those of one place, and what lies a little wrong, are
// mostly put in order by the exact key.
const asked = 8
