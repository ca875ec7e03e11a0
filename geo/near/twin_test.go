package near

import (
	"cmp"
	"flag"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/geo/zcta"
)

var (
	flagQueries = flag.Int("near.queries", 0, "how many random queries are compared with the twins; 0 for 50,000, or 5,000 if -short")
	flagSeed    = flag.Uint64("near.seed", 1, "the seed of the random tests")
)

func randomOf(stream uint64) *rand.Rand { return rand.New(rand.NewPCG(*flagSeed, stream)) }

func queries() int {
	switch {
	case *flagQueries > 0:
		return *flagQueries
	case testing.Short():
		return 5_000
	}
	return 50_000
}

// twin is the index without any cleverness: it looks at everybody and sorts.
type twin struct {
	entries map[uint64]Entry
	duty    map[Class]bool
}

// match returns what a line has of a candidate, if it is in line.
func (w twin) match(q Query, e Entry) (Match, bool) {
	speaks := func(l Language) bool { return slices.Contains(e.Languages, l) }
	if !w.duty[e.Class] || !e.States.Has(q.State) || !slices.ContainsFunc(q.Languages, speaks) {
		return Match{}, false
	}
	chord := geo.ChordBetween(q.From, e.Point)
	outside := q.Within != 0 && (chord == geo.Unreachable || chord > q.Within)
	return Match{e.ID, chord, e.Last}, !outside
}

func (w twin) line(q Query) []Match {
	var line []Match
	for _, e := range w.entries {
		if m, ok := w.match(q, e); ok {
			line = append(line, m)
		}
	}
	slices.SortFunc(line, func(a, b Match) int {
		return cmp.Or(cmp.Compare(a.Chord, b.Chord), cmp.Compare(a.Last, b.Last), cmp.Compare(a.ID, b.ID))
	})
	return line
}

func newTwin() twin { return twin{map[uint64]Entry{}, map[Class]bool{}} }

// take returns the first n of a line, or all of it if n is negative.
func take(line iter.Seq[Match], n int) []Match {
	var taken []Match
	if n == 0 {
		return nil
	}
	for m := range line {
		if taken = append(taken, m); len(taken) == n {
			break
		}
	}
	return taken
}

// zips are the centroids of all ZIP Code areas.
var zips = func() (ps []geo.Point) {
	for _, place := range zcta.All() {
		ps = append(ps, place.Point)
	}
	return ps
}()

// world is a population made to be difficult.
type world struct {
	*rand.Rand
	twin      twin
	nearby    nearby
	index     *Index
	zips      bool        // whether they are where people live, or anywhere
	spots     []geo.Point // where many are at once
	ids       uint64      // IDs are below
	languages int         // numbers are below
	states    []geo.State
	classes   Class   // numbers are below
	onDuty    float64 // the part of the classes that is on duty
}

func emptyWorld(r *rand.Rand) *world {
	w := &world{Rand: r, twin: newTwin(), index: new(Index)}
	w.nearby.twin = w.twin
	return w
}

func newWorld(r *rand.Rand) *world {
	w := emptyWorld(r)
	w.ids = 1 + r.Uint64N([]uint64{3, 40, 400, 3000}[r.IntN(4)])
	w.languages = []int{1, 3, 70, 1000}[r.IntN(4)]
	w.classes = []Class{1, 2, 70, 1000}[r.IntN(4)]
	w.zips = r.IntN(3) == 0
	w.onDuty = []float64{0, 0.05, 0.7, 1}[r.IntN(4)]
	w.states = slices.Collect(geo.AllStates())[:1+r.IntN(4)]
	for c := range w.classes {
		w.setDuty(c, w.Float64() < w.onDuty)
	}
	for range r.IntN(8) {
		w.spots = append(w.spots, w.anywhere())
	}
	return w
}

// anywhere favors the places where longitudes and latitudes behave badly.
func (w *world) anywhere() geo.Point {
	if w.zips {
		return zips[w.IntN(len(zips))]
	}
	lat := int32(math.Round(math.Asin(2*w.Float64()-1) * radian))
	lng := int32(w.Int64N(360*geo.DegreeE7+1) - 180*geo.DegreeE7)
	near := func() int32 { return w.Int32N(2*[]int32{1, 3, 200, 1e6}[w.IntN(4)]+1) / 2 }
	switch w.IntN(10) {
	case 0:
		lat = 90*geo.DegreeE7 - near()
	case 1:
		lat = -90*geo.DegreeE7 + near()
	case 2:
		lng = 180*geo.DegreeE7 - near()
	case 3:
		lng = -180*geo.DegreeE7 + near()
	case 4:
		lng = near()
	case 5:
		lng = -near()
	case 6:
		lat = near()
	}
	return point(lat, lng)
}

