package filelog

import (
	"context"
	"fmt"

	"github.com/relevo-go/relevo/eventlog"
)

// Append implements [eventlog.Log]. It returns when the lines are synced, or
// with NoSync when they are written. After an error of writing the outcome is
// [eventlog.ErrUncertain], and all later appends are [eventlog.ErrPoisoned] until
// the log is closed and opened again; reads of what was durable go on.
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
	records, lines, err := l.known.head.SealLines(l.buf[:0], entries...)
	if err != nil {
		return nil, err
	}
	if cap(lines) <= 1<<20 {
		l.buf = lines
	}
	if err := l.write(records, lines); err != nil {
		l.fail(err)
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

// write makes sealed records, which stand in lines, durable (unless NoSync) and
// known.
func (l *Log) write(records []eventlog.Record, lines []byte) error {
	n, begin := len(l.known.segments), l.out.size
	fresh := n == 0 || begin+int64(len(lines)) > l.most
	var err error
	if fresh {
		begin = 0
		err = l.out.begin(l.disk, l.dir, records[0].Position, lines)
	} else {
		err = l.out.append(lines)
	}
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if fresh {
		l.known.segments = append(l.known.segments, segment{first: records[0].Position})
	}
	l.known.grow(records[len(records)-1].Head(), begin, l.out.size)
	l.move()
	l.idle.Reset(idle)
	return nil
}
