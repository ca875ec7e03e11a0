package near

// wanted tells who is looked for.
type wanted struct {
	kinds     *kinds
	state     uint64 // its bit
	mask      uint64 // of the languages
	classes   uint64 // of those on duty
	languages []Language
}

// want looks for those on duty in the state with an index, which must be one,
// with any of the languages.
func (x *Index) want(state int, languages []Language) wanted {
	w := wanted{kinds: &x.kinds, state: 1 << uint(state), classes: x.classes.bits, languages: languages}
	for _, l := range languages {
		w.mask |= l.bit()
	}
	return w
}

// mayBeAt reports false if nobody at p is wanted.
func (w *wanted) mayBeAt(p *place) bool {
	return p.states&w.state != 0 && p.languages&w.mask != 0 && p.classes&w.classes != 0
}

// is reports whether the candidate is wanted.
func (w *wanted) is(it item) bool {
	if it.states&w.state == 0 {
		return false
	}
	both := w.kinds.masks[it.kind] & w.mask
	return both&^otherLanguages != 0 || both != 0 && w.kinds.languages(it.kind).hasAny(w.languages)
}
