package near

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/geo/zcta"
)

func degrees(t testing.TB, lat, lng float64) geo.Point {
	t.Helper()
	p, err := geo.MakePoint(lat, lng)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func zip(t testing.TB, z geo.ZIP) geo.Point {
	t.Helper()
	place, ok := zcta.Lookup(z)
	if !ok {
		t.Fatalf("Lookup(%q) finds nothing", z)
	}
	return place.Point
}

// onDuty returns an index whose class 0 is on duty.
func onDuty() *Index {
	x := new(Index)
	x.SetDuty(0, true)
	return x
}

// filler puts n candidates who match nothing at random places, so that pairs
// of places are searched in windows and not in a list.
func filler(x *Index, n uint64) {
	r := rand.New(rand.NewPCG(3, 3))
	for id := range n {
		p := point(r.Int32N(180*geo.DegreeE7)-90*geo.DegreeE7, int32(r.Int64N(360*geo.DegreeE7)-180*geo.DegreeE7))
		x.Put(Entry{ID: 1000 + id, Point: p, States: geo.EveryState, Languages: []Language{1}})
	}
}

func TestNearestOnTheSphere(t *testing.T) {
	utqiagvik := degrees(t, 71.2906, -156.7886)
	for _, c := range []struct {
		why                 string
		from, nearer, other geo.Point
		meters, otherMeters geo.Meters // rounded to hundreds
	}{
		{"Attu lies beyond 180°, and Adak, before it, is nearer than Saipan",
			degrees(t, 52.902, 172.909), degrees(t, 51.85567, -176.668632), degrees(t, 15.186894, 145.754396), 716_300, 4_822_800},
		{"from Guam, Pago Pago is nearer than Honolulu",
			degrees(t, 13.452852, 144.747191), degrees(t, -14.322923, -170.752349), degrees(t, 21.3069, -157.8583), 5_791_000, 6_121_900},
		{"from Utqiagvik, North Pole is nearer than Nome, whose longitude is closer",
			utqiagvik, degrees(t, 64.7511, -147.3494), degrees(t, 64.5011, -165.4064), 824_300, 834_800},
		{"from 56572, 56514 is nearer than 56537", zip(t, "56572"), zip(t, "56514"), zip(t, "56537"), 26_900, 36_500},
		{"from 78832, 78801 is nearer than 78852", zip(t, "78832"), zip(t, "78801"), zip(t, "78852"), 48_100, 54_200},
		{"from 99759, 99782 is nearer than 99761", zip(t, "99759"), zip(t, "99782"), zip(t, "99761"), 148_800, 235_500},
	} {
		for _, fill := range []uint64{0, 3000} {
			x := onDuty()
			filler(x, fill)
			x.Put(Entry{ID: 1, Point: c.other, States: geo.StatesOf("AK"), Languages: []Language{0}})
			x.Put(Entry{ID: 2, Point: c.nearer, States: geo.StatesOf("AK"), Languages: []Language{0}})
			line := take(x.Line(Query{From: c.from, State: "AK", Languages: []Language{0}}), -1)
			if len(line) != 2 || line[0].ID != 2 {
				t.Errorf("%s; Line = %+v", c.why, line)
				continue
			}
			hundreds := func(m geo.Meters) geo.Meters { return (m + 50) / 100 * 100 }
			if got, other := hundreds(line[0].Chord.Meters()), hundreds(line[1].Chord.Meters()); got != c.meters || other != c.otherMeters {
				t.Errorf("%s; distances are %v and %v, want %v and %v", c.why, got, other, c.meters, c.otherMeters)
			}
		}
	}
}

// Candidates where people live: many at one place, and few of a language among
// thousands of places.
func TestLineAmongZIPs(t *testing.T) {
	r := randomOf(0)
	var areas []zcta.Place
	for _, place := range zcta.All() {
		areas = append(areas, place)
	}
	area := func() zcta.Place { return areas[int(float64(len(areas))*r.Float64()*r.Float64())] }
	w := emptyWorld(r)
	w.ids = 20_000
	for c := range Class(7) { // Three of ten are off duty.
		w.setDuty(c, true)
	}
	for id := range w.ids {
		home := area()
		e := Entry{ID: id, Point: home.Point, States: home.States, Languages: []Language{0}, Class: Class(r.IntN(10)), Last: r.Uint64N(3)}
		for range r.IntN(6) {
			e.States |= area().States
		}
		if r.IntN(4) == 0 {
			e.Languages = append(e.Languages, Language(1+r.IntN(100)))
		}
		// All of a large state's speakers of one language live far away, with
		// thousands of places before them.
		if home.States.Has("PR") || home.States.Has("VI") {
			e.States, e.Languages = e.States.With("WA"), append(e.Languages, 200)
		}
		w.put(e)
	}
	w.check(t, "after all are put")
	for i := range queries() / 100 {
		home := area()
		for state := range home.States.All() {
			q := Query{From: home.Point, State: state, Languages: []Language{Language(r.IntN(3))}}
			switch i % 5 {
			case 0:
				q.Languages = []Language{Language(r.IntN(100)), Language(r.IntN(100))}
			case 1:
				q.State, q.Languages = "WA", []Language{200}
			}
			if diff := gocmp.Diff(w.twin.line(q), take(w.index.Line(q), -1), equateEmpty); diff != "" {
				t.Fatalf("-near.seed=%d: Line(%+v) (-twin +index):\n%s", *flagSeed, q, diff)
			}
		}
	}
}

// A list is given up when it grows long, and made again when few are left; each
// class has its own.
func TestListsComeAndGo(t *testing.T) {
	w := emptyWorld(randomOf(0))
	w.ids = listMost + 500
	w.languages = 1
	for range 3000 {
		w.spots = append(w.spots, w.anywhere())
	}
	put := func(id uint64, c Class) {
		e := Entry{ID: id, Point: w.point(), States: geo.StatesOf("FL", "GA"), Languages: []Language{7}, Class: c}
		w.put(e)
	}
	compare := func(at string, want ...bool) {
		t.Helper()
		var got []bool
		for _, part := range w.index.pairs[pairOf(geo.State("FL").Index(), 7)].parts {
			got = append(got, part.listed())
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: whether the classes are listed: %t, want %t", at, got, want)
		}
		w.check(t, at)
		for i := range 12 {
			w.setDuty(0, i%4 > 0)
			w.setDuty(1, i%3 > 0)
			q := Query{From: w.point(), State: "FL", Languages: []Language{7}}
			if diff := gocmp.Diff(w.twin.line(q), take(w.index.Line(q), -1), equateEmpty); diff != "" {
				t.Fatalf("%s: Line(%+v) (-twin +index):\n%s", at, q, diff)
			}
		}
	}
	for id := range uint64(listMost) {
		put(id, 0)
	}
	compare("as long as a list can be", true)
	for id := uint64(listMost); id < w.ids; id++ {
		put(id, 0)
	}
	compare("longer", false)
	put(0, 1)
	compare("longer, and another class", false, true)
	for id := uint64(listAgain) + 2; id < w.ids; id++ {
		w.remove(id)
	}
	compare("one too many to be listed again", false, true)
	put(1, 1)
	compare("few enough", true, true)
	put(0, 0)
	compare("one more than that", true, true)
}

func TestLanguagesInAnyNumber(t *testing.T) {
	x := onDuty()
	for id := range uint64(1000) {
		x.Put(Entry{ID: id, States: geo.StatesOf("TX"), Languages: []Language{Language(id), 65535}})
	}
	for _, c := range []struct {
		why       string
		languages []Language
		want      []uint64
	}{
		{"62 has a bit of its own", []Language{62}, []uint64{62}},
		{"63 is the first that shares a bit", []Language{63}, []uint64{63}},
		{"64 shares it", []Language{64}, []uint64{64}},
		{"one of each kind", []Language{999, 5, 63}, []uint64{5, 63, 999}},
		{"a repeat changes nothing", []Language{70, 70}, []uint64{70}},
		{"nobody speaks it", []Language{1000}, nil},
		{"no language, no match", nil, nil},
	} {
		var got []uint64
		for m := range x.Line(Query{State: "TX", Languages: c.languages}) {
			got = append(got, m.ID)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("Line of languages %d = %d, want %d: %s", c.languages, got, c.want, c.why)
		}
	}
	if got := len(take(x.Line(Query{State: "TX", Languages: []Language{65535, 1}}), -1)); got != 1000 {
		t.Errorf("the line of 65535 and 1 has %d, want each of 1000 once", got)
	}
}

func TestEmptyAndStrange(t *testing.T) {
	x := onDuty()
	x.Remove(1)
	here := degrees(t, 27.95, -82.46)
	q := Query{From: here, State: "FL", Languages: []Language{0}}
	if got := take(x.Line(q), -1); got != nil || x.Len() != 0 {
		t.Errorf("the line of an empty index = %+v, want none", got)
	}
	languages := []Language{3, 0, 3}
	x.Put(Entry{ID: 1, Point: here, States: geo.StatesOf("FL") | ^geo.EveryState, Languages: languages})
	languages[1] = 9 // The caller's to change.
	want := Entry{ID: 1, Point: here, States: geo.StatesOf("FL"), Languages: []Language{0, 3}}
	got, ok := x.Get(1)
	if diff := gocmp.Diff(want, got, gocmp.Comparer(func(a, b geo.Point) bool { return a == b })); diff != "" || !ok {
		t.Errorf("Get(1) = _, %t (-want +got):\n%s", ok, diff)
	}
	for within, want := range map[geo.Chord]int{-1: 0, 0: 1, 1: 1, geo.Unreachable: 1, geo.ChordWithin(0): 1} {
		q.Within = within
		if got := len(take(x.Line(q), -1)); got != want {
			t.Errorf("the line within %d has %d, want %d", within, got, want)
		}
	}
	q.From, q.Within = geo.Point{}, geo.Unreachable
	if got := take(x.Line(q), -1); got != nil {
		t.Errorf("with a limit and from an unknown point, Line = %+v, want none", got)
	}
}

// A line goes on behind its last match among those who are there by now.
func TestWritesInsideTheLine(t *testing.T) {
	for _, apart := range []float64{0, 0.001, 1} { // at one place, in a city, in a country
		for _, n := range []uint64{9, 3 * few} { // by list, by windows
			x := onDuty()
			entry := func(id uint64) Entry {
				p := degrees(t, 30+apart*float64(id)/float64(n), -90)
				return Entry{ID: id, Point: p, States: geo.StatesOf("LA"), Languages: []Language{0}}
			}
			for id := range n {
				x.Put(entry(id))
			}
			q := Query{From: degrees(t, 30, -90), State: "LA", Languages: []Language{0}}
			var got []uint64
			for m := range x.Line(q) {
				got = append(got, m.ID)
				switch m.ID {
				case 1:
					x.Remove(0) // behind
					x.Remove(1) // the match itself
					x.Remove(2) // ahead
				case 3:
					off := entry(4)
					off.Class = 1
					x.Put(off)
				case 5:
					x.Put(entry(2)) // behind by now
					x.Put(entry(4))
				case 6:
					offered := entry(6)
					offered.Point, offered.Last = geo.Point{}, 1 // ahead again
					x.Put(offered)
				}
			}
			want := []uint64{0, 1, 3, 5, 6}
			for id := uint64(7); id < n; id++ {
				want = append(want, id)
			}
			if want = append(want, 6); !slices.Equal(got, want) {
				t.Errorf("%d candidates, %v degrees: the line is %d, want %d", n, apart, got, want)
			}
			for range x.Line(q) {
				for id := range n {
					x.Remove(id)
				}
			}
			if x.Len() != 0 {
				t.Errorf("Len() = %d after all were removed", x.Len())
			}
		}
	}
}

func TestManyReaders(t *testing.T) {
	r := randomOf(1)
	w := newWorld(r)
	w.ids, w.onDuty = 2000, 0.7
	for range 3 * w.ids {
		w.turn()
	}
	var readers sync.WaitGroup
	for range 8 {
		q := w.query()
		want := w.twin.line(q)
		readers.Go(func() {
			for range 20 {
				if got := take(w.index.Line(q), -1); !slices.Equal(got, want) {
					t.Errorf("Line(%+v) among other readers (-want +got):\n%s", q, gocmp.Diff(want, got, equateEmpty))
				}
			}
		})
	}
	readers.Wait()
}

func TestFirstMatchAllocatesNothing(t *testing.T) {
	x := onDuty()
	filler(x, 20_000)
	q := Query{From: degrees(t, 40, -100), State: "KS", Languages: []Language{1}}
	if got := testing.AllocsPerRun(100, func() {
		for range x.Line(q) {
			break
		}
	}); got != 0 {
		t.Errorf("the first match allocates %v times, want 0", got)
	}
}
