package eventlog

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

// someLog returns six records: appends of one, three and two.
func someLog(t *testing.T) []Record {
	t.Helper()
	var head Head
	var all []Record
	for _, n := range []int{1, 3, 2} {
		var group []Entry
		for range n {
			e := goldenEntries()[0]
			e.ID[14]++
			e.Time = e.Time.Add(time.Duration(len(all)+len(group)) * time.Second)
			group = append(group, e)
		}
		records, err := head.Seal(group...)
		if err != nil {
			t.Fatal(err)
		}
		head = records[n-1].Head()
		all = append(all, records...)
	}
	return all
}

func sequence(records []Record) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for _, r := range records {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func TestSealRefuses(t *testing.T) {
	head := Head{Position: 7, Time: time.Date(2026, 11, 23, 15, 4, 5, 1, time.UTC)}
	for _, tt := range []struct {
		name  string
		spoil func(*Entry)
		want  string
	}{
		{"nil ID", func(e *Entry) { e.ID = uuid.Nil }, "nil UUID"},
		{"empty stream", func(e *Entry) { e.Stream = "" }, "stream is empty"},
		{"long stream", func(e *Entry) { e.Stream = strings.Repeat("s", 256) }, "stream is longer"},
		{"quote", func(e *Entry) { e.Stream = `a"b` }, "stream has a character"},
		{"backslash", func(e *Entry) { e.Kind = `a\b` }, "kind has a character"},
		{"newline", func(e *Entry) { e.Kind = "a\n" }, "kind has a character"},
		{"delete", func(e *Entry) { e.Kind = "a\x7f" }, "kind has a character"},
		{"not ASCII", func(e *Entry) { e.Kind = "café" }, "kind has a character"},
		{"empty kind", func(e *Entry) { e.Kind = "" }, "kind is empty"},
		{"before the head", func(e *Entry) { e.Time = head.Time.Add(-1) }, "2026-11-23T15:04:05Z is before 2026-11-23T15:04:05.000000001Z"},
		{"year 0", func(e *Entry) { e.Time = time.Date(0, 12, 31, 23, 59, 59, 0, time.UTC) }, "years 1 to 9999"},
		{"year 10000 in UTC", func(e *Entry) { e.Time = time.Date(9999, 12, 31, 23, 0, 0, 0, time.FixedZone("", -3600)) }, "years 1 to 9999"},
		{"no data", func(e *Entry) { e.Data = nil }, "JSON object"},
		{"array", func(e *Entry) { e.Data = []byte("[]") }, "JSON object"},
		{"two objects", func(e *Entry) { e.Data = []byte("{}{}") }, "more after"},
		{"space behind", func(e *Entry) { e.Data = []byte("{} ") }, "more after"},
		{"newline behind", func(e *Entry) { e.Data = []byte("{}\n") }, "more after"},
		{"duplicate keys", func(e *Entry) { e.Data = []byte(`{"a":[{"b":1,"b":1}]}`) }, "twice"},
	} {
		e := goldenEntries()[1]
		tt.spoil(&e)
		records, err := head.Seal(e)
		if err == nil || len(records) > 0 || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "entry 1 of 1") {
			t.Errorf("%s: Seal = %d records, %v, want an error with %q", tt.name, len(records), err, tt.want)
		}
		if err != nil && strings.Contains(err.Error(), "1234567") {
			t.Errorf("%s: the error quotes data: %v", tt.name, err)
		}
		if records, err = head.Seal(goldenEntries()[1], e); err == nil || len(records) > 0 {
			t.Errorf("%s: Seal with a good entry before = %d records, %v, want none and an error", tt.name, len(records), err)
		}
	}
	back := goldenEntries()
	back[2].Time = back[1].Time.Add(-1)
	if _, err := head.Seal(back[1:]...); err == nil || !strings.Contains(err.Error(), "entry 2 of 2") {
		t.Errorf("Seal of times that run backwards = %v, want an error", err)
	}
}

