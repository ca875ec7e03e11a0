package filelog

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/relevo-go/relevo/eventlog"
)

// survey is what is known of the files of a log: how far its whole appends
// reach, and that they are dense and chained from where it began to verify.
type survey struct {
	disk     disk
	dir      string
	verify   int64 // how much of the end is verified when the log is opened, in bytes
	segments []segment
	head     eventlog.Head // of the last whole append
	before   eventlog.Head // of the append before that, as far as known
	last     int64         // where the last append begins in its segment, the last one
}

// tear is the end of the last segment behind its last whole append.
type tear struct {
	path     string
	from, to int64
	last     eventlog.Position // of that append
}

// verified is how much of the end of a log is verified when it is opened if
// tests do not say otherwise: all of a small log, and of a large one what takes
// some milliseconds. What lies before is verified when it is read.
const verified = 4 << 20

// open finds the end of a log: by looking at where segments meet and verifying
// the end, or, if anything there is not as it should be, by verifying all of it,
// which says what is wrong and where it begins.
func (s *survey) open() (*tear, error) {
	verify := s.verify
	fresh := survey{disk: s.disk, dir: s.dir, verify: verify}
	torn, err := s.openFrom(fresh)
	if torn != nil {
		// The tear took its part of what was to be verified: once more, with as much
		// before it.
		fresh.verify += torn.to - torn.from
		torn, err = s.openFrom(fresh)
	}
	if isDamage(err) || err == errNotFound {
		*s = fresh
		torn, err = s.advance()
	}
	s.verify = verify
	return torn, err
}

// openFrom skips what need not be verified and verifies the rest.
func (s *survey) openFrom(fresh survey) (*tear, error) {
	*s = fresh
	if err := s.skip(); err != nil {
		return nil, err
	}
	return s.advance()
}

// skip passes over segments, and a part of the one after them, up to where an
// append begins behind which about as much lies as is to be verified.
func (s *survey) skip() error {
	firsts, err := s.list()
	if err != nil || len(firsts) == 0 {
		return err
	}
	sizes, total := make([]int64, len(firsts)), int64(0)
	for i, first := range firsts {
		if sizes[i], err = s.size(first); err != nil {
			return err
		}
		total += sizes[i]
	}
	for i, first := range firsts {
		if first != s.head.Position+1 {
			return errNotFound
		}
		if total <= s.verify {
			return nil
		}
		if total-sizes[i] <= s.verify {
			err := s.skipInto(segment{first, sizes[i]}, total-s.verify)
			if isDamage(err) || err == errNotFound {
				return nil // the whole segment is verified, and says what is wrong
			}
			return err
		}
		if err := s.skipOver(segment{first, sizes[i]}); err != nil {
			return err
		}
		total -= sizes[i]
	}
	return nil
}

// skipOver passes over a whole segment, by its first line and its last.
func (s *survey) skipOver(seg segment) error {
	f, err := s.disk.open(segmentPath(s.dir, seg.first), os.O_RDONLY)
	if err != nil {
		return err
	}
	defer f.Close()
	head := s.head
	in := scan{f: f, to: seg.size, head: head}
	if _, _, err := in.next(nil); err != nil {
		return notFoundIfEOF(err)
	}
	r, err := lastLine(f, seg.size)
	if err != nil {
		return err
	}
	if head = r.Head(); !head.Whole() {
		return errNotFound
	}
	s.segments, s.head, s.before = append(s.segments, seg), head, eventlog.Head{}
	return nil
}

// skipInto passes over the appends that end before an offset of a segment.
func (s *survey) skipInto(seg segment, offset int64) error {
	if offset < stride {
		return nil
	}
	f, err := s.disk.open(segmentPath(s.dir, seg.first), os.O_RDONLY)
	if err != nil {
		return err
	}
	defer f.Close()
	begin, err := afterNewline(f, offset-stride, offset)
	if err != nil || begin >= offset {
		return err // a line as long as that: verify the whole segment
	}
	r, _, err := lineAt(f, begin, seg.size)
	if err != nil || r.First <= seg.first {
		return err
	}
	r, end, err := find(f, seg.size, r.First-1)
	if err != nil {
		return err
	}
	s.segments, s.head, s.before = append(s.segments, segment{seg.first, end}), r.Head(), eventlog.Head{}
	return nil
}

func notFoundIfEOF(err error) error {
	if err == io.EOF {
		return errNotFound
	}
	return err
}

// list returns the first positions of the segments in the directory.
func (s *survey) list() ([]eventlog.Position, error) {
	names, err := s.disk.list(s.dir)
	if err != nil {
		return nil, err
	}
	firsts, err := segmentNames(names)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.dir, err)
	}
	return firsts, nil
}

// size returns the size of a segment's file.
func (s *survey) size(first eventlog.Position) (int64, error) {
	f, err := s.disk.open(segmentPath(s.dir, first), os.O_RDONLY)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// advance reads on from what is known, over whole appends, and returns the tear
// that follows them, nil if none does. Damage is a [eventlog.CorruptError], and
// what was found up to it is kept.
func (s *survey) advance() (*tear, error) {
	firsts, err := s.list()
	if err != nil {
		return nil, err
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
	s.segments = append(s.segments, segment{first: first})
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
	in := scan{f: f, at: seg.size, to: info.Size(), head: s.head}
	for begin := seg.size; err == nil; {
		var records []eventlog.Record
		var lines []byte
		end := in.at
		if records, lines, err = in.next(records[:0]); err == nil {
			begin = s.count(records, lines, begin, end)
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
	damage := at(err, in.head, path, in.at)
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
	return &tear{path, seg.size, info.Size(), s.head.Position}, nil
}

// count takes in the whole appends among records, whose lines begin at the
// offset end. The append that is open there begins at begin; the result is
// where the one begins that is open behind the lines.
func (s *survey) count(records []eventlog.Record, lines []byte, begin, end int64) int64 {
	seg := &s.segments[len(s.segments)-1]
	for i := range records {
		n := bytes.IndexByte(lines, '\n') + 1
		lines, end = lines[n:], end+int64(n)
		if r := &records[i]; r.Position == r.Last {
			s.grow(r.Head(), begin, end)
			begin = seg.size
		}
	}
	return begin
}

// grow takes in one append, which lies between two offsets of the last segment.
func (s *survey) grow(head eventlog.Head, begin, end int64) {
	s.before, s.head, s.last = s.head, head, begin
	s.segments[len(s.segments)-1].size = end
}
