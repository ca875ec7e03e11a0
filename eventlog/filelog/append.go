package filelog

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/relevo-go/relevo/eventlog"
)

// freshName is the file in which a segment is made before it gets its name.
const freshName = "segment.tmp"

// Append implements [eventlog.Log]. It returns when the lines are synced. After
// an error of writing the outcome is [eventlog.ErrUncertain], and all later
// appends are [eventlog.ErrPoisoned] until the log is closed and opened again;
// reads of what was durable go on.
func (l *Log) Append(ctx context.Context, after eventlog.Position, entries ...eventlog.Entry) ([]eventlog.Record, error) {
	if l.readOnly {
		return nil, ErrReadOnly
	}
	if err := l.take(ctx); err != nil {
		return nil, fmt.Errorf("filelog: nothing appended: %w", err)
	}
	defer l.give()
	if err := l.state(); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("filelog: nothing appended: %w", err)
	}
	if len(entries) == 0 {
		return nil, nil
	}
	if err := l.known.head.Expect(after); err != nil {
		return nil, err
	}
	records, err := l.known.head.Seal(entries...)
	if err != nil {
		return nil, err
	}
	if err := l.write(records); err != nil {
		l.mu.Lock()
		l.failed = err
		l.move()
		l.mu.Unlock()
		return nil, fmt.Errorf("%w: close the log and open it again first: %w", eventlog.ErrUncertain, err)
	}
	return records, nil
}

// state returns why the log takes no appends, nil if it does.
func (l *Log) state() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.closed:
		return eventlog.ErrClosed
	case l.failed != nil:
		return fmt.Errorf("%w: the first error was: %w", eventlog.ErrPoisoned, l.failed)
	}
	return nil
}

// write makes sealed records durable and known.
func (l *Log) write(records []eventlog.Record) error {
	b := l.buf[:0]
	for _, r := range records {
		b = append(r.AppendLine(b), '\n')
	}
	if cap(b) <= 1<<20 {
		l.buf = b
	}
	n := len(l.known.segments)
	if n == 0 || l.known.segments[n-1].size+int64(len(b)) > l.most {
		if err := l.beginSegment(records[0].Position, b); err != nil {
			return err
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		l.known.segments = append(l.known.segments, segment{first: records[0].Position, marks: []mark{{l.known.head, 0}}})
	} else {
		if _, err := l.file.WriteAt(b, l.known.segments[n-1].size); err != nil {
			return err
		}
		if err := l.file.Sync(); err != nil {
			return err
		}
		l.mu.Lock()
		defer l.mu.Unlock()
	}
	l.known.grow(records[len(records)-1].Head(), int64(len(b)))
	l.move()
	return nil
}

// grow moves the end of the log over one append in the last segment.
func (s *survey) grow(head eventlog.Head, bytes int64) {
	seg := &s.segments[len(s.segments)-1]
	s.last, s.head = seg.size, head
	seg.size += bytes
	seg.note(head, seg.size)
}

// beginSegment makes a segment with its first append: under another name until
// it is whole and durable, so that a segment never begins with a tear.
func (l *Log) beginSegment(first eventlog.Position, b []byte) error {
	if l.file != nil {
		f := l.file
		l.file = nil
		if err := f.Close(); err != nil {
			return err
		}
	}
	fresh := filepath.Join(l.dir, freshName)
	f, err := l.disk.open(fresh, os.O_RDWR|os.O_CREATE|os.O_TRUNC)
	if err != nil {
		return err
	}
	if _, err = f.WriteAt(b, 0); err == nil {
		err = f.Sync()
	}
	// It is closed before the rename because Windows renames no open file.
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	path := segmentPath(l.dir, first)
	if err := l.disk.rename(fresh, path); err != nil {
		return err
	}
	if l.file, err = l.disk.open(path, os.O_RDWR); err != nil {
		return err
	}
	return l.disk.syncDir(l.dir)
}