func point(lat, lng int32) geo.Point {
	p, err := geo.PointE7(lat, lng)
	if err != nil {
		panic(err)
	}
	return p
}

func (w *world) point() geo.Point {
	switch {
	case w.IntN(20) == 0:
		return geo.Point{}
	case len(w.spots) > 0 && w.IntN(3) > 0:
		p := w.spots[w.IntN(len(w.spots))]
		if !p.Known() || w.IntN(3) > 0 {
			return p
		}
		// A few centimeters away, where Chords tie though the Points differ.
		lat, lng := p.E7()
		return point(min(lat+w.Int32N(3), 90*geo.DegreeE7), min(lng+w.Int32N(3), 180*geo.DegreeE7))
	}
	return w.anywhere()
}

func (w *world) someLanguages(most int) []Language {
	var ls []Language
	for range w.IntN(most + 1) {
		// The lower ones are the common ones.
		ls = append(ls, Language(float64(w.languages)*w.Float64()*w.Float64()))
	}
	return ls
}

func (w *world) entry() Entry {
	e := Entry{
		ID:        w.Uint64N(w.ids),
		Point:     w.point(),
		Languages: w.someLanguages(4),
		Class:     w.class(),
	}
	if w.IntN(2) == 0 {
		e.Last = w.Uint64N(5)
	}
	for _, s := range w.states {
		if w.IntN(3) > 0 {
			e.States = e.States.With(s)
		}
	}
	return e
}

// class favors the class 0.
func (w *world) class() Class { return Class(float64(w.classes) * w.Float64() * w.Float64()) }

// setDuty says it to both.
func (w *world) setDuty(c Class, on bool) {
	w.index.SetDuty(c, on)
	w.twin.duty[c] = on
}

// turn writes something, to both.
func (w *world) turn() {
	e := w.entry()
	old, known := w.twin.entries[e.ID]
	switch {
	case w.IntN(10) == 0:
		w.remove(e.ID)
		return
	case w.IntN(10) == 0:
		w.setDuty(w.class(), w.Float64() < w.onDuty)
		return
	case known && w.IntN(3) == 0: // An offer.
		e, e.Last = old, w.Uint64N(9)
		if w.IntN(2) == 0 {
			w.index.SetLast(e.ID, e.Last)
			w.twin.entries[e.ID] = e
			return
		}
	case known && w.IntN(3) == 0: // Another shift.
		e, e.Class = old, w.class()
	case known && w.IntN(3) == 0: // A move.
		e, e.Point = old, w.point()
	}
	w.put(e)
}

func (w *world) put(e Entry) {
	if old, known := w.twin.entries[e.ID]; known {
		w.nearby.remove(old)
	}
	w.nearby.put(e)
	w.twin.entries[e.ID] = e
	w.index.Put(e)
}

func (w *world) remove(id uint64) {
	if old, known := w.twin.entries[id]; known {
		w.nearby.remove(old)
	}
	delete(w.twin.entries, id)
	w.index.Remove(id)
}

func (w *world) query() Query {
	q := Query{From: w.point(), State: w.states[w.IntN(len(w.states))], Languages: w.someLanguages(3)}
	if w.IntN(30) == 0 {
		q.State = geo.State([]string{"", "XX", "FLA"}[w.IntN(3)])
	}
	switch w.IntN(4) {
	case 0:
		q.Within = geo.ChordWithin(geo.Meters(math.Pow(10, 7.5*w.Float64())))
	case 1:
		if line := w.twin.line(q); len(line) > 0 { // The limit is inclusive.
			q.Within = line[w.IntN(len(line))].Chord - geo.Chord(w.IntN(2))
		}
	}
	return q
}

