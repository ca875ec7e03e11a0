package pglog

import (
	"context"
	"fmt"

	"github.com/relevo-go/relevo/eventlog"
)

// found is what the server has at its end, and where it was seen to have a head.
type found struct {
	position int64
	sum      []byte // of the last row
	there    []byte // the sum in the row of the head that was seen, nil if there is no such row
}

// head asks the server for the head of the log, as its last record tells it, and
// compares what the store has with what it was seen to have.
func (l *Log) head(ctx context.Context) (eventlog.Head, error) {
	seen := l.sight()
	var f found
	var line []byte
	if err := l.pool.QueryRow(ctx, l.sql.head, int64(seen.Position)).Scan(&f.position, &f.sum, &f.there, &line); err != nil {
		return eventlog.Head{}, l.explain(over(ctx, err))
	}
	at, err := l.compare(seen, f)
	if err != nil || at.Position == 0 {
		return at, err
	}
	r, err := eventlog.ParseLine(line)
	if err == nil && r.Position != at.Position {
		err = fmt.Errorf("eventlog: the record here has position %d", r.Position)
	}
	if err != nil {
		return at, l.damage(&eventlog.CorruptError{Position: at.Position, Last: at.Position - 1, Err: err})
	}
	head := r.Head()
	if !head.Whole() {
		return at, l.cutShort(r)
	}
	return head, l.learn(head)
}

// cutShort is the damage of a log whose last record's append has more to come:
// appends are written as a whole.
func (l *Log) cutShort(r eventlog.Record) error {
	return l.damaged(r.Position+1, r.Position, "the append %d to %d is cut short", r.First, r.Last)
}

// look compares what the store has with what it was seen to have, and returns
// where its head is.
func (l *Log) look(ctx context.Context, q querier) (eventlog.Position, error) {
	seen := l.sight()
	f, err := l.sql.lookAt(ctx, q, seen)
	if err != nil {
		return 0, l.explain(over(ctx, err))
	}
	at, err := l.compare(seen, f)
	return at.Position, err
}

func (s *statements) lookAt(ctx context.Context, q querier, seen eventlog.Head) (f found, err error) {
	err = q.QueryRow(ctx, s.look, int64(seen.Position)).Scan(&f.position, &f.sum, &f.there)
	return f, err
}

// sight returns the highest head that the store was seen to have.
func (l *Log) sight() eventlog.Head {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.seen
}

// compare holds the store to a head it was seen to have before it was asked, and
// returns its head now, with a position and a sum. The position is there also if
// the last row is damaged.
func (l *Log) compare(seen eventlog.Head, f found) (eventlog.Head, error) {
	var now eventlog.Head
	var bad error
	if f.position > 0 {
		now.Position = eventlog.Position(f.position)
		bad = now.Sum.UnmarshalText(f.sum)
	}
	there := eventlog.Head{Position: seen.Position}
	switch {
	case seen.Position > 0 && f.there == nil: // the end is before it, or there is a hole
		return now, l.diverge(seen, now)
	case seen.Position > 0 && there.Sum.UnmarshalText(f.there) != nil:
		return now, l.damaged(seen.Position, seen.Position-1, "the row with this position, which was a record, is none: somebody else writes to the table")
	case seen.Position > 0 && there.Sum != seen.Sum:
		return now, l.diverge(seen, there)
	case f.position < 0 || bad != nil:
		return now, l.damaged(now.Position, seen.Position, "the last row, with the position %d, is no record: somebody else writes to the table", f.position)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Position > l.seen.Position {
		l.seen = now
		l.move() // those who listen take a notification of it for old from now on
	}
	return now, l.unusable()
}

// learn notes a head that was read or written. The store may have had another
// record in its place before.
func (l *Log) learn(h eventlog.Head) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, at := range []*eventlog.Head{&l.known, &l.seen} {
		switch {
		case h.Position > at.Position:
			*at = h
			l.move()
		case h.Position == at.Position && h.Sum != at.Sum:
			return l.divergeLocked(*at, h)
		case h.Position == at.Position:
			*at = h // which may know more of its append
		}
	}
	return nil
}

// diverge ends the use of a log that is not the one that was seen.
func (l *Log) diverge(seen, now eventlog.Head) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.divergeLocked(seen, now)
}

func (l *Log) divergeLocked(seen, now eventlog.Head) error {
	if l.diverged == nil {
		l.diverged = fmt.Errorf("pglog: table %s: %w", l.table, &eventlog.DivergedError{Known: seen, Found: now})
		l.move()
	}
	return l.diverged
}
