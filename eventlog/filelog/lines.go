package filelog

import (
	"bufio"
	"io"

	"github.com/relevo-go/relevo/eventlog"
)

// lines reads a file line by line.
type lines struct {
	r    *bufio.Reader
	at   int64  // offset of the next line
	long []byte // a line that is longer than the reader's buffer
}

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
