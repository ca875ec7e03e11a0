package eventlog

import (
	"bytes"
	"errors"
	"iter"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// oneByOne is the slow twin of [Head.NextLines]: line after line.
func oneByOne(h *Head, lines []byte) (records []Record, n int, err error) {
	for line := range bytes.Lines(lines) {
		text, whole := bytes.CutSuffix(line, []byte("\n"))
		if !whole {
			return records, n, nil
		}
		r, err := h.NextLine(text)
		if err != nil {
			return records, n, err
		}
		records, n = append(records, r), n+len(line)
	}
	return records, n, nil
}

func compareLines(t *testing.T, lines []byte) {
	t.Helper()
	var slow, fast Head
	want, wantN, wantErr := oneByOne(&slow, lines)
	got, n, err := fast.NextLines(nil, lines)
	if !reflect.DeepEqual(want, got) { // which is quick
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("NextLines: (-one by one +got)\n%s", diff)
		}
	}
	if n != wantN || fast != slow || (err == nil) != (wantErr == nil) || err != nil && err.Error() != wantErr.Error() {
		t.Fatalf("NextLines takes %d bytes to %v, %v; one by one it is %d bytes to %v, %v", n, fast, err, wantN, slow, wantErr)
	}
	if err != nil && !errors.Is(err, ErrCorrupt) {
		t.Fatalf("NextLines = %v, want ErrCorrupt", err)
	}
}

func linesOf(records []Record) (lines []byte) {
	for _, r := range records {
		lines = append(r.AppendLine(lines), '\n')
	}
	return lines
}

// offsets yields the offsets in a log and its length: all of them, or with -short those at the ends of lines and every
// 13th, which comes to all eight bits if they take turns.
func offsets(log []byte) iter.Seq[int] {
	return func(yield func(int) bool) {
		for n := range len(log) + 1 {
			end := n > 0 && log[n-1] == '\n' || n < len(log) && log[n] == '\n'
			if (end || n%13 == 0 || !testing.Short()) && !yield(n) {
				return
			}
		}
	}
}

// TestNextLines holds NextLines to its twin on a log that ends anywhere, on one
// with any bit flipped, and on parts of it.
func TestNextLines(t *testing.T) {
	all := someLog(t)
	lines := linesOf(all)
	for n := range offsets(lines) {
		compareLines(t, lines[:n])
		if n == len(lines) {
			break
		}
		spoiled := bytes.Clone(lines)
		spoiled[n] ^= 1 << (n % 8)
		compareLines(t, spoiled)
	}
	for cut := range all {
		var h Head
		first, n, err := h.NextLines(nil, linesOf(all[:cut]))
		if err != nil || n != len(linesOf(all[:cut])) {
			t.Fatal(n, err)
		}
		got, _, err := h.NextLines(first, linesOf(all[cut:]))
		if diff := cmp.Diff(all, got); err != nil || diff != "" {
			t.Errorf("in two calls: %v (-want +got)\n%s", err, diff)
		}
	}
}

// TestNextLinesKeepsApart checks that what is done to one record's data does not
// reach the next.
func TestNextLinesKeepsApart(t *testing.T) {
	all := someLog(t)
	var h Head
	got, _, err := h.NextLines(nil, linesOf(all))
	if err != nil {
		t.Fatal(err)
	}
	for i := range got {
		if diff := cmp.Diff(all[i], got[i]); diff != "" {
			t.Errorf("record %d after others were changed: (-want +got)\n%s", i+1, diff)
		}
		_ = append(got[i].Data, "over the end"...)
		clear(got[i].Data)
	}
}

