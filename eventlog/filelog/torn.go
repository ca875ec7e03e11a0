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
//   - a record of an earlier one where a line begins: nothing is written twice;
//   - an append after head whose lines are all there and readable: only sums,
//     times or data differ from what was written, and a crash leaves gaps or a
//     missing end, not other letters.
//
// What they do not show is damage that leaves the last append unreadable.
func isTorn(f io.ReaderAt, head eventlog.Head, from, bad, to int64) (bool, error) {
	next := head.Position + 1
	in := readLines(f, from, to)
	for want := next; ; want++ {
		start := in.at
		line, err := in.next()
		if err != nil && err != io.EOF && !isDamage(err) {
			return false, err
		}
		if err != nil {
			break
		}
		r, err := eventlog.ParseLine(line)
		if err != nil {
			break
		}
		if start >= bad && r.First != next || r.Position == want && r.Position == r.Last {
			return false, nil
		}
		if r.Position != want {
			break
		}
	}
	later, err := hasRecordAfter(f, next, bad, to)
	return !later, err
}

var (
	recordStart = []byte(`{"position":`)
	recordTail  = []byte(`,"sum":"`)
)

// tailLen is the length of a record's end, which begins with recordTail.
const tailLen = len(`,"sum":"`) + 2*len(eventlog.Hash{}) + len(`"}`)

// hasRecordAfter reports whether between two offsets an intact record of an
// append that begins after the position stands, at whatever byte: a damaged
// newline joins two lines.
func hasRecordAfter(f io.ReaderAt, position eventlog.Position, from, to int64) (bool, error) {
	const step = eventlog.MaxLine
	var window []byte
	for ; from < to; from += step {
		// A record that begins in this step ends in the window.
		if n := min(to-from, step+eventlog.MaxLine); int64(cap(window)) < n {
			window = make([]byte, n)
		} else {
			window = window[:n]
		}
		if n, err := f.ReadAt(window, from); n < len(window) {
			if err == io.EOF {
				err = nil // cut meanwhile: what is gone is not intact
				window, to = window[:n], from+int64(n)
			}
			if err != nil {
				return false, err
			}
		}
		for start := 0; start < step; start++ {
			i := bytes.Index(window[start:], recordStart)
			if i < 0 {
				break
			}
			if start += i; recordAfter(window[start:], position) {
				return true, nil
			}
		}
	}
	return false, nil
}

// recordAfter reports whether b begins with an intact record of an append that
// begins after the position.
func recordAfter(b []byte, position eventlog.Position) bool {
	if n := bytes.IndexByte(b, '\n'); n >= 0 {
		b = b[:n]
	}
	b = b[:min(len(b), eventlog.MaxLine)]
	for end := 0; ; {
		i := bytes.Index(b[end:], recordTail)
		if i < 0 || end+i+tailLen > len(b) {
			return false
		}
		end += i
		if r, err := eventlog.ParseLine(b[:end+tailLen]); err == nil && r.First > position {
			return true
		}
		end++
	}
}
