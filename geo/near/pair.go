package near

import (
	"math/bits"
	"slices"
)

// pairKey is a state and a language: the index of the state times 2^16, plus
// the language.
type pairKey uint32

func pairOf(state int, l Language) pairKey { return pairKey(state)<<16 | pairKey(l) }

// pair counts the candidates on duty in one state with one language. A pair
// without any is not kept.
type pair struct {
	count  int
	listed bool
	slots  []uint32 // all of them, rising, if listed
}

const (
	// listMost is how many a list has at most; with more, only the count is
	// kept, for the windows find somebody soon.
	listMost = 4096
	// listAgain is the count at which a list is made again. That takes a look at
	// every place, so it is far enough below listMost to be rare.
	listAgain = 1024
)

// countPairs adds an item on duty to its pairs.
func (x *Index) countPairs(it item) {
	if x.pairs == nil {
		x.pairs = make(map[pairKey]*pair)
	}
	for k := range x.pairsOf(it) {
		p := x.pairs[k]
		if p == nil {
			p = &pair{listed: true}
			x.pairs[k] = p
		}
		p.count++
		switch {
		case !p.listed:
		case p.count > listMost:
			p.listed, p.slots = false, nil
		default:
			i, _ := slices.BinarySearch(p.slots, it.slot)
			p.slots = slices.Insert(p.slots, i, it.slot)
		}
	}
}

// discountPairs takes an item, which is no longer at its place, out of its
// pairs.
func (x *Index) discountPairs(it item) {
	for k := range x.pairsOf(it) {
		p := x.pairs[k]
		p.count--
		switch {
		case p.count == 0:
			delete(x.pairs, k)
		case p.listed:
			i, _ := slices.BinarySearch(p.slots, it.slot)
			p.slots = slices.Delete(p.slots, i, i+1)
		case p.count == listAgain:
			p.listed, p.slots = true, x.slotsOf(k)
		}
	}
}

// pairsOf yields the pairs of an item.
func (x *Index) pairsOf(it item) func(yield func(pairKey) bool) {
	return func(yield func(pairKey) bool) {
		for _, l := range x.languages.sets[it.set].languages {
			for rest := it.states &^ onDuty; rest != 0; rest &= rest - 1 {
				if !yield(pairOf(bits.TrailingZeros64(rest), l)) {
					return
				}
			}
		}
	}
}

// slotsOf finds the slots of all candidates on duty in a pair, in rising order.
func (x *Index) slotsOf(k pairKey) []uint32 {
	w := x.want(int(k>>16), []Language{Language(k & 0xffff)})
	slots := make([]uint32, 0, listAgain)
	for i := range x.places.all {
		p := &x.places.all[i]
		if !w.mayBeAt(p) {
			continue
		}
		for _, it := range p.items {
			if w.is(it) {
				slots = append(slots, it.slot)
			}
		}
	}
	slices.Sort(slots)
	return slots
}
