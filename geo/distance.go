package geo

import (
	"fmt"
	"math"
)

// EarthRadius is the mean radius of the sphere on which distances are taken,
// in meters (R15).
const EarthRadius = 6_371_008.8

// Meters is a distance along the great circle, in whole meters. It is for
// showing and for limits; what is nearer is decided by [Chord].
type Meters int64

// String returns "850 m" below a kilometer and "12.3 km" from there on.
func (m Meters) String() string {
	if m < 1000 {
		return fmt.Sprintf("%d m", int64(m))
	}
	return fmt.Sprintf("%.1f km", float64(m)/1000)
}

// vectorUnit is the length of a unit vector's scale: 2^30 to the radius, so one
// step is 6 mm on the ground.
const vectorUnit = 1 << 30

// Vector is a place as a unit vector from the earth's center, each coordinate
// held as an integer in units of 2^-30. It is the same on every CPU. The zero
// Vector is no place.
type Vector struct{ X, Y, Z int32 }

// Vector returns p as a unit vector, or the zero Vector if p is unknown.
func (p Point) Vector() Vector {
	if !p.Known() {
		return Vector{}
	}
	lat, lng := p.E7()
	sinLat, cosLat := sincos(lat)
	sinLng, cosLng := sincos(lng)
	return Vector{
		X: int32(math.Round(float64(float64(cosLat*cosLng) * vectorUnit))),
		Y: int32(math.Round(float64(float64(cosLat*sinLng) * vectorUnit))),
		Z: int32(math.Round(float64(sinLat * vectorUnit))),
	}
}

// Chord is the key by which distances are compared (R12, R15): the squared
// length of the straight line between two places, in units of 2^-60 of the
// earth's radius squared. It grows with the great-circle distance, is an
// integer, and is the same on every CPU, so equal distances are equal.
type Chord int64

// Unreachable is beyond every distance on earth: the key of an agent without a
// position, who comes after all that have one.
const Unreachable Chord = math.MaxInt64

// Chord returns the key of the distance between v and w, both of them places.
func (v Vector) Chord(w Vector) Chord {
	x, y, z := int64(v.X)-int64(w.X), int64(v.Y)-int64(w.Y), int64(v.Z)-int64(w.Z)
	return Chord(x*x + y*y + z*z)
}

// ChordBetween returns the key of the distance from p to q, or [Unreachable]
// if one of them is unknown.
func ChordBetween(p, q Point) Chord {
	if !p.Known() || !q.Known() {
		return Unreachable
	}
	return p.Vector().Chord(q.Vector())
}

// Meters returns the great-circle distance of the key, rounded to whole meters.
// Of [Unreachable] it returns half the earth's circumference.
func (c Chord) Meters() Meters {
	half := math.Sqrt(float64(c)) / (2 * vectorUnit)
	return Meters(math.Round(2 * EarthRadius * math.Asin(min(half, 1))))
}

// ChordWithin returns the greatest key of a distance of at most m. A negative m
// gives -1, which no distance is within.
func ChordWithin(m Meters) Chord {
	if m < 0 {
		return -1
	}
	half := float64(m) / (2 * EarthRadius)
	if half >= math.Pi/2 {
		return Unreachable - 1
	}
	sin, _ := sincosRadians(half)
	chord := float64(sin * (2 * vectorUnit))
	return Chord(float64(chord * chord))
}

// sincos returns the sine and cosine of an angle in 1e-7 degree, |e7| at most
// 180 degrees. Every product is rounded on its own, which keeps a compiler from
// fusing it with a sum, so all CPUs return the same bits. math.Sin is not used:
// its bits may differ between CPUs.
func sincos(e7 int32) (sin, cos float64) {
	const quarter = 90 * DegreeE7
	// The angle is turns*90° + rest, with |rest| at most 45°, in exact integers.
	a := int64(e7)
	turns := (a + quarter/2) / quarter
	if a+quarter/2 < 0 && (a+quarter/2)%quarter != 0 {
		turns--
	}
	s, c := sincosRadians(float64(float64(a-turns*quarter) * (math.Pi / (180 * DegreeE7))))
	switch turns & 3 {
	case 1:
		return c, -s
	case 2:
		return -s, -c
	case 3:
		return -c, s
	}
	return s, c
}

// sincosRadians returns the sine and cosine of x by their series, which from
// the term x^25 on adds nothing to a float64 for |x| at most π/2.
func sincosRadians(x float64) (sin, cos float64) {
	x2 := float64(x * x)
	for n := 26; n >= 2; n -= 2 {
		// Horner's rule, from the highest term down.
		sin = float64(x2 / float64(n*(n+1)) * float64(1-sin))
		cos = float64(x2 / float64(n*(n-1)) * float64(1-cos))
	}
	return float64(x * float64(1-sin)), 1 - cos
}
