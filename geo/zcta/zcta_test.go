package zcta_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/geo/zcta"
)

func ExampleLookup() {
	place, ok := zcta.Lookup("33602")
	fmt.Println(place.Point, place.States, ok)

	place, _ = zcta.Lookup("42223") // Fort Campbell
	fmt.Println(place.States)

	_, ok = zcta.Lookup("20252") // the Smokey Bear, who has a ZIP Code and no land
	fmt.Println(ok)
	// Output:
	// 27.9537000,-82.4563000 FL true
	// KY TN
	// false
}

func TestAllAscendsAndAgreesWithLookup(t *testing.T) {
	n, last := 0, geo.ZIP("")
	for z, p := range zcta.All() {
		n++
		if !z.Valid() || z <= last {
			t.Fatalf("All yields %q after %q, want five digits in ascending order, each once", z, last)
		}
		last = z
		if !p.Point.Known() || p.States == 0 {
			t.Errorf("All yields %v with %v, want a known point and at least one state", z, p)
		}
		if got, ok := zcta.Lookup(z); !ok || got != p {
			t.Errorf("Lookup(%q) = %v, %v, want %v as All yields it", z, got, ok, p)
		}
	}
	if n != zcta.Len {
		t.Errorf("All yields %d ZIPs, want %d", n, zcta.Len)
	}
	if zcta.Len != 33_791 {
		t.Errorf("Len = %d, want 33791", zcta.Len)
	}
	for z := range zcta.All() {
		if z != "00601" {
			t.Errorf("All begins with %q, want 00601", z)
		}
		break
	}
}

// TestRowsByState counts by the post office's prefixes, and again by the states
// of the table, which count a ZIP on a state line once for each.
func TestRowsByState(t *testing.T) {
	tests := []struct {
		state          geo.State
		ofPrefix       func(z geo.ZIP) bool
		rows, touching int
	}{
		{"TX", func(z geo.ZIP) bool { return between("75000", "79999")(z) || z == "73960" }, 1990, 1994},
		{"PA", between("15000", "19699"), 1833, 1833},
		{"NY", func(z geo.ZIP) bool { return between("10000", "14999")(z) || z == "06390" }, 1826, 1826},
		{"CA", between("90000", "96199"), 1802, 1808},
		{"PR", func(z geo.ZIP) bool { return between("00600", "00799")(z) || between("00900", "00999")(z) }, 132, 132},
		{"AK", between("99500", "99999"), 245, 245},
		{"HI", func(z geo.ZIP) bool { return between("96700", "96899")(z) && z != "96799" }, 97, 97},
		{"GU", func(z geo.ZIP) bool { return between("96900", "96999")(z) && !between("96950", "96952")(z) }, 7, 7},
		{"VI", between("00800", "00899"), 6, 6},
		{"MP", between("96950", "96952"), 3, 3},
		{"AS", between("96799", "96799"), 1, 1},
	}
	for _, test := range tests {
		rows, touching := 0, 0
		for z, p := range zcta.All() {
			if test.ofPrefix(z) {
				rows++
				if !p.States.Has(test.state) {
					t.Errorf("Lookup(%q).States = %v, want %v among them", z, p.States, test.state)
				}
			}
			if p.States.Has(test.state) {
				touching++
			}
		}
		if rows != test.rows || touching != test.touching {
			t.Errorf("%v has %d ZIPs by prefix and %d that touch it, want %d and %d", test.state, rows, touching, test.rows, test.touching)
		}
	}
}

func between(from, to geo.ZIP) func(geo.ZIP) bool {
	return func(z geo.ZIP) bool { return from <= z && z <= to }
}

func TestEveryStateHasZIPs(t *testing.T) {
	var seen geo.States
	for _, p := range zcta.All() {
		seen |= p.States
	}
	if seen != geo.EveryState {
		t.Errorf("the ZIPs lie in %v, want every jurisdiction", seen)
	}
}

