package near

import (
	"encoding/binary"
	"slices"
)

// Language is a number the caller gives to a spoken language. Any numbers will
// do; those below 63 are found fastest, so let them be the common languages.
type Language uint16

// otherLanguages is the bit in a mask of every language from 63 on. Who has it
// is asked again, exactly.
const otherLanguages = 1 << 63

// bit returns the bit of a language in a mask.
func (l Language) bit() uint64 { return 1 << min(l, 63) }

// languageSets holds every set of languages that candidates have, once.
type languageSets struct {
	masks  []uint64 // by number of the set
	sets   []languageSet
	free   []uint32
	number map[string]uint32
}

type languageSet struct {
	languages []Language // rising
	key       string
	holders   int
}

// hold returns the number of a set, which stays until it is released as often.
func (ls *languageSets) hold(languages []Language) uint32 {
	var room [8]Language
	sorted := append(room[:0], languages...)
	slices.Sort(sorted)
	sorted = slices.Compact(sorted)

	var keyRoom [16]byte
	key := keyRoom[:0]
	mask := uint64(0)
	for _, l := range sorted {
		key = binary.BigEndian.AppendUint16(key, uint16(l))
		mask |= l.bit()
	}
	if n, ok := ls.number[string(key)]; ok {
		ls.sets[n].holders++
		return n
	}
	if ls.number == nil {
		ls.number = make(map[string]uint32)
	}
	fresh := languageSet{languages: slices.Clone(sorted), key: string(key), holders: 1}
	var n uint32
	if last := len(ls.free) - 1; last >= 0 {
		n = ls.free[last]
		ls.free = ls.free[:last]
		ls.sets[n], ls.masks[n] = fresh, mask
	} else {
		n = uint32(len(ls.sets))
		ls.sets, ls.masks = append(ls.sets, fresh), append(ls.masks, mask)
	}
	ls.number[fresh.key] = n
	return n
}

// release gives up one hold of a set.
func (ls *languageSets) release(n uint32) {
	s := &ls.sets[n]
	if s.holders--; s.holders > 0 {
		return
	}
	delete(ls.number, s.key)
	*s, ls.masks[n] = languageSet{}, 0
	ls.free = append(ls.free, n)
}

// hasAny reports whether the set has any of the languages.
func (ls *languageSets) hasAny(n uint32, languages []Language) bool {
	for _, l := range languages {
		if _, ok := slices.BinarySearch(ls.sets[n].languages, l); ok {
			return true
		}
	}
	return false
}
