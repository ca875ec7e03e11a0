package logs

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/filelog"
	"github.com/relevo-go/relevo/referral/book"
	"github.com/relevo-go/relevo/referral/engine"
)

// fold returns the recording's state by the chain, the decoder and the fold
// alone, and every kind of event in it.
func fold(t *testing.T, r Recording) (eventlog.Head, *book.Book, map[string]int) {
	t.Helper()
	head, err := eventlog.Verify(r.Records())
	if err != nil {
		t.Fatal(err)
	}
	state, kinds := book.New(), map[string]int{}
	for record, err := range r.Records() {
		if err != nil {
			t.Fatal(err)
		}
		stream, err := book.ParseStream(record.Stream)
		if err != nil {
			t.Fatal(err)
		}
		event, err := book.Decode(stream, record.Kind, record.Time, record.Data)
		if err != nil {
			t.Fatalf("position %d: %v", record.Position, err)
		}
		state.Apply(uint64(record.Position), record.Time, stream, event)
		kinds[record.Kind]++
	}
	return head, state, kinds
}

func TestTheFoldReachesTheRecordedDigest(t *testing.T) {
	r, err := FirstAfternoon()
	if err != nil {
		t.Fatal(err)
	}
	head, state, kinds := fold(t, r)
	if head.Position != r.Position || head.Sum != r.Sum {
		t.Errorf("the chain leads to position %d, sum %s, want %d, %s", head.Position, head.Sum, r.Position, r.Sum)
	}
	if got := state.Digest(); got != r.Digest {
		t.Errorf("the fold's digest is %s, want the recorded %s", got, r.Digest)
	}
	for _, kind := range book.Kinds() {
		if kinds[kind] == 0 {
			t.Errorf("no %s is in the recording", kind)
		}
	}
	if counts := state.Counts(); counts.Agents < 100 || counts.Requested < 50 {
		t.Errorf("the recording has %d agents and %d requests, want about 110 and 60", counts.Agents, counts.Requested)
	}
	if len(r.Lines) > 600_000 {
		t.Errorf("the recording has %d bytes, want at most 600000", len(r.Lines))
	}
}

// The state at the recording's end is stored in the bytes that are pinned here.
// Whoever changes them, or what the fold makes of a log, raises format in
// referral/book/schema.go, so that what an older version stored is refused and
// not gone on from; then the two constants change together.
func TestTheStoredBookIsPinned(t *testing.T) {
	const format, pinned = "relevo book 2 ", "e2b965d21775c471459dcb185aed4dca54e3a063ee673738e9b116b2d8b8f3cb"
	r, err := FirstAfternoon()
	if err != nil {
		t.Fatal(err)
	}
	state := book.NewKeeping(20 * time.Minute)
	for record, err := range r.Records() {
		if err != nil {
			t.Fatal(err)
		}
		if err := state.Replay(uint64(record.Position), record.Time, record.Stream, record.Kind, record.Data); err != nil {
			t.Fatal(err)
		}
	}
	head, body, _ := strings.Cut(string(state.Still().Append(nil)), "\n")
	if got := fmt.Sprintf("%x", sha256.Sum256([]byte(body))); !strings.HasPrefix(head, format) || got != pinned {
		t.Errorf("the state is stored as %q… with hash %s, want %q… with %s", head, got, format, pinned)
	}
}

// A book that is stored and read at any position goes on as the one that is not.
func TestEveryPositionIsALegalStart(t *testing.T) {
	r, err := FirstAfternoon()
	if err != nil {
		t.Fatal(err)
	}
	type applied struct {
		position uint64
		at       time.Time
		stream   book.Stream
		event    book.Event
	}
	var all []applied
	for record, err := range r.Records() {
		if err != nil {
			t.Fatal(err)
		}
		stream, err := book.ParseStream(record.Stream)
		if err != nil {
			t.Fatal(err)
		}
		event, err := book.Decode(stream, record.Kind, record.Time, record.Data)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, applied{uint64(record.Position), record.Time, stream, event})
	}
	for _, keep := range []time.Duration{0, 20 * time.Minute} {
		whole := book.NewKeeping(keep)
		for _, a := range all {
			whole.Apply(a.position, a.at, a.stream, a.event)
		}
		want := string(whole.Still().Append(nil))
		step := 1
		if testing.Short() {
			step = 50
		}
		upTo := book.NewKeeping(keep)
		for n, a := range all {
			if upTo.Apply(a.position, a.at, a.stream, a.event); n%step != 0 {
				continue
			}
			state, err := book.Restore(upTo.Still().Append(nil))
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range all[n+1:] {
				state.Apply(a.position, a.at, a.stream, a.event)
			}
			if got := string(state.Still().Append(nil)); got != want {
				t.Fatalf("stored at %d, keeping %v, and gone on, the state is another", n+1, keep)
			}
		}
	}
}

