package filelog

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/relevo-go/relevo/eventlog"
)

// counting is a disk that counts the bytes read from it.
type counting struct {
	*memDisk
	read int
}

type countingFile struct {
	file
	disk *counting
}

func (d *counting) open(path string, flag int) (file, error) {
	f, err := d.memDisk.open(path, flag)
	if err != nil {
		return nil, err
	}
	return countingFile{f, d}, nil
}

func (f countingFile) ReadAt(p []byte, off int64) (int, error) {
	n, err := f.file.ReadAt(p, off)
	f.disk.read += n
	return n, err
}

// large makes a log of many segments, some lines of which are long, by appends
// of one record to most.
func large(t *testing.T, d disk, segment int64, appends, most int) (want []eventlog.Record) {
	t.Helper()
	log, err := open("log", &Options{SegmentBytes: segment}, d)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range appends {
		after := log.known.head.Position
		entries := group(after, 1+random.IntN(most))
		if random.IntN(50) == 0 {
			entries[0].Data = []byte(`{"long":"` + strings.Repeat("x", random.IntN(40_000)) + `"}`)
		}
		records, err := log.Append(t.Context(), after, entries...)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, records...)
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	return want
}

// TestReadFromAnywhere reads from every position of a log of several segments,
// and beyond: through the writer's log, a read-only one, and one that has
// verified nothing but its end.
func TestReadFromAnywhere(t *testing.T) {
	appends := 300
	if testing.Short() {
		appends = 60
	}
	for _, segment := range []int64{1, 3_000, 200_000, 0} {
		d := newMemDisk()
		want := large(t, d, segment, appends, 5)
		for _, opts := range []*Options{nil, {ReadOnly: true}, {ReadOnly: true, verify: 1}, {verify: 10_000}} {
			log, err := open("log", opts, d)
			if err != nil {
				t.Fatal(err)
			}
			for after := range want {
				n := 0
				for r, err := range log.Read(t.Context(), eventlog.Position(after)) {
					if err != nil || diffLines(want[after+n:after+n+1], []eventlog.Record{r}) != "" {
						t.Fatalf("Read(%d) of segments of %d bytes yields %d, %v, want %d", after, segment, r.Position, err, after+n+1)
					}
					if n++; n == 7 {
						break
					}
				}
				if n != min(7, len(want)-after) {
					t.Fatalf("Read(%d) yields %d records", after, n)
				}
			}
			log.Close()
		}
	}
}

// TestSeekReadsLittle opens a log of some megabytes and reads its newest
// records, and does not read what comes before them.
func TestSeekReadsLittle(t *testing.T) {
	for _, segment := range []int64{0, 400_000} {
		d := &counting{memDisk: newMemDisk()}
		want := large(t, d, segment, 300, 100)
		size := 0
		for _, b := range d.contents() {
			size += len(b)
		}
		d.read = 0
		log, err := open("log", &Options{ReadOnly: true, verify: 20_000}, d)
		if err != nil {
			t.Fatal(err)
		}
		if limit := 400_000; d.read > limit || size < 10*limit {
			t.Errorf("opening reads %d of %d bytes, want at most %d", d.read, size, limit)
		}
		for _, back := range []int{1, 10, 300, len(want) / 2, len(want) - 1} {
			d.read = 0
			after := eventlog.Position(len(want) - back)
			for r, err := range log.Read(t.Context(), after) {
				if err != nil || r.Position != after+1 {
					t.Fatalf("Read(%d) begins with %d, %v", after, r.Position, err)
				}
				break
			}
			if limit := 400_000; d.read > limit {
				t.Errorf("a read from %d records before the end reads %d bytes for its first, want at most %d", back, d.read, limit)
			}
		}
	}
}

