package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/relevo-go/relevo/eventlog"
)

// work takes up every call that waits, stages what is due and what the calls
// make of it, appends, and answers. Only the leader may call it. It returns the
// error that kept it from recording what is due at now, if any.
func (e *Engine) work(now time.Time) error {
	calls := e.take()
	e.answered = len(calls)
	finished := false
	defer func() {
		if !finished { // the log or an option panics: the state is not to be trusted
			e.end()
			answer(calls, ErrClosed)
		}
	}()
	for {
		n, idle, err := e.turn(now, calls)
		switch {
		case errors.Is(err, errAgain):
			continue
		case err != nil:
			err = e.orClosed(err)
			finished = true
			answer(calls, err)
			return err
		}
		answer(calls[:n], nil)
		calls = calls[n:]
		if idle && len(calls) == 0 {
			e.announce(now)
			finished = true
			return nil
		}
	}
}

// orClosed says so if an error came of the engine's being closed, which ends
// what it was doing with the log.
func (e *Engine) orClosed(err error) error {
	if e.alive.Err() != nil && errors.Is(err, context.Canceled) {
		return fmt.Errorf("%w: %w", ErrClosed, err)
	}
	return err
}

func answer(calls []*call, err error) {
	for _, c := range calls {
		if err != nil {
			c.err = err
		}
		c.done <- struct{}{}
	}
}

// errAgain says that the log was found to have moved on, and is caught up with:
// what was decided must be decided again.
var errAgain = errors.New("decide again")

// turn makes one step and appends it. It returns how many calls the step has
// decided, and whether nothing due is left.
func (e *Engine) turn(now time.Time, calls []*call) (decided int, idle bool, err error) {
	if e.alive.Err() != nil {
		return 0, false, ErrClosed
	}
	if err := e.skewed(now); err != nil {
		return 0, false, err
	}
	s := e.begin()
	decided, idle = s.run(now, calls)
	if s.fault != nil {
		s.restore(e.book, s.at)
		return 0, false, fmt.Errorf("engine: %w", s.fault)
	}
	switch {
	case len(s.entries) == 0 && decided == 0:
		return decided, idle, nil
	case len(s.entries) == 0:
		// Calls that add nothing are answered from the state: is it the newest?
		found := 0
		err := e.read(e.alive, func(eventlog.Record) { found++ })
		if err == nil && found > 0 {
			err = errAgain
		}
		if err == nil {
			e.conclude(calls[:decided])
		}
		return decided, idle, err
	}
	switch err := e.commit(s); {
	case errors.Is(err, eventlog.ErrTooLarge) && decided == 1:
		calls[0].err = err // alone in its step, and still too large
		return decided, false, nil
	case err != nil:
		return 0, false, err
	}
	e.conclude(calls[:decided])
	e.pace.rest(e.alive)
	return decided, idle, nil
}

// conclude lets the decided calls take their results from the state.
func (e *Engine) conclude(calls []*call) {
	for _, c := range calls {
		if c.err == nil && c.answer != nil {
			c.answer()
		}
	}
}

// begin returns a step in the room of the last one.
func (e *Engine) begin() *step {
	e.derived.turned.begin(e.head.Time)
	s := &e.step
	*s = step{
		derived: e.derived, draft: e.book.Draft(), newID: e.options.NewID, at: e.head.Time, budget: e.budget,
		entries: s.entries[:0], agents: s.agents[:0], referrals: s.referrals[:0],
	}
	return s
}

// run stages what is due at each call's time and then what the call makes of it
// (R8), call after call, and last what is due now.
func (s *step) run(now time.Time, calls []*call) (decided int, idle bool) {
	for _, c := range calls {
		if !s.settle(c.at) {
			return decided, false
		}
		c.err = c.decide(s)
		decided++
		if !s.settle(c.at) {
			return decided, false
		}
	}
	return decided, s.settle(now)
}

// commit appends a step and publishes it. On any error nothing of the step is
// left in memory.
func (e *Engine) commit(s *step) error {
	began := time.Now()
	records, err := e.append(s.entries)
	head := e.head
	for _, r := range records {
		if err == nil {
			err = head.Follow(r)
		}
	}
	if err == nil {
		e.pace.won(time.Since(began))
		e.budget = min(2*e.budget, stepBudget)
		e.shown.Lock()
		s.draft.Commit()
		e.head = head
		e.shown.Unlock()
		return nil
	}
	s.restore(e.book, s.at)
	switch {
	case errors.Is(err, eventlog.ErrConflict):
		e.pace.lost()
		if err := e.read(e.alive, nil); err != nil {
			return err
		}
		return errAgain
	case errors.Is(err, eventlog.ErrTooLarge) && s.budget > 1:
		e.budget = max(1, min(s.budget, len(s.entries))/2)
		return errAgain
	}
	return err
}

// attempts is how often an uncertain append is tried before its callers are
// told that the outcome is not known.
const attempts = 3

// append adds entries at the head. An uncertain append is tried again as it is,
// which forces the answer; ErrUncertain is left when even that stays open. What
// is appended next then settles it: at the same head one of the two comes first.
func (e *Engine) append(entries []eventlog.Entry) ([]eventlog.Record, error) {
	var records []eventlog.Record
	var err error
	for try := range attempts {
		var again error
		records, again = e.log.Append(e.alive, e.head.Position, entries...)
		switch {
		case again == nil:
			return records, nil
		case try == 0 || errors.Is(again, eventlog.ErrUncertain):
			err = again
		case errors.Is(again, eventlog.ErrConflict):
			// The first try may have arrived after all.
			mine, unread := e.mine(entries)
			switch {
			case unread != nil:
				return nil, fmt.Errorf("%w: reading it back: %w", err, unread)
			case mine != nil:
				return mine, nil
			}
			return nil, again
		}
		if !errors.Is(err, eventlog.ErrUncertain) {
			return nil, err
		}
	}
	return nil, err
}

// mine looks for entries right behind the head, and returns their records, or
// nil if others are there.
func (e *Engine) mine(entries []eventlog.Entry) (records []eventlog.Record, err error) {
	for r, err := range e.log.Read(e.alive, e.head.Position) {
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

// pace rests between appends while rivals write to the same log, so that none
// of them starves.
type pace struct {
	rivals int // appends won since another engine was last met, counted down
	took   time.Duration
}

const (
	rivalry = 16
	maxRest = 50 * time.Millisecond
)

func (p *pace) lost()                  { p.rivals = rivalry }
func (p *pace) won(took time.Duration) { p.rivals, p.took = max(0, p.rivals-1), took }

// rest pauses for about one append's time if rivals are about.
func (p *pace) rest(ctx context.Context) {
	if p.rivals == 0 || p.took <= 0 {
		return
	}
	rest(ctx, min(p.took, maxRest))
}
