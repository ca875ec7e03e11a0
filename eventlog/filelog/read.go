package filelog

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"sort"

	"github.com/relevo-go/relevo/eventlog"
)

// Read implements [eventlog.Log]. It begins at the first record it is asked for,
// found in a few steps wherever that is, verifies every record from there on,
// and keeps little in memory. A long read verifies on all cores what comes next
// while the caller deals with what it has.
//
// A record's Data is the caller's. It lies in one piece of memory with that of
// its neighbors, up to 16 KiB: clone what is kept for long.
func (l *Log) Read(ctx context.Context, after eventlog.Position) iter.Seq2[eventlog.Record, error] {
	v, err := l.view(ctx, after)
	return func(yield func(eventlog.Record, error) bool) {
		if err != nil {
			yield(eventlog.Record{}, err)
			return
		}
		if v != nil {
			v.read(ctx, yield)
		}
	}
}

// view is what one read goes over: whole appends that are durable.
type view struct {
	disk     disk
	dir      string
	after    eventlog.Position
	segments []segment // from the one before the one with the first record to read, if there is one
	tail     *place    // where to read, if that is the last append
	file     string    // what the one segment is called, if it is not in a directory
}

// path returns where a segment is.
func (v *view) path(seg segment) string {
	if v.file != "" {
		return v.file
	}
	return segmentPath(v.dir, seg.first)
}

// place is where a line begins in a segment of a view. If its head is on a
// word, the line's record says itself what comes before it, and is passed over.
type place struct {
	head    eventlog.Head // before the line
	segment int
	offset  int64
	onWord  bool
}

// view returns what a read after a position goes over, nil if nothing is there.
func (l *Log) view(ctx context.Context, after eventlog.Position) (*view, error) {
	if err := l.look(ctx); err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, eventlog.ErrClosed
	}
	known := &l.known
	if after >= known.head.Position {
		return nil, nil
	}
	n := len(known.segments)
	i := sort.Search(n, func(i int) bool { return known.segments[i].first > after+1 }) - 1
	v := &view{disk: l.disk, dir: l.dir, after: after, segments: slices.Clone(known.segments[max(i-1, 0):])}
	if before := known.before; before.Position > 0 && before.Position == after {
		v.tail = &place{head: before, segment: len(v.segments) - 1, offset: known.last}
	}
	return v, nil
}

// read yields the records of a view.
func (v *view) read(ctx context.Context, yield func(eventlog.Record, error) bool) {
	w, err := v.begin()
	if err != nil {
		yield(eventlog.Record{}, err)
		return
	}
	defer w.close()
	for s := range w.stretches() {
		if !w.hand(ctx, s, yield) {
			return
		}
	}
}

// stretches yields what there is, verified, up to the first stretch with an
// error. Each is good until the next.
func (w *walk) stretches() iter.Seq[*stretch] {
	return func(yield func(*stretch) bool) {
		// Many reads want little, whatever is there: only one that goes on and on is
		// worth goroutines.
		var s stretch
		for handed := 0; handed < aside || w.left() < aside; handed += len(s.lines) {
			if !w.cut(&s) {
				return
			}
			w.verify(&s)
			if !yield(&s) || s.err != nil {
				return
			}
		}
		for s := range w.ahead() {
			if !yield(s) || s.err != nil {
				return
			}
		}
	}
}

// hand yields a stretch. It reports whether the reader wants more.
func (w *walk) hand(ctx context.Context, s *stretch, yield func(eventlog.Record, error) bool) bool {
	for i := range s.records {
		r := &s.records[i]
		if r.Position <= w.after {
			continue
		}
		if err := ctx.Err(); err != nil {
			yield(eventlog.Record{}, fmt.Errorf("filelog: read after %d: %w", r.Position-1, err))
			return false
		}
		if !yield(*r, nil) {
			return false
		}
	}
	if s.err != nil {
		yield(eventlog.Record{}, w.wrong(s))
		return false
	}
	return true
}

// walk goes over a view, segment by segment.
type walk struct {
	*view
	place
	in   scan              // of the segment that is open
	file file              // nil if none is
	word eventlog.Position // of the record whose sum was taken on its word to begin with
}

// begin finds the record after which a view is to be read.
func (v *view) begin() (*walk, error) {
	if v.tail != nil {
		return &walk{view: v, place: *v.tail, word: v.tail.head.Position}, nil
	}
	p, err := v.seek()
	if isDamage(err) || err == errNotFound {
		// Something is wrong from the first segment of the view on: say what.
		return &walk{view: v, place: v.first()}, nil
	}
	if err != nil {
		return nil, named("read", err)
	}
	return &walk{view: v, place: p, word: p.head.Position}, nil
}

