package filelog

import (
	"bytes"
	"cmp"
	"errors"
	"io"

	"github.com/relevo-go/relevo/eventlog"
)

// Every line tells its position and ends with the only newline in it, so a
// segment is its own index: any offset leads to a record by the next newline,
// and a record is found by halving. What is found so is taken on its word; the
// chain from there on is verified, and would not fit a word that is wrong.

// errNotFound: a segment does not have the record that it should, or not where
// halving looks for it. Reading it from its beginning says what is wrong.
var errNotFound = errors.New("the record is not where it should be")

// stride is the distance below which lines are looked at one by one.
const stride = 8 << 10

// find returns the record at a position among the first size bytes of a
// segment, and where its line ends.
func find(f io.ReaderAt, size int64, p eventlog.Position) (r eventlog.Record, end int64, err error) {
	lo, hi := int64(0), size // a line begins at lo, of a record not after p; none of interest begins at or behind hi
	for hi-lo > stride {
		mid := lo + (hi-lo)/2
		begin, err := afterNewline(f, mid, hi)
		if err != nil {
			return r, 0, err
		}
		if begin >= hi {
			hi = mid + 1
			continue
		}
		if r, _, err = lineAt(f, begin, size); err != nil {
			return r, 0, err
		}
		if r.Position <= p {
			lo = begin
		} else {
			hi = begin
		}
	}
	for lo < hi {
		if r, end, err = lineAt(f, lo, size); err != nil {
			return r, 0, err
		}
		if r.Position >= p {
			break
		}
		lo = end
	}
	if r.Position != p {
		return r, 0, errNotFound
	}
	return r, end, nil
}

// afterNewline returns the offset behind the first newline from one offset to
// another; the second if there is none.
func afterNewline(f io.ReaderAt, from, to int64) (int64, error) {
	for size := int64(512); from < to; size = min(4*size, mostPiece) {
		b := make([]byte, min(size, to-from))
		n, err := f.ReadAt(b, from)
		if i := bytes.IndexByte(b[:n], '\n'); i >= 0 {
			return from + int64(i) + 1, nil
		}
		if n < len(b) {
			return to, notEOF(err)
		}
		from += int64(n)
	}
	return to, nil
}

// lineAt returns the record whose line begins at an offset, and where it ends.
func lineAt(f io.ReaderAt, from, to int64) (r eventlog.Record, end int64, err error) {
	if end, err = afterNewline(f, from, min(to, from+eventlog.MaxLine+1)); err != nil {
		return r, 0, err
	}
	line := make([]byte, end-from)
	if _, err := f.ReadAt(line, from); notEOF(err) != nil {
		return r, 0, err
	}
	line, whole := bytes.CutSuffix(line, []byte("\n"))
	if !whole {
		return r, 0, errNotFound
	}
	r, err = eventlog.ParseLine(line)
	return r, end, err
}

// lastLine returns the record of the last of the first size bytes of a segment.
func lastLine(f io.ReaderAt, size int64) (r eventlog.Record, err error) {
	for n := int64(512); ; n = min(4*n, eventlog.MaxLine+2) {
		from := max(0, size-n)
		b := make([]byte, size-from)
		switch n, err := f.ReadAt(b, from); {
		case notEOF(err) != nil:
			return r, err
		case n < len(b):
			return r, errNotFound
		}
		text, whole := bytes.CutSuffix(b, []byte("\n"))
		i := bytes.LastIndexByte(text, '\n')
		switch {
		case whole && (i >= 0 || from == 0):
			return eventlog.ParseLine(text[i+1:])
		case !whole || n > eventlog.MaxLine+1:
			return r, errNotFound
		}
	}
}

// behindLastNewline returns the offset behind the last newline of the first size
// bytes of a file, 0 if they have none. Behind it, no line is longer than lines
// can be.
func behindLastNewline(f io.ReaderAt, size int64) (int64, error) {
	const piece = 64 << 10
	for to := size; to > 0 && size-to <= eventlog.MaxLine; to -= piece {
		from := max(0, to-piece)
		b := make([]byte, to-from)
		if n, err := f.ReadAt(b, from); n < len(b) {
			return 0, cmp.Or(notEOF(err), errNotFound) // cut meanwhile
		}
		if i := bytes.LastIndexByte(b, '\n'); i >= 0 {
			return from + int64(i) + 1, nil
		}
	}
	if size > eventlog.MaxLine {
		return 0, errLongLine
	}
	return 0, nil
}

// notEOF returns nil for the end of a file and any other error as it is.
func notEOF(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}
