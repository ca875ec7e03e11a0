package feed

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"
)

// maxLine bounds a line of a file, in bytes.
const maxLine = 1 << 16

// sheet reads a file of separated values a line at a time. A quoted value never
// runs over the end of its line: no column holds line breaks, and so a quote
// that is not closed spoils one line and not the rest of the file, as it would
// with encoding/csv.
type sheet struct {
	r     *bufio.Reader
	sep   byte
	line  int
	long  []byte
	cells []string
}

func newSheet(r io.Reader) *sheet { return &sheet{r: bufio.NewReaderSize(r, maxLine)} }

// next returns the next line without its end, and what is wrong with it, or an
// error: io.EOF after the last.
func (s *sheet) next() (text, flaw string, err error) {
	s.long = s.long[:0]
	size := 0
	for {
		part, err := s.r.ReadSlice('\n')
		if size += len(part); size > maxLine {
			s.long = s.long[:0]
		} else if err != nil || size > len(part) {
			s.long = append(s.long, part...)
			part = s.long
		}
		switch {
		case err == bufio.ErrBufferFull:
			continue
		case err != nil && err != io.EOF:
			return "", "", err
		case err == io.EOF && size == 0:
			return "", "", io.EOF
		}
		s.line++
		if size > maxLine {
			return "", fmt.Sprintf("the line is longer than %d bytes", maxLine), nil
		}
		if s.line == 1 {
			if bytes.HasPrefix(part, []byte("\xff\xfe")) || bytes.HasPrefix(part, []byte("\xfe\xff")) {
				return "", "the file is UTF-16: save it as CSV in UTF-8", nil
			}
			part = bytes.TrimPrefix(part, []byte("\ufeff"))
			if bytes.IndexByte(bytes.TrimRight(part, "\r\n"), '\r') >= 0 {
				return "", "the lines end in CR alone, as old spreadsheets write them: save the file as CSV with LF or CRLF", nil
			}
		}
		return string(bytes.TrimRight(part, "\r\n")), "", nil
	}
}

// separator returns which of the separators a header has most of.
func separator(header string) byte {
	best := byte(',')
	for _, sep := range []byte(";\t|") {
		if strings.Count(header, string(sep)) > strings.Count(header, string(best)) {
			best = sep
		}
	}
	return best
}

// split returns the values of a line without the space around them, and what is
// wrong with it. A value may stand in quotes, with two for each one in it, and
// behind an equals sign as spreadsheets write numbers that are names. The slice
// is good until the next call.
func (s *sheet) split(text string) (cells []string, flaw string) {
	cells = s.cells[:0]
	defer func() { s.cells = cells }()
	for {
		text = strings.TrimLeft(text, s.spaces())
		quoted := strings.TrimPrefix(text, "=")
		if !strings.HasPrefix(quoted, `"`) {
			cell, rest, more := strings.Cut(text, string(s.sep))
			cells = append(cells, strings.TrimSpace(cell))
			if !more {
				return cells, ""
			}
			text = rest
			continue
		}
		cell, rest, closed := strings.Cut(quoted[1:], `"`)
		for closed && strings.HasPrefix(rest, `"`) {
			var more string
			more, rest, closed = strings.Cut(rest[1:], `"`)
			cell += `"` + more
		}
		if !closed {
			return cells, "a quote is not closed by the end of the line: close it, and write no line break into a value"
		}
		cells = append(cells, strings.TrimSpace(cell))
		rest = strings.TrimLeft(rest, s.spaces())
		switch {
		case rest == "":
			return cells, ""
		case rest[0] != s.sep:
			return cells, "text follows a closing quote: write a quote inside a quoted value twice"
		}
		text = rest[1:]
	}
}

// spaces are what may stand around a value.
func (s *sheet) spaces() string {
	if s.sep == '\t' {
		return " "
	}
	return " \t"
}

// blank reports whether a line has no value at all.
func blank(cells []string) bool {
	for _, c := range cells {
		if c != "" {
			return false
		}
	}
	return true
}
