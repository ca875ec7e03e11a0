package engine_test

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/filelog"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/geo/zcta"
	"github.com/relevo-go/relevo/referral"
)

// crowd opens a desk with many agents in Florida, on a log in memory if none is
// given.
func crowd(b *testing.B, log eventlog.Log, agents int) *desk {
	d := open(b, log, nil)
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
			d := crowd(b, nil, agents)
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

// BenchmarkDesk measures what 64 callers at once get through a desk on a log in
// files: requests that are offered at once, of two events each, and their
// acceptance. In turn with a thousand of those, groups of 64 events are appended
// to another log and, as the floor, written to a plain file and synced. The
// ratios say what the desk makes of what the log could, in commands and in
// events.
func BenchmarkDesk(b *testing.B) {
	const callers, turn = 64, 1000
	ctx := context.Background()
	open := func() eventlog.Log {
		log, err := filelog.Open(b.TempDir(), nil)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { log.Close() })
		return log
	}
	log := open()
	d := crowd(b, log, 10_000)
	zips := florida()
	var n atomic.Int64
	work := func() {
		i := int(n.Add(1))
		r, err := d.Request(ctx, referral.Request{Subject: "case-1", State: "FL", ZIP: zips[i*31%len(zips)], Languages: []string{[]string{"es", "en"}[i%2]}})
		if err == nil {
			_, err = d.Accept(ctx, r.ID, r.Offer.To)
		}
		if err != nil {
			b.Error(err)
		}
	}
	var group []eventlog.Entry
	for _, r := range records(b, log, d.Position()-callers) {
		group = append(group, r.Entry)
	}
	_, lines, err := eventlog.Head{}.SealLines(nil, group...)
	if err != nil {
		b.Fatal(err)
	}
	other, head := open(), eventlog.Position(0)
	plain, err := os.Create(filepath.Join(b.TempDir(), "plain"))
	if err != nil {
		b.Fatal(err)
	}
	defer plain.Close()
	start := d.Position()
	var commands, events, groups, floor []float64 // a second
	since := func(t time.Time, n int) float64 { return float64(n) / time.Since(t).Seconds() }
	for b.Loop() {
		before, began := d.Position(), time.Now()
		var all sync.WaitGroup
		left := make(chan struct{}, turn/2)
		for range cap(left) {
			left <- struct{}{}
		}
		close(left)
		for range callers {
			all.Go(func() {
				for range left {
					work()
				}
			})
		}
		all.Wait()
		commands = append(commands, since(began, turn))
		events = append(events, since(began, int(d.Position()-before)))
		began = time.Now()
		for range turn / callers {
			sealed, err := other.Append(ctx, head, group...)
			if err != nil {
				b.Fatal(err)
			}
			head += eventlog.Position(len(sealed))
		}
		groups = append(groups, since(began, turn/callers*callers))
		began = time.Now()
		for range turn / callers {
			if _, err := plain.Write(lines); err != nil {
				b.Fatal(err)
			}
			if err := plain.Sync(); err != nil {
				b.Fatal(err)
			}
		}
		floor = append(floor, since(began, turn/callers*callers))
	}
	appends := 0
	for _, r := range records(b, log, start) {
		if r.First == r.Position {
			appends++
		}
	}
	b.ReportMetric(float64(b.N*turn)/float64(appends), "commands/append")
	b.ReportMetric(median(commands), "commands/s")
	b.ReportMetric(median(events), "events/s")
	b.ReportMetric(median(groups), "group-events/s")
	b.ReportMetric(median(floor), "floor-events/s")
	b.ReportMetric(median(commands)/median(groups), "commands-of-groups")
	b.ReportMetric(median(events)/median(groups), "events-of-groups")
	b.ReportMetric(0, "ns/op") // of all of it together: says nothing
}

// BenchmarkShift measures the step in which many agents come on duty at once.
func BenchmarkShift(b *testing.B) {
	const agents = 10_000
	d := crowd(b, nil, agents)
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

func median[T cmp.Ordered](all []T) T {
	slices.Sort(all)
	return all[len(all)/2]
}