func TestTheEngineReachesTheRecordedDigest(t *testing.T) {
	r, err := FirstAfternoon()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := r.Keep(dir); err != nil {
		t.Fatal(err)
	}
	log, err := filelog.Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	head, _, _ := fold(t, r)
	eng, err := engine.Open(t.Context(), log, &engine.Options{Now: func() time.Time { return head.Time }})
	if err != nil {
		t.Fatal(err)
	}
	defer eng.Close()
	if position, digest := eng.Digest(); position != r.Position || digest != r.Digest {
		t.Errorf("the engine stands at position %d with digest %s, want %d, %s", position, digest, r.Position, r.Digest)
	}
	// Nothing was due at the recording's end, so the engine has nothing to add.
	if err := eng.Tick(t.Context(), head.Time); err != nil {
		t.Fatal(err)
	}
	if got := eng.Position(); got != r.Position {
		t.Errorf("a tick at the recording's end adds %d records, want none", got-r.Position)
	}
}

func TestEveryPrefixOfWholeAppendsIsALegalStart(t *testing.T) {
	r, err := FirstAfternoon()
	if err != nil {
		t.Fatal(err)
	}
	var records []eventlog.Record
	for record, err := range r.Records() {
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, record)
	}
	var ends []int // of appends: every one is the end of a step
	for i, record := range records {
		if record.Position == record.Last {
			ends = append(ends, i)
		}
	}
	for n := 0; n < len(ends); n += 23 {
		i := ends[n]
		prefix := &eventlog.Memory{}
		for first := 0; first <= i; {
			last := int(records[first].Last)
			var entries []eventlog.Entry
			for _, record := range records[first:last] {
				entries = append(entries, record.Entry)
			}
			if _, err := prefix.Append(t.Context(), eventlog.Position(first), entries...); err != nil {
				t.Fatal(err)
			}
			first = last
		}
		eng, err := engine.Open(t.Context(), prefix, &engine.Options{Now: func() time.Time { return records[i].Time }})
		if err != nil {
			t.Fatalf("the prefix up to position %d: %v", records[i].Position, err)
		}
		if err := eng.Tick(t.Context(), records[i].Time); err != nil {
			t.Errorf("the prefix up to position %d: %v", records[i].Position, err)
		}
		if got := eng.Position(); got != records[i].Position {
			t.Errorf("the prefix up to position %d, the end of a step: a tick adds %d records, want none", records[i].Position, got-records[i].Position)
		}
		eng.Close()
	}
}

func TestKeepOverwritesNothing(t *testing.T) {
	r, dir := Recording{Lines: "x\n"}, t.TempDir()
	if err := r.Keep(dir); err != nil {
		t.Fatal(err)
	}
	if err := r.Keep(dir); err == nil {
		t.Error("the second Keep in one directory gives no error")
	}
}

func TestReadRefusesADamagedEnd(t *testing.T) {
	good := Recording{Position: 7, Digest: strings.Repeat("0", 64)}
	if got, err := read("", good.End()); err != nil || !cmp.Equal(got, good) {
		t.Errorf("read of what End writes = %v, %v, want %v", got, err, good)
	}
	for _, end := range []string{"", "position x\n", "position 7\nsum 12\ndigest 34\n", strings.Replace(good.End(), "digest", "hash", 1)} {
		if got, err := read("", end); err == nil {
			t.Errorf("read of the end %q = %v, want an error", end, got)
		}
	}
}

func TestRecordsEndAtTheFirstBadLine(t *testing.T) {
	r, err := FirstAfternoon()
	if err != nil {
		t.Fatal(err)
	}
	lines := slices.Collect(strings.Lines(r.Lines))
	r.Lines = lines[0] + "{}\n" + lines[1]
	n, failed := 0, false
	for _, err := range r.Records() {
		n++
		failed = failed || err != nil
	}
	if n != 2 || !failed {
		t.Errorf("Records yields %d pairs, an error among them: %v, want 2, true", n, failed)
	}
}
