package filelog

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/relevo-go/relevo/eventlog"
)

// survey is what is known of the files of a log: its whole appends, every line
// of them verified.
type survey struct {
	disk     disk
	dir      string
	segments []segment
	head     eventlog.Head // of the last whole append
	last     int64         // where the last append begins in its segment, the last one
}

// tear is the end of the last segment behind its last whole append.
type tear struct {
	path     string
	from, to int64
}

// advance reads on from what is known, over whole appends, and returns the tear
// that follows them, nil if none does. Damage is a [eventlog.CorruptError], and
// what was found up to it is kept.
func (s *survey) advance() (*tear, error) {
	names, err := s.disk.list(s.dir)
	if err != nil {
		return nil, err
	}
	firsts, err := segmentNames(names)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.dir, err)
	}
	known := len(s.segments)
	for i := range s.segments {
		if i >= len(firsts) || firsts[i] != s.segments[i].first {
			first := s.segments[i].first
			return nil, &eventlog.CorruptError{Position: first, Last: first - 1, File: segmentPath(s.dir, first), Err: errors.New("the segment is gone, or one came to stand before it")}
		}
	}
	for i := max(known-1, 0); i < len(firsts); i++ {
		if i >= known {
			if err := s.begin(firsts[i]); err != nil {
				return nil, err
			}
		}
		// The names were listed before this segment is read, so one that is not
		// the last was complete before it was read.
		t, err := s.read(i == len(firsts)-1)
		if t != nil || err != nil {
			return t, err
		}
	}
	return nil, nil
}

// begin adds a segment of which nothing is read yet.
func (s *survey) begin(first eventlog.Position) error {
	if want := s.head.Position + 1; first != want {
		what := fmt.Errorf("positions %d to %d are missing: a segment is gone or cut short", want, first-1)
		if first < want {
			what = fmt.Errorf("the segment begins at position %d again", first)
		}
		return at(what, s.head, segmentPath(s.dir, first), 0)
	}
	s.segments = append(s.segments, segment{first: first, marks: []mark{{s.head, 0}}})
	return nil
}

// read reads on in the last known segment. If newest is not set, other segments
// follow, and anything but whole appends is damage.
//
// A segment without a whole append is not kept.
func (s *survey) read(newest bool) (*tear, error) {
	defer func() {
		if n := len(s.segments) - 1; s.segments[n].size == 0 {
			s.segments = s.segments[:n]
		}
	}()
	seg := &s.segments[len(s.segments)-1]
	path := segmentPath(s.dir, seg.first)
	f, err := s.disk.open(path, os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() < seg.size {
		return nil, at(fmt.Errorf("the file has %d bytes, it had %d", info.Size(), seg.size), s.head, path, info.Size())
	}
	if info.Size() == seg.size && seg.size > 0 {
		return nil, nil
	}
	head, in := s.head, readLines(f, seg.size, info.Size())
	var line []byte
	for {
		if line, err = in.next(); err != nil {
			break
		}
		offset := in.at - int64(len(line)) - 1
		if _, err = head.NextLine(line); err != nil {
			in.at = offset
			break
		}
		if head.Whole() {
			s.last, s.head = seg.size, head
			seg.size = in.at
			seg.note(head, in.at)
		}
	}
	switch {
	case err == io.EOF && in.at == seg.size && in.at > 0:
		return nil, nil
	case err == io.EOF:
		err = errCutShort
	case !isDamage(err):
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	damage := at(err, head, path, in.at)
	if !newest {
		return nil, damage
	}
	torn, err := isTorn(f, s.head, seg.size, in.at, info.Size())
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if !torn {
		return nil, damage
	}
	return &tear{path, seg.size, info.Size()}, nil
}
