package near

import (
	"iter"
	"math"

	"github.com/relevo-go/relevo/geo"
)

// Query says who is looked for, and from where.
type Query struct {
	From      geo.Point  // where the consumer is; if unknown, everybody is at geo.Unreachable
	State     geo.State  // who may be found there
	Languages []Language // any of them qualifies; distance decides among the qualified (R13)
	// Within, if not 0, is a limit (R33): who is beyond it or has no position is
	// not found. geo.ChordWithin makes it of a radius, and 0 of the radius 0.
	Within geo.Chord
}

// Match is one candidate in line.
type Match struct {
	ID    uint64
	Chord geo.Chord // how far; geo.Unreachable if one of the two has no position
	Last  uint64    // as in the Entry
}

// before is the order of the line (R12).
func (m Match) before(other Match) bool {
	if m.Chord != other.Chord {
		return m.Chord < other.Chord
	}
	return key{m.Last, m.ID}.less(key{other.Last, other.ID})
}

// Line yields the candidates on duty who may be found in the state and speak
// one of the languages, by distance, then by Last, then by ID (R12). Nothing is
// looked for before it is asked for: the first costs a few microseconds, however
// many there are, and each one more goes on from there.
//
// The index may be written inside the loop: the line then goes on behind the
// last match, among those who are in the index by now. Each use of the line
// begins anew. q.Languages must not change meanwhile.
func (x *Index) Line(q Query) iter.Seq[Match] {
	return func(yield func(Match) bool) {
		var room [24]head
		s := search{x: x, q: q, limit: geo.Unreachable}
		if q.Within != 0 {
			s.limit = min(q.Within, geo.Unreachable-1)
		}
		if q.From.Known() {
			s.from, s.center = q.From.Vector(), coordinates(q.From)
		}
		for s.run(room[:0], yield) {
		}
	}
}

const (
	// few is how many candidates, at least, are best looked for in their lists at
	// once: see run.
	few = 64
	// manyPlaces is after how many places, at least, more windows are no longer
	// best.
	manyPlaces = 2048
)

// search is one walk along the line.
type search struct {
	x *Index
	q Query
	wanted
	from   geo.Vector // if q.From is known
	center [2]float64 // the same as coordinates
	limit  geo.Chord  // nobody is found beyond

	left   int    // how many matches there can be, still
	seen   int    // places looked at in windows
	found  bool   // whether there was a match
	last   Match  // the last one
	writes uint64 // those of the index before that
	again  bool   // whether the index was written meanwhile
}

// run yields the line from behind the last match, in the room of hs. It reports
// whether to run again, because the index was written meanwhile.
func (s *search) run(hs heads, yield func(Match) bool) (again bool) {
	s.wanted = s.x.want(s.q.State.Index(), s.q.Languages)
	s.left, s.seen, s.writes, s.again = s.count(), 0, s.x.writes, false
	if s.left == 0 || s.limit < 0 {
		return false
	}
	// To look at a list takes time by its length, and to look at the places around
	// time by how rare those wanted are. Both are the same at a root of all.
	listed := s.left <= listMost && s.listed()
	short := listed && s.left <= max(few, int(math.Sqrt(float64(s.x.Len()))))
	if short && !s.found {
		if m, ok := s.first(); !ok || !s.tell(m, yield) {
			return s.again
		}
	}
	everywhere, most := !s.q.From.Known(), manyPlaces
	if !listed {
		most = max(most, len(s.x.places.all)/16) // To look at all is dearer than at a list.
	}
	radius, first := 0.0, firstRadius(s.left)
	beyond := geo.Chord(-1) // What is nearer is done.
	for {
		upTo := s.limit
		switch {
		case short:
			hs = s.addLists(hs, beyond)
		case everywhere || radius > widest:
			hs = s.addPlaces(hs, beyond)
		default:
			upTo = min(upTo, chordOf(radius))
			if hs = s.addWindow(hs, radius, beyond, upTo, most); s.seen > most {
				hs, short, everywhere = hs[:0], listed, !listed
				continue
			}
		}
		var goOn bool
		if hs, goOn = s.merge(hs, yield); !goOn || upTo == s.limit {
			return s.again
		}
		beyond = upTo
		radius = max(2*radius, first)
	}
}

// merge yields the candidates of all heads, and reports whether to go on. What
// it returns of the heads is their room.
func (s *search) merge(hs heads, yield func(Match) bool) (heads, bool) {
	hs.order()
	for len(hs) > 0 {
		h := &hs[0]
		if h.next != 0 {
			m := Match{ID: h.key.id, Chord: h.chord, Last: h.key.last}
			// A candidate in two lists comes twice in a row, and one that was
			// yielded before comes again.
			if (!s.found || s.last.before(m)) && !s.tell(m, yield) {
				return hs, false
			}
		}
		if h.next != alone && s.advance(h) {
			hs.sink(0)
		} else {
			hs = hs.drop()
		}
	}
	return hs, true
}

