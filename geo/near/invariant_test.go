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
	type partKey struct {
		pairKey
		Class
	}
	parts := map[partKey][]uint32{}
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
			holders[it.kind]++
			if *x.candidates.at(it.slot) != uint32(at) || x.candidates.cells[x.candidates.cell(x.candidates.key(it.slot).id)] != it.slot+1 {
				return fmt.Errorf("slot %d at place %d is not where it should be", it.slot, at)
			}
			if i > 0 && !x.candidates.key(p.items[i-1].slot).less(*x.candidates.key(it.slot)) {
				return fmt.Errorf("items %d and %d of place %d are out of order", i-1, i, at)
			}
			k := &x.kinds.all[it.kind]
			if it.states&^p.states != 0 || x.kinds.languages(it.kind).mask&^p.languages != 0 || k.class.bit()&^p.classes != 0 {
				return fmt.Errorf("the masks of place %d lack something of slot %d", at, it.slot)
			}
			for pair := range x.pairsOf(it) {
				parts[partKey{pair, k.class}] = append(parts[partKey{pair, k.class}], it.slot)
			}
		}
	}
	if occupied != len(x.places.number) || known != x.places.tree.Len() || occupied+len(x.places.free) != len(x.places.all) {
		return fmt.Errorf("%d places are occupied, %d of them known; the map has %d, the tree %d, and of %d numbers %d are free",
			occupied, known, len(x.places.number), x.places.tree.Len(), len(x.places.all), len(x.places.free))
	}
	if items != x.Len() {
		return fmt.Errorf("%d items are held; Len is %d", items, x.Len())
	}
	if err := x.classes.invariant(&x.kinds); err != nil {
		return err
	}
	kept := 0
	for key, p := range x.pairs {
		onDuty := 0
		for i, t := range p.parts {
			kept++
			slots := parts[partKey{key, t.class}]
			slices.Sort(slots)
			if len(slots) == 0 || int(t.count) != len(slots) || t.listed() && !slices.Equal(t.slots, slots) || t.count <= listAgain && !t.listed() {
				return fmt.Errorf("pair %d has the part %+v, want those in slots %d", key, t, slots)
			}
			if !t.listed() {
				var where regionCounts
				for _, slot := range slots {
					where[regionOf(x.places.all[*x.candidates.at(slot)].point)]++
				}
				if t.where == nil || *t.where != where {
					return fmt.Errorf("pair %d has class %d in the regions %d, want %d", key, t.class, t.where, where)
				}
			}
			if i > 0 && p.parts[i-1].class >= t.class {
				return fmt.Errorf("the parts of pair %d are out of order", key)
			}
			if x.classes.onDuty(t.class) {
				onDuty += len(slots)
			}
		}
		if got := x.onDuty(p); got != onDuty {
			return fmt.Errorf("pair %d counts %d on duty, want %d", key, got, onDuty)
		}
	}
	if kept != len(parts) {
		return fmt.Errorf("%d parts of pairs are kept, want %d", kept, len(parts))
	}
	if len(holders) != len(x.kinds.number) || len(holders)+len(x.kinds.free) != len(x.kinds.all) {
		return fmt.Errorf("%d kinds are held, %d are wanted", len(x.kinds.number), len(holders))
	}
	sets := map[uint32]int{}
	for n, want := range holders {
		sets[x.kinds.all[n].set]++
		if got := int(x.kinds.all[n].holders); got != want {
			return fmt.Errorf("kind %d has %d holders, want %d", n, got, want)
		}
	}
	if ls := &x.kinds.sets; len(sets) != len(ls.number) || len(sets)+len(ls.free) != len(ls.all) {
		return fmt.Errorf("%d sets of languages are held, %d are wanted", len(ls.number), len(sets))
	}
	for n, want := range sets {
		if got := int(x.kinds.sets.all[n].holders); got != want {
			return fmt.Errorf("set %d has %d holders, want %d", n, got, want)
		}
	}
	return nil
}

// invariant compares what is known of the classes with the kinds.
func (cs *classes) invariant(ks *kinds) error {
	var on [64]uint32
	var bits uint64
	kinds := 0
	for c, cl := range cs.all {
		if cl.on {
			on[c%64]++
			bits |= Class(c).bit()
		}
		for rank, n := range cl.kinds {
			kinds++
			want := uint64(0)
			if cl.on {
				want = ks.languages(n).mask
			}
			if k := ks.all[n]; k.class != Class(c) || int(k.rank) != rank || ks.masks[n] != want {
				return fmt.Errorf("kind %d with mask %x of class %d is %+v", n, ks.masks[n], c, k)
			}
		}
	}
	if on != cs.on || bits != cs.bits || kinds != len(ks.number) {
		return fmt.Errorf("classes %v are on duty and have %d kinds, want %v and %d", cs.on, kinds, on, len(ks.number))
	}
	return nil
}
