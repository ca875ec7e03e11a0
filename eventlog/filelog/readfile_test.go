package filelog

import (
	"bytes"
	"errors"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/relevo-go/relevo/eventlog"
)

// exported is where the tests of this file have a file of lines.
const exported = "log/log.jsonl"

// export returns a disk with a file of lines.
func export(b []byte) *memDisk { return holding(map[string][]byte{filepath.Base(exported): b}) }

// readTo returns the records of a sequence and the error it ends with.
func readTo(t testing.TB, what string, pairs func(func(eventlog.Record, error) bool)) (records []eventlog.Record, last error) {
	t.Helper()
	for r, err := range pairs {
		if last != nil {
			t.Fatalf("%s goes on after %v", what, last)
		}
		if last = err; err == nil {
			records = append(records, r)
		}
	}
	return records, last
}

// TestReadLargeFile reads files that are verified ahead, whole, cut anywhere and
// with a byte changed anywhere, some appends of which go over many stretches.
func TestReadLargeFile(t *testing.T) {
	d := newMemDisk()
	large(t, d, 1<<40, 15, 1500)
	all := d.contents()[segmentName(1)]
	if len(all) < 8*mostPiece {
		t.Fatalf("the file has %d bytes, want many stretches", len(all))
	}
	random := rand.New(rand.NewPCG(1, 2))
	times := 15
	if testing.Short() {
		times = 6
	}
	for i := range times {
		b := all
		switch {
		case i%3 == 1:
			b = all[:random.IntN(len(all))]
		case i%3 == 2:
			b = bytes.Clone(all)
			b[random.IntN(len(all))] ^= 1
		}
		records, err := readTo(t, "ReadFile", readFile(export(b), exported))
		_, _, n, whole := slowFile(b)
		if len(records) != n || whole != (err == nil) {
			t.Fatalf("file %d gives %d records, %v, want %d, whole: %t", i, len(records), err, n, whole)
		}
		sameAsDirectory(t, b, records, err)
	}
}

// TestReadFileIsBrokenOff ends reads of a large file early.
func TestReadFileIsBrokenOff(t *testing.T) {
	d := newMemDisk()
	large(t, d, 1<<40, 500, 8)
	d = export(d.contents()[segmentName(1)])
	for _, after := range []int{1, 2, 100, 1500} {
		n := 0
		for _, err := range readFile(d, exported) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; n == after {
				break
			}
		}
	}
}

// TestReadFileFromTheMiddle reads files that begin behind position 1, in the
// middle of an append too, and end anywhere.
func TestReadFileFromTheMiddle(t *testing.T) {
	d := newMemDisk()
	log, err := open("log", nil, d)
	if err != nil {
		t.Fatal(err)
	}
	var all []eventlog.Record
	for _, n := range []int{1, 3, 1, 2} {
		all = append(all, mustAppend(t, log, n)...)
	}
	b := d.contents()[segmentName(1)]
	for i := 1; i < len(all); i++ {
		b = b[bytes.IndexByte(b, '\n')+1:]
		for n := range offsets(b) {
			records, err := readTo(t, "ReadFile", readFile(export(b[:n]), exported))
			_, size, want, whole := slowFile(b[:n])
			if diff := diffLines(all[i:i+want], records); diff != "" || whole != (err == nil) {
				t.Fatalf("%d bytes from position %d: %v, want whole: %t (-want +got)\n%s", n, i+1, err, whole, diff)
			}
			if whole {
				continue
			}
			damage, _ := asDamage(err)
			position := all[i].Position + eventlog.Position(want)
			if _, _, err := eventlog.ParsePrefix(b[:n]); err != nil {
				position = 1 // what is there does not say
			}
			if !errors.Is(err, eventlog.ErrTorn) || damage.Position != position || damage.Offset != int64(size) {
				t.Fatalf("%d bytes from position %d end with %v, want a tear at byte %d, position %d", n, i+1, err, size, position)
			}
		}
	}
}

// TestReadFileOfNoFile checks what is said of a path that holds no lines.
func TestReadFileOfNoFile(t *testing.T) {
	dir := t.TempDir()
	for path, want := range map[string]string{dir: "is a directory, not a file", filepath.Join(dir, "missing"): "no such file"} {
		_, err := FileHead(path)
		for what, err := range map[string]error{"ReadFile": lastError(ReadFile(path)), "FileHead": err} {
			if err == nil || !strings.Contains(err.Error(), want) || want == "no such file" && !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s(%s) = %v, want %s", what, path, err, want)
			}
		}
	}
}

// TestFileHead finds the last whole append of a file that ends at any byte, and
// of files that begin in the middle.
func TestFileHead(t *testing.T) {
	d := newMemDisk()
	log, err := open("log", nil, d)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{2, 1, 3, 1} {
		mustAppend(t, log, n)
	}
	b := d.contents()[segmentName(1)]
	for range 3 {
		for n := range offsets(b) {
			d := export(b[:n])
			records, _ := readTo(t, "ReadFile", readFile(d, exported))
			var want eventlog.Head
			if len(records) > 0 {
				want = records[len(records)-1].Head()
			}
			if got, err := fileHead(d, exported); err != nil || got != want {
				t.Fatalf("FileHead of %d bytes = %+v, %v, want %+v", n, got, err, want)
			}
		}
		b = b[bytes.IndexByte(b, '\n')+1:]
	}
	if got, err := fileHead(export(append(bytes.Clone(b), strings.Repeat("x", 200_000)...)), exported); err != nil || got != log.known.head {
		t.Errorf("FileHead behind which garbage stands = %+v, %v, want %+v", got, err, log.known.head)
	}
	for _, b := range []string{"garbage\n", strings.Repeat("x", eventlog.MaxLine+100)} {
		if got, err := fileHead(export([]byte(b)), exported); err == nil {
			t.Errorf("FileHead of %.10q = %+v, want an error", b, got)
		}
	}
}
