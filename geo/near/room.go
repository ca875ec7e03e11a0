package near

import "slices"

// roomier returns s with room for one more at least. Room grows by a sixteenth
// and by what an allocation is rounded up to: there are so many slices that
// doubling would waste more than copying costs.
func roomier[E any](s []E) []E {
	if n := len(s); n == cap(s) {
		return append(slices.Grow([]E(nil), n+n/16+1), s...)
	}
	return s
}

// trimmed returns s, without most of its room if it takes up less than half.
func trimmed[E any](s []E) []E {
	if n := len(s); cap(s) >= 8 && n < cap(s)/2 {
		return append(slices.Grow([]E(nil), n+n/16), s...)
	}
	return s
}
