package near

import "github.com/relevo-go/relevo/geo"

// head is the next candidate of a place, in a heap that merges the places.
type head struct {
	chord geo.Chord
	key   key
	place uint32
	// next is where in the place's items to look for the candidate after this
	// one: 0 if none has been looked for (then key is the lowest there can be),
	// alone if this one stands for itself.
	next int32
}

// alone is the next of a head that has no candidate after it.
const alone = -1

func (h *head) less(other *head) bool {
	if h.chord != other.chord {
		return h.chord < other.chord
	}
	return h.key.less(other.key)
}

// heads is a binary heap, once it is ordered: the first is the least.
type heads []head

func (hs heads) order() {
	for i := len(hs)/2 - 1; i >= 0; i-- {
		hs.sink(i)
	}
}

// sink restores the heap after the head with index i became greater.
func (hs heads) sink(i int) {
	for {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(hs); child++ {
			if hs[child].less(&hs[least]) {
				least = child
			}
		}
		if least == i {
			return
		}
		hs[i], hs[least] = hs[least], hs[i]
		i = least
	}
}

// drop takes out the first.
func (hs heads) drop() heads {
	last := len(hs) - 1
	hs[0] = hs[last]
	hs = hs[:last]
	hs.sink(0)
	return hs
}
