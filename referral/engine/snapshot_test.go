package engine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
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

// Snapshots that are taken while many commands come are each the state of one
// position, byte for byte what a replay to that position is stored as.
func TestSnapshotsWhileCommandsCome(t *testing.T) {
	dir, now := t.TempDir(), newClock()
	o := engine.Options{Keep: 2 * time.Minute, SnapshotDir: dir, Snapshots: 1000}
	// The callers move the clock by a second each time: to one that is not run for a
	// moment the log may be minutes ahead, and its offer expired.
	o.MaxSkew = 1000 * time.Hour
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
				if err != nil && !errors.Is(err, referral.ErrNotOffered) && !errors.Is(err, referral.ErrTooLate) {
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
