package filelog

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/relevo-go/relevo/eventlog"
)

// reseal gives every line that ends as a record does the sum that fits the line
// before it, so that what is wrong with a line is not hidden by its sum.
func reseal(data []byte) []byte {
	var out []byte
	prev := strings.Repeat("0", 64)
	for line := range bytes.Lines(data) {
		line, newline := bytes.CutSuffix(line, []byte("\n"))
		if body := len(line) - tailLen; body > 0 && bytes.HasPrefix(line[body:], recordTail) {
			sum := sha256.Sum256(append([]byte(prev), line[:body]...))
			prev = hex.EncodeToString(sum[:])
			out = append(append(append(append(out, line[:body]...), recordTail...), prev...), `"}`...)
		} else {
			out = append(out, line...)
		}
		if newline {
			out = append(out, '\n')
		}
	}
	return out
}

// slowFile is the slow twin of [ReadFile]: it returns how many bytes at the
// beginning of a file are good, how many of them and how many records are in
// whole appends, and whether that is all of it.
func slowFile(data []byte) (good, size, records int, whole bool) {
	var last eventlog.Record
	n := 0
	for line := range bytes.Lines(data) {
		text, newline := bytes.CutSuffix(line, []byte("\n"))
		r, err := eventlog.ParseLine(text)
		if !newline || err != nil {
			return good, size, records, false
		}
		if n > 0 || r.Position == 1 {
			sum := sha256.Sum256(append([]byte(last.Sum.String()), text[:len(text)-tailLen]...))
			within := last.Position < last.Last
			if r.Sum != sum || r.Position != last.Position+1 || n > 0 && r.Time.Before(last.Time) ||
				within != (r.First < r.Position) || within && (r.First != last.First || r.Last != last.Last) {
				return good, size, records, false
			}
		}
		good, n, last = good+len(line), n+1, r
		if r.Position == r.Last {
			size, records = good, n
		}
	}
	return good, size, records, good == size
}

// slowDir is what a directory says whose only segment is a file: the records up
// to its end, damage, and whether the end is torn. It is for files that begin at
// position 1.
func slowDir(t *testing.T, data []byte) (records []eventlog.Record, damage *eventlog.CorruptError, torn bool) {
	t.Helper()
	s := survey{disk: holding(map[string][]byte{segmentName(1): data}), dir: "log", verify: 1 << 40}
	tear, err := s.open()
	if damage, ok := asDamage(err); ok || err != nil {
		if !ok {
			t.Fatal(err)
		}
		return nil, damage, false
	}
	if s.head.Position > 0 {
		v := &view{disk: s.disk, dir: s.dir, segments: s.segments}
		v.read(t.Context(), func(r eventlog.Record, err error) bool {
			if err != nil {
				t.Fatal(err)
			}
			records = append(records, r)
			return true
		})
	}
	return records, nil, tear != nil && tear.from < tear.to
}

// beginsElsewhere reports whether a file's first record is of another position
// than 1.
func beginsElsewhere(data []byte) bool {
	r, _, err := eventlog.ParsePrefix(data)
	return err == nil && r.Position > 1
}

// sameAsDirectory checks that a file says what a directory that holds it says.
func sameAsDirectory(t *testing.T, data []byte, records []eventlog.Record, err error) {
	t.Helper()
	want, damage, torn := slowDir(t, data)
	if damage != nil {
		got, ok := asDamage(err)
		if !ok || errors.Is(err, eventlog.ErrTorn) || got.Position != damage.Position || got.Last != damage.Last || got.Offset != damage.Offset || got.Err.Error() != damage.Err.Error() {
			t.Fatalf("%.400q ends with %v, in a directory with %v", data, err, damage)
		}
		return
	}
	if torn != errors.Is(err, eventlog.ErrTorn) || !torn && err != nil {
		t.Fatalf("%.400q ends with %v, in a directory it is torn: %t", data, err, torn)
	}
	if diff := diffLines(want, records); diff != "" {
		t.Fatalf("%.400q: (-directory +file)\n%s", data, diff)
	}
}

// FuzzReadFile reads a file of any bytes, and the same bytes with sums that fit:
// nothing panics, only whole appends that are verified are yielded, as they stand
// in the file, damage is named by its first byte, in few words, and a directory
// with the file in it says the same.
func FuzzReadFile(f *testing.F) {
	log, err := os.ReadFile("testdata/log.jsonl")
	if err != nil {
		f.Fatal(err)
	}
	lines := bytes.SplitAfter(log, []byte("\n"))
	second := len(lines[0])
	f.Add([]byte{})
	f.Add([]byte("\n"))
	f.Add([]byte(strings.Repeat("x", 300)))
	f.Add(log)
	f.Add(log[:len(log)-1])
	f.Add(log[second:])
	f.Add(log[:second+len(lines[1])])
	f.Add(bytes.Replace(log, []byte("15:04:08Z"), []byte("15:04:06Z"), 1))
	f.Add(bytes.Replace(log, []byte(`"first":2,"last":3`), []byte(`"first":2,"last":4`), 1))
	f.Add(bytes.ReplaceAll(log, []byte(`,"first":2,"last":3`), nil))
	f.Add(bytes.Join([][]byte{lines[1], lines[0], lines[2]}, nil))
	f.Add(bytes.Join([][]byte{lines[0], lines[0]}, nil))
	f.Add(bytes.Replace(log, []byte(`"position":3`), []byte(`"position":9223372036854775808`), 1))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, data := range [][]byte{data, reseal(data)} {
			d := export(data)
			good, size, n, whole := slowFile(data)
			var written []byte
			var records []eventlog.Record
			var last error
			for r, err := range readFile(d, exported) {
				if last != nil {
					t.Fatalf("%q goes on after %v", data, last)
				}
				if last = err; err == nil {
					records = append(records, r)
					written = append(r.AppendLine(written), '\n')
				}
			}
			if len(records) != n || !bytes.Equal(written, data[:size]) || (last == nil) != whole {
				t.Fatalf("%q gives %d records, %q, %v, want %d of %d bytes, whole: %v", data, len(records), written, last, n, size, whole)
			}
			if !beginsElsewhere(data) {
				sameAsDirectory(t, data, records, last)
			}
			if last != nil {
				damage, ok := errors.AsType[*eventlog.CorruptError](last)
				offset := good
				if errors.Is(last, eventlog.ErrTorn) {
					offset = size
					if n > 0 && damage.Last != records[n-1].Position {
						t.Fatalf("%q ends with %v, want position %d to be the last", data, last, records[n-1].Position)
					}
				}
				if !ok || damage.File != exported || damage.Offset != int64(offset) || len(strings.ReplaceAll(last.Error(), exported, "")) > 450 {
					t.Fatalf("%q ends with %v, want damage at byte %d", data, last, offset)
				}
				continue
			}
			if n > 0 && records[0].Position == 1 {
				if head, err := eventlog.Verify(readFile(d, exported)); err != nil || head != records[n-1].Head() {
					t.Fatalf("%q verifies as %+v, %v", data, head, err)
				}
			}
		}
	})
}
