package filelog

import (
	"bytes"
	"io"

	"github.com/relevo-go/relevo/eventlog"
)

// isTorn judges the end of the last segment: whether the bytes from offset from
// to offset to, which follow the whole appends up to head and are not one, can
// be what a crash left of the append after head. The first bad line begins at
// bad. Appends come strictly one after another, and each is synced before the
// next begins, so these show that they cannot:
//
//   - a record of a later append, anywhere: the append after head was durable;
//   - only whole lines that are of earlier appends: nothing is written twice;
//   - an append after head whose lines are all there, from beginning to end,
//     whatever follows: a crash leaves gaps or a missing end, not other letters.
//
// What they do not show is damage at a beginning or an end of the last append's
// lines, and bytes in them that became zero.
func isTorn(f io.ReaderAt, head eventlog.Head, from, bad, to int64) (bool, error) {
	next := head.Position + 1
	last, found := next, next-1 // the append's last record as far as known, and the last line found
	for in := readLines(f, from, to); ; {
		line, err := in.next()
		if err == io.EOF {
			break
		}
		if err != nil && !isDamage(err) {
			return false, err
		}
		r, parseErr := eventlog.ParseLine(line)
		if err != nil || parseErr != nil && !seemsWhole(line) {
			break
		}
		if found++; parseErr == nil {
			last = r.Last // of an earlier append, if one stands here again: then enough is found
		}
	}
	if found >= last {
		return false, nil
	}
	later, err := hasRecordAfter(f, next, bad, to)
	return !later, err
}

// tornAt says that a file is torn: from an offset on, behind the record with a
// position.
func tornAt(path string, from int64, last eventlog.Position) *eventlog.CorruptError {
	return at(eventlog.ErrTorn, eventlog.Head{Position: last}, path, from)
}

// seemsWhole reports whether a bad line begins and ends as a record does and
// has no gap: a byte that was never written is zero.
func seemsWhole(line []byte) bool {
	return len(line) > tailLen && bytes.HasPrefix(line, recordStart) && bytes.IndexByte(line, 0) < 0 &&
		bytes.HasPrefix(line[len(line)-tailLen:], recordTail) && bytes.HasSuffix(line, []byte(`"}`))
}

var (
	recordStart = []byte(`{"position":`)
	recordTail  = []byte(`,"sum":"`)
)

// tailLen is the length of a record's end, which begins with recordTail.
const tailLen = len(`,"sum":"`) + 2*len(eventlog.Hash{}) + len(`"}`)

// hasRecordAfter reports whether between two offsets an intact record of an
// append that begins after the position stands, at whatever byte: a damaged
// newline joins two lines. At from a line begins. A line that ends with the file
// and is good as far as it goes is one that was not written to its end: what
// stands in its data is no record of this log.
func hasRecordAfter(f io.ReaderAt, position eventlog.Position, from, to int64) (bool, error) {
	const step = eventlog.MaxLine
	var window []byte
	for atLine := true; from < to; from += step {
		// A record that begins in this step ends in the window.
		if n := min(to-from, step+eventlog.MaxLine); int64(cap(window)) < n {
			window = make([]byte, n)
		} else {
			window = window[:n]
		}
		if n, err := f.ReadAt(window, from); n < len(window) {
			if notEOF(err) != nil {
				return false, err
			}
			window, to = window[:n], from+int64(n) // cut meanwhile: what is gone is not intact
		}
		for start := 0; start < step; start++ {
			i := bytes.Index(window[start:], recordStart)
			if i < 0 {
				break
			}
			start += i
			r, n, err := eventlog.ParsePrefix(window[start:])
			begins := start == 0 && atLine || start > 0 && window[start-1] == '\n'
			switch {
			case err == nil && r.First > position:
				return true, nil
			case err == nil && begins:
				start += n - 1 // nor is what stands in the data of a whole line
			case err == io.ErrUnexpectedEOF && begins && from+int64(len(window)) == to:
				return false, nil
			}
		}
		atLine = len(window) >= step && window[step-1] == '\n'
	}
	return false, nil
}
