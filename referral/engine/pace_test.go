package engine_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral/engine"
)

// remote is one engine's way to a log that is elsewhere: an append is judged when
// half of its time is over, a read is of that moment.
type remote struct {
	*eventlog.Memory
	appends, reads time.Duration // how long each takes

	tried, conflicts atomic.Int64
}

func (r *remote) Append(ctx context.Context, after eventlog.Position, entries ...eventlog.Entry) ([]eventlog.Record, error) {
	time.Sleep(r.appends / 2)
	records, err := r.Memory.Append(ctx, after, entries...)
	time.Sleep(r.appends - r.appends/2)
	r.tried.Add(1)
	if errors.Is(err, eventlog.ErrConflict) {
		r.conflicts.Add(1)
	}
	return records, err
}

func (r *remote) Read(ctx context.Context, after eventlog.Position) iter.Seq2[eventlog.Record, error] {
	return func(yield func(eventlog.Record, error) bool) {
		time.Sleep(r.reads / 2)
		records := r.Memory.Read(ctx, after)
		time.Sleep(r.reads - r.reads/2)
		records(yield)
	}
}

// TestNobodyStarves: of three engines whose callers always have something to do,
// each gets its share, though reading may take longer than an append, few of their
// appends come too late, and the log does not wait for any of them long. Time is the
// bubble's, and who is first at an instant is the scheduler's.
func TestNobodyStarves(t *testing.T) {
	const us = time.Microsecond
	tests := []struct {
		appends, reads [3]time.Duration
		least          float64 // percent of the commands
		rate           float64 // appends per second, at the least
	}{
		{[3]time.Duration{1000 * us, 1000 * us, 1000 * us}, [3]time.Duration{200 * us, 200 * us, 200 * us}, 10, 500},
		{[3]time.Duration{1000 * us, 1000 * us, 1000 * us}, [3]time.Duration{1000 * us, 1000 * us, 1000 * us}, 10, 330},
		{[3]time.Duration{1000 * us, 1000 * us, 1000 * us}, [3]time.Duration{4000 * us, 4000 * us, 4000 * us}, 10, 140},
		{[3]time.Duration{20_000 * us, 20_000 * us, 20_000 * us}, [3]time.Duration{2000 * us, 2000 * us, 2000 * us}, 10, 40},
		{[3]time.Duration{1000 * us, 1130 * us, 1270 * us}, [3]time.Duration{300 * us, 270 * us, 410 * us}, 10, 500},
		{[3]time.Duration{1000 * us, 2000 * us, 3000 * us}, [3]time.Duration{500 * us, 1000 * us, 2000 * us}, 8, 230}, // the last is three times as far away
	}
	for _, test := range tests {
		t.Run(fmt.Sprint(test.appends, test.reads), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var far []*remote
				for i := range test.appends {
					far = append(far, &remote{appends: test.appends[i], reads: test.reads[i]})
				}
				shares, rate, conflicts := race(t, far, 8, 5*time.Second)
				t.Logf("shares %.1f %%, conflicts %.0f %% of appends", shares, 100*conflicts)
				for i, share := range shares {
					if share < test.least {
						t.Errorf("engine %d had %.1f %% of the commands, want %.0f at least", i, share, test.least)
					}
				}
				if conflicts > 0.35 {
					t.Errorf("%.0f %% of all appends came too late", 100*conflicts)
				}
				if rate < test.rate {
					t.Errorf("%.0f appends/s, want %.0f at least", rate, test.rate)
				}
			})
		})
	}
}

// TestAloneIsFast: an engine that meets no other appends nearly all the time.
func TestAloneIsFast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		far := &remote{appends: time.Millisecond, reads: time.Millisecond}
		race(t, []*remote{far}, 8, 5*time.Second)
		if n := far.tried.Load(); n < 4800 || far.conflicts.Load() > 0 {
			t.Errorf("%d appends of a millisecond in 5 s, and %d conflicts", n, far.conflicts.Load())
		}
	})
}

// race lets callers of engines work for a while, and returns each engine's
// share of the commands in percent, the appends per second, and the part of all that
// were tried which were conflicts.
func race(t *testing.T, far []*remote, callers int, d time.Duration) (shares []float64, rate, conflicts float64) {
	memory := new(eventlog.Memory)
	first := open(t, memory, nil)
	for i := range len(far) * callers {
		first.join(person{}, agent.NPN(1+i))
	}
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	var all sync.WaitGroup
	done := make([]atomic.Int64, len(far))
	for i := range far {
		far[i].Memory = memory
		e, err := engine.Open(ctx, far[i], &engine.Options{NewID: newIDs(uint64(2 + i)), Now: func() time.Time { return opening }})
		if err != nil {
			t.Fatal(err)
		}
		all.Go(func() { e.Run(ctx) })
		for c := range callers {
			n := agent.NPN(1 + i*callers + c)
			all.Go(func() {
				for k := 0; ctx.Err() == nil; k++ {
					if _, err := e.Agent(ctx, n, agent.UntickStates{States: walkStates[:1+k%2]}); err == nil {
						done[i].Add(1)
					} else if ctx.Err() == nil {
						t.Error(err)
						return
					}
				}
			})
		}
	}
	all.Wait()
	var total, tried, lost int64
	for i := range far {
		total += done[i].Load()
		tried += far[i].tried.Load()
		lost += far[i].conflicts.Load()
	}
	for i := range far {
		shares = append(shares, 100*float64(done[i].Load())/float64(total))
	}
	rate = float64(tried-lost) / d.Seconds()
	t.Logf("%.0f commands/s in %.0f appends/s", float64(total)/d.Seconds(), rate)
	return shares, rate, float64(lost) / float64(tried)
}
