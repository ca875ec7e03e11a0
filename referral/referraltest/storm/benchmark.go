package storm

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/engine"
	"github.com/relevo-go/relevo/referral/referraltest"
)

// Benchmark measures what 64 callers get through one, two and three engines on one
// store: requests that are offered at once, and their acceptance. open connects to
// the same log each time, as an engine on a machine of its own would; closing the
// log frees what it took.
//
// It reports commands per second, the least and the greatest share that an engine
// had of them in percent, and how many of a hundred appends were conflicts.
func Benchmark(b *testing.B, open func(ctx context.Context) (eventlog.Log, error)) {
	for n := 1; n <= engines; n++ {
		b.Run(fmt.Sprintf("engines=%d", n), func(b *testing.B) { measure(b, n, open) })
	}
}

const benchCallers = 64

// bench is an engine that is measured.
type bench struct {
	*engine.Engine
	log  *counted
	done atomic.Int64 // commands
}

func measure(b *testing.B, n int, open func(ctx context.Context) (eventlog.Log, error)) {
	ctx := context.Background()
	running, stop := context.WithCancel(ctx)
	var runs sync.WaitGroup
	var list []*bench
	defer func() {
		stop()
		runs.Wait()
		for _, e := range list {
			if err := errors.Join(e.Close(), e.log.Close()); err != nil {
				b.Error(err)
			}
		}
	}()
	for range n {
		log, err := open(ctx)
		if err != nil {
			b.Fatal(err)
		}
		e := &bench{log: &counted{Log: log}}
		if e.Engine, err = engine.Open(ctx, e.log, nil); err != nil {
			log.Close()
			b.Fatal(err)
		}
		list = append(list, e)
	}
	for i := range benchCallers {
		n := firstAgent + agent.NPN(i)
		if _, err := list[0].Agent(ctx, n, referraltest.Eligible(n, time.Now(), "FL", places[i%len(places)], "es")...); err != nil {
			b.Fatal(err)
		}
	}
	for _, e := range list {
		runs.Go(func() {
			if err := e.Run(running); running.Err() == nil {
				b.Errorf("Run: %v", err)
			}
		})
		e.log.appends.Store(0)
		e.log.conflicts.Store(0)
	}
	next := make(chan struct{})
	var all sync.WaitGroup
	for i := range benchCallers {
		e := list[i%n]
		all.Go(func() {
			for range next {
				if err := e.serve(ctx, i); err != nil {
					b.Error(err)
				}
			}
		})
	}
	began := time.Now()
	for b.Loop() {
		next <- struct{}{}
	}
	close(next)
	all.Wait()
	took := time.Since(began)

	var total, appends, conflicts int64
	least, most := list[0].done.Load(), int64(0)
	for _, e := range list {
		d := e.done.Load()
		total, least, most = total+d, min(least, d), max(most, d)
		appends, conflicts = appends+e.log.appends.Load(), conflicts+e.log.conflicts.Load()
	}
	b.ReportMetric(float64(total)/took.Seconds(), "commands/s")
	b.ReportMetric(100*float64(least)/float64(max(total, 1)), "least-share-%")
	b.ReportMetric(100*float64(most)/float64(max(total, 1)), "most-share-%")
	b.ReportMetric(100*float64(conflicts)/float64(max(appends, 1)), "conflicts-%")
}

// serve makes a request, and its agent accepts.
func (e *bench) serve(ctx context.Context, caller int) error {
	r, err := e.Request(ctx, referral.Request{Subject: "case", State: "FL", ZIP: places[caller%len(places)], Languages: []string{"es"}})
	if err != nil {
		return fmt.Errorf("asking: %w", err)
	}
	e.done.Add(1)
	if _, err := e.Accept(ctx, r.ID, r.Offer.To); err != nil {
		return fmt.Errorf("accepting: %w", err)
	}
	e.done.Add(1)
	return nil
}
