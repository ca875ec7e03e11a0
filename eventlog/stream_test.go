package eventlog

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// slowStream is the slow twin of [ReadLines]: line after line, of an input that
// is all there.
func slowStream(data []byte) (whole []Record, err *CorruptError) {
	var head Head
	var open []Record
	var last Position    // of the last whole append
	var offset, good int // of the line, and behind the last whole append
	for line := range bytes.Lines(data) {
		text, newline := bytes.CutSuffix(line, []byte("\n"))
		r, wrong := ParseLine(text)
		if offset == 0 && wrong == nil && r.Position > 1 {
			last = r.Position - 1
		}
		switch {
		case !newline && len(text) <= MaxLine:
			return whole, &CorruptError{Position: last + 1, Last: last, Offset: int64(good), Err: ErrTorn}
		case wrong == nil && offset == 0 && r.Position > 1:
			head = r.Head()
		case wrong == nil:
			wrong = head.Next(r)
		}
		if wrong != nil {
			if damage, ok := errors.AsType[*CorruptError](wrong); ok {
				wrong = damage.Err
			}
			return whole, &CorruptError{Position: head.Position + 1, Last: head.Position, Offset: int64(offset), Err: wrong}
		}
		open, offset = append(open, r), offset+len(line)
		if head.Whole() {
			whole, open, last, good = append(whole, open...), nil, r.Position, offset
		}
	}
	if open != nil {
		return whole, &CorruptError{Position: last + 1, Last: last, Offset: int64(good), Err: ErrTorn}
	}
	return whole, nil
}

// readStream returns the records of an input and the error it ends with.
func readStream(t testing.TB, r io.Reader) (records []Record, last error) {
	t.Helper()
	for r, err := range ReadLines(r) {
		if last != nil {
			t.Fatalf("ReadLines goes on after %v", last)
		}
		if last = err; err == nil {
			records = append(records, r)
		}
	}
	return records, last
}

// compareStream checks that ReadLines and its twin agree on an input, however it
// is delivered.
func compareStream(t *testing.T, what string, data []byte) {
	t.Helper()
	want, wrong := slowStream(data)
	readers := map[string]io.Reader{
		"at once":               bytes.NewReader(data),
		"byte by byte":          iotest.OneByteReader(bytes.NewReader(data)),
		"half of what is asked": iotest.HalfReader(bytes.NewReader(data)),
		"the end with the data": iotest.DataErrReader(bytes.NewReader(data)),
	}
	if len(data) > 1<<20 {
		delete(readers, "byte by byte")
	}
	if testing.Short() && len(data) >= MaxLine {
		readers = map[string]io.Reader{"half of what is asked": readers["half of what is asked"]}
	}
	wantLines := linesOf(want)
	for how, r := range readers {
		got, err := readStream(t, r)
		// There are too many records in some tests for cmp to walk every field.
		if !bytes.Equal(wantLines, linesOf(got)) {
			t.Fatalf("%s, %s: (-twin +got)\n%s", what, how, cmp.Diff(want, got, cmpopts.EquateEmpty()))
		}
		damage, ok := errors.AsType[*CorruptError](err)
		if wrong == nil && err == nil {
			continue
		}
		if wrong == nil || !ok || damage.Position != wrong.Position || damage.Last != wrong.Last || damage.Offset != wrong.Offset ||
			errors.Is(err, ErrTorn) != errors.Is(wrong, ErrTorn) || err.Error() != wrong.Error() {
			t.Fatalf("%s, %s: it ends with %v, the twin with %v", what, how, err, wrong)
		}
	}
}

// manyLines returns the lines of a log of appends of up to most records, whose
// first record is at a position.
func manyLines(t testing.TB, first Position, appends, most int) []byte {
	t.Helper()
	head, n := Head{Position: first - 1}, 0
	random := rand.New(rand.NewPCG(1, 2))
	var lines []byte
	for range appends {
		var group []Entry
		for range 1 + random.IntN(most) {
			e := goldenEntries()[1]
			n++
			e.ID[13], e.ID[14], e.ID[15] = byte(n>>16), byte(n>>8), byte(n)
			e.Data = fmt.Appendf(nil, `{"n":%d,"text":"%s"}`, n, strings.Repeat("é", random.IntN(60)))
			group = append(group, e)
		}
		records, more, err := head.SealLines(lines, group...)
		if err != nil {
			t.Fatal(err)
		}
		lines, head = more, records[len(records)-1].Head()
	}
	return lines
}

