package near

import "math/bits"

// candidates gives each candidate a slot, a small number, under which it is
// known elsewhere: the slots are those below count. A slot is found by the
// candidate's ID in a hash table that holds nothing but slots: a quarter of what
// a map would take.
type candidates struct {
	count  int
	chunks []*chunk // of the slots; one may be a spare
	cells  []uint32 // the hash table: 1 + slot, 0 for none
}

// chunk holds what is known of so many slots. Chunks have no room to spare,
// and are an allocation's exact size.
type chunk struct {
	keys [chunkSlots]key
	at   [chunkSlots]uint32 // the numbers of the places
}

const chunkSlots = 512

// key orders the candidates at one place (R12).
type key struct{ last, id uint64 }

func (k key) less(other key) bool {
	if k.last != other.last {
		return k.last < other.last
	}
	return k.id < other.id
}

// key returns the key of a slot.
func (cs *candidates) key(slot uint32) *key {
	return &cs.chunks[slot/chunkSlots].keys[slot%chunkSlots]
}

// at returns the number of a slot's place.
func (cs *candidates) at(slot uint32) *uint32 {
	return &cs.chunks[slot/chunkSlots].at[slot%chunkSlots]
}

// slot returns the slot of an ID, if there is one.
func (cs *candidates) slot(id uint64) (uint32, bool) {
	if len(cs.cells) == 0 {
		return 0, false
	}
	slot := cs.cells[cs.cell(id)]
	return slot - 1, slot != 0
}

// add gives a slot to a candidate that has none.
func (cs *candidates) add(k key) uint32 {
	if n := len(cs.cells); 5*cs.count >= 4*n {
		cs.rehash(max(8, n+n/2))
	}
	if cs.count == len(cs.chunks)*chunkSlots {
		cs.chunks = append(cs.chunks, new(chunk))
	}
	slot := uint32(cs.count)
	cs.count++
	*cs.key(slot) = k
	cs.cells[cs.cell(k.id)] = slot + 1
	return slot
}

// remove gives up a slot, which the candidate in the last one takes over.
func (cs *candidates) remove(slot uint32) {
	cs.clear(cs.cell(cs.key(slot).id))
	cs.count--
	if last := uint32(cs.count); slot != last {
		cs.cells[cs.cell(cs.key(last).id)] = slot + 1
		*cs.key(slot), *cs.at(slot) = *cs.key(last), *cs.at(last)
	}
	if spare := len(cs.chunks) - 2; spare > 0 && cs.count <= spare*chunkSlots {
		cs.chunks[spare+1] = nil
		cs.chunks = cs.chunks[:spare+1]
	}
	if n := len(cs.cells); n > 64 && cs.count < n/4 {
		cs.rehash(n / 2)
	}
}

// clear empties a cell. Those behind the hole move up, unless they would stand
// before their home.
func (cs *candidates) clear(hole int) {
	n := len(cs.cells)
	behind := func(i, j int) int { // how many cells i is behind j
		if i < j {
			i += n
		}
		return i - j
	}
	for i := cs.after(hole); cs.cells[i] != 0; i = cs.after(i) {
		if home := cs.home(cs.key(cs.cells[i] - 1).id); behind(i, home) >= behind(i, hole) {
			cs.cells[hole] = cs.cells[i]
			hole = i
		}
	}
	cs.cells[hole] = 0
}

// cell returns the cell where the ID is, or the empty one where it belongs.
func (cs *candidates) cell(id uint64) int {
	i := cs.home(id)
	for cs.cells[i] != 0 && cs.key(cs.cells[i]-1).id != id {
		i = cs.after(i)
	}
	return i
}

// home returns the cell where the search for an ID begins.
func (cs *candidates) home(id uint64) int {
	id = (id ^ id>>32) * 0x9e3779b97f4a7c15 // 2^64 divided by the golden ratio
	cell, _ := bits.Mul64(id, uint64(len(cs.cells)))
	return int(cell)
}

// after returns the cell behind i, which is the first behind the last.
func (cs *candidates) after(i int) int {
	if i++; i < len(cs.cells) {
		return i
	}
	return 0
}

func (cs *candidates) rehash(size int) {
	old := cs.cells
	cs.cells = make([]uint32, size)
	for _, slot := range old {
		if slot != 0 {
			cs.cells[cs.cell(cs.key(slot-1).id)] = slot
		}
	}
}
