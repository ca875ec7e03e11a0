package engine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/examples/logs"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
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

// afternoon returns the recorded log, and the IDs of its referrals.
func afternoon(t testing.TB) (records []eventlog.Record, ids []uuid.UUID) {
	t.Helper()
	recording, err := logs.FirstAfternoon()
	if err != nil {
		t.Fatal(err)
	}
	for r, err := range recording.Records() {
		if err != nil {
			t.Fatal(err)
		}
		if r.Kind == (referral.Requested{}).Kind() {
			s, _ := book.ParseStream(r.Stream)
			ids = append(ids, s.Referral)
		}
		records = append(records, r)
	}
	return records, ids
}

// says returns all that an engine answers about a log's referrals.
func says(e *engine.Engine, ids []uuid.UUID) (all []string) {
	position, digest := e.Digest()
	due, ever := e.Due()
	all = append(all, fmt.Sprint(position, digest, e.Head(), e.Counts(), due, ever))
	for _, id := range ids {
		r, err := e.Referral(id)
		line, unknown := e.Line(context.Background(), id, 5)
		all = append(all, fmt.Sprintf("%+v %v %v %v", r, err, line, unknown))
	}
	return all
}

// A snapshot and the records after it are as good as the whole log: an engine
// that opens from one says the same of everything, and does the same next.
func TestSnapshotAndTail(t *testing.T) {
	records, ids := afternoon(t)
	end := records[len(records)-1].Time
	for _, keep := range []time.Duration{0, 20 * time.Minute} {
		whole := openAs(t, copyOf(t, records), end, engine.Options{Keep: keep})
		want := says(whole, ids)
		archived := 0
		for _, id := range ids {
			if _, err := whole.Referral(id); errors.Is(err, engine.ErrArchived) {
				archived++
			}
		}
		if (keep > 0) != (archived > 5) {
			t.Errorf("of %d referrals %d have left after %v", len(ids), archived, keep)
		}
		// follow returns what the desk does from there on.
		follow := func(e *engine.Engine, log eventlog.Log) (lines []string) {
			if err := e.Tick(context.Background(), end.Add(7*time.Minute)); err != nil {
				t.Fatal(err)
			}
			if _, err := e.Request(context.Background(), newCase(tampa)); err != nil {
				t.Fatal(err)
			}
			if err := e.Tick(context.Background(), end.Add(30*time.Hour)); err != nil {
				t.Fatal(err)
			}
			for _, r := range behind(t, log, eventlog.Position(len(records))) {
				lines = append(lines, string(r.AppendLine(nil)))
			}
			return lines
		}
		log := copyOf(t, records)
		after := follow(openAs(t, log, end, engine.Options{Keep: keep}), log)
		places := 40
		if testing.Short() {
			places = 4
		}
		for n, next := 0, 0; n < len(records); n++ {
			if records[n].Last != records[n].Position || n < next && n < len(records)-1 {
				continue
			}
			next = n + len(records)/places
			o := engine.Options{Keep: keep, SnapshotDir: t.TempDir()}
			snap(t, records[:n+1], o)
			view := &tape{records: records}
			e := openAs(t, view, end, o)
			if view.reads != len(records)-n {
				t.Fatalf("from a snapshot at %d %d records are read, want it and those behind it", n+1, view.reads)
			}
			log := copyOf(t, records)
			if got := says(openAs(t, log, end, o), ids); !slices.Equal(got, want) {
				t.Fatalf("from a snapshot at %d, keeping %v (-whole log +snapshot):\n%s", n+1, keep, cmp.Diff(want, got))
			}
			if got := follow(openAs(t, log, end, o), log); !slices.Equal(got, after) {
				t.Fatalf("what follows from a snapshot at %d, keeping %v (-whole log +snapshot):\n%s", n+1, keep, cmp.Diff(after, got))
			}
			e.Close()
		}
	}
}

// behind is records, for where that is the name of some.
func behind(t testing.TB, log eventlog.Log, after eventlog.Position) []eventlog.Record {
	return records(t, log, after)
}

// brief returns a short log with referrals that live, ended and left.
func brief(t *testing.T) []eventlog.Record {
	d := open(t, nil, nil)
	d.join(person{}, 1, 2)
	left := d.ask(tampa)
	d.accept(left, 1)
	d.tick(time.Hour)
	ended := d.ask(tampa)
	d.accept(ended, 2)
	d.ask(tampa)
	return records(t, d.log, 0)
}

