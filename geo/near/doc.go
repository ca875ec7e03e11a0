// Package near finds the candidates nearest to a place: the first of those who
// may be found in a state and speak a language, and then the next, and the next.
//
//	var index near.Index
//	index.Put(near.Entry{ID: 1, Point: miami, States: geo.StatesOf("FL"), Languages: []near.Language{english}, Class: early})
//	index.SetDuty(early, true)
//	for m := range index.Line(near.Query{From: tampa, State: "FL", Languages: []near.Language{english}}) {
//		fmt.Println(m.ID, m.Chord.Meters()) // 1 331.3 km
//		break
//	}
//
// The package knows places and no agents: who a candidate is, which number a
// language has, who comes on duty together and when is the caller's.
//
// # The order
//
// The line goes by distance, compared as [geo.Chord]; then by Last, the lower
// first; then by ID, the lower first (R12, R15). Nothing else counts, neither
// the order in which candidates were put nor any float: an index that is built
// anew has the same lines, on every CPU. Who has no position comes after all
// that have one, at [geo.Unreachable], and so does everybody if the query has
// none. Any one of a query's languages qualifies (R13).
//
// Those off duty are held but not found. Candidates who come on duty together
// and go off together are a [Class], so that a shift that begins is one SetDuty,
// however many work in it.
//
// # How it is found
//
// Candidates share places, for most are known by their ZIP Code's centroid: a
// million of them are at some 30,000 places. An R-tree holds the places, and
// each place its candidates, in order, with masks that tell at once what none
// of them has. A search asks the tree for windows around the consumer: the very
// spot, then a radius within which one is likely, then twice that, and so on.
// What is in a window is put in order by exact keys; a window only has to be
// large enough, and is so on the sphere: across the 180° meridian, around
// a pole, and with the margin by which floats err.
//
// How many are on duty for each state and language is counted, so that nobody
// is found at once; and as long as they are not too many there is a list of
// them, so that few are found without a search.
//
// # What it costs
//
// The first match takes about a microsecond among ten thousand or a million,
// without an allocation; the next fifty take several. A Put takes one to three.
// A candidate takes 60 bytes among a million, and 200 among ten thousand.
//
// Dearer are those of whom there are too many for a list and none near: up to a
// millisecond among 30,000 places, and several if each of a million candidates
// has a place of its own. A line from an unknown Point looks at every place
// before its first match. BenchmarkNearest measures the common cases.
package near
