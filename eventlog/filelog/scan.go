package filelog

import (
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
	keep   bool          // records outlive the next call: their data is copied

	buf  []byte
	size int // of the last piece read
	err  error
}

// A piece begins small, since many reads want one record, and grows to what
// makes the cost of a call small. Whoever keeps a record's data keeps that of all
// records of a piece.
const (
	leastPiece = 4 << 10
	mostPiece  = 64 << 10
)

// next appends the next records to dst and returns them and the lines they
// stand in. The error is io.EOF at the end; any other leaves at where the first
// bad line begins and head before it, and stays.
func (s *scan) next(dst []eventlog.Record) (records []eventlog.Record, lines []byte, err error) {
	if s.err == nil && s.at >= s.to {
		s.err = io.EOF
	}
	if s.err != nil {
		return dst, nil, s.err
	}
	s.size = min(max(4*s.size, leastPiece), mostPiece)
	for {
		piece, err := s.piece(s.size)
		if err != nil {
			s.err = err
			return dst, nil, err
		}
		records, n, err := s.head.NextLines(dst, piece)
		if err == nil && n == 0 {
			switch {
			case len(piece) > eventlog.MaxLine:
				err = errLongLine
			case len(piece) < s.size || int64(len(piece)) == s.to-s.at:
				err = errNoNewline
			default:
				s.size = min(4*s.size, eventlog.MaxLine+1)
				continue
			}
		}
		s.at, s.err = s.at+int64(n), err
		if n == 0 {
			return dst, nil, err
		}
		if s.keep {
			keepData(records[len(dst):])
		}
		return records, piece[:n], nil
	}
}

// keepData gives records data of their own, together in one piece of memory.
func keepData(records []eventlog.Record) {
	size := 0
	for i := range records {
		size += len(records[i].Data)
	}
	data := make([]byte, 0, size)
	for i := range records {
		r := &records[i]
		at := len(data)
		data = append(data, r.Data...)
		r.Data = data[at:len(data):len(data)]
	}
}

// piece reads up to size bytes from where the scan is; fewer if the file ends.
func (s *scan) piece(size int) ([]byte, error) {
	size = int(min(int64(size), s.to-s.at))
	if cap(s.buf) < size {
		s.buf = make([]byte, size)
	}
	n, err := s.f.ReadAt(s.buf[:size], s.at)
	if err == io.EOF {
		err = nil // the file was cut meanwhile: the line that is cut will say so
	}
	return s.buf[:n], err
}