// TestReadLines holds ReadLines to its twin on a log that ends at any byte, on
// one with any byte changed, and on damage of other kinds.
func TestReadLines(t *testing.T) {
	all := linesOf(someLog(t))
	lines := bytes.SplitAfter(all, []byte("\n"))
	for n := range offsets(all) {
		compareStream(t, fmt.Sprintf("%d bytes", n), all[:n])
	}
	for i := range offsets(all[:len(all)-1]) {
		spoiled := bytes.Clone(all)
		spoiled[i] ^= 1 << (i % 8)
		compareStream(t, fmt.Sprintf("byte %d changed", i), spoiled)
	}
	for i := range len(lines) - 1 {
		compareStream(t, fmt.Sprintf("without line %d", i+1), bytes.Join(slices.Delete(slices.Clone(lines), i, i+1), nil))
		compareStream(t, fmt.Sprintf("line %d twice", i+1), bytes.Join(slices.Insert(slices.Clone(lines), i, lines[i]), nil))
		for j := range i {
			swapped := slices.Clone(lines)
			swapped[i], swapped[j] = swapped[j], swapped[i]
			compareStream(t, fmt.Sprintf("lines %d and %d changed over", i+1, j+1), bytes.Join(swapped, nil))
		}
		rest := bytes.Join(lines[i:], nil)
		for n := range offsets(rest) {
			compareStream(t, fmt.Sprintf("%d bytes from line %d", n, i+1), rest[:n])
		}
	}
	for _, more := range []string{"\n", "\r\n", "garbage", "garbage\n", "garbage\nand more", "\x00\x00", `{"position":`, string(lines[0]), string(lines[len(lines)-2])} {
		compareStream(t, fmt.Sprintf("%.20q behind it", more), append(bytes.Clone(all), more...))
		compareStream(t, fmt.Sprintf("%.20q alone", more), []byte(more))
	}
}

// TestReadManyLines holds ReadLines to its twin on inputs that are verified in
// many parts, with appends that go over several, cut and changed anywhere.
func TestReadManyLines(t *testing.T) {
	for _, first := range []Position{1, 51} {
		all := manyLines(t, first, 40, 300)
		if len(all) < 3*mostBuffer/2 {
			t.Fatalf("the log has %d bytes, want more than a buffer", len(all))
		}
		random := rand.New(rand.NewPCG(3, 4))
		compareStream(t, "whole", all)
		times := 2
		if testing.Short() {
			times = 1
		}
		for range times {
			n := random.IntN(len(all))
			compareStream(t, fmt.Sprintf("%d bytes from position %d", n, first), all[:n])
			spoiled := bytes.Clone(all)
			spoiled[n] ^= 1
			compareStream(t, fmt.Sprintf("byte %d changed from position %d", n, first), spoiled)
		}
	}
}

// TestReadLinesOfTwoLogs reads a log of which the end is another's.
func TestReadLinesOfTwoLogs(t *testing.T) {
	one, other := manyLines(t, 1, 30, 4), bytes.ReplaceAll(linesOf(someLog(t)), []byte("case-42"), []byte("case-43"))
	two := bytes.SplitAfter(other, []byte("\n"))
	at := bytes.Index(one, []byte(`{"position":5,`))
	compareStream(t, "two logs", append(bytes.Clone(one[:at]), bytes.Join(two[4:], nil)...))
}

// prompt is an input that comes in pieces. Before it gives the next, it checks
// that all whole appends it gave were yielded.
type prompt struct {
	t       *testing.T
	data    []byte
	at      int
	random  *rand.Rand
	yielded int
}

func (p *prompt) Read(b []byte) (int, error) {
	if want, _ := slowStream(p.data[:p.at]); p.yielded != len(want) {
		p.t.Errorf("of %d bytes %d records were yielded before more is read, want %d", p.at, p.yielded, len(want))
	}
	if p.at == len(p.data) {
		return 0, io.EOF
	}
	n := min(p.random.IntN(700), len(p.data)-p.at, len(b))
	copy(b, p.data[p.at:p.at+n])
	p.at += n
	return n, nil
}

// TestReadLinesAtOnce yields an append as soon as it is there.
func TestReadLinesAtOnce(t *testing.T) {
	p := &prompt{t: t, data: manyLines(t, 1, 40, 5), random: rand.New(rand.NewPCG(5, 6))}
	for _, err := range ReadLines(p) {
		if err != nil {
			t.Fatal(err)
		}
		p.yielded++
	}
	if p.yielded < 40 {
		t.Errorf("%d records were yielded, want all", p.yielded)
	}
}

// TestReadLongLines reads lines as long as they may be, and longer ones.
func TestReadLongLines(t *testing.T) {
	e := goldenEntries()[1]
	seal := func(n int) (Record, error) {
		e.Data = []byte(`{"x":"` + strings.Repeat("x", n) + `"}`)
		records, err := Head{}.Seal(e)
		if err != nil {
			return Record{}, err
		}
		return records[0], nil
	}
	short, err := seal(0)
	if err != nil {
		t.Fatal(err)
	}
	rest := MaxLine - len(short.AppendLine(nil))
	long, err := seal(rest)
	if err != nil {
		t.Fatal(err)
	}
	next, err := long.Head().Seal(goldenEntries()[1])
	if err != nil {
		t.Fatal(err)
	}
	lines := linesOf([]Record{long, next[0]})
	compareStream(t, "a line of 16 MiB", lines)
	compareStream(t, "a line of 16 MiB that does not end", lines[:MaxLine])
	compareStream(t, "a line that is one byte longer", slices.Concat(lines[:10], []byte(" "), lines[10:]))
	endless := io.MultiReader(bytes.NewReader(lines[:MaxLine]), iotest.OneByteReader(strings.NewReader(strings.Repeat("x", 1000))))
	if _, err := readStream(t, endless); !errors.Is(err, ErrCorrupt) || errors.Is(err, ErrTorn) || !strings.Contains(err.Error(), "longer than 16 MiB") {
		t.Errorf("a line that goes on and on = %v, want damage", err)
	}
}

