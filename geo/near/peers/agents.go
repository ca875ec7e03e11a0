package main

import (
	"cmp"
	"slices"

	"github.com/relevo-go/relevo/geo"
)

// agent is what every contestant has to know of one.
type agent struct {
	id, last  uint64
	states    geo.States
	languages [2]uint64 // one bit each
	point     geo.Point
	vector    geo.Vector // of point
	onDuty    bool
}

// agents are all of them; an agent is known by its place in the list. A
// contestant that has to filter keeps a list of its own, as its user would.
type agents []agent

// idOf returns the ID of the agent with a number, and numberOf the reverse.
func idOf(n int) uint64      { return 1_000_000 + 17*uint64(n) }
func numberOf(id uint64) int { return int((id - 1_000_000) / 17) }

// query asks for the first in line: the nearest agent on duty who may be found
// in the state and speaks the language; of several as near the one with the
// lower last, and then the lower id.
type query struct {
	from     geo.Point
	state    geo.State
	states   geo.States // only state
	language uint16
	passed   map[uint64]bool // IDs of those who are passed over: they had their offer
}

// fits reports whether the agent with a number may be found, wherever it is.
func (all agents) fits(n int, q *query) bool {
	a := &all[n]
	return a.onDuty && a.states&q.states != 0 && a.languages[q.language/64]>>(q.language%64)&1 == 1 && !q.passed[a.id]
}

// match is an agent in line, and how far away it is by the exact key.
type match struct {
	chord    geo.Chord
	last, id uint64
}

func (a *agent) match(from geo.Vector) match { return match{from.Chord(a.vector), a.last, a.id} }

// compare is the order of the line.
func (m match) compare(other match) int {
	return cmp.Or(cmp.Compare(m.chord, other.chord), cmp.Compare(m.last, other.last), cmp.Compare(m.id, other.id))
}

// pick is the first in line of those it was shown.
type pick struct {
	match
	found bool
}

func (p *pick) see(m match) {
	if !p.found || m.compare(p.match) < 0 {
		p.match, p.found = m, true
	}
}

// answer is what index.first returns.
func (p *pick) answer() (id uint64, ok bool) { return p.id, p.found }

// line returns the first n in line, by a look at everybody.
func (all agents) line(q *query, n int) []match {
	var first []match // in order
	from := q.from.Vector()
	for i := range all {
		if !all.fits(i, q) {
			continue
		}
		m := all[i].match(from)
		if len(first) == n {
			if first[n-1].compare(m) < 0 {
				continue
			}
			first = first[:n-1]
		}
		at, _ := slices.BinarySearchFunc(first, m, match.compare)
		first = slices.Insert(first, at, m)
	}
	return first
}