// TestPlaces holds points that are known from elsewhere, each within the size
// of its area, and the rounding of one to 1e-4 degree exactly.
func TestPlaces(t *testing.T) {
	tests := []struct {
		zip      geo.ZIP
		where    string
		lat, lng float64
		within   geo.Meters
		states   string
	}{
		{"00601", "Adjuntas, of whose ZIP the zeros matter", 18.180555, -66.749961, 8, "PR"},
		{"10001", "Penn Station", 40.7506, -73.9935, 1500, "NY"},
		{"20500", "the White House has a ZIP but no area", math.NaN(), 0, 0, ""},
		{"33602", "downtown Tampa", 27.9506, -82.4572, 2000, "FL"},
		{"90210", "Beverly Hills", 34.0901, -118.4065, 3000, "CA"},
		{"96799", "Pago Pago, south of the equator", -14.2781, -170.7025, 30_000, "AS"},
		{"96910", "Hagåtña, east of the 180° meridian's other side", 13.4745, 144.7504, 5000, "GU"},
		{"99546", "Adak, west of all others", 51.88, -176.6581, 60_000, "AK"},
		{"06390", "Fishers Island, New York by way of Connecticut", 41.2673, -71.9760, 6000, "NY"},
		{"73960", "Texhoma in Texas, with an Oklahoma prefix", 36.4992, -101.7846, 30_000, "TX"},
		{"83414", "Alta in Wyoming, with an Idaho prefix", 43.7550, -111.0341, 30_000, "WY"},
	}
	for _, test := range tests {
		p, ok := zcta.Lookup(test.zip)
		if want := test.states != ""; ok != want {
			t.Errorf("Lookup(%q) reports %v, want %v: %s", test.zip, ok, want, test.where)
		}
		if !ok {
			continue
		}
		want, err := geo.MakePoint(test.lat, test.lng)
		if err != nil {
			t.Fatal(err)
		}
		if d := geo.ChordBetween(p.Point, want).Meters(); d > test.within {
			t.Errorf("Lookup(%q).Point = %v, %v from %v, want at most %v: %s", test.zip, p.Point, d, want, test.within, test.where)
		}
		if got := p.States.String(); got != test.states {
			t.Errorf("Lookup(%q).States = %q, want %q: %s", test.zip, got, test.states, test.where)
		}
	}
	if got, want := place(t, "00601").Point.String(), "18.1806000,-66.7500000"; got != want {
		t.Errorf("Lookup(00601).Point = %s, want %s: 18.180555, -66.749961 rounded to 1e-4 degree", got, want)
	}
}

func place(t *testing.T, z geo.ZIP) zcta.Place {
	t.Helper()
	p, ok := zcta.Lookup(z)
	if !ok {
		t.Fatalf("Lookup(%q) finds nothing", z)
	}
	return p
}

func TestLookupKnowsNoOther(t *testing.T) {
	for _, z := range []geo.ZIP{"", "0", "601", "00000", "00001", "99999", "33602-1234", "3360a", "٣٣٦٠٢", "09012", "20252"} {
		if p, ok := zcta.Lookup(z); ok || p != (zcta.Place{}) {
			t.Errorf("Lookup(%q) = %v, %v, want the zero Place and false", z, p, ok)
		}
	}
	found := 0
	for n := range 100_000 {
		if _, ok := zcta.Lookup(geo.ZIP(fmt.Sprintf("%05d", n))); ok {
			found++
		}
	}
	if found != zcta.Len {
		t.Errorf("Lookup finds %d of the 100000 codes, want %d", found, zcta.Len)
	}
}

