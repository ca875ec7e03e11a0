package near

import "github.com/relevo-go/relevo/geo"

// Class is a number the caller gives to candidates who come on duty and go off
// duty together. Let the numbers be small and dense: each up to the greatest
// costs 32 bytes. Nothing is special about the class 0.
type Class uint32

// bit returns the bit of a class in a mask, shared by every 64th.
func (c Class) bit() uint64 { return 1 << (c % 64) }

// classes are those the caller spoke of.
type classes struct {
	all  []class    // by number
	on   [64]uint32 // by bit: how many of its classes are on duty
	bits uint64     // those of which on is not 0
	// epoch is how often a class came on duty or went off, from which a pair
	// knows whether its count is of now. It is 0 only until the first did.
	epoch uint32
}

type class struct {
	on    bool
	kinds []uint32 // its numbers in kinds, in any order
}

// of returns a class, for which there is room from now on.
func (cs *classes) of(c Class) *class {
	if n := int(c) + 1; n > len(cs.all) {
		cs.all = append(cs.all, make([]class, n-len(cs.all))...)
	}
	return &cs.all[c]
}

// onDuty reports whether a class is on duty.
func (cs *classes) onDuty(c Class) bool { return int(c) < len(cs.all) && cs.all[c].on }

// SetDuty says whether the candidates of a class are on duty. Until it is said,
// a class is off duty; what was said holds also for candidates put later, and
// while there are none. It costs time by the different sets of languages in the
// class, however many the candidates are.
func (x *Index) SetDuty(c Class, on bool) {
	cs := &x.classes
	if cs.onDuty(c) == on {
		return
	}
	x.writes++
	cl := cs.of(c)
	cl.on = on
	for _, n := range cl.kinds {
		x.kinds.show(n, on)
	}
	if on {
		cs.on[c%64]++
		cs.bits |= c.bit()
	} else if cs.on[c%64]--; cs.on[c%64] == 0 {
		cs.bits &^= c.bit()
	}
	if cs.epoch++; cs.epoch == 0 {
		cs.epoch = 1
		for _, p := range x.pairs {
			p.counted.Store(0) // lest an epoch that comes again be taken for the old one
		}
	}
}

// OnDuty returns how many candidates on duty may be found in a state and speak a
// language. It takes well under a microsecond, except that the first time after
// SetDuty it adds up the classes of those candidates.
func (x *Index) OnDuty(state geo.State, l Language) int {
	i := state.Index()
	if i < 0 {
		return 0
	}
	return x.onDuty(x.pairs[pairOf(i, l)])
}
