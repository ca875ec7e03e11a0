package filelog

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/relevo-go/relevo/eventlog"
)

// What the tests of this package share.

var start = time.Date(2026, 11, 23, 15, 4, 5, 0, time.UTC)

// entry returns the entry that tests append at a position.
func entry(n int) eventlog.Entry {
	return eventlog.Entry{
		ID:     uuid.UUID{0: 7, 14: byte(n >> 8), 15: byte(n)},
		Stream: fmt.Sprintf("thing/%d", n%3),
		Kind:   "thing.happened.v1",
		Time:   start.Add(time.Duration(n) * time.Second),
		Data:   fmt.Appendf(nil, `{"n":%d,"text":"%s"}`, n, strings.Repeat("é", n%5)),
	}
}

func group(after eventlog.Position, n int) []eventlog.Entry {
	var out []eventlog.Entry
	for i := range n {
		out = append(out, entry(int(after)+i+1))
	}
	return out
}

func mustOpen(t testing.TB, dir string, opts *Options) *Log {
	t.Helper()
	log, err := Open(dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { log.Close() })
	return log
}

// mustAppend appends n entries at the head.
func mustAppend(t testing.TB, log *Log, n int) []eventlog.Record {
	t.Helper()
	after := log.known.head.Position
	records, err := log.Append(context.Background(), after, group(after, n)...)
	if err != nil {
		t.Fatal(err)
	}
	return records
}

func readAll(t testing.TB, log *Log, after eventlog.Position) (all []eventlog.Record) {
	t.Helper()
	for r, err := range log.Read(context.Background(), after) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

func lastError(records iter.Seq2[eventlog.Record, error]) (last error) {
	for _, last = range records {
	}
	return last
}

func dirNames(t testing.TB, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func lastPosition(t testing.TB, b []byte) (last eventlog.Position) {
	t.Helper()
	for line := range strings.Lines(string(b)) {
		r, err := eventlog.ParseLine([]byte(strings.TrimSuffix(line, "\n")))
		if err != nil {
			t.Fatal(err)
		}
		last = r.Position
	}
	return last
}

// offsets yields the offsets in a log and its length: all of them, or with -short those at the ends of lines and every
// 13th, which comes to all eight bits if they take turns.
func offsets(log []byte) iter.Seq[int] {
	return func(yield func(int) bool) {
		for n := range len(log) + 1 {
			end := n > 0 && log[n-1] == '\n' || n < len(log) && log[n] == '\n'
			if (end || n%13 == 0 || !testing.Short()) && !yield(n) {
				return
			}
		}
	}
}

// boundaries returns the offsets at which whole appends end, with the position
// each ends at; 0 is one.
func boundaries(t testing.TB, b []byte) map[int]eventlog.Position {
	t.Helper()
	ends := map[int]eventlog.Position{0: 0}
	offset := 0
	for line := range strings.Lines(string(b)) {
		offset += len(line)
		r, err := eventlog.ParseLine([]byte(strings.TrimSuffix(line, "\n")))
		if err != nil {
			t.Fatal(err)
		}
		if r.Position == r.Last {
			ends[offset] = r.Position
		}
	}
	return ends
}

// diffLines compares records by their lines, of which there are too many in some
// tests for cmp to walk every field.
func diffLines(want, got []eventlog.Record) string {
	text := func(records []eventlog.Record) string {
		var b []byte
		for _, r := range records {
			b = append(r.AppendLine(b), '\n')
		}
		return string(b)
	}
	if w, g := text(want), text(got); w != g {
		return cmp.Diff(w, g)
	}
	return ""
}

// wantDamage checks that an error names the file, the byte and the position.
func wantDamage(t testing.TB, err error, path string, offset int64, position eventlog.Position) {
	t.Helper()
	damage, ok := errors.AsType[*eventlog.CorruptError](err)
	if !ok || damage.File != path || damage.Offset != offset || damage.Position != position || damage.Last != position-1 {
		t.Errorf("the error is %v, want damage at position %d, file %s, byte %d", err, position, path, offset)
	}
}