// TestDamageBeforeTheEnd flips a bit in every record of a log of which only the
// end is verified when it is opened. The read that comes to it says where it is,
// and one that begins behind it does not see it.
func TestDamageBeforeTheEnd(t *testing.T) {
	const segment = 2_500
	whole := newMemDisk()
	want := large(t, whole, segment, 40, 5)
	files := whole.contents()
	firsts, err := segmentNames(keys(files))
	if err != nil {
		t.Fatal(err)
	}
	position := eventlog.Position(0)
	for _, first := range firsts {
		name := segmentName(first)
		offset := 0
		for line := range bytes.Lines(files[name]) {
			if position++; position >= want[len(want)-1].First {
				return // which looks like a tear
			}
			for k, i := range []int{3, 12, len(line) / 2, len(line) - 20, len(line) - 1} {
				if testing.Short() && eventlog.Position(k) != position%5 {
					continue
				}
				spoiled := maps.Clone(files)
				spoiled[name] = bytes.Clone(spoiled[name])
				spoiled[name][offset+i] ^= 4
				d := holding(spoiled)
				log, err := open("log", &Options{ReadOnly: true, verify: 500}, d)
				if err != nil {
					wantDamage(t, err, "log/"+name, int64(offset), position)
					continue
				}
				for _, after := range []eventlog.Position{0, position / 2, max(position, 2) - 2, position - 1, position, position + 1, eventlog.Position(len(want) - 1)} {
					n, last := after, error(nil)
					for r, err := range log.Read(t.Context(), after) {
						if last = err; err == nil {
							n++
							if diffLines(want[n-1:n], []eventlog.Record{r}) != "" {
								t.Fatalf("record %d spoiled at byte %d: Read(%d) yields a record that is not the log's", position, i, after)
							}
						}
					}
					switch {
					case last != nil:
						wantDamage(t, last, "log/"+name, int64(offset), position)
						if n >= position && n > after {
							t.Fatalf("record %d spoiled at byte %d: Read(%d) yields up to %d", position, i, after, n)
						}
					case n != eventlog.Position(len(want)):
						t.Fatalf("record %d spoiled at byte %d: Read(%d) ends at %d without an error", position, i, after, n)
					case after < position-1:
						t.Fatalf("record %d spoiled at byte %d: Read(%d) yields it", position, i, after)
					}
				}
				log.Close()
			}
			offset += len(line)
		}
	}
}

func keys(files map[string][]byte) (names []string) {
	for name := range files {
		names = append(names, name)
	}
	return names
}

// slowFind is the slow twin of find: line after line, for all positions.
func slowFind(b []byte) map[eventlog.Position]int64 {
	ends, end := map[eventlog.Position]int64{}, int64(0)
	for line := range bytes.Lines(b) {
		end += int64(len(line))
		if r, err := eventlog.ParseLine(bytes.TrimSuffix(line, []byte("\n"))); err == nil {
			ends[r.Position] = end
		}
	}
	return ends
}

// TestFind looks for every record of segments of many shapes, and for records
// that are not there.
func TestFind(t *testing.T) {
	d := newMemDisk()
	large(t, d, 100_000, 400, 5)
	for name, b := range d.contents() {
		f := &memHandle{disk: d, f: &memFile{data: b}}
		last, err := lastLine(f, int64(len(b)))
		if want := lastPosition(t, b); err != nil || last.Position != want {
			t.Fatalf("%s: the last line is %d, %v, want %d", name, last.Position, err, want)
		}
		ends := slowFind(b)
		for p := last.Position + 2; p > 0; p-- {
			r, end, err := find(f, int64(len(b)), p)
			want, ok := ends[p]
			if ok != (err == nil) || ok && (r.Position != p || end != want) {
				t.Fatalf("%s: find(%d) = %d at %d, %v, want %d, %t", name, p, r.Position, end, err, want, ok)
			}
		}
		for _, n := range []int{0, 1, 100, len(b) - 1} {
			if r, err := lastLine(f, int64(n)); err == nil {
				t.Errorf("%s: the last line of %d bytes is %d, want an error", name, n, r.Position)
			}
		}
	}
	// A line that is longer than what is read at once, between short ones.
	log, err := open("long", nil, d)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{10, 300_000, 20, 3_000_000, 5} {
		e := entry(int(log.known.head.Position) + 1)
		e.Data = []byte(`{"long":"` + strings.Repeat("x", n) + `"}`)
		if _, err := log.Append(context.Background(), log.known.head.Position, e); err != nil {
			t.Fatal(err)
		}
	}
	b := d.names[segmentPath("long", 1)].data
	f := &memHandle{disk: d, f: &memFile{data: b}}
	ends := slowFind(b)
	for p := range eventlog.Position(5) {
		r, end, err := find(f, int64(len(b)), p+1)
		if err != nil || r.Position != p+1 || end != ends[p+1] {
			t.Errorf("find(%d) among long lines = %d, %d, %v", p+1, r.Position, end, err)
		}
		if r, err := lastLine(f, end); err != nil || r.Position != p+1 {
			t.Errorf("the last line of %d bytes = %d, %v, want %d", end, r.Position, err, p+1)
		}
	}
}

