package engine

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/relevo-go/relevo/eventlog"
)

// Tick does one step by hand, at a time of the caller's: it catches up with the
// log and records what the clock has made due by then. A time before the log's
// newest record counts as that record's (R25); one that is before it by more
// than Options.MaxSkew is refused with [ErrClock].
func (e *Engine) Tick(ctx context.Context, now time.Time) error {
	return e.tick(ctx, func() time.Time { return now })
}

// tick does one step at the time that the clock says once nobody else leads.
func (e *Engine) tick(ctx context.Context, clock func() time.Time) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case e.lead <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	case <-e.alive.Done():
		return ErrClosed
	}
	defer func() { <-e.lead }()
	if e.alive.Err() != nil {
		return ErrClosed
	}
	if err := e.read(e.alive, nil); err != nil {
		return e.orClosed(err)
	}
	return e.work(clock())
}

// retry is how long Run waits before it tries again what failed.
const retry = time.Second

// Run keeps the clock's part going: offers expire, standings change, waiting
// gives up, and what other engines write to the same log is followed. It blocks
// until ctx is over, and returns its error, or [ErrClosed], or the log's error if
// the log can no longer be used. What may pass, such as a store that is away, it
// logs and tries again. With Options.SnapshotDir it also writes snapshots, in the
// background and one at a time.
func (e *Engine) Run(ctx context.Context) error {
	following, stop := context.WithCancel(ctx)
	news, failed, ended := make(chan chan<- struct{}), make(chan error, 1), make(chan struct{})
	go func() {
		defer close(ended)
		failed <- e.follow(following, news)
	}()
	defer func() {
		stop()
		<-ended
	}()
	wanted := make(chan struct{}, 1)
	var storing sync.WaitGroup
	if e.album != nil {
		storing.Go(func() { e.keepSnapshots(following, wanted) })
	}
	defer storing.Wait()
	defer close(wanted)
	timer := time.NewTimer(0)
	defer timer.Stop()
	var caughtUp chan<- struct{} // follow waits for this one to be closed
	failing := false
	for {
		if e.snapshotDue() {
			select {
			case wanted <- struct{}{}:
			default: // it is wanted already
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-e.alive.Done():
			return ErrClosed
		case err := <-failed:
			return err
		case <-e.moved:
			if !failing {
				e.arm(timer)
			}
			continue
		case caughtUp = <-news:
		case <-timer.C:
		}
		err := e.tick(ctx, e.options.Now)
		failing = err != nil
		switch {
		case err == nil:
			if caughtUp != nil {
				close(caughtUp)
				caughtUp = nil
			}
			e.arm(timer)
		case ctx.Err() != nil:
			return ctx.Err()
		case fatal(err):
			return err
		default:
			e.options.Logger.WarnContext(ctx, "relevo: a step failed and will be tried again", "error", err, "in", retry)
			timer.Reset(retry)
		}
	}
}

// arm sets the timer to when the clock next has something to do.
func (e *Engine) arm(timer *time.Timer) {
	due, ok := e.Due()
	if !ok {
		timer.Stop()
		return
	}
	timer.Reset(due.Sub(e.options.Now()))
}

// follow sends news whenever the log has records that the engine has not read,
// and waits until they are. It returns the error that ended it.
func (e *Engine) follow(ctx context.Context, news chan<- chan<- struct{}) error {
	for {
		known := e.Position()
		err := e.log.Wait(ctx, known)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && fatal(err):
			return err
		case err != nil:
			e.options.Logger.WarnContext(ctx, "relevo: following the log failed and will be tried again", "error", err, "in", retry)
			if !rest(ctx, retry) {
				return ctx.Err()
			}
			continue
		case e.Position() > known: // the engine's own append
			continue
		}
		read := make(chan struct{})
		select {
		case news <- read:
		case <-ctx.Done():
			return ctx.Err()
		}
		select {
		case <-read:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// rest pauses for a while; false if ctx is over first.
func rest(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// fatal reports whether an error says that the log cannot be used any more, so
// that trying again is no use.
func fatal(err error) bool {
	for _, end := range []error{ErrClosed, errUnreadable, eventlog.ErrClosed, eventlog.ErrPoisoned, eventlog.ErrCorrupt, eventlog.ErrLost} {
		if errors.Is(err, end) {
			return true
		}
	}
	return false
}