// A snapshot in which any byte is changed, or which ends early, is passed by, and
// so is one beside it that was never finished; the logger hears the name and no
// more than that of what is in it (R29).
func TestDamagedSnapshot(t *testing.T) {
	log := brief(t)
	now := log[len(log)-1].Time
	var heard warnings
	o := engine.Options{Keep: 30 * time.Minute, SnapshotDir: t.TempDir(), Logger: heard.logger()}
	snap(t, log, o)
	file := filepath.Join(o.SnapshotDir, files(t, o.SnapshotDir)[0])
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, want := openAs(t, &tape{records: log}, now, engine.Options{Keep: o.Keep}).Digest()
	opened := func(why string, data []byte, fits bool) {
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		view := &tape{records: log}
		_, digest := openAs(t, view, now, o).Digest()
		if digest != want {
			t.Fatalf("%s: the state is another", why)
		}
		if used := view.reads == 1; used != fits {
			t.Fatalf("%s: it is used: %v, want %v", why, used, fits)
		}
		text := heard.take()
		if fits != (text == "") || !fits && !strings.Contains(text, filepath.Base(file)) || strings.Contains(text, "Ana") || strings.Contains(text, "case") {
			t.Fatalf("%s: the logger hears %q", why, text)
		}
	}
	opened("as written", good, true)
	step := 1
	if testing.Short() {
		step = 13
	}
	for i := 0; i < len(good); i += step {
		flipped := slices.Clone(good)
		flipped[i] ^= 1 << (i % 8)
		opened(fmt.Sprintf("byte %d flipped", i), flipped, false)
		opened(fmt.Sprintf("cut at byte %d", i), good[:i], false)
	}
	opened("with a byte behind it", append(slices.Clone(good), 0), false)
	opened("with lines behind it", append(slices.Clone(good), good...), false)
}

// A snapshot is of one log, one position and one keep.
func TestForeignSnapshot(t *testing.T) {
	log := brief(t)
	now := log[len(log)-1].Time
	other := slices.Clone(log)
	other[len(other)-1].ID[0]++
	other = behind(t, copyOf(t, other), 0)
	for _, c := range []struct {
		why   string
		view  []eventlog.Record
		keep  time.Duration
		name  eventlog.Position
		words string
	}{
		{"its log", log, time.Hour, 0, ""},
		{"a log that ends before it", log[:len(log)-1], time.Hour, 0, "ends before it"},
		{"a log with another record there", other, time.Hour, 0, "another record"},
		{"another keep", log, 2 * time.Hour, 0, "1h0m0s"},
		{"no keep", log, -1, 0, "1h0m0s"},
		{"another position's name", log, time.Hour, 5, "position"},
	} {
		var heard warnings
		dir := t.TempDir()
		snap(t, log, engine.Options{Keep: time.Hour, SnapshotDir: dir})
		if c.name > 0 {
			if err := os.Rename(filepath.Join(dir, files(t, dir)[0]), filepath.Join(dir, fmt.Sprintf("%020d.snapshot", c.name))); err != nil {
				t.Fatal(err)
			}
		}
		view := &tape{records: c.view}
		e := openAs(t, view, now, engine.Options{Keep: c.keep, SnapshotDir: dir, Logger: heard.logger()})
		if used := view.reads <= 1; used != (c.words == "") || e.Position() != eventlog.Position(len(c.view)) {
			t.Errorf("for %s a snapshot is used: %v; %d records are read", c.why, used, view.reads)
		}
		if text := heard.take(); !strings.Contains(text, c.words) || (text == "") != (c.words == "") {
			t.Errorf("for %s the logger hears %q, want %q", c.why, text, c.words)
		}
	}
}

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

// Snapshots that are taken while many commands come are each the state of one
// position, byte for byte what a replay to that position is stored as.
func TestSnapshotsWhileCommandsCome(t *testing.T) {
	dir, now := t.TempDir(), newClock()
	o := engine.Options{Keep: 2 * time.Minute, SnapshotDir: dir, Snapshots: 1000}
	log := new(eventlog.Memory)
	o.Now, o.NewID = now.Now, newIDs(6)
	e, err := engine.Open(t.Context(), log, &o)
	if err != nil {
		t.Fatal(err)
	}
	taken := 20
	if testing.Short() {
		taken = 12
	}
	var callers sync.WaitGroup
	done := make(chan struct{})
	callers.Go(func() {
		defer close(done)
		for range taken {
			if err := e.Snapshot(context.Background()); err != nil {
				t.Error(err)
			}
		}
	})
	for caller := range 8 {
		callers.Go(func() {
			n := agent.NPN(1 + caller)
			if _, err := e.Agent(context.Background(), n, eligible(person{})...); err != nil {
				t.Error(err)
			}
			for {
				select {
				case <-done:
					return
				default:
				}
				now.pass(time.Second)
				r, err := e.Request(context.Background(), newCase(tampa))
				if err != nil {
					t.Error(err)
				}
				if r.Status == referral.StatusOffered {
					_, err = e.Accept(context.Background(), r.ID, r.Offer.To)
				}
				if err != nil && !errors.Is(err, referral.ErrNotOffered) {
					t.Error(err)
				}
			}
		})
	}
	callers.Wait()
	all := records(t, log, 0)
	names := files(t, dir)
	if len(names) < 3 {
		t.Errorf("only %d snapshots were taken", len(names))
	}
	for _, name := range names {
		var n int
		if _, err := fmt.Sscanf(name, "%d.snapshot", &n); err != nil {
			t.Fatal(err)
		}
		again := engine.Options{Keep: o.Keep, SnapshotDir: t.TempDir()}
		snap(t, all[:n], again)
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(filepath.Join(again.SnapshotDir, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("the snapshot of %d is not what a replay to there is stored as", n)
		}
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
