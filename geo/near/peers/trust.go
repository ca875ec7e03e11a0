package main

import (
	"fmt"
	"os"
	"slices"

	"github.com/relevo-go/relevo/geo"
)

// How many agents there are in the two worlds in which answers are checked.
const (
	trustedInCountry = 100_000
	trustedFar       = 2_000
)

// wrong counts the answers that are not the linear scan's.
type wrong struct {
	other   int       // another agent, or nobody, or somebody where nobody is
	farther int       // of those, all but agents who fit and are as near by the exact key
	by      []float64 // how much farther, in kilometers
}

// check asks every contestant the same, after every tenth agent was replaced by
// another, which those that can't be written are built with.
func check(what string, before, after agents, ask func() query, n int) []wrong {
	queries := make([]query, n)
	want := make([][]match, n)
	for i := range queries {
		queries[i] = ask()
		want[i] = after.line(&queries[i], 1)
	}
	found := make([]wrong, 0, len(contestants()))
	for _, peer := range contestants() {
		fmt.Fprintf(os.Stderr, "%s: checking %s\n", what, peer.name)
		x := written(peer, before, after)
		var w wrong
		for i := range queries {
			id, ok := x.first(&queries[i])
			w.hold(after, &queries[i], id, ok, want[i])
		}
		found = append(found, w)
	}
	return found
}

func written(peer contestant, before, after agents) index {
	x := peer.build(before)
	w, ok := x.(writable)
	if !ok {
		return peer.build(after)
	}
	for n := range before {
		if before[n] != after[n] {
			w.replace(n, after[n])
		}
	}
	return x
}

// hold counts an answer that is not the first in line.
func (w *wrong) hold(all agents, q *query, id uint64, ok bool, line []match) {
	if !ok && len(line) == 0 || ok && len(line) > 0 && id == line[0].id {
		return
	}
	w.other++
	if !ok || !all.fits(numberOf(id), q) {
		w.farther++
	} else if got := all[numberOf(id)].match(q.from.Vector()); got.chord > line[0].chord {
		w.farther++
		w.by = append(w.by, kilometers(got.chord)-kilometers(line[0].chord))
	}
}

func kilometers(c geo.Chord) float64 { return float64(c.Meters()) / 1000 }

// replaced returns the agents with every tenth another one.
func replaced(all agents, agent func(n int) agent) agents {
	all = slices.Clone(all)
	for n := 0; n < len(all); n += 10 {
		all[n] = agent(n)
	}
	return all
}
