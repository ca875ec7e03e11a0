package main

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"time"
)

// cases are what is asked for.
var cases = []struct {
	name     string
	language uint16
	passed   int // how many of the first in line are passed over
}{
	{"common language", common, 0},
	{"0.01 % language", rare, 0},
	{"common, after 50", common, 50},
	{"nobody", nobodys, 0},
}

// table is what was measured among so many agents.
type table struct {
	size int
	rows []row
}

// row is what was measured of a contestant.
type row struct {
	contestant
	cases    []turns // as in cases
	bytes    float64 // an agent
	built    time.Duration
	replaced turns // if it can
}

// turns are the times of one kind of work, a round's median and percentile each.
type turns struct {
	p50, p99 []float64 // microseconds; of rounds with fewer than leastForP99 there is no p99
	spent    time.Duration
}

const leastForP99 = 50

// take does the work as often as n, beginning at a number, until its share is
// spent. Whoever has spent all shares sits out.
func (t *turns) take(n, begin int, share, all time.Duration, work func(i int)) {
	if t.spent >= all {
		return
	}
	var times []time.Duration
	total := time.Duration(0)
	for i := range n {
		began := time.Now()
		work((begin + i) % n)
		took := time.Since(began)
		times = append(times, took)
		if total += took; total >= share {
			break
		}
	}
	t.spent += total
	slices.Sort(times)
	micros := func(percent int) float64 { return float64(times[(len(times)*percent-1)/100].Nanoseconds()) / 1000 }
	t.p50 = append(t.p50, micros(50))
	if len(times) >= leastForP99 {
		t.p99 = append(t.p99, micros(99))
	}
}

// measure holds all contestants at once and lets them take turns.
func measure(c *country, size, queries, rounds int, allowed time.Duration) table {
	all := c.agents(size)
	t := table{size: size}
	indexes := make([]index, 0, len(contestants()))
	before := heap()
	for i, peer := range contestants() {
		if peer.again != nil {
			indexes = append(indexes, peer.again(indexes[i-1]))
			t.rows = append(t.rows, row{contestant: peer, cases: make([]turns, len(cases))})
			continue
		}
		fmt.Fprintf(os.Stderr, "%d agents: building %s\n", size, peer.name)
		began := time.Now()
		indexes = append(indexes, peer.build(all))
		took := time.Since(began)
		after := heap()
		t.rows = append(t.rows, row{contestant: peer, cases: make([]turns, len(cases)), built: took, bytes: (after - before) / float64(size)})
		before = after
	}
	asked := make([][]query, len(cases))
	for i, kind := range cases {
		for range queries {
			q := c.query(kind.language)
			if kind.passed > 0 {
				line := all.line(&q, kind.passed)
				q.passed = make(map[uint64]bool)
				for _, m := range line {
					q.passed[m.id] = true
				}
			}
			asked[i] = append(asked[i], q)
		}
	}
	share := allowed / time.Duration(rounds)
	for round := range rounds {
		fmt.Fprintf(os.Stderr, "%d agents: round %d of %d\n", size, round+1, rounds)
		for i := range indexes {
			i = (i + round) % len(indexes) // nobody always follows the same
			runtime.GC()                   // of what was left by others
			for k := range cases {
				t.rows[i].cases[k].take(queries, round*queries/rounds, share, allowed, func(n int) { indexes[i].first(&asked[k][n]) })
			}
		}
	}
	// Afterwards, so that all were asked among the same agents.
	for round := range rounds {
		fresh, numbers := make(agents, queries), make([]int, queries)
		for i := range fresh {
			numbers[i] = c.IntN(size)
			fresh[i] = c.agent(numbers[i])
		}
		for i := range indexes {
			i = (i + round) % len(indexes)
			if x, ok := indexes[i].(writable); ok && t.rows[i].again == nil {
				t.rows[i].replaced.take(queries, 0, share, allowed, func(n int) { x.replace(numbers[n], fresh[n]) })
			}
		}
	}
	return t
}

func heap() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

func median(list []float64) float64 {
	list = slices.Sorted(slices.Values(list))
	return (list[(len(list)-1)/2] + list[len(list)/2]) / 2
}
