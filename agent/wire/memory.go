package wire

import "encoding/binary"

// Memory keeps the words and lists that come again in a log, so that each is
// allocated once. It is bounded: what comes now takes the room of what has not
// come for long. The zero Memory is empty and ready; a nil one stays empty. It is
// for one goroutine at a time.
type Memory struct {
	words table[struct{}]
	lists table[any]
}

const (
	mostWords   = 1 << 14
	mostLists   = 1 << 11
	longestWord = 40
	longestList = 400
)

// word returns the text of some bytes.
func (m *Memory) word(b []byte) string {
	if m == nil || len(b) == 0 || len(b) > longestWord {
		return string(b)
	}
	h := hash(b)
	s := m.words.slot(h)
	if s.text == string(b) {
		return s.text
	}
	text := string(b)
	if s.again(h) {
		m.words.keep(s, text, struct{}{}, mostWords)
	}
	return text
}

// known returns the list that is kept of these bytes, or nil.
func (m *Memory) known(raw []byte) any {
	if m == nil || len(raw) > longestList {
		return nil
	}
	if s := m.lists.slot(hash(raw)); s.text == string(raw) {
		return s.value
	}
	return nil
}

// again reports whether a list of these bytes is worth to be kept.
func (m *Memory) again(raw []byte) bool {
	if m == nil || len(raw) > longestList {
		return false
	}
	h := hash(raw)
	return m.lists.slot(h).again(h)
}

// keep keeps the list that was read from these bytes.
func (m *Memory) keep(raw []byte, list any) {
	m.lists.keep(m.lists.slot(hash(raw)), string(raw), list, mostLists)
}

// table keeps values by texts, each text in the one slot that its hash names.
type table[V any] struct {
	slots  []slot[V] // a power of two
	pushed int       // how many made room since the slots became more
}

type slot[V any] struct {
	missed uint64 // the hash of what was last looked for here in vain
	value  V
	text   string
}

// slot returns the slot of a hash.
func (t *table[V]) slot(h uint64) *slot[V] {
	if t.slots == nil {
		t.slots = make([]slot[V], 64)
	}
	return &t.slots[h&uint64(len(t.slots)-1)]
}

// again reports whether what was last looked for here in vain has this hash.
// What comes but once does not push out what comes often.
func (s *slot[V]) again(h uint64) bool {
	if s.missed == h {
		return true
	}
	s.missed = h
	return false
}

// keep puts a text into its slot. When as many were pushed out as there are
// slots, these become twice as many, up to the given most.
func (t *table[V]) keep(s *slot[V], text string, v V, most int) {
	if s.text != "" {
		t.pushed++
	}
	s.text, s.value = text, v
	if t.pushed < len(t.slots) || len(t.slots) >= most {
		return
	}
	old := t.slots
	t.slots, t.pushed = make([]slot[V], 2*len(old)), 0
	for _, s := range old {
		if s.text != "" {
			*t.slot(hash([]byte(s.text))) = s
		}
	}
}

// hash mixes the bytes, up to eight at a time. Whoever makes two alike only makes
// the memory forget.
func hash(b []byte) uint64 {
	const odd = 0x9e3779b97f4a7c15
	h := uint64(len(b)) * odd
	for len(b) > 8 {
		h = (h ^ binary.LittleEndian.Uint64(b)) * odd
		h ^= h >> 32
		b = b[8:]
	}
	switch n := len(b); {
	case n >= 4: // the two halves may overlap
		h ^= uint64(binary.LittleEndian.Uint32(b)) | uint64(binary.LittleEndian.Uint32(b[n-4:]))<<32
	case n > 0:
		h ^= uint64(b[0]) | uint64(b[n/2])<<8 | uint64(b[n-1])<<16
	}
	h *= odd
	return h ^ h>>32
}
