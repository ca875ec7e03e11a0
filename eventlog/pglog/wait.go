package pglog

import (
	"context"
	"fmt"
	"time"

	"github.com/relevo-go/relevo/eventlog"
)

// patience is how long Wait puts up with a server that is away before it says so.
const patience = 5 * time.Second

// Wait implements [eventlog.Log]. All who wait share one connection, which is
// taken from the pool and out of its count while somebody waits, and a few
// seconds longer. The server notifies over it of appends, and it is asked for the
// head as well, as Options.Poll says.
//
// A connection that is lost is made anew, every 100 ms until it works. If the
// server is away for longer than 5 s, or answers with an error, Wait answers that
// error; to call it again is no mistake, and it goes on as soon as the server is
// back.
func (l *Log) Wait(ctx context.Context, after eventlog.Position) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("pglog: waiting for a record after %d: %w", after, err)
	}
	came := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	w := &l.watch
	var asked uint64 // no answer before that one counts
	for first := true; ; first = false {
		if err := l.unusable(); err != nil {
			return err
		}
		if l.seen.Position > after {
			return nil
		}
		if first {
			w.waiting++
			defer func() { w.waiting-- }()
			asked = w.asked + 1
			l.wake()
		}
		if w.failed != nil && w.answered >= asked && (w.answer || time.Since(came) >= patience) {
			return fmt.Errorf("pglog: waiting for a record after %d: %w", after, w.failed)
		}
		if l.moved == nil {
			l.moved = make(chan struct{})
		}
		moved := l.moved
		l.mu.Unlock()
		select {
		case <-ctx.Done():
			l.mu.Lock()
			return fmt.Errorf("pglog: waiting for a record after %d: %w", after, ctx.Err())
		case <-moved:
			l.mu.Lock()
		}
	}
}
