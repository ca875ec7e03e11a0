package geo_test

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"

	"github.com/relevo-go/relevo/geo"
)

// checkShort holds that an error has a short text, which repeats at most 64
// characters of the input in a row.
func checkShort(t *testing.T, err error, input string) {
	t.Helper()
	text := err.Error()
	if len(text) > 400 {
		t.Fatalf("the error of %q has %d bytes: %s", input, len(text), text)
	}
	text = strings.ReplaceAll(text, `\\`, `\`) // as quoting doubles them
	for r := []rune(input); len(r) > 64; r = r[1:] {
		if strings.Contains(text, string(r[:65])) {
			t.Fatalf("the error of %q repeats too much of it: %s", input, text)
		}
	}
}

var zipForm = regexp.MustCompile(`^[0-9]{5}(-?[0-9]{4})?$`)

// FuzzParseZIP holds that ZIP Codes are the texts of the one form, and that the
// five digits are their own ZIP, as a text and as a number.
func FuzzParseZIP(f *testing.F) {
	for _, s := range []string{"00601", "33602-1234", "336021234", " 33602\n", "601", "33602-", "3360२", "33602-123x", strings.Repeat("3", 70)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		z, err := geo.ParseZIP(s)
		if want := zipForm.MatchString(strings.TrimSpace(s)); (err == nil) != want {
			t.Fatalf("ParseZIP(%q) = %q, %v, want it read: %v", s, z, err, want)
		}
		var exact geo.ZIP
		if err := exact.UnmarshalText([]byte(s)); (err == nil) != geo.ZIP(s).Valid() || err == nil && string(exact) != s {
			t.Fatalf("UnmarshalText(%q) = %q, %v", s, exact, err)
		}
		if err != nil {
			if z != "" {
				t.Fatalf("ParseZIP(%q) = %q and %v", s, z, err)
			}
			checkShort(t, err, s)
			return
		}
		if !z.Valid() || !strings.HasPrefix(strings.TrimSpace(s), string(z)) || fmt.Sprintf("%05d", z.Number()) != string(z) {
			t.Fatalf("ParseZIP(%q) = %q, number %d", s, z, z.Number())
		}
		for _, same := range []string{string(z), " " + s + "\n", string(z) + "-0000"} {
			if again, err := geo.ParseZIP(same); err != nil || again != z {
				t.Fatalf("ParseZIP(%q) = %q, but ParseZIP(%q) = %q, %v", s, z, same, again, err)
			}
		}
		if text, err := z.MarshalText(); err != nil || string(text) != string(z) || exact.UnmarshalText(text) != nil || exact != z {
			t.Fatalf("MarshalText of %q = %q, %v, which reads as %q", z, text, err, exact)
		}
	})
}

// FuzzParseState holds that a text that is read names one jurisdiction, under
// its code, its name, in any case and with any space around it.
func FuzzParseState(f *testing.F) {
	for _, s := range []string{"FL", "fl", " Florida ", "new\t york", "US Virgin Islands", "XX", "", "ſc", "alas\u212aa", "Flórida", strings.Repeat("a", 70)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		state, err := geo.ParseState(s)
		var exact geo.State
		if err := exact.UnmarshalText([]byte(s)); (err == nil) != geo.State(s).Valid() || err == nil && string(exact) != s {
			t.Fatalf("UnmarshalText(%q) = %q, %v", s, exact, err)
		}
		if err != nil {
			if state != "" || geo.State(s).Valid() {
				t.Fatalf("ParseState(%q) = %q, %v", s, state, err)
			}
			checkShort(t, err, s)
			return
		}
		one := geo.StatesOf(state)
		if !state.Valid() || one.Len() != 1 || !one.Has(state) || one.String() != string(state) || one.Without(state) != 0 || uint64(one) != 1<<state.Index() {
			t.Fatalf("ParseState(%q) = %q, of which the set is %v", s, state, one)
		}
		for _, same := range []string{string(state), state.Name(), "\t" + s + " ", strings.ToLower(s), strings.ToUpper(s), strings.ReplaceAll(s, " ", "  ")} {
			if again, err := geo.ParseState(same); err != nil || again != state {
				t.Fatalf("ParseState(%q) = %q, but ParseState(%q) = %q, %v", s, state, same, again, err)
			}
		}
		if text, err := state.MarshalText(); err != nil || exact.UnmarshalText(text) != nil || exact != state {
			t.Fatalf("MarshalText of %q = %q, %v, which reads as %q", state, text, err, exact)
		}
	})
}

// checkPoint holds what is true of every place: its units, its degrees and its
// JSON lead back to it, and its vector lies on the sphere.
func checkPoint(t *testing.T, p geo.Point) {
	t.Helper()
	lat, lng := p.E7()
	if !p.Known() || p.IsZero() || lat < -90*geo.DegreeE7 || lat > 90*geo.DegreeE7 || lng <= -180*geo.DegreeE7 || lng > 180*geo.DegreeE7 {
		t.Fatalf("the point %v lies at %d, %d", p, lat, lng)
	}
	if again, err := geo.PointE7(lat, lng); err != nil || again != p {
		t.Fatalf("PointE7(%d, %d) = %v, %v, want %v", lat, lng, again, err, p)
	}
	if again, err := geo.MakePoint(p.Degrees()); err != nil || again != p {
		t.Fatalf("MakePoint of the degrees of %v = %v, %v", p, again, err)
	}
	data, err := json.Marshal(p)
	if want := fmt.Sprintf(`{"lat_e7":%d,"lng_e7":%d}`, lat, lng); err != nil || string(data) != want {
		t.Fatalf("%v is written as %s, %v, want %s", p, data, err, want)
	}
	var again geo.Point
	if err := json.Unmarshal(data, &again); err != nil || again != p {
		t.Fatalf("%s reads as %v, %v", data, again, err)
	}
	v := p.Vector()
	if length := math.Sqrt(float64(v.X)*float64(v.X) + float64(v.Y)*float64(v.Y) + float64(v.Z)*float64(v.Z)); math.Abs(length-1<<30) > 1 {
		t.Fatalf("the vector %v of %v is %v long", v, p, length)
	}
	if geo.ChordBetween(p, p) != 0 || geo.ChordBetween(p, geo.Point{}) != geo.Unreachable {
		t.Fatalf("%v is %v from itself and %v from nowhere", p, geo.ChordBetween(p, p), geo.ChordBetween(p, geo.Point{}))
	}
}

// FuzzPoint makes points of degrees and of 1e-7 degrees: exactly those on the
// globe are read, to the nearest unit, and the way between two is one way.
func FuzzPoint(f *testing.F) {
	f.Add(27.9506, -82.4572, int32(279506000), int32(-824572000))
	f.Add(90.0, 77.0, int32(-900000000), int32(-1800000000))
	f.Add(-89.99999996, -179.99999996, int32(900000001), int32(1800000001))
	f.Add(math.NaN(), math.Inf(1), int32(math.MinInt32), int32(math.MaxInt32))
	f.Add(math.Copysign(0, -1), 180.00000000000003, int32(-900000001), int32(0))
	f.Fuzz(func(t *testing.T, lat, lng float64, latE7, lngE7 int32) {
		p, err := geo.MakePoint(lat, lng)
		if want := lat >= -90 && lat <= 90 && lng >= -180 && lng <= 180; (err == nil) != want || p.Known() != want {
			t.Fatalf("MakePoint(%v, %v) = %v, %v, want it made: %v", lat, lng, p, err, want)
		}
		if err != nil {
			checkShort(t, err, "")
		} else {
			checkPoint(t, p)
			la, lo := p.E7()
			pole := la == 90*geo.DegreeE7 || la == -90*geo.DegreeE7
			east := math.Remainder(float64(lo)-lng*geo.DegreeE7, 360*geo.DegreeE7) // whole turns aside
			if math.Abs(float64(la)-lat*geo.DegreeE7) > 0.500001 || !pole && math.Abs(east) > 0.500001 {
				t.Fatalf("MakePoint(%v, %v) = %v", lat, lng, p)
			}
		}
		q, err := geo.PointE7(latE7, lngE7)
		if want := latE7 >= -900000000 && latE7 <= 900000000 && lngE7 >= -1800000000 && lngE7 <= 1800000000; (err == nil) != want || q.Known() != want {
			t.Fatalf("PointE7(%d, %d) = %v, %v, want it made: %v", latE7, lngE7, q, err, want)
		}
		if err != nil {
			checkShort(t, err, "")
			return
		}
		checkPoint(t, q)
		there, back := geo.ChordBetween(p, q), geo.ChordBetween(q, p)
		if there != back || there < 0 || p.Known() && there.Meters() > 20_015_115 {
			t.Fatalf("from %v to %v it is %d (%v), and %d back", p, q, there, there.Meters(), back)
		}
	})
}

// FuzzPointJSON holds that what is read as a point is written and read again as
// the same point.
func FuzzPointJSON(f *testing.F) {
	for _, data := range []string{
		`{"lat_e7":279506000,"lng_e7":-824572000}`, `{"lng_e7":0,"lat_e7":0}`, `null`, `{}`, `{"lat_e7":1}`, `{"lat_e7":null,"lng_e7":1}`,
		`{"lat_e7":900000000,"lng_e7":5}`, `{"lat_e7":900000001,"lng_e7":5}`, `{"lat_e7":1.5,"lng_e7":1e3}`, `{"LAT_E7":1,"lng_e7":2}`,
		`{"lat_e7":1,"lng_e7":2,"lat_e7":3}`, `{"lat_e7":1,"lng_e7":` + strings.Repeat("9", 100) + `}`, `{"` + strings.Repeat("a", 100) + `":1}`,
	} {
		f.Add([]byte(data))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var p geo.Point
		if err := json.Unmarshal(data, &p); err != nil {
			if p.Known() {
				t.Fatalf("%q reads as %v and %v", data, p, err)
			}
			checkShort(t, err, string(data))
			return
		}
		if p.Known() {
			checkPoint(t, p)
		} else if once, err := json.Marshal(p); err != nil || string(once) != "null" {
			t.Fatalf("%q reads as no place, which is written as %s, %v", data, once, err)
		}
	})
}
