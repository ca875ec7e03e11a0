package near

import (
	"fmt"
	"slices"

	gocmp "github.com/google/go-cmp/cmp"
)

// equateEmpty holds a nil slice and an empty one to be equal.
var equateEmpty = gocmp.FilterValues(
	func(a, b any) bool { return isEmpty(a) && isEmpty(b) },
	gocmp.Comparer(func(_, _ any) bool { return true }),
)

func isEmpty(v any) bool {
	switch v := v.(type) {
	case []Match:
		return len(v) == 0
	case []Language:
		return len(v) == 0
	}
	return false
}

// invariant compares everything the index derives with what it derives it from.
func (x *Index) invariant() error {
	pairs := map[pairKey][]uint32{}
	holders := map[uint32]int{}
	items, occupied, known := 0, 0, 0
	for at := range x.places.all {
		p := &x.places.all[at]
		if len(p.items) == 0 {
			if !slices.Contains(x.places.free, uint32(at)) {
				return fmt.Errorf("place %d is empty and not free", at)
			}
			continue
		}
		occupied++
		if p.point.Known() {
			known++
		}
		if x.places.number[p.point] != uint32(at) {
			return fmt.Errorf("place %d is not known by its point", at)
		}
		for i, it := range p.items {
			items++
			holders[it.set]++
			if x.candidates.at[it.slot] != uint32(at) || x.candidates.cells[x.candidates.cell(x.candidates.keys[it.slot].id)] != it.slot+1 {
				return fmt.Errorf("slot %d at place %d is not where it should be", it.slot, at)
			}
			if i > 0 && !x.candidates.keys[p.items[i-1].slot].less(x.candidates.keys[it.slot]) {
				return fmt.Errorf("items %d and %d of place %d are out of order", i-1, i, at)
			}
			if it.states&onDuty == 0 {
				continue
			}
			if it.states&^p.states != 0 || x.languages.masks[it.set]&^p.languages != 0 {
				return fmt.Errorf("the masks of place %d lack something of slot %d", at, it.slot)
			}
			for k := range x.pairsOf(it) {
				pairs[k] = append(pairs[k], it.slot)
			}
		}
	}
	if occupied != len(x.places.number) || known != x.places.tree.Len() || occupied+len(x.places.free) != len(x.places.all) {
		return fmt.Errorf("%d places are occupied, %d of them known; the map has %d, the tree %d, and of %d numbers %d are free",
			occupied, known, len(x.places.number), x.places.tree.Len(), len(x.places.all), len(x.places.free))
	}
	if items != x.Len() || items+len(x.candidates.free) != len(x.candidates.keys) {
		return fmt.Errorf("%d items are held; Len is %d, and of %d slots %d are free", items, x.Len(), len(x.candidates.keys), len(x.candidates.free))
	}
	if len(pairs) != len(x.pairs) {
		return fmt.Errorf("%d pairs are kept, want %d", len(x.pairs), len(pairs))
	}
	for k, slots := range pairs {
		p := x.pairs[k]
		slices.Sort(slots)
		if p == nil || p.count != len(slots) || p.listed && !slices.Equal(p.slots, slots) || p.count <= listAgain && !p.listed {
			return fmt.Errorf("pair %d is %+v, want those in slots %d", k, p, slots)
		}
	}
	if len(holders) != len(x.languages.number) || len(holders)+len(x.languages.free) != len(x.languages.sets) {
		return fmt.Errorf("%d sets of languages are held, %d are wanted", len(x.languages.number), len(holders))
	}
	for n, want := range holders {
		if got := x.languages.sets[n].holders; got != want {
			return fmt.Errorf("set %d has %d holders, want %d", n, got, want)
		}
	}
	return nil
}
