package filelog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"sort"
	"time"

	"github.com/relevo-go/relevo/eventlog"
)

// view is what one read goes over: whole appends that are durable.
type view struct {
	disk     disk
	dir      string
	segments []segment // from the one with the first record to read
	from     mark      // in the first of them
}

// Read implements [eventlog.Log]. It begins at a place near the first record,
// verifies every record it passes, and keeps no more in memory than a line.
func (l *Log) Read(ctx context.Context, after eventlog.Position) iter.Seq2[eventlog.Record, error] {
	v, err := l.view(ctx, after)
	return func(yield func(eventlog.Record, error) bool) {
		if err != nil {
			yield(eventlog.Record{}, err)
			return
		}
		if v != nil {
			v.read(ctx, after, yield)
		}
	}
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
	if after >= l.known.head.Position {
		return nil, nil
	}
	all := l.known.segments
	i := sort.Search(len(all), func(i int) bool { return all[i].first > after+1 }) - 1
	return &view{l.disk, l.dir, slices.Clone(all[i:]), all[i].markBefore(after)}, nil
}

// read yields the records after a position.
func (v *view) read(ctx context.Context, after eventlog.Position, yield func(eventlog.Record, error) bool) {
	head, from := v.from.head, v.from.offset
	for _, seg := range v.segments {
		more, err := v.readSegment(ctx, seg, &head, from, after, yield)
		if err != nil {
			yield(eventlog.Record{}, err)
			return
		}
		if !more {
			return
		}
		from = 0
	}
}

// readSegment reads one segment from an offset, at which head stands. It
// reports whether the reader wants more.
func (v *view) readSegment(ctx context.Context, seg segment, head *eventlog.Head, from int64, after eventlog.Position, yield func(eventlog.Record, error) bool) (more bool, err error) {
	path := segmentPath(v.dir, seg.first)
	f, err := v.disk.open(path, os.O_RDONLY)
	if err != nil {
		return false, named("read", err)
	}
	defer f.Close()
	in := readLines(f, from, seg.size)
	for {
		if err := ctx.Err(); err != nil {
			return false, fmt.Errorf("filelog: read after %d: %w", head.Position, err)
		}
		offset := in.at
		line, err := in.next()
		var r eventlog.Record
		if err == nil {
			r, err = head.NextLine(line)
		}
		if err == io.EOF {
			if offset == seg.size {
				return true, nil
			}
			err = errNoNewline // the file was cut under the log
		}
		if err != nil {
			if isDamage(err) {
				return false, at(err, *head, path, offset)
			}
			return false, named("read", err)
		}
		if r.Position <= after {
			continue
		}
		r.Data = bytes.Clone(r.Data)
		if !yield(r, nil) {
			return false, nil
		}
	}
}

// pollEvery is how often a read-only log looks for what another process wrote.
const pollEvery = 20 * time.Millisecond

// Wait implements [eventlog.Log]. On a log that takes no more appends because
// one failed, it answers [eventlog.ErrPoisoned] instead of waiting in vain.
func (l *Log) Wait(ctx context.Context, after eventlog.Position) error {
	var poll <-chan time.Time
	if l.readOnly {
		ticker := time.NewTicker(pollEvery)
		defer ticker.Stop()
		poll = ticker.C
	}
	for {
		if err := l.look(ctx); err != nil {
			return err
		}
		moved, err := l.reached(after)
		if moved == nil || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("filelog: waiting for a record after %d: %w", after, ctx.Err())
		case <-moved:
		case <-poll:
		}
	}
}

// reached returns nil if the head is beyond a position, and otherwise what to
// wait for.
func (l *Log) reached(after eventlog.Position) (moved <-chan struct{}, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.closed:
		return nil, eventlog.ErrClosed
	case l.known.head.Position > after:
		return nil, nil
	case l.failed != nil:
		return nil, fmt.Errorf("%w: the first error was: %w", eventlog.ErrPoisoned, l.failed)
	}
	if l.moved == nil {
		l.moved = make(chan struct{})
	}
	return l.moved, nil
}

// look finds what is new in a log that is read-only.
func (l *Log) look(ctx context.Context) error {
	if !l.readOnly {
		return nil
	}
	if err := l.take(ctx); err != nil {
		return fmt.Errorf("filelog: looking for what is new: %w", err)
	}
	defer l.give()
	l.mu.Lock()
	s, closed := l.known, l.closed
	before := s.head
	l.mu.Unlock()
	if closed {
		return eventlog.ErrClosed
	}
	s.segments = slices.Clone(s.segments)
	err := s.refresh()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.known = s
	if s.head != before {
		l.move()
	}
	if err != nil {
		return named("read", err)
	}
	return nil
}

// refresh advances beside a writer that is at work. What looks like damage may
// be an append that was written while it was read, so damage is what is still
// there when it is read again.
func (s *survey) refresh() error {
	var before *eventlog.CorruptError
	for {
		_, err := s.advance()
		now, ok := errors.AsType[*eventlog.CorruptError](err)
		if !ok || before != nil && now.File == before.File && now.Offset == before.Offset && now.Position == before.Position {
			return err
		}
		before = now
	}
}