// tell yields a match, and reports whether to go on.
func (s *search) tell(m Match, yield func(Match) bool) bool {
	s.found, s.last = true, m
	s.left--
	goOn := yield(m)
	s.again = goOn && s.x.writes != s.writes
	return goOn && !s.again && s.left > 0
}

// firstRadius is where to begin looking for one of count candidates, in
// radians: if they were spread evenly, a few would be there.
func firstRadius(count int) float64 {
	const state = 240_000 / geo.EarthRadius // an average state as a circle
	return 2.4 * state / math.Sqrt(float64(count))
}

// count returns how many candidates there are, or more, for those who speak
// two of the languages count twice.
func (s *search) count() (n int) {
	state := s.q.State.Index()
	if state < 0 {
		return 0
	}
	for _, l := range s.q.Languages {
		n += s.x.onDuty(s.x.pairs[pairOf(state, l)])
	}
	return n
}

// listed reports whether all of them are in lists.
func (s *search) listed() bool {
	for p := range s.parts {
		if !p.listed() {
			return false
		}
	}
	return true
}

// advance moves h to the next candidate of its place, if there is one.
func (s *search) advance(h *head) bool {
	items := s.x.places.all[h.place].items
	for i := int(h.next); i < len(items); i++ {
		if s.is(items[i]) {
			h.key = *s.x.candidates.key(items[i].slot)
			h.next = int32(i + 1)
			return true
		}
	}
	return false
}

// chord returns how far a place is.
func (s *search) chord(at uint32) geo.Chord {
	v := s.x.places.vectors[at]
	if !s.q.From.Known() || v == (geo.Vector{}) {
		return geo.Unreachable
	}
	return s.from.Chord(v)
}

// add adds the place with a number if it is in the ring and may have somebody.
func (s *search) add(hs heads, at uint32, beyond, upTo geo.Chord) heads {
	if !s.mayBeAt(&s.x.places.all[at]) {
		return hs
	}
	if c := s.chord(at); c > beyond && c <= upTo {
		hs = append(hs, head{chord: c, place: at})
	}
	return hs
}

// addWindow adds the places of a ring, up to a radius, unless more
// than most are seen.
func (s *search) addWindow(hs heads, radius float64, beyond, upTo geo.Chord, most int) heads {
	s.x.places.tree.window(s.center, radius, func(_, _ [2]float32, at uint32) bool {
		hs = s.add(hs, at, beyond, upTo)
		s.seen++
		return s.seen <= most
	})
	return hs
}

// addPlaces adds all places left in regions where somebody wanted is, those
// without a position last.
func (s *search) addPlaces(hs heads, beyond geo.Chord) heads {
	in := s.regions()
	for at := range s.x.places.all {
		if in.has(s.x.places.all[at].region) {
			hs = s.add(hs, uint32(at), beyond, s.limit)
		}
	}
	return hs
}

// regions returns where those wanted are.
func (s *search) regions() (in regions) {
	for p := range s.parts {
		if !p.listed() {
			in |= p.where.all()
		}
		for _, slot := range p.slots {
			in |= 1 << s.x.region(slot)
		}
	}
	return in
}

// parts yields what their pairs have of those wanted.
func (s *search) parts(yield func(*part) bool) {
	for _, l := range s.q.Languages {
		p := s.x.pairs[pairOf(s.q.State.Index(), l)]
		if p == nil {
			continue
		}
		for i := range p.parts {
			if s.x.classes.all[p.parts[i].class].on && !yield(&p.parts[i]) {
				return
			}
		}
	}
}

// first finds the first of those in the lists, for it is often the only one
// asked for, and to put all in order takes much longer.
func (s *search) first() (best Match, found bool) {
	cs := &s.x.candidates
	for p := range s.parts {
		for _, slot := range p.slots {
			c := s.chord(*cs.at(slot))
			if c > s.limit || found && c > best.Chord {
				continue
			}
			k := cs.key(slot)
			if m := (Match{ID: k.id, Chord: c, Last: k.last}); !found || m.before(best) {
				best, found = m, true
			}
		}
	}
	return best, found
}

// addLists adds all candidates in the lists, each by itself.
func (s *search) addLists(hs heads, beyond geo.Chord) heads {
	cs := &s.x.candidates
	for p := range s.parts {
		for _, slot := range p.slots {
			if c := s.chord(*cs.at(slot)); c > beyond && c <= s.limit {
				hs = append(hs, head{chord: c, key: *cs.key(slot), next: alone})
			}
		}
	}
	return hs
}
