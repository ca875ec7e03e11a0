package engine_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral/engine"
)

// Of the snapshots the newest few stay, what was never finished is cleared away,
// and other files are let be. When the newest is of no use, the one before is.
func TestSnapshotFiles(t *testing.T) {
	log := brief(t)
	now := log[len(log)-1].Time
	dir := filepath.Join(t.TempDir(), "made", "if missing")
	o := engine.Options{SnapshotDir: dir}
	var ends []int // of appends
	for i, r := range log {
		if r.Position == r.Last {
			ends = append(ends, i+1)
		}
	}
	snap(t, log[:ends[1]], o)
	// A process died before it renamed what it had written.
	unfinished := fmt.Sprintf("%020d.snapshot.123.tmp", len(log))
	for _, name := range []string{unfinished, "notes.txt", "00000000000000000001.jsonl", "7.snapshot"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	view := &tape{records: log}
	openAs(t, view, now, o).Close()
	if view.reads != len(log)-ends[1]+1 {
		t.Errorf("beside an unfinished snapshot %d records are read, want %d", view.reads, len(log)-ends[1]+1)
	}
	ends = ends[len(ends)-3:]
	for _, n := range ends {
		snap(t, log[:n], o)
	}
	want := []string{"00000000000000000001.jsonl", fmt.Sprintf("%020d.snapshot", ends[1]), fmt.Sprintf("%020d.snapshot", ends[2]), "7.snapshot", "notes.txt"}
	if diff := cmp.Diff(want, files(t, dir)); diff != "" {
		t.Errorf("the files (-want +got):\n%s", diff)
	}
	if err := os.Truncate(filepath.Join(dir, want[2]), 100); err != nil {
		t.Fatal(err)
	}
	view = &tape{records: log}
	openAs(t, view, now, o).Close()
	if view.reads != len(log)-ends[1]+1 {
		t.Errorf("with the newest snapshot damaged %d records are read, want %d", view.reads, len(log)-ends[1]+1)
	}
	one := o
	one.Snapshots = 1
	snap(t, log, one)
	if got := files(t, dir); len(got) != 4 {
		t.Errorf("with one snapshot wanted the files are %q", got)
	}
}

// A snapshot that cannot be written is an error of its own and harms nothing.
func TestSnapshotFails(t *testing.T) {
	dir := t.TempDir()
	blocked := filepath.Join(dir, "a file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	e := openAs(t, new(eventlog.Memory), opening, engine.Options{SnapshotDir: blocked})
	if err := e.Snapshot(t.Context()); err == nil {
		t.Error("a snapshot in a directory that is a file is no error")
	}
	if _, err := e.Agent(t.Context(), 1, eligible(person{})...); err != nil {
		t.Errorf("after a failed snapshot: %v", err)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	none := openAs(t, new(eventlog.Memory), opening, engine.Options{})
	if err := none.Snapshot(t.Context()); err == nil || !strings.Contains(err.Error(), "SnapshotDir") {
		t.Errorf("Snapshot without a directory = %v", err)
	}
	for range 20 { // a select may take either way
		e = openAs(t, new(eventlog.Memory), opening, engine.Options{SnapshotDir: filepath.Join(dir, "x")})
		if err := e.Snapshot(over); err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("Snapshot under a context that is over = %v", err)
		}
	}
	e.Close()
	if err := e.Snapshot(t.Context()); !errors.Is(err, engine.ErrClosed) {
		t.Errorf("Snapshot of a closed engine = %v, want ErrClosed", err)
	}
}

// cutting is a log whose reading breaks off behind a position.
type cutting struct {
	eventlog.Log
	after eventlog.Position
}

func (l *cutting) Read(ctx context.Context, after eventlog.Position) iter.Seq2[eventlog.Record, error] {
	return func(yield func(eventlog.Record, error) bool) {
		for r, err := range l.Log.Read(ctx, after) {
			if err == nil && r.Position > l.after {
				r, err = eventlog.Record{}, errCut
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

// No snapshot is of the middle of an append, where another engine's was not read
// to its end.
func TestNoSnapshotInsideAnAppend(t *testing.T) {
	log, dir := copyOf(t, brief(t)), t.TempDir()
	way := &cutting{log, eventlog.MaxPosition}
	o := engine.Options{SnapshotDir: dir}
	late := openAs(t, way, opening.Add(2*time.Hour), o)
	way.after = late.Position() + 1
	o.SnapshotDir = ""
	if _, err := openAs(t, log, opening.Add(2*time.Hour), o).Agent(t.Context(), 9, eligible(person{})...); err != nil {
		t.Fatal(err)
	}
	if err := late.Tick(t.Context(), opening.Add(2*time.Hour)); !errors.Is(err, errCut) || late.Position() != way.after {
		t.Fatalf("Tick = %v, at %d, want errCut at %d", err, late.Position(), way.after)
	}
	if err := late.Snapshot(t.Context()); err == nil || len(files(t, dir)) > 0 {
		t.Errorf("Snapshot inside an append = %v, and leaves %q", err, files(t, dir))
	}
	way.after = eventlog.MaxPosition
	if err := errors.Join(late.Tick(t.Context(), opening.Add(2*time.Hour)), late.Snapshot(t.Context())); err != nil || len(files(t, dir)) != 1 {
		t.Errorf("Snapshot behind the append = %v, and leaves %q", err, files(t, dir))
	}
}

// Run writes a snapshot whenever so many events were recorded, and not again
// before there are as many more; a directory that fails does not stop it.
func TestRunWritesSnapshots(t *testing.T) {
	dir := t.TempDir()
	log := copyOf(t, brief(t))
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(opening.Add(2 * time.Hour)))
		var heard warnings
		o := engine.Options{NewID: newIDs(7), SnapshotDir: dir, SnapshotEvery: 20, Snapshots: 100, Logger: heard.logger()}
		e, err := engine.Open(t.Context(), log, &o)
		if err != nil {
			t.Fatal(err)
		}
		d := &desk{e, t, log, newClock(), o.NewID}
		stop := run(t, d)
		first := files(t, dir)
		if len(first) != 1 {
			t.Errorf("Run over a log without snapshots leaves %q, want one", first)
		}
		d.ask(tampa)
		synctest.Wait()
		if got := files(t, dir); len(got) != 1 {
			t.Errorf("after an event or two the snapshots are %q", got)
		}
		d.join(person{}, 3, 4)
		synctest.Wait()
		if got := files(t, dir); len(got) != 2 {
			t.Errorf("after twenty events the snapshots are %q, want two", got)
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(dir, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		d.join(person{}, 5, 6)
		synctest.Wait()
		if text := heard.take(); !strings.Contains(text, "snapshot failed") || strings.Count(text, "\n") != 1 {
			t.Errorf("of a failed snapshot the logger hears %q, want one line", text)
		}
		if err := stop(); !errors.Is(err, context.Canceled) {
			t.Errorf("Run = %v", err)
		}
	})
}

// A snapshot of a log that was cut is not in the way of those of the log as it
// was before: they stand beyond it, and go.
func TestSnapshotBelowOthers(t *testing.T) {
	log := brief(t)
	now := log[len(log)-1].Time
	o := engine.Options{SnapshotDir: t.TempDir(), Snapshots: 1}
	snap(t, log, o)
	n := len(log) - 1
	for log[n-1].Last != log[n-1].Position {
		n--
	}
	snap(t, log[:n], o)
	if diff := cmp.Diff([]string{fmt.Sprintf("%020d.snapshot", n)}, files(t, o.SnapshotDir)); diff != "" {
		t.Errorf("the files (-want +got):\n%s", diff)
	}
	view := &tape{records: log[:n]}
	openAs(t, view, now, o).Close()
	if view.reads != 1 {
		t.Errorf("%d records of the log that was cut are read, want the snapshot's own", view.reads)
	}
}
