package pglog

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/pglog/pgtest"
)

// narrow returns a pool of one connection.
func narrow(t *testing.T, dsn string) *pgxpool.Pool {
	t.Helper()
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	config.MaxConns = 1
	config.ShouldPing = func(context.Context, pgxpool.ShouldPingParams) bool { return false } // no word that a test does not expect
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// TestCutAtEveryByte cuts the connection at every byte of the answer to an append,
// and at many of what is sent. What is uncertain is settled by the same append,
// over another connection, and is there as a whole or not at all.
func TestCutAtEveryByte(t *testing.T) {
	server := pgtest.Shared(t)
	database := server.Database(t)
	direct := pgtest.Pool(t, server.DSN(database))
	proxy := pgtest.NewProxy(t, server, nil)
	pool := narrow(t, proxy.DSN(database))
	opts := fresh(t, direct)
	log, beside := mustOpen(t, pool, opts), mustOpen(t, direct, opts)

	head := eventlog.Position(0)
	// add appends a group and, if that is uncertain, appends it again. It reports
	// whether the first time wrote it, and whether that was told at once.
	add := func(group ...eventlog.Entry) (written, told bool) {
		t.Helper()
		_, err := log.Append(t.Context(), head, group...)
		if told = err == nil; !told && !errors.Is(err, eventlog.ErrUncertain) {
			t.Fatalf("Append, cut = %v, want ErrUncertain", err)
		}
		if written = told; !told {
			_, err := log.Append(t.Context(), head, group...)
			if written = errors.Is(err, eventlog.ErrConflict); !written && err != nil {
				t.Fatalf("the same append again: %v", err)
			}
		}
		n := 0
		for r, err := range beside.Read(t.Context(), head) {
			if err != nil || r.ID != group[n].ID {
				t.Fatalf("another entry is at %d, or %v", r.Position, err)
			}
			n++
		}
		if n != len(group) {
			t.Fatalf("%d of %d entries are there", n, len(group))
		}
		head += eventlog.Position(n)
		return written, told
	}
	cut := func(up, down int64) (written, told bool) {
		t.Helper()
		add(entry(int(head) + 1)) // so that the connection is a good one, and knows the statement
		add(entry(int(head) + 1))
		group := entries(int(head)+1, int(head)+2)
		proxy.CutAfter(up, down)
		defer proxy.CutAfter(-1, -1)
		return add(group...)
	}

	answer := int64(0)
	for told := false; !told; answer++ {
		var written bool
		if written, told = cut(-1, answer); !written {
			t.Errorf("an append whose answer is cut after %d bytes is not written", answer)
		}
		if answer > 500 {
			t.Fatal("the answer does not end")
		}
	}
	if answer < 10 {
		t.Errorf("an answer was cut at %d bytes only", answer)
	}
	asked, lost := int64(0), 0
	for told := false; !told; asked += 23 {
		var written bool
		if written, told = cut(asked, -1); !written {
			lost++
		}
		if asked > 5000 {
			t.Fatal("what is sent does not end")
		}
	}
	if lost < 10 {
		t.Errorf("of the appends that were cut before the server had them, %d were not written", lost)
	}
	if end, err := eventlog.Verify(beside.Read(t.Context(), 0)); err != nil || end.Position != head {
		t.Errorf("Verify = %d, %v, want %d", end.Position, err, head)
	}
}

// TestSilence lets the network fall silent: whatever is called ends with its
// context, and goes on when the network does.
func TestSilence(t *testing.T) {
	server := pgtest.Shared(t)
	database := server.Database(t)
	proxy := pgtest.NewProxy(t, server, nil)
	opts := fresh(t, pgtest.Pool(t, server.DSN(database)))
	log := mustOpen(t, narrow(t, proxy.DSN(database)), opts)
	fill(t, log, 1)

	proxy.Hold()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := log.Append(ctx, 1, entry(2)); !errors.Is(err, eventlog.ErrUncertain) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Append in silence = %v, want ErrUncertain and DeadlineExceeded", err)
	}
	ctx, cancel = context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := log.Append(ctx, 1, entry(2)); err == nil || errors.Is(err, eventlog.ErrUncertain) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Append without a connection = %v, want DeadlineExceeded and no ErrUncertain", err)
	}
	ctx, cancel = context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := lastError(ctx, log, 0); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Read in silence = %v, want DeadlineExceeded", err)
	}
	if err := log.Wait(ctx, 1); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Wait in silence = %v, want DeadlineExceeded", err)
	}
	proxy.Cut()
	proxy.Release()

	_, err := log.Append(t.Context(), 1, entry(2))
	if err != nil && !errors.Is(err, eventlog.ErrConflict) { // the first may have arrived
		t.Errorf("Append after the silence = %v", err)
	}
	if n, err := lastError(t.Context(), log, 0); n != 2 || err != nil {
		t.Errorf("Read after the silence = %d records, %v, want 2", n, err)
	}
}
