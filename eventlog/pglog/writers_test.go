package pglog

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/pglog/pgtest"
)

// tally is what the writers of a test were told.
type tally struct {
	mu        sync.Mutex
	told      map[uuid.UUID]eventlog.Position // of every entry that somebody was told is written
	uncertain atomic.Int64                    // appends of which nobody was told
	settled   atomic.Int64                    // of those, the ones that turned out to be written
	conflicts atomic.Int64
	plain     atomic.Int64 // errors after which nothing was written
}

// writers lets so many writers, each with a log and connections of its own, add
// entries until each has added all of its own, whatever happens to them, and checks
// what is in the log then. Whatever is to happen goes on in trouble until that is over.
func writers(t *testing.T, n, each int, dsn, direct string, trouble func(ctx context.Context, of *tally)) *tally {
	t.Helper()
	clean := pgtest.Pool(t, direct)
	opts := fresh(t, clean)
	all := &tally{told: map[uuid.UUID]eventlog.Position{}}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	troubled, over := context.WithCancel(ctx)
	var troubling, writing sync.WaitGroup
	if trouble != nil {
		troubling.Go(func() { trouble(troubled, all) })
	}
	for w := range n {
		writing.Go(func() {
			if err := write(ctx, dsn, opts, w, each, all); err != nil {
				t.Errorf("writer %d: %v", w, err)
			}
		})
	}
	writing.Wait()
	over()
	troubling.Wait()
	if t.Failed() {
		t.FailNow()
	}

	clean.Reset() // its connections have seen the trouble too
	log := mustOpen(t, clean, opts)
	if _, err := eventlog.Verify(log.Read(t.Context(), 0)); err != nil {
		t.Fatalf("Verify = %v", err)
	}
	there := map[uuid.UUID]eventlog.Position{}
	for r, err := range log.Read(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		if before, twice := there[r.ID]; twice {
			t.Errorf("the entry at position %d is at %d as well", r.Position, before)
		}
		there[r.ID] = r.Position
	}
	for id, at := range all.told {
		if there[id] != at {
			t.Errorf("an entry that is at position %d, as its writer was told, is at %d", at, there[id])
		}
	}
	if len(there) != len(all.told) {
		t.Errorf("the log has %d entries and the writers were told of %d", len(there), len(all.told))
	}
	t.Logf("%d writers: %d entries, %d conflicts, %d plain errors, %d uncertain, of which %d were written",
		n, len(there), all.conflicts.Load(), all.plain.Load(), all.uncertain.Load(), all.settled.Load())
	return all
}

// write adds entries of writer w in groups of one to four, one after another.
func write(ctx context.Context, dsn string, opts *Options, w, each int, all *tally) error {
	random := rand.New(rand.NewPCG(1, uint64(w)))
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return err
	}
	config.MaxConns = 2
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return err
	}
	defer pool.Close()
	var log *Log
	for log == nil { // opening is met by the trouble too
		if log, err = Open(ctx, pool, opts); err != nil && ctx.Err() != nil {
			return err
		}
	}
	defer log.Close()
	var head eventlog.Head
	for next := 0; next < each; {
		var group []eventlog.Entry
		for range min(1+random.IntN(4), each-next) {
			e := entry(w<<16 | next + len(group))
			group = append(group, e)
		}
		at, err := settle(ctx, log, &head, group, all)
		if err != nil {
			return err
		}
		if at == 0 {
			continue // rivals were faster
		}
		all.mu.Lock()
		for i, e := range group {
			all.told[e.ID] = at + eventlog.Position(i)
		}
		all.mu.Unlock()
		next += len(group)
	}
	return nil
}

// settle appends a group until it is known what became of it, and returns where
// it is, 0 if it is nowhere.
func settle(ctx context.Context, log *Log, head *eventlog.Head, group []eventlog.Entry, all *tally) (eventlog.Position, error) {
	uncertain := false
	for {
		once, cancel := context.WithTimeout(ctx, 3*time.Second)
		records, err := log.Append(once, head.Position, group...)
		cancel()
		switch {
		case err == nil:
			*head = records[len(records)-1].Head()
			return records[0].Position, nil
		case ctx.Err() != nil:
			return 0, err
		case errors.Is(err, eventlog.ErrUncertain):
			all.uncertain.Add(1)
			uncertain = true
		case errors.Is(err, eventlog.ErrConflict):
			before := head.Position
			first, unread := catchUp(ctx, log, head)
			if unread != nil {
				return 0, unread
			}
			if head.Position == before {
				return 0, fmt.Errorf("a conflict that is not true: nothing is behind %d", before)
			}
			if first == group[0].ID {
				if !uncertain {
					return 0, fmt.Errorf("a conflict with an entry that was never uncertain, at %d", before+1)
				}
				all.settled.Add(1)
				return before + 1, nil
			}
			all.conflicts.Add(1)
			return 0, nil
		case errors.Is(err, eventlog.ErrLost) || errors.Is(err, eventlog.ErrCorrupt) || errors.Is(err, eventlog.ErrDiverged):
			return 0, err
		default:
			all.plain.Add(1)
		}
	}
}

