package near

// candidates gives each candidate a slot, a small number, under which it is
// known elsewhere. A slot is found by the candidate's ID in a hash table that
// holds nothing but slots: a quarter of what a map would take.
type candidates struct {
	keys  []key    // by slot
	at    []uint32 // by slot: the number of the place
	free  []uint32 // slots nobody has
	cells []uint32 // the hash table, a power of two long: 1 + slot, 0 for none
}

// key orders the candidates at one place (R12).
type key struct{ last, id uint64 }

func (k key) less(other key) bool {
	if k.last != other.last {
		return k.last < other.last
	}
	return k.id < other.id
}

func (cs *candidates) len() int { return len(cs.keys) - len(cs.free) }

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
	if 4*cs.len() >= 3*len(cs.cells) {
		cs.rehash(max(8, 2*len(cs.cells)))
	}
	var slot uint32
	if n := len(cs.free); n > 0 {
		slot = cs.free[n-1]
		cs.free = cs.free[:n-1]
		cs.keys[slot] = k
	} else {
		slot = uint32(len(cs.keys))
		cs.keys, cs.at = append(cs.keys, k), append(cs.at, 0)
	}
	cs.cells[cs.cell(k.id)] = slot + 1
	return slot
}

// remove gives up a slot.
func (cs *candidates) remove(slot uint32) {
	mask := len(cs.cells) - 1
	hole := cs.cell(cs.keys[slot].id)
	// Those behind the hole move up, unless they would stand before their home.
	for i := (hole + 1) & mask; cs.cells[i] != 0; i = (i + 1) & mask {
		home := cs.home(cs.keys[cs.cells[i]-1].id)
		if (i-home)&mask >= (i-hole)&mask {
			cs.cells[hole] = cs.cells[i]
			hole = i
		}
	}
	cs.cells[hole] = 0
	cs.keys[slot] = key{}
	cs.free = append(cs.free, slot)
}

// cell returns the cell where the ID is, or the empty one where it belongs.
func (cs *candidates) cell(id uint64) int {
	mask := len(cs.cells) - 1
	i := cs.home(id)
	for cs.cells[i] != 0 && cs.keys[cs.cells[i]-1].id != id {
		i = (i + 1) & mask
	}
	return i
}

// home returns the cell where the search for an ID begins.
func (cs *candidates) home(id uint64) int {
	id = (id ^ id>>32) * 0x9e3779b97f4a7c15 // 2^64 divided by the golden ratio
	return int(id>>32) & (len(cs.cells) - 1)
}

func (cs *candidates) rehash(size int) {
	old := cs.cells
	cs.cells = make([]uint32, size)
	for _, slot := range old {
		if slot != 0 {
			cs.cells[cs.cell(cs.keys[slot-1].id)] = slot
		}
	}
}
