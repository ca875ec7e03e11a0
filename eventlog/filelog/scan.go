package filelog

import (
	"bytes"
	"errors"
	"io"

	"github.com/relevo-go/relevo/eventlog"
)

var (
	errNoNewline = errors.New("the line does not end")
	errCutShort  = errors.New("the append is cut short")
	errLongLine  = errors.New("the line is longer than 16 MiB")
)

// isDamage reports whether an error of reading lines lies in the bytes of the
// file, not in getting at them.
func isDamage(err error) bool {
	return err == errNoNewline || err == errCutShort || err == errLongLine || errors.Is(err, eventlog.ErrCorrupt)
}

// at returns err with the file and the offset at which it was met. Damage
// becomes a [eventlog.CorruptError] for the record after head.
func at(err error, head eventlog.Head, path string, offset int64) *eventlog.CorruptError {
	if c, ok := errors.AsType[*eventlog.CorruptError](err); ok {
		err = c.Err
	}
	return &eventlog.CorruptError{Position: head.Position + 1, Last: head.Position, File: path, Offset: offset, Err: err}
}

// scan reads and verifies whole lines of a file, many at a time.
type scan struct {
	f      io.ReaderAt
	at, to int64         // what is still to be read; at is where a line begins
	head   eventlog.Head // before the line at at

	buf  []byte
	size int // of the last piece read
	err  error
}

// A piece begins small, since many reads want one record, and grows to what
// makes the cost of a call small.
const (
	leastPiece = 4 << 10
	mostPiece  = 256 << 10
)

// next appends the next records to dst and returns them and the lines they
// stand in, both good until the call after. The error is io.EOF at the end; any
// other leaves at where the first bad line begins and head before it, and stays.
func (s *scan) next(dst []eventlog.Record) (records []eventlog.Record, lines []byte, err error) {
	begin := s.at
	piece, err := s.cut()
	if err != nil {
		return dst, nil, err
	}
	records, n, err := s.head.NextLines(dst, piece)
	if err != nil {
		s.at, s.err = begin+int64(n), err
		if n == 0 {
			return dst, nil, err
		}
	}
	return records, piece[:n], nil
}

// cut returns the next whole lines as they stand in the file, good until the
// call after, and moves at behind them, but not head. Its errors are those of
// next.
func (s *scan) cut() ([]byte, error) {
	if s.err == nil && s.at >= s.to {
		s.err = io.EOF
	}
	if s.err != nil {
		return nil, s.err
	}
	s.size = min(max(4*s.size, leastPiece), mostPiece)
	for {
		piece, err := s.piece()
		if err != nil {
			s.err = err
			return nil, err
		}
		if end := bytes.LastIndexByte(piece, '\n'); end >= 0 {
			s.at += int64(end) + 1
			return piece[:end+1], nil
		}
		switch {
		case len(piece) > eventlog.MaxLine:
			s.err = errLongLine
		case len(piece) < s.size || int64(len(piece)) == s.to-s.at:
			s.err = errNoNewline
		default:
			s.size = min(4*s.size, eventlog.MaxLine+1)
			continue
		}
		return nil, s.err
	}
}

// piece reads up to size bytes from where the scan is; fewer if the file ends.
func (s *scan) piece() ([]byte, error) {
	size := int(min(int64(s.size), s.to-s.at))
	if cap(s.buf) < size {
		s.buf = make([]byte, size)
	}
	n, err := s.f.ReadAt(s.buf[:size], s.at)
	// A file that was cut meanwhile ends here: the line that is cut will say so.
	return s.buf[:n], notEOF(err)
}

// keptTogether is how much data lies in one piece of memory, in bytes: whoever
// keeps a record's data keeps that of its neighbors.
const keptTogether = 16 << 10

// keepData gives records data of their own.
func keepData(records []eventlog.Record) {
	for len(records) > 0 {
		n, size := 0, 0
		for n < len(records) && (n == 0 || size+len(records[n].Data) <= keptTogether) {
			size += len(records[n].Data)
			n++
		}
		data := make([]byte, 0, size)
		for i := range records[:n] {
			r, at := &records[i], len(data)
			data = append(data, r.Data...)
			r.Data = data[at:len(data):len(data)]
		}
		records = records[n:]
	}
}
