package pglog

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/relevo-go/relevo/eventlog"
)

// Append implements [eventlog.Log], in one round trip. An append of more than 256
// MiB is [eventlog.ErrTooLarge].
//
// [eventlog.ErrUncertain] is the answer when the connection was lost, or ctx was
// over, while the statement was on its way; where none could be had, or the server
// refused, the error is a plain one and nothing was written.
func (l *Log) Append(ctx context.Context, after eventlog.Position, entries ...eventlog.Entry) ([]eventlog.Record, error) {
	if err := l.writable(ctx); err != nil || len(entries) == 0 {
		return nil, err
	}
	head, err := l.at(ctx, after)
	if err != nil {
		return nil, err
	}
	sealed, lines, err := head.SealLines(nil, entries...)
	if err != nil {
		return nil, err
	}
	if err := l.write(ctx, head, lines, len(sealed)); err != nil {
		return nil, err
	}
	if err := l.learn(sealed[len(sealed)-1].Head()); err != nil {
		return nil, err
	}
	return sealed, nil
}

// writable says why nothing can be written, nil if it can be tried.
func (l *Log) writable(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("pglog: nothing appended: %w", err)
	}
	if err := l.ready(); err != nil {
		return err
	}
	if l.readOnly {
		return ErrReadOnly
	}
	return nil
}

// at returns the head that an append after a position goes on from: the known
// one, or else the store's, if it is there.
func (l *Log) at(ctx context.Context, after eventlog.Position) (eventlog.Head, error) {
	if known := l.Head(); known.Position == after && known.Whole() {
		return known, nil
	}
	head, err := l.head(ctx)
	if err != nil {
		return head, err
	}
	return head, head.Expect(after)
}

// attempts is how often an append is tried that the server takes back for what
// others do, while the head stays where it is.
const attempts = 5

// write adds n lines behind a head.
func (l *Log) write(ctx context.Context, head eventlog.Head, lines []byte, n int) error {
	if len(lines) > l.most {
		return fmt.Errorf("pglog: an append of %d bytes: %w", len(lines), eventlog.ErrTooLarge)
	}
	rows := make([][]byte, 0, n)
	for line := range bytes.Lines(lines) {
		rows = append(rows, line[:len(line)-1])
	}
	for try := 1; ; try++ {
		rejected, err := l.insert(ctx, head, rows)
		if rejected == nil || err != nil {
			return err
		}
		moves := rejected.Code == serializationFailure || rejected.Code == deadlockDetected
		if rejected.Code == uniqueViolation && rejected.ConstraintName == l.primary {
			// A rival has committed a position that was to be ours.
			return fmt.Errorf("pglog: %w (expected %d, and another wrote behind it)", eventlog.ErrConflict, head.Position)
		}
		if rejected.Code == uniqueViolation || moves {
			// A conflict only if the head has moved.
			at, err := l.look(ctx, l.pool)
			if err != nil {
				return fmt.Errorf("pglog: nothing appended: %w; looking for the head: %w", rejected, err)
			}
			if at > head.Position {
				return eventlog.Head{Position: at}.Expect(head.Position)
			}
		}
		if !moves || try == attempts {
			return fmt.Errorf("pglog: nothing appended: %w", l.explain(rejected))
		}
	}
}

// insert tries to add rows behind a head, once. If the server rejected them and
// took everything back, that is for the caller to judge.
func (l *Log) insert(ctx context.Context, head eventlog.Head, rows [][]byte) (rejected *pgconn.PgError, err error) {
	conn, err := l.pool.Acquire(ctx)
	if err != nil {
		return nil, fmt.Errorf("pglog: nothing appended: no connection: %w", l.where.explain(over(ctx, err)))
	}
	var n, position int64
	var sum, there []byte
	var syncCommit, fsync string
	var told *bool
	err = conn.QueryRow(ctx, l.sql.append, int64(head.Position), rows, []byte(head.Sum.String()), l.unsafe, l.channel).
		Scan(&n, &position, &sum, &there, &syncCommit, &fsync, &told)
	conn.Release()
	switch {
	case err == nil && n == int64(len(rows)):
		return nil, nil
	case err == nil && n > 0:
		return nil, l.damaged(head.Position+1, head.Position, "of %d rows it took %d: a trigger or a rule drops what is written: remove it", len(rows), n)
	case err == nil:
		return nil, l.refused(head, found{position, sum, there}, syncCommit, fsync)
	case !settled(err):
		return nil, fmt.Errorf("pglog: %w: %w", eventlog.ErrUncertain, over(ctx, err))
	}
	if rejected, ok := errors.AsType[*pgconn.PgError](err); ok {
		return rejected, nil
	}
	return nil, fmt.Errorf("pglog: nothing appended: %w", over(ctx, err))
}

// refused says why a store that answered with no error added nothing behind a
// head.
func (l *Log) refused(head eventlog.Head, f found, syncCommit, fsync string) error {
	now, err := l.compare(eventlog.Head{Position: head.Position, Sum: head.Sum}, f)
	if err != nil {
		return err
	}
	if err := now.Expect(head.Position); err != nil {
		return err
	}
	if err := lossy(syncCommit, fsync); err != nil {
		return fmt.Errorf("pglog: nothing appended: %w", err)
	}
	return fmt.Errorf("pglog: nothing appended to table %s, for no reason that it tells", l.table)
}
