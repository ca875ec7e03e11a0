package near_test

import (
	"flag"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/geo/near"
)

var flagAgents = flag.Int("near.agents", 0, "the number of agents of one more BenchmarkNearest, such as 10000000")

// linear is the peer without any index. All its agents have a position.
type linear []struct {
	vector    geo.Vector
	states    geo.States // 0 off duty
	languages [2]uint64
	last, id  uint64
}

func newLinear(entries []near.Entry) linear {
	w := make(linear, len(entries))
	for i, e := range entries {
		w[i].vector, w[i].last, w[i].id = e.Point.Vector(), e.Last, e.ID
		if e.Class < onDuty {
			w[i].states = e.States
		}
		for _, l := range e.Languages {
			w[i].languages[l/64] |= 1 << (l % 64)
		}
	}
	return w
}

func (w linear) nearest(q near.Query) (best near.Match) {
	from, state, l := q.From.Vector(), geo.StatesOf(q.State), q.Languages[0]
	best.Chord = geo.Unreachable
	for i := range w {
		a := &w[i]
		if a.states&state == 0 || a.languages[l/64]>>(l%64)&1 == 0 {
			continue
		}
		if m := (near.Match{ID: a.id, Chord: from.Chord(a.vector), Last: a.last}); compare(m, best) < 0 {
			best = m
		}
	}
	if best.Chord == geo.Unreachable {
		return near.Match{}
	}
	return best
}

// times collects how long each turn takes. One that only reads the clock is
// reported as clock-µs: nothing is subtracted.
type times []time.Duration

func (ts *times) measure(turn func()) {
	begun := time.Now()
	turn()
	*ts = append(*ts, time.Since(begun))
}

// micros returns a percentile, in microseconds.
func (ts times) micros(percent int) float64 {
	slices.Sort(ts)
	return float64(ts[len(ts)*percent/100].Nanoseconds()) / 1000
}

func (ts times) report(b *testing.B) {
	b.ReportMetric(ts.micros(50), "p50-µs")
	b.ReportMetric(ts.micros(99), "p99-µs")
	b.ReportMetric(0, "ns/op")
}

// kept is how many queries and changes are made before the clock runs.
const kept = 1 << 13

// BenchmarkNearest asks the index and the floor the same queries in turn, and the
// linear scan some of them afterwards, and compares all answers: x-floor is by how
// much the index is slower than the floor, x-linear by how much it is faster than
// the scan, both at the median.
func BenchmarkNearest(b *testing.B) {
	sizes := []int{10_000, 100_000, 1_000_000}
	if *flagAgents > 0 {
		sizes = append(sizes, *flagAgents)
	}
	for _, agents := range sizes {
		b.Run(fmt.Sprintf("agents=%d", agents), func(b *testing.B) {
			if agents >= 1_000_000 && testing.Short() {
				b.Skip("a million agents take seconds to make")
			}
			benchmarkNearest(b, agents)
		})
	}
}

func benchmarkNearest(b *testing.B, agents int) {
	c := newCountry()
	entries := make([]near.Entry, agents)
	for i := range entries {
		entries[i] = c.agent(uint64(i))
	}
	var x near.Index
	before := heap()
	for c := range onDuty {
		x.SetDuty(c, true)
	}
	for _, e := range entries {
		x.Put(e)
	}
	bytes := heap() - before
	r := race{index: &x, linear: newLinear(entries)}
	for _, of := range []struct {
		name string
		near.Language
		asked int // how many are passed over
	}{{"common", common, 0}, {"middling", middling, 0}, {"rare", rare, 0}, {"nobody", nobodys, 0}, {"after50", common, 50}} {
		r.queries = r.queries[:0]
		r.floors = map[geo.State]*floor{}
		for range kept {
			q := c.query(of.Language)
			r.queries = append(r.queries, q)
			if r.floors[q.State] == nil {
				r.floors[q.State] = newFloor(entries, q.State, of.Language)
			}
		}
		b.Run(of.name, func(b *testing.B) { r.run(b, of.asked) })
	}
	changed := make([]near.Entry, kept)
	last := uint64(1 << 41)
	write := func(name string, change func(e near.Entry) near.Entry) {
		for i := range changed {
			agent := c.IntN(agents)
			last++
			entries[agent] = change(entries[agent])
			changed[i] = entries[agent]
		}
		b.Run(name, func(b *testing.B) {
			var ts times
			for i := 0; b.Loop(); i++ {
				ts.measure(func() { x.Put(changed[i%kept]) })
			}
			ts.report(b)
		})
	}
	write("offered", func(e near.Entry) near.Entry { e.Last = last; return e })
	write("class", func(e near.Entry) near.Entry { e.Class = (e.Class + 5) % 10; return e })
	write("replace", func(e near.Entry) near.Entry { return c.agent((e.ID - 1_000_000) / 17) })
	b.Run("memory", func(b *testing.B) {
		for b.Loop() {
		}
		b.ReportMetric(float64(bytes)/float64(agents), "B/agent")
		b.ReportMetric(0, "ns/op")
	})
	runtime.KeepAlive(entries)
}

// race is a benchmark of three.
type race struct {
	index   *near.Index
	floors  map[geo.State]*floor
	linear  linear
	queries []near.Query
}

// run looks for the first match after those asked. To pass over them the floor
// finds them all: it cannot go on from where it was.
func (r *race) run(b *testing.B, asked int) {
	var index, floor, scan, clock times
	var got, want near.Match
	room := make([]near.Match, 0, asked+1)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		q := r.queries[i%kept]
		got, want = near.Match{}, near.Match{}
		ask := func() {
			n := 0
			for got = range r.index.Line(q) {
				if n++; n > asked {
					break
				}
			}
		}
		lead := func() {
			if found := r.floors[q.State].nearest(q.From.Vector(), asked+1, room); len(found) == asked+1 {
				want = found[0]
			} else if len(found) > 0 {
				want = slices.MaxFunc(found, compare)
			}
		}
		if i%2 == 0 {
			index.measure(ask)
			floor.measure(lead)
		} else {
			floor.measure(lead)
			index.measure(ask)
		}
		if got != want {
			b.Fatalf("number %d of Line(%+v) is %+v, to the floor %+v", asked+1, q, got, want)
		}
	}
	// A scan leaves nothing of the others in the CPU's caches, so all come last.
	for _, q := range r.queries[:20] {
		clock.measure(func() {})
		scan.measure(func() { want = r.linear.nearest(q) })
		if got := first(r.index.Line(q)); asked == 0 && got != want {
			b.Fatalf("the first of Line(%+v) is %+v, to the linear scan %+v", q, got, want)
		}
	}
	index.report(b)
	b.ReportMetric(floor.micros(50), "floor-p50-µs")
	b.ReportMetric(floor.micros(99), "floor-p99-µs")
	b.ReportMetric(index.micros(50)/floor.micros(50), "x-floor")
	b.ReportMetric(scan.micros(50), "linear-p50-µs")
	b.ReportMetric(scan.micros(50)/index.micros(50), "x-linear")
	b.ReportMetric(clock.micros(50), "clock-µs")
}

// first returns the first match, or none.
func first(line iter.Seq[near.Match]) near.Match {
	for m := range line {
		return m
	}
	return near.Match{}
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
