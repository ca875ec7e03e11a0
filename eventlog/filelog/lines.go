package filelog

import (
	"bufio"
	"errors"
	"io"

	"github.com/relevo-go/relevo/eventlog"
)

// lines reads a file line by line.
type lines struct {
	r    *bufio.Reader
	at   int64  // offset of the next line
	long []byte // a line that is longer than the reader's buffer
}

var (
	errNoNewline = errors.New("the line does not end")
	errCutShort  = errors.New("the append is cut short")
	errLongLine  = errors.New("the line is longer than 16 MiB")
)

// readLines returns the lines of f from one offset to another.
func readLines(f io.ReaderAt, from, to int64) *lines {
	return &lines{r: bufio.NewReaderSize(io.NewSectionReader(f, from, to-from), 64<<10), at: from}
}

// next returns the next line without its newline, valid until the call after.
// At the end the error is io.EOF; errNoNewline and errLongLine say that no line
// is there, and all others that reading failed.
func (l *lines) next() ([]byte, error) {
	line, err := l.r.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		l.long = append(l.long[:0], line...)
		for err == bufio.ErrBufferFull && len(l.long) <= eventlog.MaxLine {
			line, err = l.r.ReadSlice('\n')
			l.long = append(l.long, line...)
		}
		line = l.long
	}
	switch {
	case err == io.EOF && len(line) == 0:
		return nil, io.EOF
	case len(line) > eventlog.MaxLine+1 || err == bufio.ErrBufferFull:
		return nil, errLongLine
	case err == io.EOF:
		return nil, errNoNewline
	case err != nil:
		return nil, err
	}
	l.at += int64(len(line))
	return line[:len(line)-1], nil
}

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
