package near

// wanted tells who is looked for.
type wanted struct {
	sets      *languageSets
	states    uint64 // the bit of the state, and onDuty
	mask      uint64 // of the languages
	languages []Language
}

// want looks for those on duty in the state with an index, which must be one,
// with any of the languages.
func (x *Index) want(state int, languages []Language) wanted {
	w := wanted{sets: &x.languages, states: onDuty | 1<<uint(state), languages: languages}
	for _, l := range languages {
		w.mask |= l.bit()
	}
	return w
}

// mayBeAt reports false if nobody at p is wanted.
func (w *wanted) mayBeAt(p *place) bool {
	return p.states&w.states == w.states && p.languages&w.mask != 0
}

// is reports whether the candidate is wanted.
func (w *wanted) is(it item) bool {
	if it.states&w.states != w.states {
		return false
	}
	both := w.sets.masks[it.set] & w.mask
	return both&^otherLanguages != 0 || both != 0 && w.sets.hasAny(it.set, w.languages)
}