func TestSealLines(t *testing.T) {
	all := someLog(t)
	head := all[0].Head()
	var entries []Entry
	for _, r := range all[1:4] {
		entries = append(entries, r.Entry)
	}
	begin := []byte("before\n")
	records, lines, err := head.SealLines(begin, entries...)
	if diff := cmp.Diff(all[1:4], records); err != nil || diff != "" {
		t.Errorf("SealLines: %v (-want +got)\n%s", err, diff)
	}
	if want := string(begin) + string(linesOf(all[1:4])); string(lines) != want {
		t.Errorf("SealLines writes %q, want %q", lines, want)
	}
	entries[1].Kind = ""
	if records, lines, err := head.SealLines(begin, entries...); err == nil || records != nil || string(lines) != string(begin) {
		t.Errorf("a refused SealLines = %v, %q, %v, want no records and the bytes it was given", records, lines, err)
	}
}

// TestFollow checks that Follow takes what Next takes, and of what does not
// continue the log all but another sum.
func TestFollow(t *testing.T) {
	all := someLog(t)
	var h Head
	for i, r := range all {
		for j, other := range all {
			next, follow := h, h
			errNext, errFollow := next.Next(other), follow.Follow(other)
			if (errFollow == nil) != (i == j) || (errNext == nil) != (i == j) || next != follow {
				t.Errorf("after %d: Follow(%d) = %v, Next = %v", i, j+1, errFollow, errNext)
			}
		}
		if err := h.Follow(r); err != nil {
			t.Fatal(err)
		}
	}
	changed := slices.Clone(all)
	changed[0].Sum[0]++
	h = Head{}
	if err := h.Follow(changed[0]); err != nil {
		t.Errorf("Follow with another sum = %v, want it taken on its word", err)
	}
}

func FuzzNextLines(f *testing.F) {
	f.Add([]byte(golden[1] + `,"sum":"` + "\n"))
	var head Head
	records, err := head.Seal(goldenEntries()...)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(linesOf(records))
	f.Fuzz(func(t *testing.T, lines []byte) { compareLines(t, lines) })
}

// BenchmarkNextLines verifies the chain on one core: of appends of one short
// record each, and of one append of offers. Beside it are sealing, the sums alone and the lines alone.
func BenchmarkNextLines(b *testing.B) {
	for _, c := range []struct {
		name, kind, data string
		together         bool
	}{
		{"accepted", "referral.accepted.v1", `{"by":"9921071192"}`, false},
		{"offered", "referral.offered.v1", `{"to":"9921071192","deadline":"2026-11-02T18:30:00Z","language":"es","meters":19617,"channels":["email"]}`, true},
	} {
		b.Run(c.name, func(b *testing.B) {
			var entries []Entry
			for i := range 230 {
				e := goldenEntries()[1]
				e.ID[15] = byte(i)
				e.Stream, e.Kind, e.Data = "referral/01992b4e-8a7c-7d3e-9f00-0123456789ab", c.kind, []byte(c.data)
				entries = append(entries, e)
			}
			var head Head
			seal := func(lines []byte) []byte {
				head = Head{}
				groups := [][]Entry{entries}
				if !c.together {
					groups = slices.Collect(slices.Chunk(entries, 1))
				}
				for _, group := range groups {
					records, more, err := head.SealLines(lines, group...)
					if err != nil {
						b.Fatal(err)
					}
					lines, head = more, records[len(records)-1].Head()
				}
				return lines
			}
			lines := seal(nil)
			run := func(name string, once func()) {
				b.Run(name, func(b *testing.B) {
					b.ReportAllocs()
					for b.Loop() {
						once()
					}
					b.ReportMetric(float64(len(lines))/float64(len(entries)), "B/record")
					b.ReportMetric(float64(b.N*len(entries))/b.Elapsed().Seconds(), "records/s")
				})
			}
			var into []Record
			run("verify", func() {
				var h Head
				var err error
				if into, _, err = h.NextLines(into[:0], lines); err != nil || h != head {
					b.Fatal(err)
				}
			})
			run("seal", func() { lines = seal(lines[:0]) })
			var chain chainer
			prev := make([]byte, hexLen)
			run("sums", func() {
				for line := range bytes.Lines(lines) {
					chain.sum(prev, line[:len(line)-1-sumTail])
				}
			})
			var r Record
			run("lines", func() {
				for line := range bytes.Lines(lines) {
					r.parse(line[:len(line)-1])
				}
			})
		})
	}
}
