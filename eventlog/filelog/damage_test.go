package filelog

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/relevo-go/relevo/eventlog"
)

// sample is a log on a disk, taken apart.
type sample struct {
	records []eventlog.Record
	files   map[string][]byte
	firsts  []eventlog.Position
}

// makeSample returns a log of segments of some hundred bytes, whose last
// segment has an append of one record and then one of three.
func makeSample(t *testing.T, sizes ...int) sample {
	t.Helper()
	d := newMemDisk()
	log, err := open("log", &Options{SegmentBytes: 1300}, d)
	if err != nil {
		t.Fatal(err)
	}
	var s sample
	for _, n := range sizes {
		s.records = append(s.records, mustAppend(t, log, n)...)
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	s.files = d.contents()
	if s.firsts, err = segmentNames(slices.Collect(maps.Keys(s.files))); err != nil {
		t.Fatal(err)
	}
	return s
}

// last returns the name of the last segment.
func (s sample) last() string { return segmentName(s.firsts[len(s.firsts)-1]) }

// reads returns what the log holds when it is opened for writing, after it was
// appended to as well; or the error of opening.
func reads(t *testing.T, d *memDisk) ([]eventlog.Record, error) {
	t.Helper()
	log, err := open("log", tiny, d)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	got := readAll(t, log, 0)
	if _, err := eventlog.Verify(log.Read(t.Context(), 0)); err != nil {
		t.Fatalf("Verify of an opened log = %v", err)
	}
	more := mustAppend(t, log, 2)
	if diff := diffLines(append(got[:len(got):len(got)], more...), readAll(t, log, 0)); diff != "" {
		t.Fatalf("after an append: (-want +got)\n%s", diff)
	}
	return got, nil
}

// unchanged checks that a refused log is as it was.
func unchanged(t *testing.T, what string, d *memDisk, files map[string][]byte) {
	t.Helper()
	if !maps.EqualFunc(files, d.contents(), bytes.Equal) {
		t.Fatalf("%s: the log was refused and changed", what)
	}
}

// sameAsReadOnly checks that opening read-only judges as opening for writing
// does, and changes nothing.
func sameAsReadOnly(t *testing.T, what string, files map[string][]byte, want []eventlog.Record, wantErr error) {
	t.Helper()
	d := holding(files)
	log, err := open("log", &Options{ReadOnly: true}, d)
	if (err == nil) != (wantErr == nil) || err != nil && err.Error() != wantErr.Error() {
		t.Fatalf("%s: opening read-only = %v, opening for writing = %v", what, err, wantErr)
	}
	if err == nil {
		if diff := diffLines(want, readAll(t, log, 0)); diff != "" {
			t.Fatalf("%s: read-only: (-writer +reader)\n%s", what, diff)
		}
	}
	unchanged(t, what+", read-only", d, files)
}

// TestCutAtEveryByte ends the log at every byte: the machine died there. It
// comes back to the last whole append, and what is cut off is kept.
func TestCutAtEveryByte(t *testing.T) {
	s := makeSample(t, 1, 2, 1, 1, 3, 1, 1, 3)
	if len(s.firsts) < 3 {
		t.Fatalf("%d segments, want several", len(s.firsts))
	}
	before := map[string][]byte{}
	for _, first := range s.firsts {
		name := segmentName(first)
		b := s.files[name]
		ends := boundaries(t, b)
		whole, wholeAt := first-1, 0
		for n := range offsets(b) {
			if end, ok := ends[n]; ok && n > 0 {
				whole, wholeAt = end, n
			}
			files := maps.Clone(before)
			files[name] = b[:n]
			what := fmt.Sprintf("%s cut at byte %d", name, n)
			d := holding(files)
			got, err := reads(t, d)
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			if diff := diffLines(s.records[:whole], got); diff != "" {
				t.Fatalf("%s: (-want +got)\n%s", what, diff)
			}
			sameAsReadOnly(t, what, files, got, nil)
			cut, kept := d.contents()[fmt.Sprintf("%s.cut-%d", name, wholeAt)]
			if torn := n > wholeAt || n == 0; torn != kept || !bytes.Equal(cut, b[wholeAt:n]) {
				t.Fatalf("%s: kept %t, %q, want %q", what, kept, cut, b[wholeAt:n])
			}
		}
		before[name] = b
	}
}

// TestFlipEveryBit flips every bit of a log. It is damage at the record the bit
// is in, and nothing is changed; or the bit is in the last append, and that is
// dropped as a whole.
func TestFlipEveryBit(t *testing.T) {
	for _, sizes := range [][]int{{1, 2, 1, 1, 3, 1, 1}, {1, 2, 1, 1, 1, 3}} {
		s := makeSample(t, sizes...)
		lastAppend := s.records[len(s.records)-1].First
		found, dropped := 0, 0
		for _, first := range s.firsts {
			name := segmentName(first)
			position, offset := first, 0
			for i, c := range s.files[name] {
				for bit := range 8 {
					if testing.Short() && (bit != i%8 || i%3 != 0 && c != '\n') {
						continue
					}
					files := maps.Clone(s.files)
					files[name] = bytes.Clone(files[name])
					files[name][i] ^= 1 << bit
					what := fmt.Sprintf("%s, byte %d, bit %d", name, i, bit)
					d := holding(files)
					got, err := reads(t, d)
					if bit == i%8 { // one bit of each byte is enough to compare two openings
						sameAsReadOnly(t, what, files, got, err)
					}
					if err != nil {
						wantDamage(t, err, "log/"+name, int64(offset), position)
						unchanged(t, what, d, files)
						found++
						continue
					}
					if position < lastAppend {
						t.Fatalf("%s in record %d: opens with %d records, want damage", what, position, len(got))
					}
					if diff := diffLines(s.records[:lastAppend-1], got); diff != "" {
						t.Fatalf("%s: (-want +got)\n%s", what, diff)
					}
					if !slices.ContainsFunc(slices.Collect(maps.Values(d.contents())), func(b []byte) bool { return bytes.HasSuffix(files[name], b) && len(b) > 0 }) {
						t.Fatalf("%s: the bytes cut off are not kept", what)
					}
					dropped++
				}
				if c == '\n' {
					position, offset = position+1, i+1
				}
			}
		}
		t.Logf("appends of %v: %d flips found, %d took the last append away", sizes, found, dropped)
	}
}

// TestDamage shows a log faults of other kinds than a cut or a flipped bit.
func TestDamage(t *testing.T) {
	s := makeSample(t, 1, 2, 1, 1, 3, 1, 1, 2, 1, 2)
	last := s.last()
	tail := s.files[last]
	lines := bytes.SplitAfter(tail, []byte("\n"))
	first := s.firsts[len(s.firsts)-1]
	if len(lines) < 5 {
		t.Fatalf("the last segment has %d lines, want one append of one and one of two at its end, and more", len(lines)-1)
	}
	end := s.records[len(s.records)-1].Position
	join := func(parts ...any) []byte {
		var b []byte
		for _, p := range parts {
			switch p := p.(type) {
			case string:
				b = append(b, p...)
			case []byte:
				b = append(b, p...)
			case [][]byte:
				b = append(b, bytes.Join(p, nil)...)
			}
		}
		return b
	}
	n := len(lines) - 1 // the last piece is empty
	spoiled := bytes.Replace(lines[n-3], []byte(`"n"`), []byte(`"m"`), 1)
	other := makeSample(t, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)
	beyond := append(other.records[end+2].AppendLine(nil), '\n')

	for _, tt := range []struct {
		name  string
		spoil func(files map[string][]byte)
		at    eventlog.Position // of the damage; 0 if the tail is torn
		holds eventlog.Position // what is left if the tail is torn
	}{
		{"the first segment is gone", func(f map[string][]byte) { delete(f, segmentName(1)) }, 1, 0},
		{"a segment in the middle is gone", func(f map[string][]byte) { delete(f, segmentName(s.firsts[1])) }, s.firsts[1], 0},
		{"a segment in the middle is empty", func(f map[string][]byte) { f[segmentName(s.firsts[1])] = nil }, s.firsts[1], 0},
		{"a segment in the middle ends early, at an append", func(f map[string][]byte) {
			name := segmentName(s.firsts[0])
			f[name] = f[name][:bytes.IndexByte(f[name], '\n')+1]
		}, 2, 0},
		{"a segment in the middle is torn", func(f map[string][]byte) {
			name := segmentName(s.firsts[1])
			f[name] = f[name][:len(f[name])-1]
		}, s.firsts[2] - 1, 0},
		{"a segment before the last is torn, and the last is empty", func(f map[string][]byte) {
			name := segmentName(s.firsts[len(s.firsts)-2])
			f[name], f[last] = f[name][:len(f[name])-1], nil
		}, first - 1, 0},
		{"a segment is there twice, under another name", func(f map[string][]byte) { f[segmentName(end+1)] = f[last] }, end + 1, 0},
		{"a segment has another's name", func(f map[string][]byte) { f[segmentName(first+1)] = f[last]; delete(f, last) }, first, 0},
		{"a segment begins in the middle of another", func(f map[string][]byte) { f[segmentName(2)] = nil }, s.firsts[1], 0},
		{"the last line is there twice", func(f map[string][]byte) { f[last] = join(tail, lines[n-1]) }, end + 1, 0},
		{"an earlier append is there again", func(f map[string][]byte) { f[last] = join(tail, lines[n-3]) }, end + 1, 0},
		{"a line is gone", func(f map[string][]byte) { f[last] = join(lines[:n-3], lines[n-2], lines[n-1]) }, end - 2, 0},
		{"a later append after garbage without a newline", func(f map[string][]byte) { f[last] = join(tail, "garbage", beyond[:len(beyond)-1]) }, end + 1, 0},
		{"a later append after zeros", func(f map[string][]byte) { f[last] = join(tail, string(make([]byte, 4096)), beyond, "more") }, end + 1, 0},
		{"a later append and a hole before it", func(f map[string][]byte) { f[last] = join(tail, beyond) }, end + 1, 0},
		{"an earlier append reads otherwise", func(f map[string][]byte) { f[last] = join(lines[:n-3], spoiled, lines[n-2], lines[n-1]) }, end - 2, 0},
		{"the last append reads otherwise", func(f map[string][]byte) {
			f[last] = join(tail[:len(tail)-len(lines[n-1])], bytes.Replace(lines[n-1], []byte(`"n"`), []byte(`"m"`), 1))
		}, end, 0},
		{"the last append cannot be read, but is all there", func(f map[string][]byte) {
			f[last] = join(tail[:len(tail)-len(lines[n-1])], bytes.Replace(lines[n-1], []byte(`"n"`), []byte(`"n'`), 1))
		}, end, 0},
		{"the last append has a gap", func(f map[string][]byte) {
			f[last] = join(tail[:len(tail)-len(lines[n-1])], bytes.Replace(lines[n-1], []byte(`"n"`), []byte("\x00\x00\x00"), 1))
		}, 0, end - 2},
		{"half of the last append reads otherwise", func(f map[string][]byte) {
			f[last] = join(tail[:len(tail)-len(lines[n-1])-len(lines[n-2])], bytes.Replace(lines[n-2], []byte(`"n"`), []byte(`"m"`), 1), lines[n-1])
		}, end - 1, 0},
		{"garbage after the end", func(f map[string][]byte) { f[last] = join(tail, "garbage\nand more") }, 0, end},
		{"zeros after the end", func(f map[string][]byte) { f[last] = join(tail, string(make([]byte, 4096))) }, 0, end},
		{"the beginning of a record after the end", func(f map[string][]byte) { f[last] = join(tail, `{"position":`) }, 0, end},
		{"an empty line after the end", func(f map[string][]byte) { f[last] = join(tail, "\n") }, 0, end},
		{"a long line after the end", func(f map[string][]byte) { f[last] = join(tail, strings.Repeat("x", eventlog.MaxLine+10), "\n") }, 0, end},
		{"the first half of the last append", func(f map[string][]byte) { f[last] = tail[:len(tail)-len(lines[n-1])] }, 0, end - 2},
		{"the last append without its first half", func(f map[string][]byte) {
			f[last] = join(tail[:len(tail)-len(lines[n-1])-len(lines[n-2])], string(make([]byte, len(lines[n-2]))), lines[n-1])
		}, 0, end - 2},
		{"a new segment with nothing in it", func(f map[string][]byte) { f[segmentName(end+1)] = nil }, 0, end},
		{"a new segment with garbage in it", func(f map[string][]byte) { f[segmentName(end+1)] = []byte("garbage") }, 0, end},
	} {
		t.Run(tt.name, func(t *testing.T) {
			files := maps.Clone(s.files)
			tt.spoil(files)
			d := holding(files)
			got, err := reads(t, d)
			sameAsReadOnly(t, tt.name, files, got, err)
			if tt.at > 0 {
				damage, ok := errors.AsType[*eventlog.CorruptError](err)
				if !ok || damage.Position != tt.at || damage.Last != tt.at-1 || damage.File == "" {
					t.Errorf("opening = %v, want damage at position %d", err, tt.at)
				}
				unchanged(t, tt.name, d, files)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := diffLines(s.records[:tt.holds], got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// blinking is a disk on which some openings of a file show a bit flipped, as
// bytes that are being written may.
type blinking struct {
	*memDisk
	opened int          // segments
	blinks map[int]bool // by number of opening, from 1
}

func (d *blinking) open(path string, flag int) (file, error) {
	f, err := d.memDisk.open(path, flag)
	if filepath.Ext(path) == segmentExt {
		d.opened++
	}
	if h, ok := f.(*memHandle); ok && d.blinks[d.opened] {
		b := bytes.Clone(h.f.data)
		b[len(b)/2] ^= 1
		h.f = &memFile{data: b}
	}
	return f, err
}

// TestReadOnlyLooksTwice checks that a reader calls damage only what is still
// there at a second look.
func TestReadOnlyLooksTwice(t *testing.T) {
	s := makeSample(t, 1, 1, 1)
	// At each look the segment is opened for its size, to be read, and, when that
	// finds damage, to be read from its beginning.
	d := &blinking{memDisk: holding(s.files), blinks: map[int]bool{2: true, 3: true}}
	log, err := open("log", &Options{ReadOnly: true}, d)
	if err != nil {
		t.Fatalf("damage that is gone at a second look = %v", err)
	}
	if diff := diffLines(s.records, readAll(t, log, 0)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	d = &blinking{memDisk: holding(s.files), blinks: map[int]bool{2: true, 3: true, 5: true, 6: true}}
	if _, err := open("log", &Options{ReadOnly: true}, d); !errors.Is(err, eventlog.ErrCorrupt) {
		t.Errorf("damage that is there at a second look = %v, want ErrCorrupt", err)
	}
}

// TestCutTwice keeps what is cut off at one place at two openings.
func TestCutTwice(t *testing.T) {
	s := makeSample(t, 1)
	name := segmentName(1)
	files := maps.Clone(s.files)
	for i, garbage := range []string{"first", "second", "third"} {
		files[name] = append(bytes.Clone(s.files[name]), garbage...)
		d := holding(files)
		log, err := open("log", nil, d)
		if err != nil {
			t.Fatal(err)
		}
		log.Close()
		files = d.contents()
		kept := fmt.Sprintf("%s.cut-%d", name, len(s.files[name]))
		if i > 0 {
			kept += fmt.Sprintf(".%d", i+1)
		}
		if string(files[kept]) != garbage || len(files) != i+2 {
			t.Fatalf("%s holds %q among %d files, want %q", kept, files[kept], len(files), garbage)
		}
	}
}

// TestCutIsDurable lets the machine die right after a torn log was opened: the
// bytes that were cut off are still there, and the tear is not.
func TestCutIsDurable(t *testing.T) {
	s := makeSample(t, 1)
	name := segmentName(1)
	for whole := range []int{0, 1} {
		torn := append(bytes.Clone(s.files[name][:len(s.files[name])*whole]), `{"position":`...)
		d := holding(map[string][]byte{name: torn})
		log, err := open("log", nil, d)
		if err != nil {
			t.Fatal(err)
		}
		log.Close()
		want := map[string][]byte{fmt.Sprintf("%s.cut-%d", name, len(s.files[name])*whole): []byte(`{"position":`)}
		if whole == 1 {
			want[name] = s.files[name]
		}
		if got := d.reboot(false, survivals["what was synced"]).contents(); !maps.EqualFunc(want, got, bytes.Equal) {
			t.Errorf("the disk holds %q, want %q", got, want)
		}
	}
}

// TestRecordsAreSoughtFar hides a later record far behind a bad line, on both
// sides of where one window of the search ends and the next begins.
func TestRecordsAreSoughtFar(t *testing.T) {
	s := makeSample(t, 1, 1, 1)
	later := s.records[2].AppendLine(nil)
	for _, far := range []int{0, 1, eventlog.MaxLine - len(later) - 1, eventlog.MaxLine - 5, eventlog.MaxLine, 2*eventlog.MaxLine - 7, 2*eventlog.MaxLine + 1} {
		b := append(bytes.Repeat([]byte("x"), far), later...)
		for cut, want := range []bool{true, false} {
			f := &memHandle{disk: newMemDisk(), f: &memFile{data: b[:len(b)-cut]}}
			if got, err := hasRecordAfter(f, 2, 0, int64(len(f.f.data))); got != want || err != nil {
				t.Errorf("a record %d bytes away, %d bytes cut off: found %t, %v, want %t", far, cut, got, err, want)
			}
		}
	}
	f := &memHandle{disk: newMemDisk(), f: &memFile{data: later}}
	if got, err := hasRecordAfter(f, 3, 0, int64(len(later))); got || err != nil {
		t.Errorf("a record of the same append is found as a later one: %t, %v", got, err)
	}
}
