package filelog

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/relevo-go/relevo/eventlog"
)

// closed returns the files of a sample with the note that a clean close leaves.
func (s sample) closed() map[string][]byte {
	files := maps.Clone(s.files)
	last := s.records[len(s.records)-1]
	files[endName] = end{last.Position, last.Sum}.text()
	return files
}

// TestCloseNotesTheEnd pins what a closed log leaves beside its segments.
func TestCloseNotesTheEnd(t *testing.T) {
	d := newMemDisk()
	for i, want := range []string{"", "", "3", "3", "4"} {
		log, err := open("log", nil, d)
		if err != nil {
			t.Fatal(err)
		}
		switch i {
		case 2:
			mustAppend(t, log, 3)
		case 4:
			mustAppend(t, log, 1)
		}
		last := log.known.head
		if err := log.Close(); err != nil {
			t.Fatal(err)
		}
		got := ""
		if f := d.names[filepath.Join("log", endName)]; f != nil {
			got = string(f.data)
		}
		if want == "" && got != "" || want != "" && !strings.HasPrefix(got, fmt.Sprintf(`{"position":%s,"sum":"%s","check":"`, want, last.Sum)) {
			t.Errorf("opening %d: the note is %q, want position %s and its sum", i, got, want)
		}
		noted, ok, err := readEnd(d, "log")
		if ok != (want != "") || err != nil || ok && noted != (end{last.Position, last.Sum}) {
			t.Errorf("opening %d: the note reads as %v, %t, %v", i, noted, ok, err)
		}
	}
}

// TestIdleNotesTheEnd notes the end a moment after the last append, and not
// while appends go on.
func TestIdleNotesTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newMemDisk()
		log, err := open("log", nil, d)
		if err != nil {
			t.Fatal(err)
		}
		defer log.Close()
		noted := func() eventlog.Position {
			synctest.Wait()
			e, _, err := readEnd(d, "log")
			if err != nil {
				t.Fatal(err)
			}
			return e.position
		}
		for range 10 {
			mustAppend(t, log, 1)
			time.Sleep(idle - 1)
			if got := noted(); got != 0 {
				t.Fatalf("the end is noted at %d while appends go on", got)
			}
		}
		time.Sleep(time.Nanosecond)
		if got := noted(); got != 10 {
			t.Errorf("after a moment the end is noted at %d, want 10", got)
		}
		mustAppend(t, log, 2)
		time.Sleep(idle)
		if got := noted(); got != 12 {
			t.Errorf("after another moment the end is noted at %d, want 12", got)
		}
		// The log of a process that dies now is as good as a closed one.
		after := d.reboot(false, survivals["what was synced"])
		after.names[segmentPath("log", 1)].data[20] ^= 1
		if _, err := open("log", nil, after); !errors.Is(err, eventlog.ErrCorrupt) {
			t.Errorf("opening after a bit was flipped = %v, want ErrCorrupt", err)
		}
	})
}

// TestFlipEveryBitOfAClosedLog flips every bit of a log that was closed cleanly:
// all of them are found, in the last append too, and nothing is changed. A note
// that is spoiled says nothing.
func TestFlipEveryBitOfAClosedLog(t *testing.T) {
	s := makeSample(t, 1, 2, 1, 1, 3, 1, 1)
	for name, b := range s.closed() {
		for i := range b {
			for bit := range 8 {
				if testing.Short() && bit != i%8 {
					continue
				}
				files := maps.Clone(s.closed())
				files[name] = bytes.Clone(b)
				files[name][i] ^= 1 << bit
				what := fmt.Sprintf("%s, byte %d, bit %d", name, i, bit)
				d := holding(files)
				got, err := reads(t, d)
				if name == endName {
					if diff := diffLines(s.records, got); err != nil || diff != "" {
						t.Fatalf("%s: %v (-want +got)\n%s", what, err, diff)
					}
					continue
				}
				if damage, ok := asDamage(err); !ok || damage.File != filepath.Join("log", name) || damage.Offset > int64(i) {
					t.Fatalf("%s: opening = %v, want damage there", what, err)
				}
				delete(files, endName)
				unchanged(t, what, d, files)
			}
		}
	}
}