func TestSealAtTheLimits(t *testing.T) {
	room := MaxLine - len(`{"position":1,"id":"01992b4e-8a7c-7d3e-9f00-012345678901","time":"2026-11-23T15:04:05Z","stream":"s","kind":"k","data":{"a":""},"sum":"`) - 64 - 2
	e := goldenEntries()[0]
	e.Stream, e.Kind = "s", "k"
	e.Data = []byte(`{"a":"` + strings.Repeat("x", room) + `"}`)
	records, err := Head{}.Seal(e)
	if err != nil {
		t.Fatalf("Seal of the longest line = %v", err)
	}
	line := records[0].AppendLine(nil)
	if len(line) != MaxLine {
		t.Fatalf("the longest line has %d bytes, want %d", len(line), MaxLine)
	}
	if _, err := new(Head).NextLine(line); err != nil {
		t.Errorf("NextLine of the longest line = %v", err)
	}
	e.Data = []byte(`{"a":"` + strings.Repeat("x", room+1) + `"}`)
	if _, err := (Head{}).Seal(e); !errors.Is(err, ErrTooLarge) {
		t.Errorf("Seal of a line one byte longer = %v, want ErrTooLarge", err)
	}

	near := Head{Position: MaxPosition - 1}
	if records, err = near.Seal(goldenEntries()[0]); err != nil || records[0].Position != MaxPosition {
		t.Errorf("Seal of the last position = %v", err)
	} else if _, err := ParseLine(records[0].AppendLine(nil)); err != nil {
		t.Errorf("ParseLine of the last position = %v", err)
	}
	for _, h := range []Head{near, {Position: MaxPosition}, {Position: MaxPosition + 5}} {
		if _, err := h.Seal(goldenEntries()[:2]...); err == nil {
			t.Errorf("Seal of two entries after position %d gives no error", h.Position)
		}
	}
	if records, err := (Head{}).Seal(); records != nil || err != nil {
		t.Errorf("Seal of nothing = %v, %v", records, err)
	}
	if _, err := someLog(t)[1].Head().Seal(goldenEntries()[0]); err == nil {
		t.Error("Seal inside an append gives no error")
	}
}

func TestSealCopies(t *testing.T) {
	entries := goldenEntries()
	records, err := Head{}.Seal(entries...)
	if err != nil {
		t.Fatal(err)
	}
	for i := range entries {
		for j := range entries[i].Data {
			entries[i].Data[j] = '!'
		}
	}
	for i, e := range goldenEntries() {
		if !bytes.Equal(records[i].Data, e.Data) {
			t.Errorf("the data of record %d follows the caller's bytes: %s", i+1, records[i].Data)
		}
	}
}

func TestVerify(t *testing.T) {
	records := someLog(t)
	head, err := Verify(sequence(records))
	if want := records[5].Head(); err != nil || head != want {
		t.Errorf("Verify = %v, %v, want %v", head, err, want)
	}
	if head, err := Verify(sequence(nil)); err != nil || head != (Head{}) {
		t.Errorf("Verify of nothing = %v, %v", head, err)
	}
	var m Memory
	for _, r := range []int{0, 1, 4} {
		var group []Entry
		for _, q := range records[r:records[r].Last] {
			group = append(group, q.Entry)
		}
		if _, err := m.Append(context.Background(), Position(r), group...); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := Verify(m.Read(context.Background(), 0)); err != nil || got != head {
		t.Errorf("Verify of a log in memory = %v, %v, want %v", got, err, head)
	}
}

// resealed returns records with the sums that fit them as they are: what a
// faulty writer, not a flipped bit, leaves.
func resealed(records []Record) []Record {
	var prev Hash
	for i := range records {
		records[i].Sum = new(chainer).sum([]byte(prev.String()), appendBody(nil, &records[i]))
		prev = records[i].Sum
	}
	return records
}

// B6: whatever is changed in a log, verification names the first bad record.
func TestVerifyNamesTheFirstBadRecord(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(r []Record) []Record
		at    Position
		want  string
	}{
		{"data changed", func(r []Record) []Record { r[2].Data = []byte(`{}`); return r }, 3, "sum"},
		{"stream changed", func(r []Record) []Record { r[0].Stream = "x"; return r }, 1, "sum"},
		{"sum changed", func(r []Record) []Record { r[4].Sum[31] ^= 1; return r }, 5, "sum"},
		{"time changed", func(r []Record) []Record { r[5].Time = r[5].Time.Add(1); return r }, 6, "sum"},
		{"one left out", func(r []Record) []Record { return slices.Delete(r, 4, 5) }, 5, "position 6"},
		{"the first left out", func(r []Record) []Record { return r[1:] }, 1, "position 2"},
		{"one twice", func(r []Record) []Record { return slices.Insert(r, 1, r[0]) }, 2, "position 1"},
		{"two swapped", func(r []Record) []Record { r[2], r[3] = r[3], r[2]; return r }, 3, "position 4"},
		{"cut inside an append", func(r []Record) []Record { return r[:3] }, 4, "cut short"},
		{"time backwards, sealed", func(r []Record) []Record { r[1].Time = r[0].Time.Add(-1); return resealed(r) }, 2, "time is before"},
		{"extent begins late, sealed", func(r []Record) []Record { r[2].First = 3; return resealed(r) }, 3, "cut short"},
		{"extent ends late, sealed", func(r []Record) []Record { r[3].Last = 5; return resealed(r) }, 4, "cut short"},
		{"extent begins before, sealed", func(r []Record) []Record { r[4].First = 4; return resealed(r) }, 5, "lacks its beginning"},
		{"first extent begins before, sealed", func(r []Record) []Record { r[0].First = 0; return resealed(r) }, 1, "outside"},
		{"outside its extent, sealed", func(r []Record) []Record { r[4].First, r[4].Last = 6, 7; return resealed(r) }, 5, "outside"},
		{"extent ends early, sealed", func(r []Record) []Record { r[1].Last = 3; return resealed(r) }, 3, "cut short"},
	} {
		records := tt.spoil(someLog(t))
		head, err := Verify(sequence(records))
		damage, ok := errors.AsType[*CorruptError](err)
		if !ok || !errors.Is(err, ErrCorrupt) || damage.Position != tt.at || damage.Last != tt.at-1 || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: Verify = %v, want position %d and %q", tt.name, err, tt.at, tt.want)
		}
		if head.Position != tt.at-1 {
			t.Errorf("%s: Verify gives the head %d, want that of the last good record, %d", tt.name, head.Position, tt.at-1)
		}
	}
	broken := errors.New("disk gone")
	_, err := Verify(func(yield func(Record, error) bool) {
		_ = yield(someLog(t)[0], nil) && yield(Record{}, broken)
	})
	if !errors.Is(err, broken) {
		t.Errorf("Verify of a read that fails = %v, want its error", err)
	}
}

