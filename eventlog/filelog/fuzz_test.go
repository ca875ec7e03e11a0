package filelog

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
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

// slowFile is the slow twin of [ReadFile]: it returns how many bytes and records
// at the beginning of a file are good, and whether that is all of it.
func slowFile(data []byte) (size, records int, whole bool) {
	var last eventlog.Record
	for line := range bytes.Lines(data) {
		text, newline := bytes.CutSuffix(line, []byte("\n"))
		r, err := eventlog.ParseLine(text)
		if !newline || err != nil {
			return size, records, false
		}
		if records > 0 || r.Position == 1 {
			sum := sha256.Sum256(append([]byte(last.Sum.String()), text[:len(text)-tailLen]...))
			within := last.Position < last.Last
			if r.Sum != sum || r.Position != last.Position+1 || records > 0 && r.Time.Before(last.Time) ||
				within != (r.First < r.Position) || within && (r.First != last.First || r.Last != last.Last) {
				return size, records, false
			}
		}
		size, records, last = size+len(line), records+1, r
	}
	return size, records, last.Position == last.Last
}

// FuzzReadFile reads a file of any bytes, and the same bytes with sums that fit:
// nothing panics, only records that are verified are yielded, as they stand in
// the file, and damage is named by its first byte, in few words.
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
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, data := range [][]byte{data, reseal(data)} {
			path := filepath.Join(dir, "log.jsonl")
			// A new file each time: some file systems sync one that is written over.
			if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
			size, n, whole := slowFile(data)
			var written []byte
			var records []eventlog.Record
			var last error
			for r, err := range ReadFile(path) {
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
			if last != nil {
				damage, ok := errors.AsType[*eventlog.CorruptError](last)
				if !ok || damage.File != path || damage.Offset != int64(size) || n > 0 && damage.Last != records[n-1].Position || len(strings.ReplaceAll(last.Error(), path, "")) > 400 {
					t.Fatalf("%q ends with %v, want damage at byte %d", data, last, size)
				}
				continue
			}
			if n > 0 && records[0].Position == 1 {
				if head, err := eventlog.Verify(ReadFile(path)); err != nil || head != records[n-1].Head() {
					t.Fatalf("%q verifies as %+v, %v", data, head, err)
				}
			}
		}
	})
}
