package geo_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/relevo-go/relevo/geo"
)

func at(t testing.TB, lat, lng float64) geo.Point {
	t.Helper()
	p, err := geo.MakePoint(lat, lng)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestMakePoint(t *testing.T) {
	tests := []struct {
		lat, lng         float64
		wantLat, wantLng int32
	}{
		{27.9506, -82.4572, 279506000, -824572000},
		{0, 0, 0, 0},
		{math.Copysign(0, -1), math.Copysign(0, -1), 0, 0},
		{0.00000004, -0.00000004, 0, 0},
		{0.00000006, -0.00000006, 1, -1},
		{1e-300, -1e-300, 0, 0},
		{45, 180, 450000000, 1800000000},
		{45, -180, 450000000, 1800000000},
		{45, -179.99999999, 450000000, 1800000000},
		{45, -179.9999999, 450000000, -1799999999},
		{90, 77, 900000000, 0},
		{-90, -180, -900000000, 0},
		{89.9999999, 77, 899999999, 770000000},
	}
	for _, test := range tests {
		p, err := geo.MakePoint(test.lat, test.lng)
		if err != nil {
			t.Errorf("MakePoint(%v, %v): %v", test.lat, test.lng, err)
			continue
		}
		if lat, lng := p.E7(); lat != test.wantLat || lng != test.wantLng || !p.Known() {
			t.Errorf("MakePoint(%v, %v).E7() = %d, %d, want %d, %d", test.lat, test.lng, lat, lng, test.wantLat, test.wantLng)
		}
		same, err := geo.PointE7(test.wantLat, test.wantLng)
		if err != nil || same != p {
			t.Errorf("PointE7(%d, %d) = %v, %v, want %v: a place has one Point", test.wantLat, test.wantLng, same, err, p)
		}
		lat, lng := p.Degrees()
		if again := at(t, lat, lng); again != p {
			t.Errorf("MakePoint of the degrees %v, %v of %v = %v", lat, lng, p, again)
		}
	}
}

func TestPointRefusals(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, d := range [][2]float64{
		{nan, 0}, {0, nan}, {inf, 0}, {-inf, 0}, {0, inf}, {0, -inf},
		{90.0000001, 0}, {-90.0000001, 0}, {0, 180.0000001}, {0, -180.0000001},
		{math.Nextafter(90, 91), 0}, {0, math.Nextafter(-180, -181)}, {math.MaxFloat64, 0}, {0, -math.MaxFloat64},
	} {
		// The error is of the degrees: NaN must not come as far as the integers,
		// where what it becomes depends on the CPU.
		if p, err := geo.MakePoint(d[0], d[1]); err == nil || p.Known() || !strings.Contains(err.Error(), "180 degrees") && !strings.Contains(err.Error(), "90 degrees") {
			t.Errorf("MakePoint(%v, %v) = %v, %v, want no place and an error that says between which degrees", d[0], d[1], p, err)
		}
	}
	for _, d := range [][2]int32{
		{900000001, 0}, {-900000001, 0}, {0, 1800000001}, {0, -1800000001},
		{math.MaxInt32, 0}, {math.MinInt32, 0}, {0, math.MaxInt32}, {0, math.MinInt32},
	} {
		if p, err := geo.PointE7(d[0], d[1]); err == nil || p.Known() {
			t.Errorf("PointE7(%d, %d) = %v, %v, want an error and no place", d[0], d[1], p, err)
		}
	}
}

func TestOnePointForEachPlace(t *testing.T) {
	if east, west := at(t, -17, 180), at(t, -17, -180); east != west {
		t.Errorf("longitudes 180 and -180 are %v and %v, want one Point", east, west)
	}
	if a, b := at(t, 90, 0), at(t, 90, -123); a != b {
		t.Errorf("the north pole is %v and %v, want one Point", a, b)
	}
	if a, b := at(t, -90, 180), at(t, -90, 5); a != b {
		t.Errorf("the south pole is %v and %v, want one Point", a, b)
	}
	if north, south := at(t, 90, 0), at(t, -90, 0); north == south {
		t.Errorf("the poles are both %v, want two Points", north)
	}
}

func TestZeroPointIsNoPlace(t *testing.T) {
	var zero geo.Point
	gulf := at(t, 0, 0)
	if zero.Known() || !zero.IsZero() || zero.String() != "unknown" {
		t.Errorf("the zero Point: Known = %v, IsZero = %v, String = %s, want an unknown one", zero.Known(), zero.IsZero(), zero)
	}
	if !gulf.Known() || gulf.IsZero() || gulf == zero || gulf.String() != "0.0000000,0.0000000" {
		t.Errorf("the point at 0, 0: Known = %v, IsZero = %v, String = %s, want a place that is not the zero Point", gulf.Known(), gulf.IsZero(), gulf)
	}
	if lat, lng := zero.E7(); lat != 0 || lng != 0 {
		t.Errorf("E7 of the zero Point = %d, %d, want 0, 0", lat, lng)
	}
	if lat, lng := zero.Degrees(); !math.IsNaN(lat) || !math.IsNaN(lng) {
		t.Errorf("Degrees of the zero Point = %v, %v, want NaN", lat, lng)
	}
	if zero.Vector() != (geo.Vector{}) || gulf.Vector() != (geo.Vector{X: 1 << 30}) {
		t.Errorf("the vectors of the zero Point and of 0, 0 are %v and %v, want none and X = 2^30", zero.Vector(), gulf.Vector())
	}
	for _, p := range []geo.Point{zero, gulf} {
		if got := geo.ChordBetween(zero, p); got != geo.Unreachable {
			t.Errorf("ChordBetween(unknown, %v) = %d, want Unreachable", p, got)
		}
		if got := geo.ChordBetween(p, zero); got != geo.Unreachable {
			t.Errorf("ChordBetween(%v, unknown) = %d, want Unreachable", p, got)
		}
	}
}

func TestPointJSON(t *testing.T) {
	type holder struct {
		P geo.Point
		O geo.Point `json:",omitzero"`
	}
	tests := []struct {
		p    geo.Point
		json string
	}{
		{geo.Point{}, `{"P":null}`},
		{at(t, 0, 0), `{"P":{"lat_e7":0,"lng_e7":0}}`},
		{at(t, 27.9506, -82.4572), `{"P":{"lat_e7":279506000,"lng_e7":-824572000}}`},
		{at(t, -90, 0), `{"P":{"lat_e7":-900000000,"lng_e7":0}}`},
		{at(t, 90, 0), `{"P":{"lat_e7":900000000,"lng_e7":0}}`},
		{at(t, 1e-7, -180), `{"P":{"lat_e7":1,"lng_e7":1800000000}}`},
	}
	for _, test := range tests {
		got, err := json.Marshal(holder{P: test.p})
		if err != nil || string(got) != test.json {
			t.Errorf("Marshal(%v) = %s, %v, want %s", test.p, got, err, test.json)
		}
		back := holder{P: at(t, 5, 5)}
		if err := json.Unmarshal(got, &back); err != nil || back.P != test.p {
			t.Errorf("Unmarshal(%s) = %v, %v, want %v", got, back.P, err, test.p)
		}
	}
	for _, in := range []string{
		`{}`, `{"lat_e7":1}`, `{"lng_e7":1}`, `{"lat_e7":null,"lng_e7":1}`, `{"lat_e7":900000001,"lng_e7":0}`,
		`{"lat_e7":0,"lng_e7":-1800000001}`, `{"lat_e7":1.5,"lng_e7":0}`, `{"lat_e7":1,"lng_e7":0,"alt":3}`,
		`{"lat_e7":99999999999,"lng_e7":0}`, `"27,-82"`, `[1,2]`, `5`,
	} {
		p := at(t, 5, 5)
		if err := json.Unmarshal([]byte(in), &p); err == nil || p != at(t, 5, 5) {
			t.Errorf("Unmarshal(%s) = %v, %v, want an error and the point left alone", in, p, err)
		}
	}
}