// first returns the beginning of the view. Unless that is position 1, the view
// begins with the segment before the first record to read, and the first record
// of that is taken on its word.
func (v *view) first() place {
	first := v.segments[0].first
	return place{head: eventlog.Head{Position: first - 1}, onWord: first > 1}
}

// seek returns the place behind the record with position after.
func (v *view) seek() (p place, err error) {
	if v.after == 0 {
		return place{}, nil
	}
	i := 0
	if len(v.segments) > 1 && v.segments[1].first <= v.after {
		i = 1
	}
	f, err := v.disk.open(v.path(v.segments[i]), os.O_RDONLY)
	if err != nil {
		return p, err
	}
	defer f.Close()
	size := v.segments[i].size
	var r eventlog.Record
	if i+1 < len(v.segments) && v.segments[i+1].first == v.after+1 {
		if r, err = lastLine(f, size); err == nil && r.Position != v.after {
			err = errNotFound
		}
		return place{head: r.Head(), segment: i + 1}, err
	}
	r, end, err := find(f, size, v.after)
	return place{head: r.Head(), segment: i, offset: end}, err
}

// left returns about how many bytes are still to be read.
func (w *walk) left() (n int64) {
	for _, seg := range w.segments[w.segment:] {
		n += seg.size
	}
	if w.file != nil {
		return n - w.in.at
	}
	return n - w.offset
}

// stretch is some whole lines of one segment, and what they are found to hold.
type stretch struct {
	head   eventlog.Head // before the lines
	lines  []byte
	path   string
	offset int64 // of the lines

	records []eventlog.Record // verified
	err     error             // why there are no more: head and offset are then where the first bad line is

	checked chan struct{} // holds a token when somebody else has verified it
}

// cut puts the next lines into a stretch, with none if they cannot be had. It
// reports false at the end of the view, and after an error.
func (w *walk) cut(s *stretch) bool {
	for w.segment < len(w.segments) {
		seg := w.segments[w.segment]
		s.head, s.path, s.records, s.lines, s.err = w.head, w.path(seg), s.records[:0], s.lines[:0], nil
		if w.file == nil {
			if s.err = w.enter(seg, s.path); s.err != nil {
				w.segment = len(w.segments)
				return true
			}
			s.head = w.head
		}
		s.offset = w.in.at
		lines, err := w.in.cut()
		if err == io.EOF {
			w.close()
			w.segment, w.offset = w.segment+1, 0
			continue
		}
		if err == nil {
			s.lines = append(s.lines, lines...)
			last := lines[bytes.LastIndexByte(lines[:len(lines)-1], '\n')+1:]
			var r eventlog.Record
			if r, err = eventlog.ParseLine(last[:len(last)-1]); err == nil {
				w.head = r.Head() // on its word until the stretch is verified
				return true
			}
			err = nil // and the stretch says so itself
		}
		s.err = err
		w.segment = len(w.segments)
		return true
	}
	return false
}

// enter opens a segment.
func (w *walk) enter(seg segment, path string) error {
	f, err := w.disk.open(path, os.O_RDONLY)
	if err != nil {
		return err
	}
	if w.onWord {
		if r, end, err := lineAt(f, 0, seg.size); err == nil && r.Position == seg.first {
			w.head, w.offset = r.Head(), end
		}
		w.onWord = false
	}
	w.file, w.in = f, scan{f: f, at: w.offset, to: seg.size}
	return nil
}

// verify reads the records of a stretch. It uses nothing that changes, so that
// stretches can be verified side by side.
func (w *walk) verify(s *stretch) {
	if s.err != nil {
		return
	}
	var n int
	if s.records, n, s.err = s.head.NextLines(s.records[:0], s.lines); s.err != nil {
		s.offset += int64(n)
	}
	keepData(s.records)
}

// wrong returns what is wrong with a stretch. If that is its first record and
// the one before it was taken on its word to begin with, that one may be to
// blame: then its segment is verified from the beginning.
func (w *walk) wrong(s *stretch) error {
	if !isDamage(s.err) {
		return named("read", s.err)
	}
	damage := at(s.err, s.head, s.path, s.offset)
	if w.word == 0 || s.head.Position != w.word {
		return damage
	}
	again := &walk{view: &view{disk: w.disk, dir: w.dir, segments: w.segments}, place: w.view.first()}
	defer again.close()
	for early := (stretch{}); again.cut(&early) && early.head.Position < w.word; {
		if again.verify(&early); isDamage(early.err) {
			if early.head.Position >= w.word {
				break
			}
			return at(early.err, early.head, early.path, early.offset)
		}
	}
	return damage
}

func (w *walk) close() {
	if w.file != nil {
		w.file.Close()
		w.file = nil
	}
}