// TestCutAClosedLogAtEveryByte ends a log that was closed cleanly at every byte:
// what is cut off is missed, and nothing is changed.
func TestCutAClosedLogAtEveryByte(t *testing.T) {
	s := makeSample(t, 1, 2, 1, 1, 3, 1, 1)
	before := s.closed()
	for i := len(s.firsts) - 1; i >= 0; i-- {
		name := segmentName(s.firsts[i])
		for n := range offsets(s.files[name][:len(s.files[name])-1]) {
			files := maps.Clone(before)
			files[name] = files[name][:n]
			what := fmt.Sprintf("%s cut at byte %d", name, n)
			for _, opts := range []*Options{nil, {ReadOnly: true}} {
				d := holding(files)
				_, err := open("log", opts, d)
				damage, ok := asDamage(err)
				if last := s.records[len(s.records)-1].Position; !ok || !strings.Contains(err.Error(), fmt.Sprintf("durable up to position %d ", last)) {
					t.Fatalf("%s: opening = %v, want damage and the position that was noted", what, err)
				}
				if damage.Last >= s.firsts[i]+10 || damage.File == "" {
					t.Fatalf("%s: opening = %v", what, err)
				}
				want := maps.Clone(files)
				delete(want, endName)
				unchanged(t, what, d, want)
			}
		}
		delete(before, name)
	}
}

// TestEndOfAnotherLog refuses a log that was written anew beneath its note.
func TestEndOfAnotherLog(t *testing.T) {
	s, other := makeSample(t, 1, 1, 1), makeSample(t, 1, 2)
	for _, noted := range []int{1, 2} {
		files := maps.Clone(s.files)
		r := other.records[noted]
		files[endName] = end{r.Position, r.Sum}.text()
		_, err := open("log", nil, holding(files))
		damage, ok := asDamage(err)
		offset := bytes.Index(s.files[segmentName(1)], fmt.Appendf(nil, `{"position":%d,`, r.Position))
		if !ok || damage.Position != r.Position || damage.Offset != int64(offset) || !strings.Contains(err.Error(), "another sum") {
			t.Errorf("a note of position %d in another log: opening = %v, want damage there", r.Position, err)
		}
	}
	// A log that went on from the note is as it should be.
	files := maps.Clone(s.files)
	files[endName] = end{s.records[1].Position, s.records[1].Sum}.text()
	if _, err := open("log", nil, holding(files)); err != nil {
		t.Errorf("a note that the log has outgrown: opening = %v", err)
	}
}

// TestPoisonedLogNotesNothing leaves the note as it was after a failure.
func TestPoisonedLogNotesNothing(t *testing.T) {
	d := newMemDisk()
	log, err := open("log", nil, d)
	if err != nil {
		t.Fatal(err)
	}
	mustAppend(t, log, 1)
	d.failFrom, d.failTo = d.ops, d.ops+1
	if _, err := log.Append(t.Context(), 1, entry(2)); !errors.Is(err, eventlog.ErrUncertain) {
		t.Fatal(err)
	}
	log.noteIdle()
	log.Close()
	if e, ok, err := readEnd(d, "log"); ok || err != nil {
		t.Errorf("after a failure the end is noted: %v, %v", e, err)
	}
}

// TestCloseTellsThatItCannotNote checks that Close is an error if the end cannot
// be noted, and that the log is whole all the same.
func TestCloseTellsThatItCannotNote(t *testing.T) {
	for n := range 10 {
		d := newMemDisk()
		log, err := open("log", nil, d)
		if err != nil {
			t.Fatal(err)
		}
		want := mustAppend(t, log, 2)
		d.failFrom, d.failTo = d.ops+n, d.ops+n+1
		err = log.Close()
		if d.failed == "" {
			if n < 4 || err != nil {
				t.Fatalf("Close needs %d operations and is %v, want at least a create, a write, a sync and a rename", n, err)
			}
			return
		}
		if !errors.Is(err, errInjected) {
			t.Errorf("Close when its %s fails = %v, want the cause", d.failed, err)
		}
		again, err := open("log", nil, d)
		if err != nil {
			t.Fatal(err)
		}
		if diff := diffLines(want, readAll(t, again, 0)); diff != "" {
			t.Errorf("after %s failed: (-want +got)\n%s", d.failed, diff)
		}
	}
	t.Error("Close needs more than 10 operations")
}

// TestEndIsReadable pins the note's form, by which an auditor checks a copy of a
// log: position, sum, and a check of the note itself.
func TestEndIsReadable(t *testing.T) {
	dir := t.TempDir()
	log := mustOpen(t, dir, nil)
	r := mustAppend(t, log, 2)[1]
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, endName))
	want := fmt.Sprintf(`{"position":2,"sum":"%s","check":"`, r.Sum)
	if err != nil || !strings.HasPrefix(string(b), want) || len(b) != len(want)+64+len("\"}\n") {
		t.Errorf("the note is %q, %v", b, err)
	}
}
