package pglog

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/relevo-go/relevo/eventlog"
)

const (
	pollSlow = time.Second            // beside notifications
	pollFast = 100 * time.Millisecond // without
	retry    = 100 * time.Millisecond // after a failure
	linger   = 5 * time.Second        // after the last who waited
	// askFor is how long the server may take to say where the head is: one that
	// says nothing, on a connection that is dead or not, is asked over another.
	askFor = 2 * time.Second
)

// watch is what those who wait share. The log's mu guards it.
type watch struct {
	waiting  int
	left     time.Time          // when somebody waited last
	ended    chan struct{}      // closed when the goroutine is gone; nil before the first
	runs     bool               // it is not gone, nor about to be
	nudge    context.CancelFunc // ends its nap, nil if it has none
	hears    bool               // notifications come: there is no need to ask when somebody comes
	notified bool               // one told something new since the server was asked

	asked, answered uint64 // how often the server was asked, and the last time it was that there was an answer or a failure
	failed          error  // what came of it
	answer          bool   // failed is the server's own answer, not a connection that is lost
}

// wake lets the server be asked soon, by a goroutine that it starts if there is
// none. The caller holds mu.
func (l *Log) wake() {
	w := &l.watch
	if !w.runs {
		w.runs, w.left, w.ended = true, time.Now(), make(chan struct{})
		go l.follow(w.ended)
	} else if w.nudge != nil && !w.hears {
		w.nudge()
	}
}

// follow asks the server for its head as long as somebody wants to know.
func (l *Log) follow(ended chan struct{}) {
	defer close(ended)
	for l.goesOn() {
		if err := l.session(); err != nil {
			l.nap(retry, func(ctx context.Context) { <-ctx.Done() })
		}
	}
}

// goesOn reports whether the server is asked on. If not, the caller ends without
// another look, for whoever comes next starts another.
func (l *Log) goesOn() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.watch.runs = l.wantedLocked()
	return l.watch.runs
}

// wanted reports whether somebody waits, or did a moment ago.
func (l *Log) wanted() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.wantedLocked()
}

func (l *Log) wantedLocked() bool {
	w := &l.watch
	if w.waiting > 0 {
		w.left = time.Now()
	}
	return !l.closed && l.diverged == nil && time.Since(w.left) < linger
}

// nap rests for a while, or until somebody comes who cannot wait.
func (l *Log) nap(d time.Duration, rest func(context.Context)) {
	ctx, cancel := context.WithTimeout(l.alive, d)
	defer cancel()
	l.mu.Lock()
	l.watch.nudge = cancel
	l.mu.Unlock()
	rest(ctx)
	l.mu.Lock()
	l.watch.nudge = nil
	l.mu.Unlock()
}

// session asks the server over one connection, until that is lost or nobody
// wants to know. It returns why it could not go on.
func (l *Log) session() error {
	n := l.ask()
	conn, err := l.connect()
	if err != nil {
		l.answer(n, err)
		return err
	}
	defer l.hangUp(conn)
	listens, err := l.listen(conn)
	for err == nil {
		var at eventlog.Position
		before := l.sight().Position
		ctx, cancel := context.WithTimeout(l.alive, askFor)
		at, err = l.look(ctx, conn)
		cancel()
		l.answer(n, err)
		if conn.IsClosed() || !l.wanted() {
			break
		}
		if says(err) {
			err = nil // the connection is good: ask again
		}
		l.rest(conn, listens, at > before)
		n = l.ask()
	}
	return err
}

// connect takes a connection out of the pool, made as the caller has told it.
func (l *Log) connect() (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(l.alive, askFor)
	defer cancel()
	c, err := l.pool.Acquire(ctx)
	if err != nil {
		return nil, l.where.explain(err)
	}
	return c.Hijack(), nil
}

// listen asks for notifications. A server that gives none, as a standby, is asked
// more often.
func (l *Log) listen(conn *pgx.Conn) (bool, error) {
	ctx, cancel := context.WithTimeout(l.alive, askFor)
	defer cancel()
	_, err := conn.Exec(ctx, "LISTEN "+pgx.Identifier{l.channel}.Sanitize())
	if _, ok := errors.AsType[*pgconn.PgError](err); ok && !conn.IsClosed() {
		return false, nil
	}
	return err == nil, err
}

// hangUp closes a connection, and waits until nothing of it is left.
func (l *Log) hangUp(conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = conn.Close(ctx) // it is of no use any more
	select {
	case <-conn.PgConn().CleanupDone():
	case <-ctx.Done():
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.watch.hears = false
}

// rest waits for a notification of what is new, or until it is time to ask. That
// a move of the head came without one shows that they do not come.
func (l *Log) rest(conn *pgx.Conn, listens, moved bool) {
	l.mu.Lock()
	w := &l.watch
	if moved && !w.notified {
		w.hears = false
	}
	w.notified = false
	d := pollFast
	if w.hears {
		d = pollSlow
	}
	l.mu.Unlock()
	if l.poll > 0 {
		d = l.poll
	}
	l.nap(d, func(ctx context.Context) {
		if !listens {
			<-ctx.Done()
			return
		}
		for {
			n, err := conn.WaitForNotification(ctx)
			if err != nil {
				return
			}
			var payload string
			if n != nil { // a caller who counts notifications keeps them
				payload = n.Payload
			}
			if l.hear(payload) {
				return
			}
		}
	})
}

// hear reports whether a notification tells something new. It is a hint: anybody
// may send one.
func (l *Log) hear(payload string) bool {
	at, err := strconv.ParseUint(payload, 10, 64)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.watch.hears = true
	if err != nil || eventlog.Position(at) > l.seen.Position {
		l.watch.notified = true
		return true
	}
	return false
}

// ask notes that the server is about to be asked, and returns which time it is.
func (l *Log) ask() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.watch.asked++
	return l.watch.asked
}

// answer notes what came of asking, and tells those who wait.
func (l *Log) answer(n uint64, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	w := &l.watch
	w.answered, w.failed, w.answer = n, err, says(err)
	l.move()
}

// says reports whether an error is what the server or the table has to say, and
// not that there is no connection to it.
func says(err error) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && pg.SeverityUnlocalized == "ERROR" || errors.Is(err, eventlog.ErrCorrupt)
}
