package near_test

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/geo/near"
	"github.com/relevo-go/relevo/geo/zcta"
)

// The languages of a benchmark's agents.
const (
	common  near.Language = 0  // of 95 in 100
	rare    near.Language = 70 // of 1 in 10,000
	nobodys near.Language = 71
)

// onDuty is how many of an agent's ten classes are on duty, from 0.
const onDuty near.Class = 7

// area is a ZIP Code area; most of the agents live in few of them.
type area struct {
	place zcta.Place
	upTo  float64 // its weight and those of all before it
}

// country makes agents and consumers: at ZIP centroids of skewed weights, with
// 4.3 licenses and 1.4 languages each, in ten classes, three of them off duty.
type country struct {
	*rand.Rand
	areas []area
}

func newCountry() *country {
	c := &country{Rand: rand.New(rand.NewPCG(1, 2))}
	total := 0.0
	for _, place := range zcta.All() {
		total += math.Exp(1.5 * c.NormFloat64())
		c.areas = append(c.areas, area{place, total})
	}
	return c
}

func (c *country) area() zcta.Place {
	at := c.Float64() * c.areas[len(c.areas)-1].upTo
	i, _ := slices.BinarySearchFunc(c.areas, at, func(a area, at float64) int { return cmp.Compare(a.upTo, at) })
	return c.areas[i].place
}

func (c *country) agent(id uint64) near.Entry {
	home := c.area()
	e := near.Entry{ID: 1_000_000 + 17*id, Point: home.Point, States: home.States, Class: near.Class(c.IntN(10))}
	for c.IntN(1000) < 790 { // 3.6 more, of which some are not new
		e.States |= c.area().States
	}
	if c.IntN(100) < 95 {
		e.Languages = append(e.Languages, common)
	}
	for c.IntN(100) < 31 {
		l := near.Language(1 + 60*math.Pow(c.Float64(), 3))
		e.Languages = append(e.Languages, l)
	}
	if c.IntN(10_000) == 0 {
		e.Languages = append(e.Languages, rare)
	}
	if c.IntN(2) == 0 {
		e.Last = c.Uint64N(1 << 40)
	}
	return e
}

func (c *country) query(languages ...near.Language) near.Query {
	home := c.area()
	for state := range home.States.All() {
		return near.Query{From: home.Point, State: state, Languages: languages}
	}
	panic("an area without a state")
}

// linear is the peer without any index.
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

func (w linear) nearest(q near.Query) (best near.Match, ok bool) {
	from, state, l := q.From.Vector(), geo.StatesOf(q.State), q.Languages[0]
	best.Chord = geo.Unreachable
	for i := range w {
		a := &w[i]
		if a.states&state == 0 || a.languages[l/64]>>(l%64)&1 == 0 {
			continue
		}
		m := near.Match{ID: a.id, Chord: from.Chord(a.vector), Last: a.last}
		if cmp.Or(cmp.Compare(m.Chord, best.Chord), cmp.Compare(m.Last, best.Last), cmp.Compare(m.ID, best.ID)) < 0 {
			best, ok = m, true
		}
	}
	return best, ok
}

// times collects how long each turn takes and reports the percentiles.
type times []time.Duration

func (ts times) report(b *testing.B) {
	slices.Sort(ts)
	micros := func(p int) float64 { return float64(ts[len(ts)*p/100].Nanoseconds()) / 1000 }
	b.ReportMetric(micros(50), "p50-µs")
	b.ReportMetric(micros(99), "p99-µs")
}

func BenchmarkNearest(b *testing.B) {
	for _, size := range []struct {
		name   string
		agents int
	}{{"10k", 10_000}, {"100k", 100_000}, {"1M", 1_000_000}} {
		b.Run("agents="+size.name, func(b *testing.B) {
			if size.agents >= 1_000_000 && testing.Short() {
				b.Skip("a million agents take seconds to make")
			}
			benchmarkNearest(b, size.agents)
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
	flat := newLinear(entries)

	const kept = 1 << 14 // queries, made before the clock runs
	queries := func(l near.Language) []near.Query {
		qs := make([]near.Query, kept)
		for i := range qs {
			qs[i] = c.query(l)
		}
		return qs
	}
	first := func(q near.Query) (near.Match, bool) {
		for m := range x.Line(q) {
			return m, true
		}
		return near.Match{}, false
	}
	measure := func(name string, qs []near.Query, turn func(near.Query)) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var ts times
			for i := 0; b.Loop(); i++ {
				begun := time.Now()
				turn(qs[i%kept])
				ts = append(ts, time.Since(begun))
			}
			ts.report(b)
		})
	}
	for _, of := range []struct {
		name string
		near.Language
	}{{"common", common}, {"middling", 40}, {"rare", rare}, {"nobody", nobodys}} {
		qs := queries(of.Language)
		measure(of.name, qs, func(q near.Query) { first(q) })
		if of.Language == common {
			measure("linear", qs, func(q near.Query) { flat.nearest(q) })
		}
		for _, q := range qs[:50] {
			got, found := first(q)
			if want, ok := flat.nearest(q); got != want && found || found != ok {
				b.Fatalf("the first of Line(%+v) = %+v, %t, want %+v, %t", q, got, found, want, ok)
			}
		}
	}
	measure("after50", queries(common), func(q near.Query) {
		n := 0
		for range x.Line(q) {
			if n++; n > 50 {
				break
			}
		}
	})
	changed := make([]near.Entry, kept)
	last := uint64(1 << 41)
	write := func(name string, change func(e near.Entry) near.Entry) {
		for i := range changed {
			agent := c.IntN(agents)
			last++
			entries[agent] = change(entries[agent])
			changed[i] = entries[agent]
		}
		next := 0
		measure(name, make([]near.Query, kept), func(near.Query) {
			x.Put(changed[next%kept])
			next++
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

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// A benchmark among other agents could not be compared with earlier ones.
func TestBenchmarkPopulation(t *testing.T) {
	c := newCountry()
	const n = 100_000
	places := map[geo.Point]int{}
	var licenses, languages, working, most int
	for i := range uint64(n) {
		e := c.agent(i)
		licenses += e.States.Len()
		languages += len(e.Languages)
		places[e.Point]++
		most = max(most, places[e.Point])
		if e.Class < onDuty {
			working++
		}
	}
	got := fmt.Sprintf("%.1f licenses, %.1f languages, %.0f %% on duty", float64(licenses)/n, float64(languages)/n, float64(100*working)/n)
	if want := "4.3 licenses, 1.4 languages, 70 % on duty"; got != want {
		t.Errorf("an agent has %s, want %s", got, want)
	}
	if len(places) < 10_000 || len(places) > 30_000 || most < 100 {
		t.Errorf("the agents are at %d places, at most %d at one; want 10,000 to 30,000, and 100 or more", len(places), most)
	}
}
