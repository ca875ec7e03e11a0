package book

import "slices"

// table holds values by key, each on a page of its own. Looking up costs one
// look into a map; going through all of them follows the slots, in which the
// pages stand in the order of their coming, with holes that are filled again.
//
// A page and a leaf that are of the table's age are its own, and change in
// place. [table.share] gives everything away to somebody who reads it as it
// stands, and begins another age: from then on what is older is copied before
// it changes. So sharing costs no more than a copy of the list of leaves, and
// each copy is made once, by whoever first changes the page.
type table[K comparable, V any] struct {
	age    uint64
	slots  map[K]uint32
	leaves leaves[K, V]
	used   uint32   // slots that were ever taken
	free   []uint32 // slots of used that are holes
}

// leafSize is how many pages a leaf holds at most: copying that many pointers
// takes about a microsecond.
const leafSize = 1024

type leaves[K comparable, V any] []*leaf[K, V]

type leaf[K comparable, V any] struct {
	age   uint64
	pages []*page[K, V] // nil is a hole
}

type page[K comparable, V any] struct {
	age   uint64
	key   K
	value V
}

// find returns the value of a key, to be read only, or nil.
func (t *table[K, V]) find(key K) *V {
	slot, ok := t.slots[key]
	if !ok {
		return nil
	}
	return &t.leaves.page(slot).value
}

// open returns the value of a key, to be changed, and its slot; nil if there is
// none.
func (t *table[K, V]) open(key K) (*V, uint32) {
	slot, ok := t.slots[key]
	if !ok {
		return nil, 0
	}
	return &t.own(slot).value, slot
}

// own returns the page in a slot, to be changed.
func (t *table[K, V]) own(slot uint32) *page[K, V] {
	p := t.leaves.page(slot)
	if p.age != t.age {
		own := *p
		own.age = t.age
		p = &own
		t.set(slot, p)
	}
	return p
}

// add takes in a key that has no page, with the zero value.
func (t *table[K, V]) add(key K) (*V, uint32) {
	p := &page[K, V]{key: key}
	return &p.value, t.put(p)
}

// put takes in a page that nobody else has, in place of any with its key.
func (t *table[K, V]) put(p *page[K, V]) uint32 {
	p.age = t.age
	slot, ok := t.slots[p.key]
	if !ok {
		if n := len(t.free); n > 0 {
			slot, t.free = t.free[n-1], t.free[:n-1]
		} else {
			slot = t.used
			t.used++
		}
		if t.slots == nil {
			t.slots = map[K]uint32{}
		}
		t.slots[p.key] = slot
	}
	t.set(slot, p)
	return slot
}

// remove makes a hole of the page in a slot.
func (t *table[K, V]) remove(slot uint32) {
	delete(t.slots, t.leaves.page(slot).key)
	t.set(slot, nil)
	t.free = append(t.free, slot)
}

// empty takes out everything and keeps the room for it.
func (t *table[K, V]) empty() {
	clear(t.slots)
	for _, l := range t.leaves {
		clear(l.pages)
		l.pages = l.pages[:0]
	}
	t.used, t.free = 0, t.free[:0]
}

func (t *table[K, V]) set(slot uint32, p *page[K, V]) {
	i, at := int(slot/leafSize), int(slot%leafSize)
	if i == len(t.leaves) {
		t.leaves = append(t.leaves, &leaf[K, V]{age: t.age})
	}
	l := t.leaves[i]
	if l.age != t.age {
		l = &leaf[K, V]{t.age, slices.Clone(l.pages)}
		t.leaves[i] = l
	}
	if at == len(l.pages) {
		l.pages = append(l.pages, p)
	} else {
		l.pages[at] = p
	}
}

// share returns the leaves as they stand, to be read by anybody at any time:
// neither they nor what is on their pages ever changes.
func (t *table[K, V]) share() leaves[K, V] {
	t.age++
	return slices.Clone(t.leaves)
}

// page returns what stands in a slot, nil if it is a hole.
func (ls leaves[K, V]) page(slot uint32) *page[K, V] { return ls[slot/leafSize].pages[slot%leafSize] }

// all yields every page, in the order of the slots.
func (ls leaves[K, V]) all(yield func(*page[K, V]) bool) {
	for _, l := range ls {
		for _, p := range l.pages {
			if p != nil && !yield(p) {
				return
			}
		}
	}
}
