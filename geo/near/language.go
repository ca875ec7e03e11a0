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
	all    []languageSet
	free   []uint32
	number map[string]uint32
}

// languageSet has its languages only as the key by which it is found: each as
// two bytes, the higher first, and rising.
type languageSet struct {
	key     string
	mask    uint64 // the bits of the languages
	holders uint32
}

// languages yields the languages of the set, rising.
func (s *languageSet) languages(yield func(Language) bool) {
	for i := 0; i < len(s.key); i += 2 {
		if !yield(Language(s.key[i])<<8 | Language(s.key[i+1])) {
			return
		}
	}
}

// hasAny reports whether the set has any of the languages.
func (s *languageSet) hasAny(languages []Language) bool {
	for l := range s.languages {
		if slices.Contains(languages, l) {
			return true
		}
	}
	return false
}

// hold returns the number of a set, which stays until it is released as often.
func (ls *languageSets) hold(languages []Language) uint32 {
	var room [8]Language
	sorted := append(room[:0], languages...)
	slices.Sort(sorted)

	var keyRoom [16]byte
	key := keyRoom[:0]
	mask := uint64(0)
	for i, l := range sorted {
		if i == 0 || l != sorted[i-1] {
			key = binary.BigEndian.AppendUint16(key, uint16(l))
			mask |= l.bit()
		}
	}
	if n, ok := ls.number[string(key)]; ok {
		ls.all[n].holders++
		return n
	}
	if ls.number == nil {
		ls.number = make(map[string]uint32)
	}
	fresh := languageSet{key: string(key), mask: mask, holders: 1}
	var n uint32
	if last := len(ls.free) - 1; last >= 0 {
		n = ls.free[last]
		ls.free = ls.free[:last]
		ls.all[n] = fresh
	} else {
		n = uint32(len(ls.all))
		ls.all = append(roomier(ls.all), fresh)
	}
	ls.number[fresh.key] = n
	return n
}

// release gives up one hold of a set.
func (ls *languageSets) release(n uint32) {
	s := &ls.all[n]
	if s.holders--; s.holders > 0 {
		return
	}
	delete(ls.number, s.key)
	*s = languageSet{}
	ls.free = append(ls.free, n)
}