// TestNextFromAKeptHead begins inside a log with a head that was kept as its
// position, time and sum.
func TestNextFromAKeptHead(t *testing.T) {
	records := someLog(t)
	for i := range records {
		kept := Head{}
		if i > 0 {
			kept = Head{Position: records[i-1].Position, Time: records[i-1].Time, Sum: records[i-1].Sum}
		}
		byLine := kept
		for _, r := range records[i:] {
			if err := kept.Next(r); err != nil {
				t.Fatalf("from %d: Next = %v", i, err)
			}
			got, err := byLine.NextLine(r.AppendLine(nil))
			if err != nil {
				t.Fatalf("from %d: NextLine = %v", i, err)
			}
			if diff := cmp.Diff(r, got); diff != "" {
				t.Errorf("NextLine: (-want +got)\n%s", diff)
			}
		}
		if kept != records[5].Head() || byLine != kept {
			t.Errorf("from %d: the heads are %v by Next and %v by NextLine, want %v", i, kept, byLine, records[5].Head())
		}
	}
	wrong := Head{Position: 1, Time: records[0].Time, Sum: Hash{1}}
	before := wrong
	if err := wrong.Next(records[1]); !errors.Is(err, ErrCorrupt) || wrong != before {
		t.Errorf("Next after another sum = %v, and moves the head: %t", err, wrong != before)
	}
	if _, err := wrong.NextLine([]byte("{}")); !errors.Is(err, ErrCorrupt) || wrong != before {
		t.Errorf("NextLine of no line = %v, and moves the head: %t", err, wrong != before)
	}
}

func TestExpect(t *testing.T) {
	h := Head{Position: 3}
	for after, want := range map[Position]error{0: ErrConflict, 2: ErrConflict, 3: nil, 4: ErrLost, MaxPosition: ErrLost} {
		if err := h.Expect(after); !errors.Is(err, want) {
			t.Errorf("Head{3}.Expect(%d) = %v, want %v", after, err, want)
		}
	}
}

func TestCorruptErrorText(t *testing.T) {
	err := &CorruptError{Position: 12, Last: 11, File: "00000000000000000001.jsonl", Offset: 3456, Err: errors.New("eventlog: the sum does not fit")}
	want := "eventlog: the log is damaged at position 12 (file 00000000000000000001.jsonl, byte 3456): the sum does not fit; the last good record is 11: " +
		"change nothing, keep a copy, and restore from one whose records from there on are intact"
	if got := err.Error(); got != want {
		t.Errorf("Error()\n got %s\nwant %s", got, want)
	}
	if !errors.Is(err, ErrCorrupt) || !errors.Is(err, err.Err) {
		t.Error("a CorruptError is not ErrCorrupt, or does not unwrap")
	}
	if got := (&CorruptError{Position: 1}).Error(); !strings.Contains(got, "no record before it is good") {
		t.Errorf("Error() at position 1 = %s", got)
	}
}
