package pglog

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/relevo-go/relevo/eventlog"
)

var tables atomic.Int64

// fresh makes the table of an empty log and returns its name.
func fresh(t testing.TB, pool *pgxpool.Pool) *Options {
	t.Helper()
	opts := &Options{Table: fmt.Sprintf("log_%d", tables.Add(1))}
	if err := Migrate(t.Context(), pool, opts); err != nil {
		t.Fatal(err)
	}
	return opts
}

func mustOpen(t testing.TB, pool *pgxpool.Pool, opts *Options) *Log {
	t.Helper()
	l, err := Open(t.Context(), pool, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

var start = time.Date(2026, 11, 23, 15, 4, 5, 0, time.UTC)

// entry returns the n-th entry, the same at every call.
func entry(n int) eventlog.Entry {
	return eventlog.Entry{
		ID:     uuid.UUID{0: 1, 6: 0x70, 8: 0x80, 12: byte(n >> 24), 13: byte(n >> 16), 14: byte(n >> 8), 15: byte(n)},
		Stream: fmt.Sprintf("thing/%d", n%3), Kind: "thing.happened.v1", Time: start, Data: fmt.Appendf(nil, `{"n":%d}`, n),
	}
}

func entries(first, last int) (out []eventlog.Entry) {
	for n := first; n <= last; n++ {
		out = append(out, entry(n))
	}
	return out
}

// fill appends groups of the given sizes and returns the records.
func fill(t testing.TB, log eventlog.Log, sizes ...int) (all []eventlog.Record) {
	t.Helper()
	head := eventlog.Position(0)
	for _, err := range log.Read(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		head++
	}
	for _, size := range sizes {
		records, err := log.Append(t.Context(), head, entries(int(head)+1, int(head)+size)...)
		if err != nil {
			t.Fatal(err)
		}
		all, head = append(all, records...), records[size-1].Position
	}
	return all
}

// text returns a log as an export has it, and its head.
func text(t testing.TB, log eventlog.Log) (string, eventlog.Head) {
	t.Helper()
	var b strings.Builder
	head, err := eventlog.WriteLines(&b, log.Read(t.Context(), 0))
	if err != nil {
		t.Fatal(err)
	}
	return b.String(), head
}

// exec runs a statement in which LOG is the table of a log.
func exec(t testing.TB, pool *pgxpool.Pool, opts *Options, sql string) {
	t.Helper()
	if _, err := pool.Exec(t.Context(), strings.ReplaceAll(sql, "LOG", opts.Table)); err != nil {
		t.Fatal(err)
	}
}

// lastError reads a log and returns how many records come, and the error.
func lastError(ctx context.Context, log eventlog.Log, after eventlog.Position) (n int, last error) {
	for _, err := range log.Read(ctx, after) {
		if last = err; err == nil {
			n++
		}
	}
	return n, last
}
