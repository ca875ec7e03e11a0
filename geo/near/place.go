package near

import (
	"slices"

	"github.com/relevo-go/relevo/geo"
)

// place is a location with the candidates who are there. It fits a line of the
// CPU's cache.
type place struct {
	point  geo.Point
	stale  uint32 // items that left since the masks were taken
	region uint8

	// What the items have, all together: the bits of their states, languages and
	// classes. Bits of items that left may be there still.
	states, languages, classes uint64

	items []item // in the order of their keys (R12)
}

// item is one candidate at a place: all that decides whether it is found.
type item struct {
	states uint64 // the bits of geo.States
	kind   uint32 // its languages and its class, in kinds
	slot   uint32 // its key, in candidates
}

// insert makes it the item with index i.
func (p *place) insert(i int, it item) { p.items = slices.Insert(roomier(p.items), i, it) }

// cut takes out the item with index i.
func (p *place) cut(i int) { p.items = trimmed(slices.Delete(p.items, i, i+1)) }

// note adds what an item has to the masks.
func (p *place) note(it item, ks *kinds) {
	p.states |= it.states
	p.languages |= ks.languages(it.kind).mask
	p.classes |= ks.all[it.kind].class.bit()
}

// mask takes the masks anew.
func (p *place) mask(ks *kinds) {
	p.stale, p.states, p.languages, p.classes = 0, 0, 0, 0
	for _, it := range p.items {
		p.note(it, ks)
	}
}

// places are the occupied locations, each a place in all; an unoccupied number
// has a place without items.
type places struct {
	all     []place
	vectors []geo.Vector // of all, the zero one if unknown
	free    []uint32
	number  map[geo.Point]uint32
	tree    tree // every known location
}

// of returns the number of the place at p, which is new if nobody is there.
func (ps *places) of(p geo.Point) uint32 {
	if at, ok := ps.number[p]; ok {
		return at
	}
	if ps.number == nil {
		ps.number = make(map[geo.Point]uint32)
	}
	at := uint32(len(ps.all))
	if n := len(ps.free); n > 0 {
		at = ps.free[n-1]
		ps.free = ps.free[:n-1]
	} else {
		ps.all = append(roomier(ps.all), place{})
		ps.vectors = append(roomier(ps.vectors), geo.Vector{})
	}
	ps.all[at].point, ps.all[at].region, ps.vectors[at] = p, regionOf(p), p.Vector()
	ps.number[p] = at
	if p.Known() {
		ps.tree.insert(p, at)
	}
	return at
}

// vacate gives up the place if nobody is there any more, and all numbers,
// places and tree, for new ones, if half of the numbers are free by then.
func (x *Index) vacate(at uint32) {
	ps := &x.places
	p := ps.all[at].point
	if len(ps.all[at].items) > 0 {
		return
	}
	if p.Known() {
		ps.tree.remove(p, at)
	}
	delete(ps.number, p)
	ps.all[at] = place{}
	if ps.free = append(ps.free, at); len(ps.free) < 64 || 2*len(ps.free) < len(ps.all) {
		return
	}
	old := ps.all
	*ps = places{}
	for i := range old {
		if p := &old[i]; len(p.items) > 0 {
			at := ps.of(p.point)
			ps.all[at] = *p
			for _, it := range p.items {
				*x.candidates.at(it.slot) = at
			}
		}
	}
}