// The index, a linear scan and an R-tree of candidates agree on every line.
func TestThreeTwins(t *testing.T) {
	n, longest := queries(), 0
	for round, done := uint64(0), 0; done < n; round++ {
		w := newWorld(randomOf(round))
		at := fmt.Sprintf("-near.seed=%d, round %d", *flagSeed, round)
		for range 2 * w.ids {
			w.turn()
		}
		for range 200 {
			for range w.IntN(4) {
				w.turn()
			}
			if w.IntN(8) == 0 {
				w.setDuty(w.class(), w.Float64() < w.onDuty)
			}
			q := w.query()
			want := w.twin.line(q)
			n := -1
			if w.IntN(4) > 0 {
				n = w.IntN(60)
				want = want[:min(n, len(want))]
			}
			w.compare(t, at, q, n, want)
			done, longest = done+1, max(longest, len(want))
		}
		w.checkCounts(t, at)
		w.check(t, at)
		w.rebuild(t, at)
	}
	if n >= 20_000 && longest < 1000 {
		t.Errorf("the longest line compared is %d, want some of 1000 and more", longest)
	}
}

// compare takes the first n of the lines of index and R-tree.
func (w *world) compare(t *testing.T, at string, q Query, n int, want []Match) {
	t.Helper()
	if got := take(w.index.Line(q), n); !slices.Equal(got, want) {
		t.Fatalf("%s: the first %d of Line(%+v) (-scan +index):\n%s", at, n, q, gocmp.Diff(want, got, equateEmpty))
	}
	if got := take(w.nearby.line(q), n); !slices.Equal(got, want) {
		t.Fatalf("%s: the first %d of Line(%+v) (-scan +R-tree):\n%s", at, n, q, gocmp.Diff(want, got, equateEmpty))
	}
}

// check compares what the index holds.
func (w *world) check(t *testing.T, at string) {
	t.Helper()
	if got := w.index.Len(); got != len(w.twin.entries) {
		t.Fatalf("%s: Len() = %d, want %d", at, got, len(w.twin.entries))
	}
	for id := range w.ids {
		want, known := w.twin.entries[id]
		want.Languages = slices.Compact(slices.Sorted(slices.Values(want.Languages)))
		got, ok := w.index.Get(id)
		if class, known := w.index.ClassOf(id); class != got.Class || known != ok {
			t.Fatalf("%s: ClassOf(%d) = %d, %t, want %d, %t", at, id, class, known, got.Class, ok)
		}
		if ok != known {
			t.Fatalf("%s: Get(%d) = _, %t, want %t", at, id, ok, known)
		}
		if !known {
			continue
		}
		if !equal(want, got) {
			points := gocmp.Comparer(func(a, b geo.Point) bool { return a == b })
			t.Fatalf("%s: Get(%d) (-twin +index):\n%s", at, id, gocmp.Diff(want, got, equateEmpty, points))
		}
	}
	if err := w.index.invariant(); err != nil {
		t.Fatalf("%s: %v", at, err)
	}
}

// equal is what gocmp.Equal would say, in a hundredth of the time.
func equal(a, b Entry) bool {
	return a.ID == b.ID && a.Point == b.Point && a.Last == b.Last && a.States == b.States &&
		a.Class == b.Class && slices.Equal(a.Languages, b.Languages)
}

// checkCounts compares how many are on duty.
func (w *world) checkCounts(t *testing.T, at string) {
	t.Helper()
	for range 20 {
		state, l := w.states[w.IntN(len(w.states))], Language(w.IntN(w.languages))
		want := len(w.twin.line(Query{State: state, Languages: []Language{l}}))
		if got := w.index.OnDuty(state, l); got != want {
			t.Fatalf("%s: OnDuty(%s, %d) = %d, want %d", at, state, l, got, want)
		}
	}
}

// rebuild puts everybody into a new index, in another order, and compares.
func (w *world) rebuild(t *testing.T, at string) {
	t.Helper()
	again := new(Index)
	ids := make([]uint64, 0, len(w.twin.entries))
	for id := range w.ids {
		if _, ok := w.twin.entries[id]; ok {
			ids = append(ids, id)
		}
	}
	w.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
	for _, id := range ids {
		again.Put(w.twin.entries[id])
	}
	for c, on := range w.twin.duty {
		again.SetDuty(c, on)
	}
	for range 10 {
		q := w.query()
		if diff := gocmp.Diff(take(w.index.Line(q), -1), take(again.Line(q), -1)); diff != "" {
			t.Fatalf("%s: Line(%+v) (-index +rebuilt):\n%s", at, q, diff)
		}
	}
	for _, id := range ids {
		again.Remove(id)
	}
	if err := again.invariant(); err != nil || again.Len() != 0 || again.places.tree.Len() != 0 {
		t.Fatalf("%s: after all are removed: Len() = %d, %d places, %v", at, again.Len(), again.places.tree.Len(), err)
	}
}
