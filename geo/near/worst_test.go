package near_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/geo/near"
)

// BenchmarkWorst measures what is dear, or might be, each case by itself: among
// a million agents, unless it says otherwise.
func BenchmarkWorst(b *testing.B) {
	if testing.Short() {
		b.Skip("a million agents take seconds to make")
	}
	const agents = 1_000_000
	x, c := new(near.Index), newCountry()
	for class := range onDuty {
		x.SetDuty(class, true)
	}
	entries := make([]near.Entry, agents)
	for i := range entries {
		// Three of ten are in class 0, which comes on duty at nine in the morning.
		if entries[i] = c.agent(uint64(i)); entries[i].Class < 3 {
			entries[i].Class = 0
		}
	}
	b.Run("import", func(b *testing.B) {
		for b.Loop() {
			var y near.Index
			for _, e := range entries {
				y.Put(e)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/agents/1000, "µs/agent")
	})
	for _, e := range entries {
		x.Put(e)
	}
	from := func(lat, lng float64, state geo.State, l near.Language) near.Query {
		return near.Query{From: point(lat, lng), State: state, Languages: []near.Language{l}}
	}
	miami := from(25.7617, -80.1918, "FL", common)

	worst(b, "nine in the morning", func(measure func(func())) {
		x.SetDuty(0, false)
		measure(func() { x.SetDuty(0, true) })
	})
	worst(b, "first line after nine", func(measure func(func())) {
		x.SetDuty(0, false)
		x.SetDuty(0, true)
		measure(func() { pass(x, miami, 1) })
	})
	worst(b, "every class off and on", func(measure func(func())) {
		measure(func() {
			for class := range onDuty {
				x.SetDuty(class, false)
			}
			for class := range onDuty {
				x.SetDuty(class, true)
			}
		})
	})
	for _, q := range []struct {
		name string
		near.Query
	}{
		{"Guam", from(13.4443, 144.7937, "GU", common)},
		{"American Samoa", from(-14.2710, -170.1322, "AS", common)},
		{"the Aleutians", from(52.902, 172.909, "AK", common)},
		{"Guam, from Miami", from(25.7617, -80.1918, "GU", common)},
		{"Texas, from Guam", from(13.4443, 144.7937, "TX", common)},
		{"Texas, from no place", near.Query{State: "TX", Languages: miami.Languages}},
		{"a language nobody speaks", from(25.7617, -80.1918, "FL", nobodys)},
	} {
		worst(b, q.name, func(measure func(func())) { measure(func() { pass(x, q.Query, 1) }) })
	}
	for _, state := range []geo.State{"TX", "WY"} {
		q := near.Query{From: miami.From, State: state, Languages: miami.Languages}
		name := fmt.Sprintf("all %d of %s asked", x.OnDuty(state, common), state)
		worst(b, name, func(measure func(func())) { measure(func() { pass(x, q, math.MaxInt) }) })
	}

	// All others are in the way: none of them speaks this language.
	const strange = near.Language(61)
	crowd := func(name string, n int, at func(i int) (geo.Point, near.Class)) {
		for i := range n {
			p, class := at(i)
			x.Put(near.Entry{ID: uint64(i), Point: p, States: geo.StatesOf("FL"), Languages: []near.Language{strange}, Class: class})
		}
		for _, asked := range []int{0, 50} {
			if asked < x.OnDuty("FL", strange) {
				worst(b, fmt.Sprintf("%s, after %d", name, asked), func(measure func(func())) {
					q := near.Query{From: miami.From, State: "FL", Languages: []near.Language{strange}}
					measure(func() { pass(x, q, asked+1) })
				})
			}
		}
		for i := range n {
			x.Remove(uint64(i))
		}
	}
	anchorage := point(61.2181, -149.9003)
	crowd("100000 off duty but one, far away", 100_000, func(i int) (geo.Point, near.Class) {
		if i == 0 {
			return anchorage, 0
		}
		return c.area().Point, onDuty
	})
	for _, n := range []int{500, 5_000, 50_000} {
		crowd(fmt.Sprintf("all %d far away", n), n, func(int) (geo.Point, near.Class) { return anchorage, 0 })
	}
	crowd("20000 at one ZIP", 20_000, func(int) (geo.Point, near.Class) { return miami.From, 0 })
	crowd("20000 without a position", 20_000, func(int) (geo.Point, near.Class) { return geo.Point{}, 0 })

	// Everybody lives a little beside their ZIP's centroid.
	x = new(near.Index)
	before := heap()
	for class := range onDuty {
		x.SetDuty(class, true)
	}
	for _, e := range entries {
		lat, lng := e.Point.Degrees()
		e.Point = point(lat+0.1*(c.Float64()-0.5), lng+0.1*(c.Float64()-0.5))
		x.Put(e)
	}
	bytes := heap() - before
	for _, asked := range []int{0, 50} {
		b.Run(fmt.Sprintf("each at a place of its own, after %d", asked), func(b *testing.B) {
			var ts times
			for b.Loop() {
				q := c.query(common)
				ts.measure(func() { pass(x, q, asked+1) })
			}
			ts.report(b)
			b.ReportMetric(float64(bytes)/agents, "B/agent")
		})
	}
}

// worst measures a case in many turns, each of which measures once.
func worst(b *testing.B, name string, turn func(measure func(func()))) {
	b.Run(name, func(b *testing.B) {
		var ts times
		for b.Loop() {
			turn(ts.measure)
		}
		ts.report(b)
	})
}

// pass takes so many of a line, or all there are.
func pass(x *near.Index, q near.Query, most int) {
	n := 0
	for range x.Line(q) {
		if n++; n == most {
			break
		}
	}
}
