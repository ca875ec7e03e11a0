package geo_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/relevo-go/relevo/geo"
)

// haversine is the twin of Chord: the central angle in radians, by another
// formula and by math's functions.
func haversine(p, q geo.Point) float64 {
	lat1, lng1 := p.Degrees()
	lat2, lng2 := q.Degrees()
	const radians = math.Pi / 180
	s, u := math.Sin((lat2-lat1)/2*radians), math.Sin((lng2-lng1)/2*radians)
	h := s*s + math.Cos(lat1*radians)*math.Cos(lat2*radians)*u*u
	return 2 * math.Atan2(math.Sqrt(h), math.Sqrt(max(0, 1-h)))
}

// places returns n points: all over the earth, in clusters of meters to
// kilometers, at the poles and the 180° meridian, and antipodes.
func places(t testing.TB, n int) []geo.Point {
	r := rand.New(rand.NewPCG(12, 15))
	points := []geo.Point{at(t, 90, 0), at(t, -90, 0), at(t, 0, 180), at(t, 0, 0), at(t, 51.9, 179.99999), at(t, 51.9, -179.99999)}
	for len(points) < n {
		lat, lng := math.Asin(2*r.Float64()-1)*180/math.Pi, 360*r.Float64()-180
		points = append(points, at(t, lat, lng), at(t, -lat, math.Remainder(lng+180, 360)))
		for size := 1e-6; size < 2; size *= 10 {
			points = append(points, at(t, max(-90, min(90, lat+size*r.Float64())), math.Remainder(lng+size*r.Float64(), 360)))
		}
	}
	return points
}

// TestVectorIsRounded wants the nearest integers, by math's own functions.
func TestVectorIsRounded(t *testing.T) {
	for _, p := range places(t, 2000) {
		lat, lng := p.Degrees()
		sinLat, cosLat := math.Sincos(lat * math.Pi / 180)
		sinLng, cosLng := math.Sincos(lng * math.Pi / 180)
		v := p.Vector()
		for _, c := range []struct {
			axis string
			got  int32
			want float64
		}{{"X", v.X, cosLat * cosLng}, {"Y", v.Y, cosLat * sinLng}, {"Z", v.Z, sinLat}} {
			if math.Abs(float64(c.got)-c.want*(1<<30)) > 0.5+1e-5 {
				t.Fatalf("Vector(%v).%s = %d, want %f rounded", p, c.axis, c.got, c.want*(1<<30))
			}
		}
	}
}

func TestChordIsSymmetricAndZeroAtHome(t *testing.T) {
	points := places(t, 400)
	for _, p := range points {
		if got := geo.ChordBetween(p, p); got != 0 {
			t.Errorf("ChordBetween(%v, itself) = %d, want 0", p, got)
		}
		for _, q := range points {
			there, back := geo.ChordBetween(p, q), geo.ChordBetween(q, p)
			if there != back || there < 0 || there == geo.Unreachable {
				t.Fatalf("ChordBetween(%v, %v) = %d and back %d, want one key from 0 up, below Unreachable", p, q, there, back)
			}
			if there != p.Vector().Chord(q.Vector()) {
				t.Fatalf("ChordBetween(%v, %v) = %d, but their vectors' key is another", p, q, there)
			}
		}
	}
}