// TestScanPieces reads a log through pieces of every small size.
func TestScanPieces(t *testing.T) {
	s := makeSample(t, 1, 3, 2, 1)
	b := s.files[segmentName(1)]
	f := &memHandle{disk: newMemDisk(), f: &memFile{data: b}}
	for size := 1; size < len(b)+10; size += 1 + size/50 {
		in := scan{f: f, to: int64(len(b))}
		var got []eventlog.Record
		var err error
		for err == nil {
			in.size = size / 4 // of which next makes four times as much, unless it is below the least
			got, _, err = in.next(got)
		}
		if err != io.EOF || diffLines(s.records[:len(got)], got) != "" || lastPosition(t, b) != eventlog.Position(len(got)) {
			t.Fatalf("pieces of %d: %d records, %v", size, len(got), err)
		}
	}
}

// BenchmarkSeek opens a log and reads its newest records, at two sizes: what
// comes before them costs next to nothing.
func BenchmarkSeek(b *testing.B) {
	for _, records := range []int{100_000, 1_000_000} {
		b.Run(fmt.Sprintf("records=%d", records), func(b *testing.B) {
			dir := b.TempDir()
			log := mustOpen(b, dir, nil)
			var entries []eventlog.Entry
			for n := range 1000 {
				entries = append(entries, benchEntry(n))
			}
			for i := range records / 1000 {
				if _, err := log.Append(context.Background(), eventlog.Position(i*1000), entries...); err != nil {
					b.Fatal(err)
				}
			}
			for _, after := range []int{records - 5, records / 3} {
				b.Run(fmt.Sprintf("after=%d", after), func(b *testing.B) {
					for b.Loop() {
						for r, err := range log.Read(context.Background(), eventlog.Position(after)) {
							if err != nil || r.Position != eventlog.Position(after+1) {
								b.Fatal(r.Position, err)
							}
							break
						}
					}
				})
			}
			b.Run("open", func(b *testing.B) {
				for b.Loop() {
					again, err := Open(dir, &Options{ReadOnly: true})
					if err != nil {
						b.Fatal(err)
					}
					again.Close()
				}
			})
		})
	}
}

// TestJointsAreLookedAt takes segments away, swaps them and cuts them at an append
// in a log of which only the end is verified: opening finds it, and says where.
func TestJointsAreLookedAt(t *testing.T) {
	joints(t, 2_500, 40)
	joints(t, 40_000, 300) // in which the last segment is entered in its middle
}

func joints(t *testing.T, segment int64, appends int) {
	whole := newMemDisk()
	large(t, whole, segment, appends, 5)
	files := whole.contents()
	firsts, err := segmentNames(keys(files))
	if err != nil {
		t.Fatal(err)
	}
	for i, first := range firsts[:len(firsts)-1] {
		name, next := segmentName(first), segmentName(firsts[i+1])
		for what, spoil := range map[string]func(map[string][]byte) eventlog.Position{
			"gone":  func(f map[string][]byte) eventlog.Position { delete(f, name); return first },
			"empty": func(f map[string][]byte) eventlog.Position { f[name] = nil; return first },
			"in the other's place": func(f map[string][]byte) eventlog.Position {
				f[name], f[next] = f[next], f[name]
				return first
			},
			"cut short": func(f map[string][]byte) eventlog.Position {
				ends := boundaries(t, f[name])
				best := 0
				for end := range ends {
					if end < len(f[name]) {
						best = max(best, end)
					}
				}
				f[name] = f[name][:best]
				return max(first, ends[best]+1)
			},
		} {
			spoiled := maps.Clone(files)
			position := spoil(spoiled)
			d := holding(spoiled)
			_, err := open("log", &Options{verify: 500}, d)
			if damage, ok := asDamage(err); !ok || damage.Position != position || damage.File == "" {
				t.Errorf("segment %d %s: opening = %v, want damage at position %d", first, what, err, position)
			}
			unchanged(t, what, d, spoiled)
		}
	}
}
