package eventlog

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
)

// ReadLines yields the records of canonical lines as r delivers them, as
// standard input or a connection does, each verified against the one before. It
// takes the first record's sum on its word, unless that is at position 1. The
// sequence can be ranged over once.
//
// It yields whole appends only, each as soon as its last newline is there, and
// holds the records of an append in memory until then. Input that ends inside a
// line or an append ends with a [CorruptError] that is [ErrTorn]; anything else
// that does not go on with the log is a CorruptError that is not. Its Offset is
// the byte in the input. Any other error is that of r, after the whole appends
// before it.
//
// Nobody but the caller's goroutine reads from r, and not after the loop; r may
// have given more by then than was yielded. What r gives at once is verified on
// all cores. A record's Data is the caller's. It lies in one piece of memory with
// that of its neighbors, up to 32 KiB: clone what is kept for long.
func ReadLines(r io.Reader) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		s := stream{from: r, yield: yield}
		if err := s.read(); err != nil && err != errEnough {
			yield(Record{}, err)
		}
	}
}

// stream is one read of lines.
type stream struct {
	from  io.Reader
	yield func(Record, error) bool

	buf    []byte // what is read and not taken, from the beginning of a line
	offset int64  // in the input, of what is not taken
	begun  bool   // a line was taken
	head   Head   // of the last line taken

	open  []Record // what is there of an append
	begin int64    // where it begins in the input
	last  Position // of the record before it

	parts []*part // for their room only
}

// A buffer begins with what a pipe holds, and grows while it is filled at once.
const (
	leastBuffer = 64 << 10
	mostBuffer  = 1 << 20
)

// mostEmpty is how often a reader may give nothing, one time after another.
const mostEmpty = 100

var (
	errEnough   = errors.New("eventlog: the caller wants no more")
	errLongLine = &lineError{MaxLine, "the line is longer than 16 MiB"}
)

// read reads and yields all there is. At the end of the input it returns nil, or
// ErrTorn.
func (s *stream) read() error {
	s.buf = make([]byte, 0, leastBuffer)
	for empty := 0; ; {
		old := len(s.buf)
		n, err := s.from.Read(s.buf[old:cap(s.buf)])
		s.buf = s.buf[:old+n]
		full := len(s.buf) == cap(s.buf)
		if end := bytes.LastIndexByte(s.buf[old:], '\n'); end >= 0 {
			if err := s.take(s.buf[:old+end+1]); err != nil {
				return err
			}
			s.buf = s.buf[:copy(s.buf, s.buf[old+end+1:])]
		}
		if empty++; n > 0 {
			empty = 0
		}
		switch {
		case len(s.buf) > MaxLine:
			damage := s.head.corrupt(errLongLine).(*CorruptError)
			damage.Offset = s.offset
			return damage
		case err == io.EOF:
			return s.end()
		case err == nil && empty == mostEmpty:
			err = io.ErrNoProgress
		}
		if err != nil {
			return fmt.Errorf("eventlog: read lines: %w", err)
		}
		if full && cap(s.buf) < mostBuffer || len(s.buf) == cap(s.buf) {
			s.buf = append(make([]byte, 0, min(2*cap(s.buf), MaxLine+1)), s.buf...)
		}
	}
}

// end says whether the input may end here.
func (s *stream) end() error {
	if len(s.buf) == 0 && len(s.open) == 0 {
		return nil
	}
	if !s.begun {
		if r, err := ParseLine(s.buf); err == nil {
			s.last = r.Position - 1
		}
	}
	return &CorruptError{Position: s.last + 1, Last: s.last, Offset: s.begin, Err: ErrTorn}
}

// take verifies whole lines, and yields the appends that end in them.
func (s *stream) take(lines []byte) error {
	if !s.begun {
		s.begun = true
		end := bytes.IndexByte(lines, '\n')
		if r, err := ParseLine(lines[:end:end]); err == nil && r.Position > 1 {
			s.head, s.last = r.Head(), r.Position-1
			r.Data = bytes.Clone(r.Data)
			if !s.hand(&part{lines: lines[:end+1], records: []Record{r}, good: end + 1}) {
				return errEnough
			}
			lines, s.offset = lines[end+1:], int64(end)+1
		}
	}
	parts := s.cut(lines)
	stop := verify(parts)
	defer stop()
	for _, p := range parts {
		<-p.done
		if !s.hand(p) {
			return errEnough
		}
		if p.err != nil {
			return p.err
		}
		s.head = p.head
	}
	return nil
}

// cut divides whole lines into parts that can be verified side by side.
//
// A part can be verified without the one before it, since its first line is
// chained to a sum that stands in that one's last line: if that line is not as it
// was sealed, its own part finds it, and comes first.
func (s *stream) cut(lines []byte) []*part {
	n, head := 0, s.head
	for ; len(lines) > 0; n++ {
		if n == len(s.parts) {
			s.parts = append(s.parts, &part{done: make(chan struct{}, 1)})
		}
		p := s.parts[n]
		p.head, p.lines, p.offset = head, lines[:wholeLines(lines, partSize)], s.offset
		lines, s.offset = lines[len(p.lines):], s.offset+int64(len(p.lines))
		if len(lines) > 0 {
			last := p.lines[bytes.LastIndexByte(p.lines[:len(p.lines)-1], '\n')+1:]
			r, _ := ParseLine(last[:len(last)-1]) // if it is bad, its own part says so
			head = r.Head()
		}
	}
	return s.parts[:n]
}

// hand yields the whole appends that end in a part, and holds back what is there
// of another. It reports whether the caller wants more.
func (s *stream) hand(p *part) bool {
	n, end := len(p.records), p.good
	for n > 0 && p.records[n-1].Position < p.records[n-1].Last {
		n--
		end = bytes.LastIndexByte(p.lines[:end-1], '\n') + 1
	}
	if n > 0 {
		for _, records := range [][]Record{s.open, p.records[:n]} {
			for i := range records {
				if !s.yield(records[i], nil) {
					return false
				}
			}
		}
		s.open, s.begin, s.last = s.open[:0], p.offset+int64(end), p.records[n-1].Position
	}
	s.open = append(s.open, p.records[n:]...)
	return true
}