// TestChordGrowsWithDistance compares every key with the haversine: where the
// straight lines differ by more than the resolution, the keys differ alike.
// Rounding three coordinates to 6 mm moves a place by up to 5.2 mm, so four
// places move a difference by up to 21 mm.
func TestChordGrowsWithDistance(t *testing.T) {
	const resolution = 0.021
	points := places(t, 600)
	r := rand.New(rand.NewPCG(7, 8))
	pick := func() geo.Point { return points[r.IntN(len(points))] }
	straight := func(p, q geo.Point) float64 { return 2 * geo.EarthRadius * math.Sin(haversine(p, q)/2) }
	compared := 0
	for range 300_000 {
		p, q, s := pick(), pick(), pick()
		a, b := straight(p, q), straight(p, s)
		if math.Abs(a-b) <= resolution {
			continue
		}
		compared++
		if (a < b) != (geo.ChordBetween(p, q) < geo.ChordBetween(p, s)) {
			t.Fatalf("from %v, %v is %.3f m away and %v %.3f m, but the keys are %d and %d", p, q, a, s, b, geo.ChordBetween(p, q), geo.ChordBetween(p, s))
		}
	}
	if compared < 200_000 {
		t.Errorf("only %d pairs of distances differ, want most of 300,000", compared)
	}
	// Near ones, where agents of one town are told apart.
	for i := 6; i+8 < len(points); i += 8 {
		home := points[i]
		for j := i + 2; j < i+8; j++ {
			for k := i + 2; k < i+8; k++ {
				a, b := straight(home, points[j]), straight(home, points[k])
				if b-a > resolution && geo.ChordBetween(home, points[j]) >= geo.ChordBetween(home, points[k]) {
					t.Errorf("from %v, %v is %.3f m away and %v %.3f m, but the keys say otherwise", home, points[j], a, points[k], b)
				}
			}
		}
	}
}

func TestMetersAgreesWithHaversine(t *testing.T) {
	points := places(t, 300)
	for _, p := range points {
		for _, q := range points {
			angle := haversine(p, q)
			if angle > math.Pi-1e-3 {
				continue // At antipodes, 6 mm of chord are up to 400 m of arc.
			}
			got, want := float64(geo.ChordBetween(p, q).Meters()), geo.EarthRadius*angle
			if math.Abs(got-want) > 0.5+0.011/math.Cos(angle/2)+1e-3 {
				t.Fatalf("%v to %v is %v m, want %.3f m rounded", p, q, got, want)
			}
		}
	}
}

func TestAntipodesDoNotOverflow(t *testing.T) {
	const halfway = 20_015_114 // π times the radius
	for _, pair := range [][2]geo.Point{
		{at(t, 90, 0), at(t, -90, 0)},
		{at(t, 0, 0), at(t, 0, 180)},
		{at(t, 0, 90), at(t, 0, -90)},
		{at(t, 35.2643897, 45), at(t, -35.2643897, -135)}, // all three coordinates equal
		{at(t, 45, 90), at(t, -45, -90)},
	} {
		c := geo.ChordBetween(pair[0], pair[1])
		if c <= 0 || c >= geo.Unreachable-1 {
			t.Errorf("ChordBetween(%v, %v) = %d, want a key below Unreachable", pair[0], pair[1], c)
		}
		if got := c.Meters(); got < halfway-400 || got > halfway {
			t.Errorf("%v to %v is %d m, want %d", pair[0], pair[1], got, halfway)
		}
	}
	if got := geo.Unreachable.Meters(); got != halfway {
		t.Errorf("Unreachable.Meters() = %d, want %d", got, halfway)
	}
	corner := geo.Vector{X: 1 << 30, Y: 1 << 30, Z: 1 << 30}
	if got := corner.Chord(geo.Vector{X: 1 << 30, Y: 1 << 30, Z: -1 << 30}); got != 1<<62 {
		t.Errorf("the key of two vectors 2^31 apart = %d, want 2^62", got)
	}
}