// TestReadLinesFails gives up on an input that fails, after what it gave before.
func TestReadLinesFails(t *testing.T) {
	all := manyLines(t, 1, 30, 4)
	broken := errors.New("broken")
	for _, n := range []int{0, 10, 700, len(all)} {
		want, _ := slowStream(all[:n])
		got, err := readStream(t, io.MultiReader(bytes.NewReader(all[:n]), iotest.ErrReader(broken)))
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" || !errors.Is(err, broken) || errors.Is(err, ErrCorrupt) {
			t.Errorf("an input that breaks after %d bytes ends with %v, want its error (-want +got)\n%s", n, err, diff)
		}
	}
	got, err := readStream(t, iotest.DataErrReader(io.MultiReader(bytes.NewReader(all), iotest.ErrReader(broken))))
	if want, _ := slowStream(all); len(got) != len(want) || !errors.Is(err, broken) {
		t.Errorf("an error beside the last bytes: %d records, %v, want %d", len(got), err, len(want))
	}
	if _, err := readStream(t, emptyReader{}); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("an input that gives nothing = %v, want io.ErrNoProgress", err)
	}
}

type emptyReader struct{}

func (emptyReader) Read([]byte) (int, error) { return 0, nil }

// TestReadLinesIsBrokenOff leaves no goroutine behind: synctest would tell.
func TestReadLinesIsBrokenOff(t *testing.T) {
	all := manyLines(t, 1, 300, 20)
	for _, after := range []int{1, 2, 100, 1500} {
		synctest.Test(t, func(t *testing.T) {
			n := 0
			for _, err := range ReadLines(bytes.NewReader(all)) {
				if err != nil {
					t.Fatal(err)
				}
				if n++; n == after {
					break
				}
			}
		})
	}
}

// FuzzReadLines reads any bytes: ReadLines agrees with its twin, and what it
// yields from position 1 on passes [Verify].
func FuzzReadLines(f *testing.F) {
	records, err := Head{}.Seal(goldenEntries()...)
	if err != nil {
		f.Fatal(err)
	}
	lines := linesOf(records)
	f.Add([]byte{})
	f.Add([]byte("\n"))
	f.Add(lines)
	f.Add(lines[:len(lines)-1])
	f.Add(lines[bytes.IndexByte(lines, '\n')+1:])
	f.Add(append(bytes.Clone(lines), `{"position":4`...))
	f.Fuzz(func(t *testing.T, data []byte) {
		compareStream(t, "fuzzed", data)
		if got, err := readStream(t, bytes.NewReader(data)); len(got) > 0 && got[0].Position == 1 {
			head, verifyErr := Verify(ReadLines(bytes.NewReader(data)))
			if head != got[len(got)-1].Head() || (err == nil) != (verifyErr == nil) {
				t.Fatalf("%q verifies as %+v, %v", data, head, verifyErr)
			}
		}
	})
}

// BenchmarkReadLines reads lines of about 300 bytes from memory and through a
// pipe.
func BenchmarkReadLines(b *testing.B) {
	var head Head
	var lines []byte
	const count = 50_000
	for n := 0; n < count; {
		var group []Entry
		for range 1 + n%4 {
			e := goldenEntries()[1]
			e.ID[13], e.ID[14], e.ID[15] = byte(n>>16), byte(n>>8), byte(n)
			e.Stream, e.Data = "referral/01992b4e-8a7c-7d3e-9f00-0123456789ab", []byte(`{"to":"1234567","note":"xxxxxxxxxxxxxxxx"}`)
			group = append(group, e)
			n++
		}
		records, more, err := head.SealLines(lines, group...)
		if err != nil {
			b.Fatal(err)
		}
		lines, head = more, records[len(records)-1].Head()
	}
	read := func(b *testing.B, r io.Reader) {
		var last Record
		for r, err := range ReadLines(r) {
			if err != nil {
				b.Fatal(err)
			}
			last = r
		}
		if last.Position != head.Position {
			b.Fatalf("it ends at %d, want %d", last.Position, head.Position)
		}
	}
	run := func(name string, once func(b *testing.B)) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				once(b)
			}
			b.ReportMetric(float64(len(lines))/float64(head.Position), "B/record")
			b.ReportMetric(float64(b.N)*float64(head.Position)/b.Elapsed().Seconds(), "records/s")
		})
	}
	run("memory", func(b *testing.B) { read(b, bytes.NewReader(lines)) })
	run("pipe", func(b *testing.B) {
		r, w, err := os.Pipe()
		if err != nil {
			b.Fatal(err)
		}
		defer r.Close()
		go func() {
			w.Write(lines)
			w.Close()
		}()
		read(b, r)
	})
}
