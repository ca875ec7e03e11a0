package near

import (
	"cmp"
	"math/bits"
	"slices"
	"sync/atomic"
)

// pairKey is a state and a language: the index of the state times 2^16, plus
// the language.
type pairKey uint32

func pairOf(state int, l Language) pairKey { return pairKey(state)<<16 | pairKey(l) }

// pair counts the candidates in one state with one language, class by class. A
// pair without any is not kept.
type pair struct {
	parts []part // by class, rising
	// counted is the epoch of the classes times 2^32, plus how many were on duty
	// then; 0 if nobody counted, or nobody ever was. Readers count, and there may be many at once.
	counted atomic.Uint64
}

// part is what a pair has of one class. One without candidates is not kept.
type part struct {
	class Class
	count uint32
	slots []uint32      // all of them, rising, if listed; nil if not
	where *regionCounts // if not listed
}

const (
	// listMost is how many a list has at most; with more, only the count is
	// kept, for the windows find somebody soon.
	listMost = 1024
	// listAgain is the count at which a list is made again. That takes a look at
	// every place, so it is far enough below listMost to be rare.
	listAgain = 256
)

func (p *part) listed() bool { return p.slots != nil }

// find returns where the part of a class is, or belongs.
func (p *pair) find(c Class) (int, bool) {
	return slices.BinarySearchFunc(p.parts, c, func(p part, c Class) int { return cmp.Compare(p.class, c) })
}

// onDuty returns how many of a pair are on duty; a nil pair has none.
func (x *Index) onDuty(p *pair) int {
	if p == nil {
		return 0
	}
	if c := p.counted.Load(); c>>32 == uint64(x.classes.epoch) {
		return int(uint32(c))
	}
	n := uint32(0)
	for i := range p.parts {
		if x.classes.all[p.parts[i].class].on {
			n += p.parts[i].count
		}
	}
	p.counted.Store(uint64(x.classes.epoch)<<32 | uint64(n))
	return int(n)
}

// countPairs adds an item to its pairs.
func (x *Index) countPairs(it item) {
	if x.pairs == nil {
		x.pairs = make(map[pairKey]*pair)
	}
	class := x.kinds.all[it.kind].class
	for k := range x.pairsOf(it) {
		p := x.pairs[k]
		if p == nil {
			p = new(pair)
			x.pairs[k] = p
		}
		i, known := p.find(class)
		if !known {
			p.parts = slices.Insert(roomier(p.parts), i, part{class: class, slots: []uint32{}})
		}
		x.add(&p.parts[i], it.slot)
		x.recount(p, class, 1)
	}
}

// discountPairs takes an item, which is no longer at its place, out of its
// pairs.
func (x *Index) discountPairs(it item) {
	class := x.kinds.all[it.kind].class
	for k := range x.pairsOf(it) {
		p := x.pairs[k]
		i, _ := p.find(class)
		switch t := &p.parts[i]; {
		case t.count > 1:
			x.drop(t, k, it.slot)
		case len(p.parts) > 1:
			p.parts = trimmed(slices.Delete(p.parts, i, i+1))
		default:
			delete(x.pairs, k)
		}
		x.recount(p, class, -1)
	}
}

// recount keeps the count of a pair, one of whose candidates came or went.
func (x *Index) recount(p *pair, c Class, by int) {
	if counted := p.counted.Load(); counted>>32 == uint64(x.classes.epoch) && x.classes.onDuty(c) {
		p.counted.Store(uint64(int64(counted) + int64(by)))
	}
}

// add counts one more, and lists it unless there are too many.
func (x *Index) add(t *part, slot uint32) {
	if t.count++; t.listed() && t.count > listMost {
		t.where = new(regionCounts)
		for _, slot := range t.slots {
			t.where[x.region(slot)]++
		}
		t.slots = nil
	}
	if t.list(slot); !t.listed() {
		t.where[x.region(slot)]++
	}
}

// drop counts one less, which is no longer at its place but still has its slot.
func (x *Index) drop(t *part, k pairKey, slot uint32) {
	t.count--
	if t.unlist(slot); t.listed() {
		return
	}
	if t.where[x.region(slot)]--; t.count == listAgain {
		t.slots, t.where = x.slotsOf(k, t.class), nil
	}
}

// region returns where a candidate is.
func (x *Index) region(slot uint32) uint8 { return x.places.all[*x.candidates.at(slot)].region }

// list puts a slot into the list, if there is one.
func (t *part) list(slot uint32) {
	if t.listed() {
		i, _ := slices.BinarySearch(t.slots, slot)
		t.slots = slices.Insert(roomier(t.slots), i, slot)
	}
}

// unlist takes a slot out of the list, if there is one.
func (t *part) unlist(slot uint32) {
	if t.listed() {
		i, _ := slices.BinarySearch(t.slots, slot)
		t.slots = trimmed(slices.Delete(t.slots, i, i+1))
	}
}

// pairsOf yields the pairs of an item.
func (x *Index) pairsOf(it item) func(yield func(pairKey) bool) {
	return func(yield func(pairKey) bool) {
		for l := range x.kinds.languages(it.kind).languages {
			for rest := it.states; rest != 0; rest &= rest - 1 {
				if !yield(pairOf(bits.TrailingZeros64(rest), l)) {
					return
				}
			}
		}
	}
}

// partsOf yields the parts in which an item is counted.
func (x *Index) partsOf(it item) func(yield func(*part) bool) {
	return func(yield func(*part) bool) {
		for k := range x.pairsOf(it) {
			p := x.pairs[k]
			if i, known := p.find(x.kinds.all[it.kind].class); known && !yield(&p.parts[i]) {
				return
			}
		}
	}
}

// slotsOf finds the slots of all candidates of a class in a pair, on duty or
// off, in rising order.
func (x *Index) slotsOf(k pairKey, c Class) []uint32 {
	language := []Language{Language(k & 0xffff)}
	w := x.want(int(k>>16), language)
	w.classes = c.bit()
	slots := make([]uint32, 0, listAgain+1)
	for i := range x.places.all {
		p := &x.places.all[i]
		if !w.mayBeAt(p) {
			continue
		}
		for _, it := range p.items {
			if it.states&w.state != 0 && x.kinds.all[it.kind].class == c && x.kinds.languages(it.kind).hasAny(language) {
				slots = append(slots, it.slot)
			}
		}
	}
	slices.Sort(slots)
	return slots
}
