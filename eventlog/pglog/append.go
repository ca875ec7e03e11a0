package pglog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"
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
	buf := l.buffers.Get().(*[]byte)
	defer l.buffers.Put(buf)
	sealed, lines, err := head.SealLines((*buf)[:0], entries...)
	if err != nil {
		return nil, err
	}
	if cap(lines) <= keptBytes {
		*buf = lines
	}
	if err := l.write(ctx, head, lines, len(sealed)); err != nil {
		return nil, err
	}
	if err := l.learn(sealed[len(sealed)-1].Head()); err != nil {
		return nil, fmt.Errorf("%w: %w", eventlog.ErrUncertain, err) // it is written, but not behind what was known
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
	switch {
	case err == nil:
		return head, head.Expect(after)
	case errors.Is(err, eventlog.ErrCorrupt) || errors.Is(err, eventlog.ErrDiverged) || errors.Is(err, eventlog.ErrClosed):
		return head, err
	}
	return head, fmt.Errorf("pglog: nothing appended: %w", err)
}

// keptBytes is how much room for lines is kept from one append to the next.
const keptBytes = 1 << 20

// attempts is how often an append is tried that the server takes back for what
// others do, while the head stays where it is.
const attempts = 5

// fits returns ErrTooLarge if lines are more than one statement takes.
func (l *Log) fits(lines []byte) error {
	if len(lines) > l.most {
		return fmt.Errorf("pglog: an append of %d bytes: %w", len(lines), eventlog.ErrTooLarge)
	}
	return nil
}

// write adds n lines behind a head.
func (l *Log) write(ctx context.Context, head eventlog.Head, lines []byte, n int) error {
	if err := l.fits(lines); err != nil {
		return err
	}
	rows := cut(lines, n)
	for try := 1; ; try++ {
		rejected, err := l.insert(ctx, head, rows)
		if rejected == nil || err != nil {
			return err
		}
		moves := rejected.Code == serializationFailure || rejected.Code == deadlockDetected || rejected.Code == lockNotAvailable
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

// rows are lines as the statement takes them: driver and server are faster with
// one value and two lists of numbers than with a list of values.
type rows struct {
	lines      []byte
	n          int
	at, length string // of each line, in the server's text form of an array
}

// cut tells n lines apart.
func cut(lines []byte, n int) rows {
	at, length := make([]byte, 0, 8*n+2), make([]byte, 0, 4*n+2)
	sep := byte('{')
	for begin := 0; begin < len(lines); sep = ',' {
		size := bytes.IndexByte(lines[begin:], '\n')
		at = strconv.AppendInt(append(at, sep), int64(begin)+1, 10)
		length = strconv.AppendInt(append(length, sep), int64(size), 10)
		begin += size + 1
	}
	return rows{lines, n, string(append(at, '}')), string(append(length, '}'))}
}

// insert tries to add rows behind a head, once. If the server rejected them and
// took everything back, that is for the caller to judge.
func (l *Log) insert(ctx context.Context, head eventlog.Head, rows rows) (rejected *pgconn.PgError, err error) {
	conn, err := l.pool.Acquire(ctx)
	if err != nil {
		return nil, fmt.Errorf("pglog: nothing appended: no connection: %w", l.where.explain(over(ctx, err)))
	}
	defer conn.Release()
	defer uncanceled(conn.Conn())()
	tag, err := conn.Exec(ctx, l.sql.append, int64(head.Position), []byte(head.Sum.String()), l.unsynced, rows.lines, rows.at, rows.length, rows.n, l.channel)
	switch n := tag.RowsAffected(); {
	case err == nil && n == int64(rows.n):
		return nil, nil
	case err == nil && n > 0:
		return nil, l.damaged(head.Position+1, head.Position, "of %d rows it took %d: a trigger or a rule drops what is written: remove it", rows.n, n)
	case err == nil:
		return nil, l.refused(ctx, conn, head)
	case !settled(err):
		return nil, fmt.Errorf("pglog: %w: %w", eventlog.ErrUncertain, over(ctx, err))
	}
	if rejected, ok := errors.AsType[*pgconn.PgError](err); ok {
		return rejected, nil
	}
	return nil, fmt.Errorf("pglog: nothing appended: %w", over(ctx, err))
}

// uncanceled keeps the driver from canceling what it gives up, as long as the
// connection is good. A commit that waits for its standby would end its wait and be
// there for all to see, although nobody but the primary has it.
func uncanceled(conn *pgx.Conn) (again func()) {
	key := conn.PgConn().SecretKey() // without it the server ignores who wants to cancel
	kept := bytes.Clone(key)
	clear(key)
	return func() {
		if !conn.IsClosed() {
			copy(key, kept)
		}
	}
}

// refused says why a server that answered with no error added nothing behind a
// head.
func (l *Log) refused(ctx context.Context, q querier, head eventlog.Head) error {
	seen := eventlog.Head{Position: head.Position, Sum: head.Sum}
	f, err := l.sql.lookAt(ctx, q, seen)
	if err != nil {
		return fmt.Errorf("pglog: nothing appended; looking for the head: %w", l.explain(over(ctx, err)))
	}
	now, err := l.compare(seen, f)
	if err != nil {
		return err
	}
	if err := now.Expect(head.Position); err != nil {
		return err
	}
	var syncCommit, fsync string
	if err := q.QueryRow(ctx, "SELECT current_setting('synchronous_commit'), current_setting('fsync')").Scan(&syncCommit, &fsync); err != nil {
		return fmt.Errorf("pglog: nothing appended; looking for the reason: %w", l.explain(over(ctx, err)))
	}
	if err := lossy(syncCommit, fsync); err != nil && !l.unsynced {
		return fmt.Errorf("pglog: nothing appended: %w", err)
	}
	return fmt.Errorf("pglog: nothing appended to table %s, for no reason that it tells", l.table)
}
