package geo

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestSincosIsAccurate(t *testing.T) {
	check := func(e7 int32) {
		sin, cos := sincos(e7)
		wantSin, wantCos := math.Sincos(float64(e7) / DegreeE7 * math.Pi / 180)
		if math.Abs(sin-wantSin) > 1e-15 || math.Abs(cos-wantCos) > 1e-15 {
			t.Errorf("sincos(%d) = %v, %v, want %v, %v within 1e-15", e7, sin, cos, wantSin, wantCos)
		}
		if math.Abs(sin) > 1 || math.Abs(cos) > 1 {
			t.Errorf("sincos(%d) = %v, %v, beyond 1", e7, sin, cos)
		}
	}
	for degree := int32(-180); degree <= 180; degree++ {
		for _, beside := range []int32{-1, 0, 1} {
			if e7 := degree*DegreeE7 + beside; -180*DegreeE7 <= e7 && e7 <= 180*DegreeE7 {
				check(e7)
			}
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 100_000 {
		check(int32(r.Int64N(360*DegreeE7+1) - 180*DegreeE7))
	}
}

// TestSincosAtRightAngles wants the exact values and exact mirror images, so
// that places on the axes and across the equator have exact vectors.
func TestSincosAtRightAngles(t *testing.T) {
	for _, test := range []struct {
		degrees  int32
		sin, cos float64
	}{{-180, 0, -1}, {-90, -1, 0}, {0, 0, 1}, {90, 1, 0}, {180, 0, -1}} {
		if sin, cos := sincos(test.degrees * DegreeE7); sin != test.sin || cos != test.cos {
			t.Errorf("sincos(%d°) = %v, %v, want exactly %v, %v", test.degrees, sin, cos, test.sin, test.cos)
		}
	}
	r := rand.New(rand.NewPCG(3, 4))
	for range 10_000 {
		e7 := r.Int32N(180 * DegreeE7)
		sin, cos := sincos(e7)
		if s, c := sincos(-e7); math.Abs(s+sin) > 2e-16 || math.Abs(c-cos) > 2e-16 {
			t.Errorf("sincos(%d) = %v, %v and of its negative %v, %v, want a mirror image", e7, sin, cos, s, c)
		}
	}
}
