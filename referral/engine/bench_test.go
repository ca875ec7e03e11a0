package engine_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/geo/zcta"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
	"github.com/relevo-go/relevo/referral/engine"
)

// crowd opens a desk with many agents in Florida.
func crowd(b *testing.B, agents int) *desk {
	d := open(b, nil, nil)
	zips := florida()
	rnd := rand.New(rand.NewPCG(1, 1))
	var all sync.WaitGroup
	next := make(chan agent.NPN, 256)
	for range 64 { // callers at once share appends
		all.Go(func() {
			for n := range next {
				languages := []string{"en"}
				if n%3 == 0 {
					languages = []string{"es", "en"}
				}
				p := person{zip: zips[int(n)*7919%len(zips)], languages: languages}
				if _, err := d.Agent(context.Background(), n, eligible(p)...); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for range agents {
		next <- agent.NPN(1 + rnd.Int64N(9_999_999_999))
	}
	close(next)
	all.Wait()
	return d
}

func florida() (zips []geo.ZIP) {
	for z, p := range zcta.All() {
		if p.States.Has("FL") {
			zips = append(zips, z)
		}
	}
	slices.Sort(zips)
	return zips
}

// BenchmarkRequest measures requests that are offered at once, by the number of
// agents and of callers at once, on a log in memory.
func BenchmarkRequest(b *testing.B) {
	zips := florida()
	for _, agents := range []int{10_000, 100_000} {
		b.Run(fmt.Sprintf("agents=%d", agents), func(b *testing.B) {
			d := crowd(b, agents)
			for _, callers := range []int{1, 64} {
				b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
					var n atomic.Int64
					ask := func() {
						i := int(n.Add(1))
						r, err := d.Request(context.Background(), referral.Request{
							Subject: "case-1", State: "FL", ZIP: zips[i*31%len(zips)], Languages: []string{[]string{"es", "en"}[i%2]},
						})
						if err != nil || r.Status != referral.StatusOffered {
							b.Errorf("Request = %s, %v", r.Status, err)
						}
					}
					begin := time.Now()
					if callers == 1 {
						for b.Loop() {
							ask()
						}
					} else {
						var all sync.WaitGroup
						next := make(chan struct{}, callers)
						for range callers {
							all.Go(func() {
								for range next {
									ask()
								}
							})
						}
						for b.Loop() {
							next <- struct{}{}
						}
						close(next)
						all.Wait()
					}
					b.ReportMetric(float64(n.Load())/time.Since(begin).Seconds(), "commands/s")
				})
			}
		})
	}
}

// BenchmarkOpen measures how an engine opens on a log in memory, of 5,000 agents
// and a million events, and less if -short: from the log's beginning, and from a
// snapshot at its end. The ratio is of the second to the first.
func BenchmarkOpen(b *testing.B) {
	events := 1_000_000
	if testing.Short() {
		events = 100_000
	}
	log, now := traffic(b, 5_000, events)
	dir := b.TempDir()
	var full time.Duration
	for _, from := range []string{"full", "snapshot"} {
		b.Run(from, func(b *testing.B) {
			o := engine.Options{Now: func() time.Time { return now }, SnapshotDir: dir}
			if from == "full" {
				o.SnapshotDir = ""
			}
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			for b.Loop() {
				e, err := engine.Open(b.Context(), log, &o)
				if err != nil {
					b.Fatal(err)
				}
				if e.Position() < eventlog.Position(events) {
					b.Fatalf("the engine stands at %d", e.Position())
				}
			}
			runtime.ReadMemStats(&after)
			each := b.Elapsed() / time.Duration(b.N)
			b.ReportMetric(float64(events)/each.Seconds(), "events/s")
			b.ReportMetric(float64(after.Mallocs-before.Mallocs)/float64(b.N)/float64(events), "allocs/event")
			if from == "full" {
				full = each
			} else if full > 0 {
				b.ReportMetric(each.Seconds()/full.Seconds(), "ratio")
			}
		})
		if from == "full" {
			e, err := engine.Open(b.Context(), log, &engine.Options{Now: func() time.Time { return now }, SnapshotDir: dir})
			if err == nil {
				err = e.Snapshot(b.Context())
			}
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

// traffic returns a log of referrals that are offered, declined and accepted,
// contacted and followed up, one after the other, and the time at its end. It is
// the same at every run.
func traffic(b *testing.B, agents, events int) (eventlog.Log, time.Time) {
	b.Helper()
	log, state, now, ids := new(eventlog.Memory), book.New(), opening, newIDs(3)
	var entries []eventlog.Entry
	add := func(s book.Stream, e book.Event) {
		data, err := book.Encode(e)
		if err != nil {
			b.Fatal(err)
		}
		entries = append(entries, eventlog.Entry{ID: ids(), Stream: s.String(), Kind: e.Kind(), Time: now, Data: data})
		position, _ := state.Position()
		state.Apply(position+1, now, s, e)
	}
	flush := func() {
		position, _ := state.Position()
		if _, err := log.Append(b.Context(), eventlog.Position(position)-eventlog.Position(len(entries)), entries...); err != nil {
			b.Fatal(err)
		}
		entries = entries[:0]
	}
	add(book.Stream{}, referral.PolicySet(referral.DefaultPolicy()))
	zips := florida()
	for i := range agents {
		n := agent.NPN(1_000_000 + i)
		place, _ := zcta.Lookup(zips[i%len(zips)])
		for _, c := range eligible(person{zip: zips[i%len(zips)], languages: []string{"es", "en"}}) {
			switch register := c.(type) {
			case agent.Register:
				register.NPN = n
				c = register
			case agent.UpdateProfile:
				register.Resolved = place.Point
				c = register
			}
			a, _ := state.Agent(n)
			made, err := agent.Decide(a, c)
			if err != nil {
				b.Fatal(err)
			}
			for _, e := range made {
				add(book.Stream{Agent: n}, e)
			}
		}
		flush()
	}
	point, _ := geo.PointE7(279_506_000, -824_572_000)
	for i := 0; ; i++ {
		if position, _ := state.Position(); position >= uint64(events) {
			return log, now
		}
		id := ids()
		s := book.Stream{Referral: id}
		decide := func(c referral.Command) {
			r, _ := state.Referral(id)
			made, err := referral.Decide(r, c)
			if err != nil {
				b.Fatal(err)
			}
			for _, e := range made {
				add(s, e)
			}
		}
		offer := func(to agent.NPN) {
			now = now.Add(3_141_592_653)
			decide(referral.MakeOffer{To: to, Deadline: now.Add(15 * time.Minute), Language: "es", Meters: 4_200, Channels: []agent.Channel{agent.Email}, At: now})
		}
		holder := agent.NPN(1_000_000 + i*7919%agents)
		decide(referral.Request{ID: id, Subject: fmt.Sprintf("case-%d", i), State: "FL", ZIP: zips[i%len(zips)], Resolved: point, Languages: []string{"es", "en"}, At: now})
		if i%2 == 0 {
			other := agent.NPN(1_000_000 + (i*7919+1)%agents)
			offer(other)
			decide(referral.Decline{By: other, At: now})
		}
		offer(holder)
		if i%200 == 7 {
			continue // it stays open
		}
		decide(referral.Accept{By: holder, At: now})
		decide(referral.Contact{By: holder, At: now})
		flush()
	}
}

// BenchmarkShift measures the step in which many agents come on duty at once.
func BenchmarkShift(b *testing.B) {
	const agents = 10_000
	d := crowd(b, agents)
	var npns []agent.NPN
	for c := range d.all() {
		npns = append(npns, c)
	}
	for _, n := range npns {
		d.tell(n, agent.SetHours{Zone: "America/New_York", Weekly: []agent.Shift{
			{Day: 1, From: agent.MinuteOf(9, 0), To: agent.MinuteOf(17, 0)}, {Day: 2, From: agent.MinuteOf(9, 0), To: agent.MinuteOf(17, 0)},
			{Day: 3, From: agent.MinuteOf(9, 0), To: agent.MinuteOf(17, 0)}, {Day: 4, From: agent.MinuteOf(9, 0), To: agent.MinuteOf(17, 0)},
			{Day: 5, From: agent.MinuteOf(9, 0), To: agent.MinuteOf(17, 0)},
		}})
	}
	for b.Loop() {
		d.tick(24 * time.Hour)
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N)/2, "ms/boundary")
}

// all yields the agents in the log.
func (d *desk) all() func(func(agent.NPN) bool) {
	return func(yield func(agent.NPN) bool) {
		for c, err := range engineChanges(d.t, d, eventlog.Position(0)) {
			if e, ok := c.Event.(agent.Registered); ok && err == nil && !yield(e.NPN) {
				return
			}
		}
	}
}
