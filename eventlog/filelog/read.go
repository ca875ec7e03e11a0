package filelog

import (
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
// and keeps little in memory. A long read verifies on one core what comes next
// while the caller deals on another with what it has.
//
// A record's Data is the caller's. It lies in one piece of memory with that of
// its neighbors, up to 64 KiB: clone what is kept for long.
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
	tail     *place    // a place from which to read, if after is in the last append
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
	if before := known.before; before.Position > 0 && before.Position <= after {
		v.tail = &place{head: before, segment: len(v.segments) - 1, offset: known.last}
	}
	return v, nil
}

// batch is some records that follow one another, or the error after the last.
type batch struct {
	records []eventlog.Record
	err     error
}

// aside is how much must be read before it is worth a goroutine, in bytes.
const aside = 256 << 10

// read yields the records of a view.
func (v *view) read(ctx context.Context, yield func(eventlog.Record, error) bool) {
	w, err := v.begin()
	if err != nil {
		yield(eventlog.Record{}, err)
		return
	}
	defer w.close()
	if w.left() < aside {
		var b batch
		for b.err == nil {
			b = w.next(b.records[:0])
			if !v.hand(ctx, b, yield) {
				return
			}
		}
		return
	}
	ready, used, stop := make(chan batch, 2), make(chan []eventlog.Record, 3), make(chan struct{})
	for range cap(used) {
		used <- nil
	}
	go func() {
		defer close(ready)
		for {
			var b batch
			select {
			case records := <-used:
				b = w.next(records[:0])
			case <-stop:
				return
			}
			select {
			case ready <- b:
			case <-stop:
				return
			}
			if b.err != nil {
				return
			}
		}
	}()
	defer func() {
		close(stop)
		for range ready { // until the goroutine is gone
		}
	}()
	for b := range ready {
		if !v.hand(ctx, b, yield) {
			return
		}
		used <- b.records
	}
}

// hand yields a batch. It reports whether the reader wants more.
func (v *view) hand(ctx context.Context, b batch, yield func(eventlog.Record, error) bool) bool {
	for i := range b.records {
		if err := ctx.Err(); err != nil {
			yield(eventlog.Record{}, fmt.Errorf("filelog: read after %d: %w", b.records[i].Position-1, err))
			return false
		}
		if !yield(b.records[i], nil) {
			return false
		}
	}
	if b.err != nil && b.err != io.EOF {
		yield(eventlog.Record{}, b.err)
		return false
	}
	return true
}

// walk reads a view, segment by segment.
type walk struct {
	*view
	place
	in   *scan // of the segment that is open, nil if none is
	file file
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
	f, err := v.disk.open(segmentPath(v.dir, v.segments[i].first), os.O_RDONLY)
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
	return n - w.offset
}

// next reads on. The error is io.EOF at the end of the view.
func (w *walk) next(records []eventlog.Record) batch {
	for {
		if w.segment == len(w.segments) {
			return batch{records[:0], io.EOF}
		}
		seg := w.segments[w.segment]
		path := segmentPath(w.dir, seg.first)
		if w.in == nil {
			f, err := w.disk.open(path, os.O_RDONLY)
			if err != nil {
				return batch{records[:0], named("read", err)}
			}
			if w.onWord {
				if r, end, err := lineAt(f, 0, seg.size); err == nil && r.Position == seg.first {
					w.head, w.offset = r.Head(), end
				}
				w.onWord = false
			}
			w.file, w.in = f, &scan{f: f, at: w.offset, to: seg.size, head: w.head, keep: true}
		}
		more, _, err := w.in.next(records[:0])
		w.head = w.in.head
		if err == io.EOF {
			w.close()
			w.segment, w.offset = w.segment+1, 0
			continue
		}
		if err != nil {
			return batch{nil, w.wrong(err, path)}
		}
		for len(more) > 0 && more[0].Position <= w.after {
			more = more[1:]
		}
		return batch{more, nil}
	}
}

// wrong returns what is wrong where a segment cannot be read on. If that is the
// first record, the one before it was taken on its word, and may be to blame:
// then its segment is verified from the beginning.
func (w *walk) wrong(err error, path string) error {
	if !isDamage(err) {
		return named("read", err)
	}
	damage := at(err, w.head, path, w.in.at)
	if w.word == 0 || w.head.Position != w.word {
		return damage
	}
	again := &walk{view: &view{disk: w.disk, dir: w.dir, segments: w.segments}, place: w.view.first()}
	defer again.close()
	for again.head.Position < w.word {
		b := again.next(nil)
		if earlier, ok := asDamage(b.err); ok {
			return earlier
		}
		if b.err != nil {
			break
		}
	}
	return damage
}

func (w *walk) close() {
	if w.file != nil {
		w.file.Close()
		w.file, w.in = nil, nil
	}
}
