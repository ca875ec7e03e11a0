package main

import "slices"

// linearScan looks at everybody: it is never wrong, and the answers of all
// others are held against its own.
type linearScan struct{ agents }

func linear() contestant {
	return contestant{
		name:  "the linear scan",
		used:  "a list of agents, and a look at all of them",
		costs: "time for everybody, wherever they are",
		build: func(all agents) index { return linearScan{slices.Clone(all)} },
	}
}

func (s linearScan) first(q *query) (id uint64, ok bool) {
	var p pick
	from := q.from.Vector()
	for i := range s.agents {
		if s.fits(i, q) {
			p.see(s.agents[i].match(from))
		}
	}
	return p.answer()
}

func (s linearScan) replace(n int, a agent) { s.agents[n] = a }
