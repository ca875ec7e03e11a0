package pglog

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/eventlogtest"
	"github.com/relevo-go/relevo/eventlog/pglog/pgtest"
)

// TestLog holds a log in PostgreSQL to the promises of every log.
func TestLog(t *testing.T) {
	pool := pgtest.Shared(t).Pool(t)
	eventlogtest.Run(t, func(t *testing.T) eventlog.Log { return mustOpen(t, pool, fresh(t, pool)) })
}

// TestReadAgain ranges twice over a sequence whose records were spoiled the first
// time.
func TestReadAgain(t *testing.T) {
	pool := pgtest.Shared(t).Pool(t)
	log := mustOpen(t, pool, fresh(t, pool))
	fill(t, log, 100, 100)
	for _, after := range []eventlog.Position{0, 1, 150} {
		all := log.Read(t.Context(), after)
		for range 2 {
			at := after
			for r, err := range all {
				if err != nil {
					t.Fatal(err)
				}
				if at++; string(r.Data) != string(entry(int(at)).Data) {
					t.Fatalf("the data of %d is %s", at, r.Data)
				}
				copy(r.Data, slices.Repeat([]byte("!"), len(r.Data)))
			}
			if at != 200 {
				t.Errorf("the read ends at %d", at)
			}
		}
	}
}

// counted counts what is asked of a server.
type counted struct{ queries atomic.Int64 }

func (c *counted) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	c.queries.Add(1)
	return ctx
}

func (c *counted) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// TestBrokenOff breaks off long reads: they ask for no more, and leave the pool's
// connections as they were. A short one is a single question, as is an append.
func TestBrokenOff(t *testing.T) {
	server := pgtest.Shared(t)
	config, err := pgxpool.ParseConfig(server.DSN(server.Database(t)))
	if err != nil {
		t.Fatal(err)
	}
	var count counted
	config.ConnConfig.Tracer = &count
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	log := mustOpen(t, pool, fresh(t, pool))
	asks := func(what string, most int64, do func()) {
		t.Helper()
		before := count.queries.Load()
		do()
		if n := count.queries.Load() - before; n > most {
			t.Errorf("%s asks %d times, want %d at the most", what, n, most)
		}
		if n := pool.Stat().AcquiredConns(); n > 0 {
			t.Errorf("%s keeps %d connections", what, n)
		}
	}
	for at := eventlog.Position(0); at < 40_000; at += 2000 {
		asks("an append", 1, func() {
			if _, err := log.Append(t.Context(), at, entries(int(at)+1, int(at)+2000)...); err != nil {
				t.Fatal(err)
			}
		})
	}
	made := pool.Stat().NewConnsCount()
	for _, n := range []int{1, 64, 70, 600} {
		asks(fmt.Sprintf("a read of %d records", n), 5, func() {
			for r, err := range log.Read(t.Context(), 0) {
				if err != nil {
					t.Fatal(err)
				}
				if r.Position == eventlog.Position(n) {
					break
				}
			}
		})
	}
	asks("a read of what is new", 1, func() {
		if n, err := lastError(t.Context(), log, 39_950); n != 50 || err != nil {
			t.Error(n, err)
		}
	})
	if n := pool.Stat().NewConnsCount() - made; n > 1 { // a page ahead takes one more
		t.Errorf("%d connections were made anew", n)
	}
}
