package near

import (
	"encoding/binary"
	"slices"
)

// kinds holds, once, every set of languages that candidates of one class have.
// One look at a kind's mask tells both what is spoken and who is on duty.
type kinds struct {
	masks  []uint64 // by number: the bits of the languages, none if the class is off duty
	all    []kind   // by number
	free   []uint32 // numbers without a kind
	number map[string]uint32
}

type kind struct {
	class     Class
	languages []Language // rising
	mask      uint64     // their bits, on duty or off
	key       string     // its key in kinds.number
	rank      int        // its place in class.kinds
	holders   int        // how many candidates are of this kind
}

// seen returns the mask of a kind that is on duty or off.
func (k *kind) seen(onDuty bool) uint64 {
	if onDuty {
		return k.mask
	}
	return 0
}

// hold returns the number of a kind, which stays until it is released as often.
func (x *Index) hold(c Class, languages []Language) uint32 {
	var room [8]Language
	sorted := append(room[:0], languages...)
	slices.Sort(sorted)
	sorted = slices.Compact(sorted)

	var keyRoom [20]byte
	key := binary.BigEndian.AppendUint32(keyRoom[:0], uint32(c))
	mask := uint64(0)
	for _, l := range sorted {
		key = binary.BigEndian.AppendUint16(key, uint16(l))
		mask |= l.bit()
	}
	ks := &x.kinds
	if n, ok := ks.number[string(key)]; ok {
		ks.all[n].holders++
		return n
	}
	if ks.number == nil {
		ks.number = make(map[string]uint32)
	}
	cl := x.classes.of(c)
	fresh := kind{class: c, languages: slices.Clone(sorted), mask: mask, key: string(key), rank: len(cl.kinds), holders: 1}
	var n uint32
	if last := len(ks.free) - 1; last >= 0 {
		n = ks.free[last]
		ks.free = ks.free[:last]
		ks.all[n], ks.masks[n] = fresh, fresh.seen(cl.on)
	} else {
		n = uint32(len(ks.all))
		ks.all, ks.masks = append(ks.all, fresh), append(ks.masks, fresh.seen(cl.on))
	}
	ks.number[fresh.key] = n
	cl.kinds = append(cl.kinds, n)
	return n
}

// release gives up one hold of a kind.
func (x *Index) release(n uint32) {
	ks := &x.kinds
	k := &ks.all[n]
	if k.holders--; k.holders > 0 {
		return
	}
	cl := &x.classes.all[k.class]
	last := len(cl.kinds) - 1
	moved := cl.kinds[last]
	cl.kinds[k.rank], ks.all[moved].rank = moved, k.rank
	if cl.kinds = cl.kinds[:last]; last == 0 {
		cl.kinds = nil
	}
	delete(ks.number, k.key)
	*k, ks.masks[n] = kind{}, 0
	ks.free = append(ks.free, n)
}

// speaksAny reports whether the kind has any of the languages.
func (ks *kinds) speaksAny(n uint32, languages []Language) bool {
	for _, l := range languages {
		if _, ok := slices.BinarySearch(ks.all[n].languages, l); ok {
			return true
		}
	}
	return false
}
