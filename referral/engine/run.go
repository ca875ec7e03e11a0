package engine

import (
	"context"
	"sync"
	"time"

	"github.com/relevo-go/relevo/eventlog"
)

// Tick does one step by hand, at a time of the caller's: it catches up with the
// log and records what the clock has made due by then. A time before the log's
// newest record counts as that record's (R25); one that is before it by more
// than Options.MaxSkew is refused with [ErrClock].
func (e *Engine) Tick(ctx context.Context, now time.Time) error {
	return e.tick(ctx, func() time.Time { return now }, eventlog.MaxPosition)
}

// tick does one step at the time that the clock says once nobody else leads. It
// catches up first if the engine then knows no more than up to a position.
func (e *Engine) tick(ctx context.Context, clock func() time.Time, known eventlog.Position) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case e.lead <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	case <-e.alive.Done():
		return e.ended()
	}
	defer func() { <-e.lead }()
	return e.work(clock, true, e.head.Position <= known)
}

// Run keeps the clock's part going: offers expire, standings change, waiting
// gives up, and what other engines write to the same log is followed. It blocks
// until ctx is over, and returns its error, or [ErrClosed], or the log's error if
// the log can no longer be used. What may pass, such as a store that is away, it
// tries again, at first soon and then every second, and tells Options.Logger: at
// once, then every ten seconds, and when it is over. With Options.SnapshotDir it
// also writes snapshots, in the background and one at a time. An engine has one
// Run at a time. Where the clock is set, or the machine slept, it notices within
// ten seconds.
func (e *Engine) Run(ctx context.Context) error {
	if err := e.ended(); err != nil {
		return err
	}
	following, stop := context.WithCancel(ctx)
	news, failed, ended := make(chan tidings), make(chan error, 1), make(chan struct{})
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
	steps := trouble{logger: e.options.Logger, doing: "a step"}
	begun, known := false, eventlog.MaxPosition // the first step comes at once and catches up, whatever else happens
	var told []tidings                          // that are not read yet
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
			return e.ended()
		case err := <-failed:
			return err
		case <-e.moved:
			if begun && !steps.met() {
				e.arm(timer)
			}
			continue
		case t := <-news:
			told, known = append(told, t), max(known, t.known)
		case <-timer.C:
		}
		switch err := e.tick(ctx, e.options.Now, known); {
		case err == nil:
			steps.over(ctx)
			for _, t := range told {
				close(t.read)
			}
			begun, told, known = true, nil, 0
			e.arm(timer)
		case ctx.Err() != nil:
			return ctx.Err()
		case fatal(err):
			return err
		default:
			timer.Reset(steps.again(ctx, err))
		}
	}
}

// announce tells Run when the clock next has something to do.
func (e *Engine) announce(now time.Time) {
	due, ever := e.derived.next(now)
	e.shown.Lock()
	e.due, e.dueEver = due, ever
	e.shown.Unlock()
	select {
	case e.moved <- struct{}{}:
	default:
	}
}

// arm sets the timer to when the clock next has something to do.
func (e *Engine) arm(timer *time.Timer) {
	due, ok := e.Due()
	if !ok {
		timer.Stop()
		return
	}
	timer.Reset(min(due.Sub(e.options.Now()), mostSleep))
}

// mostSleep is after how long Run looks at the clock again, which goes on while a
// machine sleeps, or is set, and the timer knows nothing of it.
const mostSleep = 10 * time.Second

// tidings say that the log has records beyond those that the engine knew.
type tidings struct {
	known eventlog.Position
	read  chan struct{} // closed once they are read
}

// glance is how long follow waits between two looks at the log, so that an engine
// that has nothing to do does not read each append of a busy one by itself.
const glance = 10 * time.Millisecond

// follow sends tidings whenever the log has records that the engine has not read,
// and waits until they are. It returns the error that ended it.
func (e *Engine) follow(ctx context.Context, news chan<- tidings) error {
	waits := trouble{logger: e.options.Logger, doing: "following the log"}
	for pause := glance; ; {
		known := e.Position()
		err := e.log.Wait(ctx, known)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && fatal(err):
			e.stopIf(err)
			return err
		case err != nil:
			e.doubt.Store(true)
			if !rest(ctx, waits.again(ctx, err)) {
				return ctx.Err()
			}
			continue
		}
		waits.over(ctx)
		if e.Position() <= known { // it is not the engine's own append
			t := tidings{known, make(chan struct{})}
			select {
			case news <- t:
			case <-ctx.Done():
				return ctx.Err()
			}
			select {
			case <-t.read:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		// A log that promises records and has none is asked less and less.
		if pause = min(2*pause, time.Second); e.Position() > known {
			pause = glance
		}
		if !rest(ctx, pause) {
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
