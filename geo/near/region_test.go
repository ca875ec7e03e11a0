package near

import (
	"testing"

	"github.com/relevo-go/relevo/geo"
)

// Of too many for a list all are far away, or have no position, and thousands of
// places of others are nearer.
func TestFarAwayWithoutAList(t *testing.T) {
	const wanted = listMost + 200
	w := emptyWorld(randomOf(0))
	w.ids, w.languages, w.classes, w.states = 8_000, 3, 3, []geo.State{"HI"}
	w.setDuty(0, true)
	w.setDuty(1, true)
	for id := range w.ids {
		e := Entry{ID: id, Point: w.anywhere(), States: geo.StatesOf("HI"), Languages: []Language{Language(1 + id%2)}, Class: Class(id % 3)}
		switch {
		case id < wanted:
			lat, lng := int32(id%7)*geo.DegreeE7, -150*geo.DegreeE7+w.Int32N(9*geo.DegreeE7)
			e.Point, e.Languages, e.Class = point(lat, lng), []Language{0}, 0
		case id < wanted+100:
			e.Languages, e.Class = []Language{0}, 1 // few, and anywhere
		case id%3 == 0:
			e.Languages = []Language{0, 1} // off duty
			e.Class = 2
		}
		w.put(e)
	}
	far := Query{State: "HI", Languages: []Language{0}}
	compare := func(at string) {
		t.Helper()
		w.check(t, at)
		for i := range 9 {
			far.From = w.anywhere()
			want := w.twin.line(far)
			n := []int{1, 60, len(want)}[i%3]
			w.compare(t, at, far, n, want[:min(n, len(want))])
		}
	}
	compare("far away")
	for id := range uint64(wanted / 2) {
		e := w.twin.entries[id]
		e.Point = geo.Point{}
		w.put(e)
	}
	compare("half without a position")
	w.setDuty(1, false)
	for id := uint64(wanted / 2); id < wanted; id++ {
		e := w.twin.entries[id]
		e.Point = geo.Point{}
		w.put(e)
	}
	compare("all without a position")
}
