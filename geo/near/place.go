package near

import (
	"slices"

	"github.com/relevo-go/relevo/geo"
)

// place is a location with the candidates who are there.
type place struct {
	point  geo.Point
	vector geo.Vector
	stale  uint32 // items on duty that left since the masks were taken

	// What the items on duty have, all together: each state's bit, and each
	// language's as in languageSets. Bits of items that left may be there still.
	states, languages uint64

	items []item // in the order of their keys (R12)
}

// item is one candidate at a place: all that decides whether it is found.
type item struct {
	states uint64 // the bits of geo.States, and onDuty
	set    uint32 // its languages, in languageSets
	slot   uint32 // its key, in Index.keys
}

// onDuty is the bit in item.states of those who can be found.
const onDuty = 1 << 63

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

// mask takes the masks anew, given those of the language sets.
func (p *place) mask(languages []uint64) {
	p.stale, p.states, p.languages = 0, 0, 0
	for _, it := range p.items {
		if it.states&onDuty != 0 {
			p.states |= it.states
			p.languages |= languages[it.set]
		}
	}
}
