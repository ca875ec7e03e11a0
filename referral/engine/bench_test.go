package engine_test

import (
	"context"
	"fmt"
	"math/rand/v2"
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

// BenchmarkOpen measures the rebuilding of the state from a log in memory.
func BenchmarkOpen(b *testing.B) {
	const events = 100_000
	d := crowd(b, 2_000)
	zips := florida()
	for i := 0; d.Position() < events; i++ {
		r := d.ask(zips[i*31%len(zips)])
		if r.Status != referral.StatusOffered {
			b.Fatal("a request was not offered")
		}
		if i%2 == 0 {
			d.decline(r, r.Offer.To)
			r = d.now(r)
		}
		d.accept(r, r.Offer.To)
	}
	total := 0
	for b.Loop() {
		e, err := engine.Open(b.Context(), d.log, &engine.Options{Now: d.clock.Now})
		if err != nil {
			b.Fatal(err)
		}
		total += int(e.Position())
	}
	b.ReportMetric(float64(total)/b.Elapsed().Seconds(), "events/s")
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