// TestZIPsOnStateLines holds those that R16 must not refuse, and that the table
// has no others than the list from which it is made.
func TestZIPsOnStateLines(t *testing.T) {
	known := map[geo.ZIP]string{
		"02861": "MA RI", "20135": "VA WV", "42223": "KY TN", "57724": "MT SD", "59221": "MT ND",
		"63673": "IL MO", "73949": "OK TX", "84536": "AZ UT", "86044": "AZ UT", "86515": "AZ NM",
		"89439": "CA NV", "97635": "CA OR", "57717": "MT SD WY", "82082": "CO NE WY", "86514": "AZ NM UT",
		"31905": "AL GA",
	}
	b, err := os.ReadFile("gen/crossing.txt")
	if err != nil {
		t.Fatal(err)
	}
	want := map[geo.ZIP]string{}
	in2020 := 0
	for line := range strings.Lines(string(b)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		words := strings.Fields(line)
		want[geo.ZIP(words[0])] = strings.Join(words[2:], " ")
		if strings.HasSuffix(words[1], "2020") {
			in2020++
		}
	}
	got := map[geo.ZIP]string{}
	for z, p := range zcta.All() {
		if p.States.Len() > 1 {
			got[z] = p.States.String()
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ZIPs in several states (-listed +table):\n%s", diff)
	}
	for z, states := range known {
		if got[z] != states {
			t.Errorf("Lookup(%q).States = %q, want %q", z, got[z], states)
		}
	}
	if in2020 != 137 || len(got) != 147 {
		t.Errorf("%d ZIPs cross a state line in 2020 and %d in all, want 137 and 147", in2020, len(got))
	}
}

// TestNearest holds pairs that a plane of degrees gets wrong (R15).
func TestNearest(t *testing.T) {
	tests := []struct {
		from, nearer, farther   geo.ZIP
		nearerTenths, farTenths int64 // in 100 m
	}{
		{"56572", "56514", "56537", 269, 365},
		{"78832", "78801", "78852", 481, 542},
		{"99759", "99782", "99761", 1488, 2355},
	}
	for _, test := range tests {
		from := place(t, test.from).Point
		near, far := geo.ChordBetween(from, place(t, test.nearer).Point), geo.ChordBetween(from, place(t, test.farther).Point)
		if near >= far {
			t.Errorf("from %v: %v has key %d and %v %d, want the first nearer", test.from, test.nearer, near, test.farther, far)
		}
		if got := tenths(near); got != test.nearerTenths {
			t.Errorf("%v to %v is %v, want %.1f km", test.from, test.nearer, near.Meters(), float64(test.nearerTenths)/10)
		}
		if got := tenths(far); got != test.farTenths {
			t.Errorf("%v to %v is %v, want %.1f km", test.from, test.farther, far.Meters(), float64(test.farTenths)/10)
		}
	}
}

func tenths(c geo.Chord) int64 { return (int64(c.Meters()) + 50) / 100 }

// TestVectorKeys pins the distance keys of all ZIPs: they are the same on every
// CPU and under every compiler flag (R12).
func TestVectorKeys(t *testing.T) {
	const want = "385bdbefbc898bb4a0d7fe3e166471c297ee6c4c576393ac434f65a9375dd6c0"
	h := sha256.New()
	for z, p := range zcta.All() {
		v := p.Point.Vector()
		var b [12]byte
		binary.LittleEndian.PutUint32(b[0:], uint32(v.X))
		binary.LittleEndian.PutUint32(b[4:], uint32(v.Y))
		binary.LittleEndian.PutUint32(b[8:], uint32(v.Z))
		h.Write([]byte(z))
		h.Write(b[:])
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != want {
		t.Errorf("the SHA-256 of all ZIPs and their vectors is %s, want %s: this CPU or compiler rounds otherwise, and ties would break otherwise", got, want)
	}
}

// TestProvenance holds the package's documentation to the embedded bytes and to
// the source that the generator accepts.
func TestProvenance(t *testing.T) {
	doc, gen, table := read(t, "doc.go"), read(t, "gen/main.go"), read(t, "zcta.bin")
	const source = "549ac62af356ba876c6bd72bc767cbfb320d273f462d20773e1d217d2fb28cea"
	for _, want := range []string{source, fmt.Sprintf("%x", sha256.Sum256([]byte(table))), "146,910 bytes", "33,791"} {
		if !strings.Contains(doc, want) {
			t.Errorf("doc.go does not say %s", want)
		}
	}
	if len(table) != 146_910 {
		t.Errorf("zcta.bin has %d bytes, and doc.go says 146,910", len(table))
	}
	if !strings.Contains(gen, source) {
		t.Errorf("the generator does not ask for the source with SHA-256 %s", source)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func BenchmarkLookup(b *testing.B) {
	var zips []geo.ZIP
	for z := range zcta.All() {
		zips = append(zips, z)
	}
	slices.SortFunc(zips, func(x, y geo.ZIP) int { // an order without locality, the same every time
		return int(x.Number()*7919%100_003) - int(y.Number()*7919%100_003)
	})
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if _, ok := zcta.Lookup(zips[i]); !ok {
			b.Fatal("a ZIP is unknown")
		}
		if i++; i == len(zips) {
			i = 0
		}
	}
}
