package pglog

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/relevo-go/relevo/eventlog"
)

// Log is an [eventlog.Log] in a table of PostgreSQL.
type Log struct {
	pool     *pgxpool.Pool
	where    where
	table    string // quoted, with its schema
	primary  string // the constraint that a rival's position violates
	channel  string
	readOnly bool
	unsynced bool
	poll     time.Duration
	most     int
	sql      statements
	planned  pgx.QueryExecMode // for statements that are planned at each use

	buffers sync.Pool // of *[]byte, for the lines of an append

	alive context.Context // until Close
	end   context.CancelFunc

	mu       sync.Mutex
	known    eventlog.Head // the highest head of a record that was read or written: where appends go on
	seen     eventlog.Head // the highest position, with its sum, that the store was seen to have
	diverged error         // from when on the store is not that log any more
	closed   bool
	moved    chan struct{} // closed when something changes that Wait waits for; nil while nobody waits
	watch    watch
}

var (
	_ eventlog.Log      = (*Log)(nil)
	_ eventlog.Importer = (*Log)(nil)
)

// Open opens the log in a table that [Migrate] made. It changes nothing, and
// starts nothing until somebody waits. The pool stays the caller's: Close leaves
// it open, and none of its settings is touched.
//
// It refuses a server that is older than 15, that is a standby, or that may lose
// what it answered ([ErrServer]), a table that is missing ([ErrNoTable]) or not as
// it must be ([ErrTable]), a role without the rights ([ErrRights]), and a last
// row that is no record ([eventlog.CorruptError]).
func Open(ctx context.Context, pool *pgxpool.Pool, opts *Options) (*Log, error) {
	o, err := opts.filled()
	if err != nil {
		return nil, err
	}
	l := &Log{
		pool: pool, where: whereTo(&pool.Config().ConnConfig.Config),
		readOnly: o.ReadOnly, unsynced: o.Unsynced, poll: o.Poll, most: o.most,
		planned: planned(pool.Config().ConnConfig),
		buffers: sync.Pool{New: func() any { return new([]byte) }},
	}
	if err := l.open(ctx, &o); err != nil {
		return nil, fmt.Errorf("pglog: open: %w", l.where.explain(err))
	}
	l.alive, l.end = context.WithCancel(context.Background())
	return l, nil
}

func (l *Log) open(ctx context.Context, o *Options) error {
	s, err := inspect(ctx, l.pool, o.Table)
	if err != nil {
		return err
	}
	name, err := identifier(o.Table)
	if err != nil {
		return err
	}
	l.table = name.Sanitize()
	if err := s.suits(o); err != nil {
		return err
	}
	if !s.there {
		return fmt.Errorf("table %s: %w", l.table, ErrNoTable)
	}
	// From here on it is this one, whatever another connection has on its search_path.
	l.table = pgx.Identifier{s.schema, s.name}.Sanitize()
	if err := s.is(); err != nil {
		return fmt.Errorf("table %s: %w", l.table, err)
	}
	if err := s.may(l.table, o); err != nil {
		return err
	}
	l.primary, l.channel, l.sql = s.primary, channel(s.schema, s.name), statementsFor(l.table)
	_, err = l.head(ctx)
	if errors.Is(err, eventlog.ErrCorrupt) {
		// The last row is damaged, and perhaps not the first one that is.
		if _, earlier := eventlog.Verify(l.Read(ctx, 0)); earlier != nil {
			return earlier
		}
	}
	return err
}

// planned returns the way in which the driver sends statements over a stretch of
// the table. A plan that the server made while the table was small, and kept, would
// read all of it when it is large.
func planned(c *pgx.ConnConfig) pgx.QueryExecMode {
	if c.DefaultQueryExecMode == pgx.QueryExecModeCacheStatement && c.DescriptionCacheCapacity > 0 {
		return pgx.QueryExecModeCacheDescribe
	}
	return c.DefaultQueryExecMode
}

// channel names the notifications of a table, in at most 63 bytes.
func channel(schema, table string) string {
	name := "relevo:" + schema + "." + table
	if len(name) > 63 {
		h := fnv.New64a()
		h.Write([]byte(name))
		name = fmt.Sprintf("relevo:%016x", h.Sum64())
	}
	return name
}

// Head returns the end of the log as far as this Log has read or written it,
// without asking the server.
func (l *Log) Head() eventlog.Head {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.known
}

// ready says why the log cannot be used, nil if it can.
func (l *Log) ready() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.unusable()
}

// unusable is ready for those who hold mu.
func (l *Log) unusable() error {
	if l.closed {
		return eventlog.ErrClosed
	}
	return l.diverged
}

// Close implements [eventlog.Log]. It ends those who wait, and leaves the pool
// open. Appends and reads that have begun go on.
func (l *Log) Close() error {
	l.mu.Lock()
	l.closed = true
	l.move()
	ended := l.watch.ended
	l.mu.Unlock()
	l.end()
	if ended != nil {
		<-ended
	}
	return nil
}

// move wakes those who wait. The caller holds mu.
func (l *Log) move() {
	if l.moved != nil {
		close(l.moved)
		l.moved = nil
	}
}