// catchUp reads on from a head, however often that takes, and returns the ID of
// the first record behind it.
func catchUp(ctx context.Context, log *Log, head *eventlog.Head) (first uuid.UUID, err error) {
	begin := head.Position
	for {
		var last error
		for r, err := range log.Read(ctx, head.Position) {
			if last = err; err != nil {
				break
			}
			if r.Position == begin+1 {
				first = r.ID
			}
			if err := head.Follow(r); err != nil {
				return first, err
			}
		}
		switch {
		case last == nil:
			return first, nil
		case ctx.Err() != nil || errors.Is(last, eventlog.ErrCorrupt) || errors.Is(last, eventlog.ErrDiverged):
			return first, last
		}
	}
}

// many is how many entries writers add together.
func many() int {
	if testing.Short() {
		return 96
	}
	return 240
}

// TestRacingWriters lets writers race with nothing in their way.
func TestRacingWriters(t *testing.T) {
	server := pgtest.Shared(t)
	for _, n := range []int{1, 3, 16} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			dsn := server.DSN(server.Database(t))
			all := writers(t, n, many()/n, dsn, dsn, nil)
			if all.uncertain.Load() > 0 || all.plain.Load() > 0 {
				t.Errorf("%d appends are uncertain and %d failed, with nothing in their way", all.uncertain.Load(), all.plain.Load())
			}
		})
	}
}

// TestCutConnections cuts every connection after some bytes, in the middle of
// whatever passes just then.
func TestCutConnections(t *testing.T) {
	server := pgtest.Shared(t)
	var uncertain int64
	for _, n := range []int{1, 3, 16} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			var mu sync.Mutex
			random := rand.New(rand.NewPCG(2, uint64(n)))
			proxy := pgtest.NewProxy(t, server, func() (up, down int64) {
				mu.Lock()
				defer mu.Unlock()
				switch up, down := random.Int64N(12_000), random.Int64N(6_000); random.IntN(3) {
				case 0:
					return up, -1
				case 1:
					return -1, down
				default:
					return up, down
				}
			})
			database := server.Database(t)
			all := writers(t, n, many()/n, proxy.DSN(database), server.DSN(database), nil)
			uncertain += all.uncertain.Load()
		})
	}
	if !t.Failed() && uncertain == 0 {
		t.Error("no append was uncertain: the test does not show what it is to show")
	}
}

// TestTerminatedConnections ends all connections, as an administrator can, again
// and again.
func TestTerminatedConnections(t *testing.T) {
	server := pgtest.New(t)
	for _, n := range []int{1, 3, 16} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			dsn := server.DSN(server.Database(t))
			ended := 0
			writers(t, n, many()/n, dsn, dsn, func(ctx context.Context, all *tally) {
				for told := 0; ctx.Err() == nil; told = all.wait(ctx, told+5) {
					if n, err := server.Terminate(ctx); err == nil {
						ended += n
					}
				}
			})
			if ended == 0 {
				t.Error("no connection was ended")
			}
		})
	}
}

// TestKilledServer kills the server under writers, and starts it again.
func TestKilledServer(t *testing.T) {
	server := pgtest.New(t)
	dsn := server.DSN(server.Database(t))
	rounds := 4
	if testing.Short() {
		rounds = 2
	}
	killed := 0
	writers(t, 3, 60*rounds, dsn, dsn, func(ctx context.Context, all *tally) {
		for killed < rounds {
			if all.wait(ctx, 30*(killed+1)); ctx.Err() != nil {
				return
			}
			if err := errors.Join(server.Kill(), server.Restart()); err != nil {
				t.Error(err)
				return
			}
			killed++
		}
	})
	if killed == 0 {
		t.Error("the server was never killed")
	}
}

// wait waits until writers were told of so many entries, and returns of how many
// they were.
func (a *tally) wait(ctx context.Context, many int) int {
	again := time.NewTicker(time.Millisecond)
	defer again.Stop()
	for {
		a.mu.Lock()
		n := len(a.told)
		a.mu.Unlock()
		if n >= many || ctx.Err() != nil {
			return n
		}
		select {
		case <-ctx.Done():
		case <-again.C:
		}
	}
}
