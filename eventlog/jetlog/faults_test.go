package jetlog_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/jetlog"
	"github.com/relevo-go/relevo/eventlog/jetlog/jettest"
)

// writer appends its own entries in order, each once, whatever happens.
type writer struct {
	number int
	log    eventlog.Log
	rnd    *rand.Rand

	head eventlog.Position
	told []eventlog.Record // what was acknowledged or found

	appends, conflicts, uncertain, failed, found int
}

// group returns the writer's next entries.
func (w *writer) group() []eventlog.Entry {
	var group []eventlog.Entry
	for i := range 1 + w.rnd.IntN(3) {
		e := entry((w.number+1)<<16 | len(w.told) + i)
		group = append(group, e)
	}
	return group
}

// write appends until it is told to stop, and then until nothing is uncertain.
func (w *writer) write(ctx context.Context, stop func() bool) error {
	for !stop() {
		group, at := w.group(), w.head
		for settled, maybe := false, false; !settled; {
			w.appends++
			once, cancel := context.WithTimeout(ctx, time.Duration(1+w.rnd.IntN(3000))*time.Millisecond)
			records, err := w.log.Append(once, at, group...)
			cancel()
			switch {
			case err == nil:
				w.told = append(w.told, records...)
				w.head, settled = records[len(records)-1].Position, true
			case errors.Is(err, eventlog.ErrConflict):
				w.conflicts++
				settled = true
				if err := w.catchUp(ctx, group, maybe); err != nil {
					return err
				}
			case errors.Is(err, eventlog.ErrUncertain):
				w.uncertain++
				maybe = true
			case errors.Is(err, eventlog.ErrLost), errors.Is(err, eventlog.ErrDiverged), errors.Is(err, eventlog.ErrCorrupt), errors.Is(err, eventlog.ErrClosed):
				return err
			default: // a plain error: this attempt added nothing
				w.failed++
				settled = !maybe
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
	}
	return nil
}

// catchUp reads on after a conflict. Whether an uncertain group is there, is seen right
// behind the head that it was to follow.
func (w *writer) catchUp(ctx context.Context, group []eventlog.Entry, maybe bool) error {
	for {
		at := w.head
		var records []eventlog.Record
		var err error
		for r, wrong := range w.log.Read(ctx, at) {
			if wrong != nil {
				err = wrong
				break
			}
			records = append(records, r)
		}
		if err != nil {
			if errors.Is(err, eventlog.ErrCorrupt) || errors.Is(err, eventlog.ErrDiverged) || ctx.Err() != nil {
				return err
			}
			continue // the servers are away
		}
		if len(records) == 0 {
			return errors.New("a conflict, and nothing is behind the head")
		}
		w.head = records[len(records)-1].Position
		if records[0].ID == group[0].ID {
			if !maybe {
				return fmt.Errorf("an append that was a conflict from the first is at position %d", at+1)
			}
			w.found++
			w.told = append(w.told, records[:len(group)]...)
		}
		return nil
	}
}

// TestWritersUnderFaults has writers race while leaders step down, nodes are stopped and
// connections cut. What was told is there, everything is there once, and in order.
func TestWritersUnderFaults(t *testing.T) {
	cluster := jettest.Start(t, 3)
	system := cluster.System(t)
	var proxies []*jettest.Proxy
	var urls []string
	for node := range 3 {
		p := jettest.NewProxy(t, cluster.Addr(node))
		proxies, urls = append(proxies, p), append(urls, p.URL())
	}
	for _, n := range []int{1, 3, 16} {
		t.Run(fmt.Sprintf("%d writers", n), func(t *testing.T) {
			opts := fresh(3, system)
			create(t, newJS(t, cluster.Connect(t)), opts)
			seed := uint64(time.Now().UnixNano())
			t.Logf("seed %d", seed)
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
			defer cancel()
			var stop atomic.Bool
			var writing sync.WaitGroup
			writers, errs := make([]*writer, n), make([]error, n)
			for i := range writers {
				conn, err := nats.Connect(strings.Join(urls, ","), jettest.Options()...)
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				log, err := jetlog.Open(ctx, newJS(t, conn), opts)
				if err != nil {
					t.Fatal(err)
				}
				defer log.Close()
				w := &writer{number: i, log: log, rnd: rand.New(rand.NewPCG(seed, uint64(i)))}
				writers[i] = w
				writing.Go(func() { errs[i] = w.write(ctx, stop.Load) })
			}
			trouble(t, cluster, proxies, opts.Stream, rand.New(rand.NewPCG(seed, 99)))
			stop.Store(true)
			writing.Wait()
			if err := errors.Join(errs...); err != nil {
				t.Fatal(err)
			}
			judge(t, open(t, newJS(t, cluster.Connect(t)), opts), writers)
		})
	}
}

// trouble makes some, and leaves the servers as they were.
func trouble(t *testing.T, cluster *jettest.Cluster, proxies []*jettest.Proxy, stream string, rnd *rand.Rand) {
	rounds := 12
	if testing.Short() {
		rounds = 4
	}
	for round := range rounds {
		leader, err := cluster.AwaitLeader(stream)
		if err != nil {
			t.Fatal(err)
		}
		switch round % 4 {
		case 0:
			err = cluster.StepDown(stream)
		case 1:
			cluster.Stop(leader)
			<-time.After(time.Duration(rnd.IntN(500)) * time.Millisecond)
			err = cluster.Restart(leader)
		case 2:
			for range 10 {
				proxies[rnd.IntN(3)].Cut()
				<-time.After(time.Duration(rnd.IntN(100)) * time.Millisecond)
			}
		case 3:
			node := (leader + 1 + rnd.IntN(2)) % 3
			cluster.Stop(node)
			proxies[leader].Down()
			<-time.After(time.Duration(rnd.IntN(500)) * time.Millisecond)
			proxies[leader].Up()
			err = cluster.Restart(node)
		}
		if err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Duration(rnd.IntN(300)) * time.Millisecond)
	}
}

// judge compares the log with what the writers were told.
func judge(t *testing.T, log eventlog.Log, writers []*writer) {
	t.Helper()
	var records []eventlog.Record
	var head eventlog.Head
	for r, err := range log.Read(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		if err := head.Next(r); err != nil {
			t.Fatal(err)
		}
		records = append(records, r)
	}
	told := 0
	var sum writer
	for _, w := range writers {
		told += len(w.told)
		for i, r := range w.told {
			if int(r.Position) > len(records) || records[r.Position-1].Sum != r.Sum {
				t.Fatalf("what writer %d was told is at position %d is not there", w.number, r.Position)
			}
			if want := entry((w.number+1)<<16 | i).ID; r.ID != want {
				t.Fatalf("entry %d of writer %d has the id %v, want %v", i, w.number, r.ID, want)
			}
		}
		sum.appends, sum.conflicts, sum.uncertain = sum.appends+w.appends, sum.conflicts+w.conflicts, sum.uncertain+w.uncertain
		sum.failed, sum.found = sum.failed+w.failed, sum.found+w.found
	}
	t.Logf("%d records by %d writers: %d appends, %d conflicts, %d uncertain, %d failed, %d uncertain ones found",
		len(records), len(writers), sum.appends, sum.conflicts, sum.uncertain, sum.failed, sum.found)
	if told != len(records) {
		t.Errorf("the log has %d records, and the writers know of %d", len(records), told)
	}
	if len(records) < 20 {
		t.Errorf("the log has %d records: the test shows nothing", len(records))
	}
}
