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
// How many there are for each state and language is counted, class by class, so
// that nobody is found at once; and as long as those of a class are not too many
// there is a list of them, so that few are found without a search. Where there
// is no list, it is known in which regions they are, so that a search that saw
// thousands of places passes by those far from all of them.
//
// A class has its languages, as masks, once for all its candidates who speak the
// same. To come on duty is to set these masks, and to go off is to clear them.
//
// # What it costs
//
// These are medians and, behind the stroke, what 99 of 100 take at most, in
// microseconds, of one run on two cores that had other work as well. Reading the
// clock is part of each, and takes 0.03 to 0.1. Agents have 4.3 licenses and 1.4
// languages and are in ten classes, of which three are off duty. BenchmarkNearest
// measures it anew.
//
//	candidates                              10,000     100,000   1,000,000
//	the first match, common language     0.8 / 3.3   0.9 / 3.4   1.1 / 2.1
//	the same after 50 who were asked       11 / 73     11 / 61      7 / 51
//	a language of 1 in 300               0.2 / 0.3   0.4 / 0.8    2.3 / 10
//	a language of 1 in 10,000            0.1 / 0.2   0.2 / 0.3   0.3 / 0.5
//	a language nobody speaks             0.1 / 0.2   0.1 / 0.2   0.1 / 0.2
//	Put: another offer                   0.2 / 0.6   0.3 / 1.5   1.0 / 2.3
//	Put: another class                     0.6 / 8     0.7 / 8    1.7 / 10
//	Put: all else is new, too              1.2 / 9     0.5 / 7     1.5 / 9
//	bytes for each candidate                   224         107          60
//
// The floor under the first match is a packed k-d tree of each state and
// language, which is made anew for every change: the index takes 2.7, 2.0 and 1.8
// times as long, and 2.9, 2.4 and 1.7 times after 50. A linear scan takes 20, 190
// and 2,300 times as long as the index. Among ten million (-near.agents) it is
// 1.4 µs, 1.5 times the floor, and 50 bytes.
//
// Among a million, BenchmarkWorst measures these, of which the last six are dear:
//
//	a class of 300,000 comes on duty                      15 µs, the next line 0.9
//	every class goes off duty and comes on again          66 µs
//	a consumer in Guam, in Samoa, in the Aleutians        1.8, 0.3, 1.2 µs
//	100,000 off duty, and the only one on duty far away   0.2 µs
//	20,000 at one ZIP's centroid                          0.3 µs, after 50 0.8
//	500 on duty, all far away                             1.8 µs, after 50 12
//	5,000 or 50,000 on duty, all far away                 0.1 to 0.2 ms
//	20,000 on duty, none with a position                  0.4 ms
//	the end of a line in which all were asked             0.3 to 1.3 µs for each
//	a line from an unknown Point                          18 to 38 ms before its first match
//	all of a roster put into an empty index               3.3 µs for each
//	each candidate at a place of its own                  8 µs / 0.2 ms, after 50 67 µs / 4 ms,
//	                                                      and 126 bytes for each
//
// What candidates and places needed is given back when they are gone: now and
// then a Remove, or a Put, therefore takes time by how many are left.
package near
