package near

import (
	"maps"
	"slices"
	"testing"

	"github.com/relevo-go/relevo/geo"
)

// held returns how many bytes the index has room for, apart from what the maps,
// the tree and the allocator need beside.
func (x *Index) held() int {
	n := 64*cap(x.places.all) + 12*cap(x.places.vectors) + 4*cap(x.places.free) + 20*512*len(x.candidates.chunks) + 4*cap(x.candidates.cells)
	for i := range x.places.all {
		n += 16 * cap(x.places.all[i].items)
	}
	for _, p := range x.pairs {
		n += 40 * cap(p.parts)
		for i := range p.parts {
			n += 4 * cap(p.parts[i].slots)
		}
	}
	for i := range x.classes.all {
		n += 4 * cap(x.classes.all[i].kinds)
	}
	return n
}

// What many candidates needed is given back when few are left, except numbers of
// kinds, of which the caller has few.
func TestRoomIsGivenBack(t *testing.T) {
	n, left := uint64(200_000), 2_000
	if testing.Short() {
		n, left = 20_000, 500
	}
	for _, c := range []struct {
		says  string
		spots int // where they are; 0 for a place of one's own
	}{{"at few places", 50}, {"at many places", 5_000}, {"each at a place of its own", 0}} {
		w := emptyWorld(randomOf(0))
		w.ids, w.languages, w.classes, w.states = n, 40, 20, []geo.State{"AK", "FL", "TX"}
		spots := make([]geo.Point, c.spots)
		for i := range spots {
			spots[i] = w.anywhere()
		}
		for id := range n {
			e := w.entry()
			e.ID, e.Point = id, w.anywhere()
			if c.spots > 0 {
				e.Point = spots[w.IntN(c.spots)]
			}
			w.index.Put(e)
			w.twin.entries[id] = e
		}
		full := w.index.held()
		ids := slices.Sorted(maps.Keys(w.twin.entries))
		w.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
		for _, id := range ids[left:] {
			w.index.Remove(id)
			delete(w.twin.entries, id)
		}
		var anew Index
		for _, e := range w.twin.entries {
			anew.Put(e)
		}
		got, want := w.index.held(), anew.held()
		if got > 2*want {
			t.Errorf("%s: of %d bytes for %d candidates %d are held for the last %d; for them alone %d would be", c.says, full, n, got, left, want)
		}
		if places := len(w.index.places.all); places > 64+2*len(anew.places.all) {
			t.Errorf("%s: %d numbers of places are held for %d places", c.says, places, len(anew.places.all))
		}
		w.check(t, c.says)
	}
}
