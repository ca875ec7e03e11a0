package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/relevo-go/relevo/eventlog"
)

// catchUp reads what is new in the log. It gives up when the log yields nothing
// for as long as Options.Patience; a long way to catch up is no reason to.
func (e *Engine) catchUp() error {
	ctx, stop := context.WithCancelCause(e.alive)
	defer stop(nil)
	patience := e.options.Patience
	watch := time.AfterFunc(patience, func() { stop(ErrAway) })
	defer watch.Stop()
	began, known, appends := time.Now(), e.head.Position, 0
	err := e.read(ctx, func(r eventlog.Record) {
		watch.Reset(patience)
		if r.Position == r.Last && r.Position > known {
			appends++
		}
	})
	if appends > 0 {
		e.pace.met(appends, time.Since(began))
	}
	if err != nil {
		e.doubt.Store(true)
		return e.failed(ctx, err)
	}
	e.current = true
	return nil
}

// failed returns an error of the log as the desk's, saying so if it came of the
// log's not answering for too long.
func (e *Engine) failed(ctx context.Context, err error) error {
	if e.alive.Err() == nil && ctx.Err() != nil && !fatal(err) {
		return fmt.Errorf("engine: %w within %v: %w", ErrAway, e.options.Patience, err)
	}
	return fmt.Errorf("engine: %w", err)
}

// attempts is how often an uncertain append is tried before its callers are
// told that the outcome is not known.
const attempts = 3

// append adds entries at the head, within Options.Patience. An uncertain append is
// tried again as it is, which forces the answer; ErrUncertain is left when even
// that stays open. What is appended next then settles it: at the same head one of
// the two comes first.
func (e *Engine) append(entries []eventlog.Entry) ([]eventlog.Record, error) {
	ctx, stop := context.WithTimeout(e.alive, e.options.Patience)
	defer stop()
	records, err := e.force(ctx, entries)
	switch {
	case err == nil:
		return records, nil
	case errors.Is(err, eventlog.ErrConflict), errors.Is(err, eventlog.ErrTooLarge):
		return nil, err
	}
	e.doubt.Store(true)
	if errors.Is(err, eventlog.ErrLost) && !errors.Is(err, eventlog.ErrDiverged) {
		// The log says that it is shorter than it was: which head does it have?
		if found := e.catchUp(); fatal(found) {
			err = fmt.Errorf("%w: %w", err, found)
		}
	}
	err = fmt.Errorf("recording behind position %d: %w", e.head.Position, err)
	if errors.Is(err, eventlog.ErrUncertain) {
		err = fmt.Errorf("what was asked may have been recorded or not; repeating it is safe (R23): %w", err)
	}
	return nil, e.failed(ctx, err)
}

// force appends, and forces the answer if it is uncertain.
func (e *Engine) force(ctx context.Context, entries []eventlog.Entry) ([]eventlog.Record, error) {
	var records []eventlog.Record
	var err error
	for try := range attempts {
		var again error
		records, again = e.log.Append(ctx, e.head.Position, entries...)
		switch {
		case again == nil:
			return records, nil
		case try == 0 || errors.Is(again, eventlog.ErrUncertain):
			err = again
		case errors.Is(again, eventlog.ErrConflict):
			// The first try may have arrived after all.
			mine, unread := e.mine(ctx, entries)
			switch {
			case unread != nil:
				return nil, fmt.Errorf("%w: reading it back: %w", err, unread)
			case mine != nil:
				return mine, nil
			}
			return nil, again
		case fatal(again):
			return nil, fmt.Errorf("%w: then: %w", err, again)
		}
		if !errors.Is(err, eventlog.ErrUncertain) {
			return nil, err
		}
	}
	return nil, err
}

// mine looks for entries right behind the head, and returns their records, or
// nil if others are there.
func (e *Engine) mine(ctx context.Context, entries []eventlog.Entry) (records []eventlog.Record, err error) {
	for r, err := range e.log.Read(ctx, e.head.Position) {
		if err != nil {
			return nil, err
		}
		if r.ID != entries[len(records)].ID {
			return nil, nil
		}
		if records = append(records, r); len(records) == len(entries) {
			return records, nil
		}
	}
	return nil, nil
}
