package near

import (
	"slices"

	"github.com/relevo-go/relevo/geo"
)

// Entry is what the index holds of one candidate.
type Entry struct {
	ID        uint64     // who; the lower ID comes first when all else is equal (R12)
	Point     geo.Point  // where; whoever has an unknown Point comes after all that have one (R15)
	Last      uint64     // log position of the last offer, 0 for never; the lower comes first at equal distance (R12)
	States    geo.States // where the candidate may be found
	Languages []Language // what the candidate speaks; copied, and a set: order and repeats don't matter
	Class     Class      // with whom the candidate comes on duty; off duty it is held, but in nobody's line
}

// Index finds the candidates nearest to a place. The zero Index is empty and
// ready to use; it must not be copied once used. Any number of goroutines may
// read (Line, OnDuty, Get, ClassOf, Len) at once as long as none writes (Put,
// SetLast, SetDuty, Remove).
type Index struct {
	candidates candidates
	places     places
	kinds      kinds
	classes    classes
	pairs      map[pairKey]*pair

	writes uint64 // how often the index was written, by which a running line notices
}

// Len returns how many candidates the index holds, on duty or off.
func (x *Index) Len() int { return x.candidates.count }

// Get returns the entry of a candidate, with its languages in rising order and
// without repeats. The caller owns them.
func (x *Index) Get(id uint64) (Entry, bool) {
	slot, ok := x.candidates.slot(id)
	if !ok {
		return Entry{}, false
	}
	p := &x.places.all[*x.candidates.at(slot)]
	it := p.items[x.rank(p, *x.candidates.key(slot))]
	return Entry{
		ID:        id,
		Point:     p.point,
		Last:      x.candidates.key(slot).last,
		States:    geo.States(it.states),
		Languages: slices.Collect(x.kinds.languages(it.kind).languages),
		Class:     x.kinds.all[it.kind].class,
	}, true
}

// Put adds a candidate, or replaces the one with the same ID, and reports whether
// anything but Last is new. It costs a few microseconds, and less if nothing else
// is.
func (x *Index) Put(e Entry) bool {
	x.writes++
	it := item{states: uint64(e.States & geo.EveryState), kind: x.hold(e.Class, e.Languages)}
	now := key{e.Last, e.ID}
	at := x.places.of(e.Point)

	slot, known := x.candidates.slot(e.ID)
	if !known {
		it.slot = x.candidates.add(now)
		x.settle(it, at)
		x.count(it, at)
		return true
	}
	it.slot = slot
	from, then := *x.candidates.at(slot), *x.candidates.key(slot)
	p := &x.places.all[from]
	i := x.rank(p, then)
	old := p.items[i]
	same := from == at && old == it // in all that is counted
	if !same {
		p.items[i].states = 0 // out of sight, for a list may be made
		x.discount(old, from)
	}
	if from == at && now == then {
		p.items[i] = it
	} else {
		p.cut(i)
		*x.candidates.key(slot) = now
		x.settle(it, at)
	}
	if !same {
		x.count(it, at)
		x.vacate(from)
	}
	x.release(old.kind)
	return !same
}

// Remove takes a candidate out. It does nothing if there is none with this ID.
func (x *Index) Remove(id uint64) {
	slot, ok := x.candidates.slot(id)
	if !ok {
		return
	}
	x.writes++
	if x.Len() == 1 {
		x.forget()
		return
	}
	at := *x.candidates.at(slot)
	p := &x.places.all[at]
	i := x.rank(p, *x.candidates.key(slot))
	old := p.items[i]
	p.cut(i)
	x.discount(old, at)
	x.vacate(at)
	x.release(old.kind)
	if last := uint32(x.Len() - 1); last != slot {
		x.rename(last, slot)
	}
	x.candidates.remove(slot)
}

// rename calls an item by another slot, which it is about to take over.
func (x *Index) rename(slot, by uint32) {
	p := &x.places.all[*x.candidates.at(slot)]
	it := &p.items[x.rank(p, *x.candidates.key(slot))]
	it.slot = by
	for t := range x.partsOf(*it) {
		t.unlist(slot)
		t.list(by)
	}
}

// forget gives back all that the candidates needed; what was said of the
// classes stays.
func (x *Index) forget() {
	for i := range x.classes.all {
		x.classes.all[i].kinds = nil
	}
	*x = Index{writes: x.writes, classes: x.classes}
}

// settle puts an item, whose slot has its key, at a place.
func (x *Index) settle(it item, at uint32) {
	p := &x.places.all[at]
	p.insert(x.rank(p, *x.candidates.key(it.slot)), it)
	*x.candidates.at(it.slot) = at
}

// count makes an item that settled at a place known to the place's masks and to
// its pairs.
func (x *Index) count(it item, at uint32) {
	x.places.all[at].note(it, &x.kinds)
	x.countPairs(it)
}

// discount is the reverse of count, for an item no longer at its place. It lets
// the masks have too much for a while: taking them anew is a look at all items.
func (x *Index) discount(it item, at uint32) {
	p := &x.places.all[at]
	if p.stale++; int(p.stale) > len(p.items)/8 {
		p.mask(&x.kinds)
	}
	x.discountPairs(it)
}

// rank returns how many items of p come before k: where k is or belongs.
func (x *Index) rank(p *place, k key) int {
	low, high := 0, len(p.items)
	for low < high {
		middle := int(uint(low+high) / 2)
		if x.candidates.key(p.items[middle].slot).less(k) {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low
}
