package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"time"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral/engine"
)

// memory says what an engine on the log holds: with its ended referrals, and
// without those that ended more than an hour ago.
func (c *counted) memory(ctx context.Context, w io.Writer, log eventlog.Log) error {
	all, _, err := opened(ctx, log, -1)
	if err != nil {
		return err
	}
	few, took, err := opened(ctx, log, time.Hour)
	if err != nil {
		return err
	}
	ended := float64(len(c.homes.referrals))
	fmt.Fprintf(w, "\nAn engine on it, in heap\n")
	fmt.Fprintf(w, "  an ended referral          %.0f bytes while it is kept\n", float64(all-few)/ended)
	fmt.Fprintf(w, "  an agent                   %.0f bytes\n", float64(few)/float64(len(c.homes.agents)))
	fmt.Fprintf(w, "  to open it                 %.1f s, %.0f records a second\n", took.Seconds(), float64(c.records)/took.Seconds())
	return nil
}

// opened returns how much the heap grows by an engine that keeps ended referrals for
// so long, and how long it took to open.
func opened(ctx context.Context, log eventlog.Log, keep time.Duration) (bytes int64, took time.Duration, err error) {
	before := heap()
	began := time.Now()
	e, err := engine.Open(ctx, log, &engine.Options{Keep: keep})
	if err != nil {
		return 0, 0, err
	}
	took = time.Since(began)
	bytes = heap() - before
	return bytes, took, e.Close()
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
