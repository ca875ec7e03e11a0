package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/relevo-go/relevo/eventlog"
)

// work takes up every call that waits, stages what is due and what the calls
// make of it, appends, and answers. It catches up first if look says so, or a call,
// or if the log has failed since it was last read; where calls want nothing else
// that is all, but for a tick. Only the leader may call it. It returns the error
// that kept it from recording what is due by the clock, if any.
func (e *Engine) work(clock func() time.Time, tick, look bool) error {
	var calls, looks []*call
	finished := false
	defer func() {
		if !finished { // the log or an option panics: the state is not to be trusted
			e.end(ErrClosed)
			answer(looks, ErrClosed)
			answer(calls, errPanicked)
		}
	}()
	err := e.ended()
	if err == nil && e.wanted() { // who only looks takes nobody's turn
		err = e.heed(e.giveWay())
	}
	calls, looks = e.take()
	e.answered = len(calls)
	e.current = false
	if err == nil {
		err = e.ended()
	}
	if err == nil && (look || len(looks) > 0 || e.pace.unmet() || e.doubt.Load()) {
		err = e.heed(e.catchUp())
	}
	answer(looks, err)
	looks = nil
	var again time.Time // since when all that was decided had to be decided again
	for idle := !tick && len(calls) == 0; err == nil && !(idle && len(calls) == 0); {
		var n int
		n, idle, err = e.turn(clock, calls)
		if errors.Is(err, errAgain) {
			idle, err = false, e.patient(&again)
			continue
		}
		if err = e.heed(err); err == nil {
			answer(calls[:n], nil)
			calls, again = calls[n:], time.Time{}
		}
	}
	finished = true
	answer(calls, err)
	e.announce(clock()) // after an error too: something may have been read
	return err
}

// errPanicked is for callers whose commands were at hand when somebody else's code
// panicked, which may have been after the log took them.
var errPanicked = fmt.Errorf("engine: %w by a panic of the log or of an option, and what was asked may have been recorded or not: %w", ErrClosed, eventlog.ErrUncertain)

// patient returns nil if what has to be decided again, as it had since an instant,
// which it sets the first time, is worth that; an error if rivals have been first for
// twice as long as Options.Patience.
func (e *Engine) patient(since *time.Time) error {
	if since.IsZero() {
		*since = time.Now()
	}
	if limit := 2 * e.options.Patience; time.Since(*since) > limit {
		return fmt.Errorf("engine: %w an append within %v: others were first each time, and nothing was recorded", ErrAway, limit)
	}
	return nil
}

// heed takes an error of a step: it says so if it came of the engine's being
// closed, and stops the engine if its log cannot be used any more.
func (e *Engine) heed(err error) error {
	if why := e.ended(); why != nil && errors.Is(err, context.Canceled) {
		return fmt.Errorf("%w: %w", why, err)
	}
	e.stopIf(err)
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

// turn makes one step, when rivals had their turns, and appends it. It returns how many calls the step has
// decided, and whether nothing due is left.
func (e *Engine) turn(clock func() time.Time, calls []*call) (decided int, idle bool, err error) {
	if err := e.giveWay(); err != nil {
		return 0, false, err
	}
	if e.doubt.Load() {
		if err := e.catchUp(); err != nil {
			return 0, false, err
		}
	}
	now := clock()
	if err := e.ended(); err != nil {
		return 0, false, err
	}
	if err := e.skewed(now); err != nil {
		return 0, false, err
	}
	s := e.begin()
	decided, idle = s.run(now, calls)
	if s.fault != nil {
		s.restore(e.book, s.at)
		// It is the desk's, and no refusal of what a caller asked, whatever it is.
		return 0, false, fmt.Errorf("engine: the desk cannot do what it has to, which is an error of this library: %v", s.fault)
	}
	switch {
	case len(s.entries) == 0 && decided == 0:
		return decided, idle, nil
	case len(s.entries) == 0:
		// Calls that add nothing are answered from the state: is it the newest?
		if !e.current {
			known := e.head.Position
			if err := e.catchUp(); err != nil {
				return 0, false, err
			}
			if e.head.Position != known {
				return 0, false, errAgain
			}
		}
		e.conclude(calls[:decided])
		return decided, idle, nil
	}
	switch err := e.commit(s); {
	case errors.Is(err, eventlog.ErrTooLarge) && decided == 1:
		calls[0].err = err // alone in its step, and still too large
		return decided, false, nil
	case err != nil:
		return 0, false, err
	}
	e.conclude(calls[:decided])
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
		// What proved too large before is tried without company, so that nobody else
		// is told of it.
		if !s.settle(c.at) || s.budget == 1 {
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
	for i, r := range records {
		if err != nil {
			break
		}
		if i == 0 {
			err = follows(&head, r)
		} else {
			err = head.Follow(r)
		}
		if err != nil { // they are in a log, but it is another one
			err = fmt.Errorf("engine: recording behind position %d: %w: %w", e.head.Position, eventlog.ErrUncertain, err)
		}
	}
	if err == nil {
		e.pace.won(time.Since(began))
		e.budget = min(2*e.budget, stepBudget)
		e.shown.Lock()
		s.draft.Commit()
		e.head = head
		e.shown.Unlock()
		e.current = true
		return nil
	}
	s.restore(e.book, s.at)
	switch {
	case errors.Is(err, eventlog.ErrConflict):
		return e.lost(err)
	case errors.Is(err, eventlog.ErrTooLarge) && s.budget > 1:
		e.budget = max(1, min(s.budget, len(s.entries))/2)
		return errAgain
	}
	return err
}

// lost reads what the rival wrote who was first. A log that answers so and has
// nothing new, as while another append is still on its way, is asked again after a
// pause, and given up after Options.Patience.
func (e *Engine) lost(conflict error) error {
	known := e.head.Position
	if err := e.catchUp(); err != nil {
		return err
	}
	if e.head.Position != known {
		return errAgain
	}
	if e.pace.nothing() > e.options.Patience {
		e.pace = pace{}
		return fmt.Errorf("engine: %w within %v: it has nothing behind position %d, and takes nothing: %w", ErrAway, e.options.Patience, known, conflict)
	}
	return errAgain
}
