package near_test

import (
	"cmp"
	"slices"

	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/geo/near"
)

// floor is as fast as the index could hope to be: all of one state with one
// language who are on duty, in a k-d tree of their places in space, packed and
// never changed. Each pair needs one of its own, and each write all of it anew.
type floor struct {
	nodes  []floorNode  // the splits, as in a binary heap
	places []floorPlace // in the order of the tree's leaves
	tied   []floorKey   // those of the places, each place's in line's order
}

type floorNode struct {
	split int32
	axis  uint8
}

type floorPlace struct {
	at          [3]int32
	first, last uint32 // in tied
}

type floorKey struct{ last, id uint64 }

// leaf is how many places are looked at without a split.
const leaf = 8

func newFloor(entries []near.Entry, state geo.State, l near.Language) *floor {
	type member struct {
		at [3]int32
		floorKey
	}
	var members []member
	for _, e := range entries {
		if e.Class < onDuty && e.States.Has(state) && slices.Contains(e.Languages, l) {
			v := e.Point.Vector()
			members = append(members, member{[3]int32{v.X, v.Y, v.Z}, floorKey{e.Last, e.ID}})
		}
	}
	slices.SortFunc(members, func(a, b member) int {
		return cmp.Or(slices.Compare(a.at[:], b.at[:]), cmp.Compare(a.last, b.last), cmp.Compare(a.id, b.id))
	})
	f := new(floor)
	for i, m := range members {
		if i == 0 || m.at != members[i-1].at {
			f.places = append(f.places, floorPlace{at: m.at, first: uint32(i)})
		}
		f.places[len(f.places)-1].last = uint32(i + 1)
		f.tied = append(f.tied, m.floorKey)
	}
	f.split(0, f.places)
	return f
}

// split puts the lower half of places before the upper, by the axis on which
// they are widest apart, and so on.
func (f *floor) split(node int, places []floorPlace) {
	if len(places) <= leaf {
		return
	}
	axis, widest := 0, int64(-1)
	for a := range 3 {
		low, high := places[0].at[a], places[0].at[a]
		for _, p := range places {
			low, high = min(low, p.at[a]), max(high, p.at[a])
		}
		if width := int64(high) - int64(low); width > widest {
			axis, widest = a, width
		}
	}
	slices.SortFunc(places, func(p, q floorPlace) int { return cmp.Compare(p.at[axis], q.at[axis]) })
	middle := len(places) / 2
	if node >= len(f.nodes) {
		f.nodes = append(f.nodes, make([]floorNode, node+1-len(f.nodes))...)
	}
	f.nodes[node] = floorNode{places[middle].at[axis], uint8(axis)}
	f.split(2*node+1, places[:middle])
	f.split(2*node+2, places[middle:])
}

// floorSearch finds the best so many.
type floorSearch struct {
	*floor
	from [3]int32
	most int
	best []near.Match // a heap once it has most: the worst is the first
}

// nearest returns the first so many of the line, in the room of best, and with
// the last of them first.
func (f *floor) nearest(from geo.Vector, most int, best []near.Match) []near.Match {
	s := floorSearch{floor: f, from: [3]int32{from.X, from.Y, from.Z}, most: most, best: best[:0]}
	s.search(0, 0, len(f.places), [3]int64{}, 0)
	return s.best
}

// search looks at the places from low up to high, which are off by so much on
// each axis, and at a Chord of bound at least.
func (s *floorSearch) search(node, low, high int, off [3]int64, bound geo.Chord) {
	if high-low <= leaf {
		for i := low; i < high; i++ {
			s.look(&s.places[i])
		}
		return
	}
	n, middle := s.nodes[node], low+(high-low)/2
	d := int64(s.from[n.axis]) - int64(n.split)
	if d < 0 {
		s.search(2*node+1, low, middle, off, bound)
	} else {
		s.search(2*node+2, middle, high, off, bound)
	}
	bound += geo.Chord(d*d - off[n.axis]*off[n.axis])
	if len(s.best) == s.most && bound > s.best[0].Chord {
		return
	}
	if off[n.axis] = d; d < 0 {
		s.search(2*node+2, middle, high, off, bound)
	} else {
		s.search(2*node+1, low, middle, off, bound)
	}
}

func (s *floorSearch) look(p *floorPlace) {
	x, y, z := int64(s.from[0])-int64(p.at[0]), int64(s.from[1])-int64(p.at[1]), int64(s.from[2])-int64(p.at[2])
	chord := geo.Chord(x*x + y*y + z*z)
	if len(s.best) == s.most && chord > s.best[0].Chord {
		return
	}
	for _, k := range s.tied[p.first:p.last] {
		m := near.Match{ID: k.id, Chord: chord, Last: k.last}
		if len(s.best) < s.most {
			if s.best = append(s.best, m); len(s.best) == s.most {
				for i := s.most/2 - 1; i >= 0; i-- {
					s.sink(i)
				}
			}
			continue
		}
		if compare(m, s.best[0]) > 0 {
			return
		}
		s.best[0] = m
		s.sink(0)
	}
}

func (s *floorSearch) sink(i int) {
	for {
		worst := i
		for child := 2*i + 1; child <= 2*i+2 && child < s.most; child++ {
			if compare(s.best[child], s.best[worst]) > 0 {
				worst = child
			}
		}
		if worst == i {
			return
		}
		s.best[i], s.best[worst] = s.best[worst], s.best[i]
		i = worst
	}
}

// compare is the order of the line.
func compare(a, b near.Match) int {
	switch {
	case a.Chord != b.Chord:
		return cmp.Compare(a.Chord, b.Chord)
	case a.Last != b.Last:
		return cmp.Compare(a.Last, b.Last)
	}
	return cmp.Compare(a.ID, b.ID)
}
