package engine_test

import (
	"context"
	"iter"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral/engine"
)

// tape is a log that is only read, up to its end. It counts what is read.
type tape struct {
	eventlog.Log
	records []eventlog.Record
	reads   int
}

func (l *tape) Read(_ context.Context, after eventlog.Position) iter.Seq2[eventlog.Record, error] {
	return func(yield func(eventlog.Record, error) bool) {
		for i := int(after); i < len(l.records); i++ {
			l.reads++
			if !yield(l.records[i], nil) {
				return
			}
		}
	}
}

// copyOf returns a log in memory with the same records, append by append.
func copyOf(t testing.TB, records []eventlog.Record) *eventlog.Memory {
	t.Helper()
	log := new(eventlog.Memory)
	for len(records) > 0 {
		n := int(records[0].Last - records[0].First + 1)
		var entries []eventlog.Entry
		for _, r := range records[:n] {
			entries = append(entries, r.Entry)
		}
		if _, err := log.Append(context.Background(), records[0].First-1, entries...); err != nil {
			t.Fatal(err)
		}
		records = records[n:]
	}
	return log
}

// warnings is a logger's handler that keeps the texts.
type warnings struct {
	mu   sync.Mutex
	text strings.Builder
}

func (w *warnings) logger() *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }

func (w *warnings) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(b)
}

// take returns what was heard since the last time.
func (w *warnings) take() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	defer w.text.Reset()
	return w.text.String()
}

// openAs opens an engine at an instant.
func openAs(t testing.TB, log eventlog.Log, now time.Time, o engine.Options) *engine.Engine {
	t.Helper()
	c := newClock()
	c.set(now)
	o.Now, o.NewID = c.Now, newIDs(5)
	e, err := engine.Open(context.Background(), log, &o)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	return e
}

// snap writes a snapshot of the state at the end of a log.
func snap(t testing.TB, records []eventlog.Record, o engine.Options) {
	t.Helper()
	e := openAs(t, &tape{records: records}, records[len(records)-1].Time, o)
	defer e.Close()
	if err := e.Snapshot(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func files(t testing.TB, dir string) (names []string) {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		names = append(names, f.Name())
	}
	return names
}

// behind is records, for where that is the name of some.
func behind(t testing.TB, log eventlog.Log, after eventlog.Position) []eventlog.Record {
	return records(t, log, after)
}
