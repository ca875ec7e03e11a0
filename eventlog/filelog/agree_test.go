package filelog

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/relevo-go/relevo/eventlog"
)

// agree checks that a file, the same bytes as a stream and a directory that holds
// the file say the same, as far as a stream can tell: it knows nothing of what
// comes behind a bad line, and looks for no records inside of one.
func agree(t *testing.T, what string, b []byte) {
	t.Helper()
	records, err := readTo(t, what, readFile(export(b), exported))
	if !beginsElsewhere(b) {
		sameAsDirectory(t, b, records, err)
	}
	streamed, streamErr := readTo(t, what, eventlog.ReadLines(bytes.NewReader(b)))
	if diff := diffLines(records, streamed); diff != "" {
		t.Fatalf("%s: (-file +stream)\n%s", what, diff)
	}
	if (err == nil) != (streamErr == nil) {
		t.Fatalf("%s: the file ends with %v, the stream with %v", what, err, streamErr)
	}
	if err == nil {
		return
	}
	file, _ := asDamage(err)
	stream, ok := asDamage(streamErr)
	if !ok {
		t.Fatalf("%s: the stream ends with %v, want damage", what, streamErr)
	}
	switch fileTorn, streamTorn := errors.Is(err, eventlog.ErrTorn), errors.Is(streamErr, eventlog.ErrTorn); {
	case fileTorn == streamTorn:
		if file.Offset != stream.Offset || file.Position != stream.Position || file.Last != stream.Last || file.Err.Error() != stream.Err.Error() {
			t.Fatalf("%s: the file ends with %v, the stream with %v", what, err, streamErr)
		}
	case fileTorn:
		if bytes.IndexByte(b[stream.Offset:], '\n') < 0 {
			t.Fatalf("%s: the file ends with %v, the stream with %v, and the line there does not end", what, err, streamErr)
		}
	default:
		if bytes.IndexByte(b[file.Offset:], '\n') >= 0 {
			t.Fatalf("%s: the file ends with %v, the stream with %v, and the line there ends", what, err, streamErr)
		}
	}
}

// TestReadersAgree shows files, streams and directories logs that are cut
// anywhere, changed anywhere and spoiled in other ways.
func TestReadersAgree(t *testing.T) {
	lines := func(sizes ...int) [][]byte {
		d := newMemDisk()
		log, err := open("log", nil, d)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range sizes {
			mustAppend(t, log, n)
		}
		return bytes.SplitAfter(bytes.TrimSuffix(d.contents()[segmentName(1)], []byte("\n")), []byte("\n"))
	}
	for _, sizes := range [][]int{{1}, {3}, {2, 1, 1, 3}, {1, 3, 2, 1}} {
		log := lines(sizes...)
		log[len(log)-1] = append(log[len(log)-1], '\n')
		all := bytes.Join(log, nil)
		for n := range offsets(all) {
			agree(t, fmt.Sprintf("%v cut at byte %d", sizes, n), all[:n])
		}
		for i := range offsets(all[:len(all)-1]) {
			spoiled := bytes.Clone(all)
			spoiled[i] ^= 1 << (i % 8)
			agree(t, fmt.Sprintf("%v, byte %d changed", sizes, i), spoiled)
		}
		other := lines(1, 1, 1, 1, 1, 1, 1, 1, 1)
		for i := range log {
			agree(t, fmt.Sprintf("%v without line %d", sizes, i+1), bytes.Join(slices.Delete(slices.Clone(log), i, i+1), nil))
			agree(t, fmt.Sprintf("%v, line %d twice", sizes, i+1), bytes.Join(slices.Insert(slices.Clone(log), i, log[i]), nil))
			agree(t, fmt.Sprintf("%v, another log from line %d on", sizes, i+1), bytes.Join(append(slices.Clone(log[:i]), other[i:]...), nil))
			for j := range i {
				swapped := slices.Clone(log)
				swapped[i], swapped[j] = swapped[j], swapped[i]
				agree(t, fmt.Sprintf("%v, lines %d and %d changed over", sizes, i+1, j+1), bytes.Join(swapped, nil))
			}
		}
		for _, more := range []string{"\n", "garbage", "garbage\n", "garbage\nand more", "\x00", "\x00\n", `{"position":`, string(log[0]), string(other[8][:40])} {
			agree(t, fmt.Sprintf("%v and %.20q", sizes, more), append(bytes.Clone(all), more...))
		}
	}
}
