package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/relevo-go/relevo/eventlog"
)

// follows moves a head on to the record behind it, which the log yields or has
// just written. The log has checked its records against one another, but the store
// beneath it may have been exchanged since the engine read the one before: then it
// is a [eventlog.DivergedError].
func follows(h *eventlog.Head, r eventlog.Record) error {
	known := *h
	err := h.Next(r)
	if err != nil && r.Position == known.Position+1 {
		return &eventlog.DivergedError{Known: known, Found: r.Head()}
	}
	return err
}

// shorter returns the error that the log ends before the head, naming where. It
// takes a few reads, of a record each.
func (e *Engine) shorter(ctx context.Context) error {
	var found eventlog.Head
	low, high := eventlog.Position(0), e.head.Position+1
	for high-low > 1 {
		middle := low + (high-low)/2
		there := false
		for r, err := range e.log.Read(ctx, middle-1) {
			if err != nil {
				return fmt.Errorf("looking for the end of the log: %w", err)
			}
			there, found = true, r.Head()
			break
		}
		if there {
			low = middle
		} else {
			high = middle
		}
	}
	if err := e.head.Confirm(found); err != nil {
		return fmt.Errorf("reading the log: %w", err)
	}
	return errors.New("reading the log: it did not have its newest record for a while: try again")
}

// fatal reports whether an error says that the log cannot be used any more, so
// that trying again is no use.
func fatal(err error) bool {
	for _, end := range []error{
		ErrClosed, errUnreadable, eventlog.ErrClosed, eventlog.ErrPoisoned, eventlog.ErrCorrupt, eventlog.ErrLost, eventlog.ErrDiverged,
	} {
		if errors.Is(err, end) {
			return true
		}
	}
	return false
}

// stoppedError is what every verb answers after an error that stopped the engine.
// It is that error, but for what was open about the commands that met it.
type stoppedError struct{ err error }

func (e *stoppedError) Error() string {
	return "engine: stopped by an error before, look to the store, then open log and engine anew: " + e.err.Error()
}

func (e *stoppedError) Is(target error) bool {
	return target != eventlog.ErrUncertain && target != ErrAway && errors.Is(e.err, target)
}

func (e *stoppedError) As(target any) bool { return errors.As(e.err, target) }

// stopIf ends the engine if an error says that its log cannot be used any more, and
// tells an operator.
func (e *Engine) stopIf(err error) {
	if e.alive.Err() != nil || !fatal(err) {
		return
	}
	stopped := &stoppedError{err}
	if e.end(stopped); e.ended() == stopped { // and nobody was first
		e.options.Logger.Error("relevo: the engine has stopped: its log cannot be used any more", "error", err)
	}
}