func TestChordWithin(t *testing.T) {
	const halfway = 20_015_114 // and 35 cm
	last := geo.Chord(-2)
	step := geo.Meters(1)
	for m := geo.Meters(-1); m < halfway; m += step {
		c := geo.ChordWithin(m)
		if c <= last {
			t.Fatalf("ChordWithin(%d) = %d, and of less it is %d: it does not grow", m, c, last)
		}
		last = c
		if m < 0 {
			continue
		}
		if got := c.Meters(); got < m-1 || got > m+1 {
			t.Fatalf("ChordWithin(%d).Meters() = %d, want it within 1 m", m, got)
		}
		if m > 2000 {
			step = 997
		}
	}
	for _, m := range []geo.Meters{-1, math.MinInt64} {
		if got := geo.ChordWithin(m); got != -1 {
			t.Errorf("ChordWithin(%d) = %d, want -1, which no distance is within", m, got)
		}
	}
	if got := geo.ChordWithin(0); got != 0 {
		t.Errorf("ChordWithin(0) = %d, want 0: the place itself", got)
	}
	for _, m := range []geo.Meters{halfway + 1, halfway + 2, math.MaxInt64} {
		c := geo.ChordWithin(m)
		if c >= geo.Unreachable || c < geo.ChordBetween(at(t, 90, 0), at(t, -90, 0)) {
			t.Errorf("ChordWithin(%d) = %d, want every place on earth within, and no unknown one", m, c)
		}
	}
}

// TestChordWithinIsARadius holds the limit (R33) against the distance shown.
func TestChordWithinIsARadius(t *testing.T) {
	points := places(t, 200)
	for _, p := range points {
		for _, q := range points {
			c := geo.ChordBetween(p, q)
			m := c.Meters()
			if m > 19_900_000 {
				continue
			}
			if c > geo.ChordWithin(m+1) {
				t.Fatalf("%v to %v is %d m, and not within %d m", p, q, m, m+1)
			}
			if m > 0 && c <= geo.ChordWithin(m-1) {
				t.Fatalf("%v to %v is %d m, and within %d m", p, q, m, m-1)
			}
		}
	}
}

// TestNearest holds pairs that a plane of degrees gets wrong (R15).
func TestNearest(t *testing.T) {
	tests := []struct {
		from    string
		p       geo.Point
		nearer  string
		near    geo.Point
		nearKM  string
		farther string
		far     geo.Point
		farKM   string
	}{
		{"Attu", at(t, 52.902, 172.909),
			"Adak", at(t, 51.85567, -176.668632), "716.3 km",
			"Saipan", at(t, 15.186894, 145.754396), "4822.8 km"},
		{"Guam", at(t, 13.452852, 144.747191),
			"Pago Pago", at(t, -14.322923, -170.752349), "5791.0 km",
			"Honolulu", at(t, 21.3069, -157.8583), "6121.9 km"},
		{"Utqiagvik", at(t, 71.2906, -156.7886),
			"North Pole", at(t, 64.7511, -147.3494), "824.3 km",
			"Nome", at(t, 64.5011, -165.4064), "834.8 km"},
	}
	for _, test := range tests {
		near, far := geo.ChordBetween(test.p, test.near), geo.ChordBetween(test.p, test.far)
		if near >= far {
			t.Errorf("from %s, %s has key %d and %s %d, want the first nearer", test.from, test.nearer, near, test.farther, far)
		}
		if got := near.Meters().String(); got != test.nearKM {
			t.Errorf("%s to %s is %s, want %s", test.from, test.nearer, got, test.nearKM)
		}
		if got := far.Meters().String(); got != test.farKM {
			t.Errorf("%s to %s is %s, want %s", test.from, test.farther, got, test.farKM)
		}
	}
}

func TestMetersString(t *testing.T) {
	for m, want := range map[geo.Meters]string{0: "0 m", 850: "850 m", 999: "999 m", 1000: "1.0 km", 12_345: "12.3 km", 4_822_800: "4822.8 km"} {
		if got := m.String(); got != want {
			t.Errorf("Meters(%d).String() = %q, want %q", m, got, want)
		}
	}
}

func BenchmarkVector(b *testing.B) {
	points := places(b, 1000)
	var sum geo.Vector
	i := 0
	for b.Loop() {
		sum.X ^= points[i].Vector().X
		if i++; i == len(points) {
			i = 0
		}
	}
}

func BenchmarkChord(b *testing.B) {
	points := places(b, 1000)
	v, w := points[3].Vector(), points[77].Vector()
	var sum geo.Chord
	for b.Loop() {
		sum += v.Chord(w)
	}
	if sum == 0 {
		b.Fatal("two places are one")
	}
}
