package engine_test

import (
	"context"
	"flag"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
	"github.com/relevo-go/relevo/referral/engine"
)

var flagAgents = flag.Int("engine.agents", 100_000, "how many agents the country of BenchmarkCountry has")

// BenchmarkCountry measures a desk with all the agents of a country, on a log in
// memory: how much heap an agent takes, how many requests a second are answered,
// and how long a boundary of the clock, and the request behind it, keep everybody
// waiting.
//
//	go test ./referral/engine -run '^$' -bench Country -engine.agents 1000000
func BenchmarkCountry(b *testing.B) {
	agents := *flagAgents
	if testing.Short() {
		agents = min(agents, 10_000)
	}
	c := newCountry()
	log := c.log(b, agents)
	dir := b.TempDir()
	opened := func(clock *clock) (d *desk, took time.Duration) {
		began := time.Now()
		e, err := engine.Open(b.Context(), log, &engine.Options{Now: clock.Now, NewID: newIDs(1), SnapshotDir: dir})
		if err != nil {
			b.Fatal(err)
		}
		return &desk{e, b, log, clock, newIDs(2)}, time.Since(began)
	}
	before := inUse()
	d, full := opened(newClock())
	bytes := inUse() - before
	if err := d.Snapshot(b.Context()); err != nil {
		b.Fatal(err)
	}
	_, snapshot := opened(newClock())
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
		}
		b.ReportMetric(float64(bytes)/float64(agents), "B/agent")
		b.ReportMetric(full.Seconds(), "s")
		b.ReportMetric(snapshot.Seconds(), "s-of-a-snapshot")
		b.ReportMetric(0, "ns/op")
	})
	requests := make([]referral.Request, 1<<14)
	for i := range requests {
		requests[i] = c.request("en")
		for !slices.Contains([]string{"CA", "FL", "NY", "TX"}, string(requests[i].State)) {
			requests[i] = c.request("en") // where somebody is on duty at any time
		}
	}
	boundary := func(name string, at func() time.Time, cross func(at time.Time)) {
		b.Run("boundary/"+name, func(b *testing.B) {
			var step, first []time.Duration
			for i := 0; b.Loop(); i++ {
				at := at()
				if !at.After(d.clock.Now()) {
					continue
				}
				d.clock.set(at.Add(-time.Nanosecond))
				d.tick(0)
				runtime.GC()
				began := time.Now()
				cross(at)
				step = append(step, time.Since(began))
				began = time.Now()
				d.request(requests[i%len(requests)])
				first = append(first, time.Since(began))
			}
			b.ReportMetric(float64(median(step).Microseconds())/1000, "ms/step")
			b.ReportMetric(float64(slices.Max(step).Microseconds())/1000, "max-ms/step")
			b.ReportMetric(float64(median(first).Microseconds())/1000, "ms/request")
			b.ReportMetric(0, "ns/op")
		})
	}
	wait := func(at time.Time) { d.tick(at.Sub(d.clock.Now())) }
	boundary("plan-year", func() time.Time { return planYearEnds }, wait) // once: it is over then
	boundary("nine", func() time.Time { return nextWeekday(d.clock.Now()).Add(nine) }, wait)
	boundary("five", func() time.Time { return nextWeekday(d.clock.Now()).Add(nine + 8*time.Hour) }, wait)
	versions := 0
	boundary("terms", func() time.Time { return d.clock.Now().Add(time.Second) }, func(time.Time) {
		versions++
		p := referral.DefaultPolicy()
		if versions%2 == 1 {
			p.Terms.CMS = "2027"
		}
		d.record(b, referral.PolicySet(p))
		d.tick(0)
	})
	b.Run("import", func(b *testing.B) {
		next := agents
		for b.Loop() {
			if _, err := d.Agent(b.Context(), npnOf(next), c.commands(next)...); err != nil {
				b.Fatal(err)
			}
			next++
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "agents/s")
	})
	d.clock.set(nextWeekday(d.clock.Now()).Add(nine + 2*time.Hour))
	d.tick(0)
	inUse()
	for _, callers := range []int{1, 64} {
		b.Run(fmt.Sprintf("request/callers=%d", callers), func(b *testing.B) { d.askAll(b, callers, requests) })
	}
}

// record appends an event to the desk's log, as another engine would.
func (d *desk) record(b *testing.B, e book.Event) {
	data, err := book.Encode(e)
	if err != nil {
		b.Fatal(err)
	}
	entry := eventlog.Entry{ID: d.ids(), Stream: book.Stream{}.String(), Kind: e.Kind(), Time: d.clock.Now(), Data: data}
	if _, err := d.log.Append(b.Context(), d.Position(), entry); err != nil {
		b.Fatal(err)
	}
}

// nextWeekday returns midnight in UTC of the next day from Monday to Friday.
func nextWeekday(t time.Time) time.Time {
	t = t.Truncate(24*time.Hour).AddDate(0, 0, 1)
	for t.Weekday() == time.Saturday || t.Weekday() == time.Sunday {
		t = t.AddDate(0, 0, 1)
	}
	return t
}

// askAll requests in turn, by so many callers at once.
func (d *desk) askAll(b *testing.B, callers int, requests []referral.Request) {
	var n atomic.Int64
	ask := func() {
		r, err := d.Request(context.Background(), requests[int(n.Add(1))%len(requests)])
		if err != nil || r.Status != referral.StatusOffered {
			b.Errorf("Request = %s, %v", r.Status, err)
		}
	}
	var all sync.WaitGroup
	turns := make(chan int) // many a turn, lest handing them out be measured
	for range callers {
		all.Go(func() {
			for many := range turns {
				for range many {
					ask()
				}
			}
		})
	}
	began, handed := time.Now(), 0
	for b.Loop() {
		if handed++; handed%100 == 0 {
			turns <- 100
		}
	}
	turns <- handed % 100
	close(turns)
	all.Wait()
	b.ReportMetric(float64(n.Load())/time.Since(began).Seconds(), "commands/s")
}

// inUse returns how many bytes of the heap are in use. It also gives back those
// that are not, lest that be done while something is measured.
func inUse() uint64 {
	runtime.GC()
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
