package near

import (
	"slices"

	"github.com/relevo-go/relevo/geo"
)

// place is a location with the candidates who are there.
type place struct {
	point  geo.Point
	vector geo.Vector
	stale  uint32 // items that left since the masks were taken

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

// insert makes it the item with index i. Room grows by an eighth: there are so
// many places that doubling would waste more than copying costs.
func (p *place) insert(i int, it item) {
	if n := len(p.items); n == cap(p.items) {
		p.resize(n + n/8 + 1)
	}
	p.items = slices.Insert(p.items, i, it)
}

// cut takes out the item with index i.
func (p *place) cut(i int) {
	p.items = slices.Delete(p.items, i, i+1)
	if n := len(p.items); n > 8 && n < cap(p.items)/2 {
		p.resize(n + n/8)
	}
}

func (p *place) resize(room int) {
	p.items = append(make([]item, 0, room), p.items...)
}

// note adds what a kind of item, found in the states, has to the masks.
func (p *place) note(states uint64, k *kind) {
	p.states |= states
	p.languages |= k.mask
	p.classes |= k.class.bit()
}

// mask takes the masks anew.
func (p *place) mask(ks *kinds) {
	p.stale, p.states, p.languages, p.classes = 0, 0, 0, 0
	for _, it := range p.items {
		p.note(it.states, &ks.all[it.kind])
	}
}
