package engine

import (
	"context"
	"runtime"
	"slices"
	"time"
)

// call is one caller's command on its way through the desk.
type call struct {
	at     time.Time           // when the desk received it (R1)
	look   bool                // it wants the engine to catch up with the log, and nothing else
	decide func(s *step) error // stages its events, or refuses; may run again after a conflict
	answer func()              // takes the result once it is durable, and before anyone else sees the state change further
	err    error
	done   chan struct{} // holds a token once it is answered
}

// do sends a call through the desk and waits for its answer. The first caller
// to come leads: it works off everything that waits, in the order of arrival.
// A context that ends before the call is taken up leaves no trace.
func (e *Engine) do(ctx context.Context, c *call) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if c.done == nil {
		c.done = make(chan struct{}, 1)
	}
	e.enqueue(c)
	select {
	case <-c.done:
		return c.err
	case e.lead <- struct{}{}:
		if e.takeLead(c) {
			return c.err
		}
	case <-e.alive.Done():
	case <-ctx.Done():
	}
	if e.withdraw(c) {
		if err := e.ended(); err != nil {
			return err
		}
		return ctx.Err()
	}
	<-c.done
	return c.err
}

// enqueue puts a call behind those that wait, at the time it arrives.
func (e *Engine) enqueue(c *call) {
	e.queued.Lock()
	defer e.queued.Unlock()
	c.at = e.options.Now()
	e.queue = append(e.queue, c)
}

// takeLead works, unless the one who led before took the call along, and hands
// the lead on. It reports whether the call had been answered.
func (e *Engine) takeLead(c *call) bool {
	defer func() { <-e.lead }()
	select {
	case <-c.done:
		return true
	default:
		e.gather()
		e.work(e.options.Now, false, false)
		return false
	}
}

// gather lets callers come who are about to: those whose answers the last step
// gave come back together, and the first of them would lead alone, with the rest
// waiting for its append. It lets them run, not time pass. Whoever came alone the
// last time does not look for others.
func (e *Engine) gather() {
	if e.answered <= 1 {
		return
	}
	for waiting := 0; ; {
		runtime.Gosched()
		e.queued.Lock()
		n := len(e.queue)
		e.queued.Unlock()
		if n <= waiting {
			return
		}
		waiting = n
	}
}

// withdraw takes a call out of the queue; false if it was taken up already.
func (e *Engine) withdraw(c *call) bool {
	e.queued.Lock()
	defer e.queued.Unlock()
	for i, q := range e.queue {
		if q == c {
			e.queue = append(e.queue[:i], e.queue[i+1:]...)
			return true
		}
	}
	return false
}

// wanted reports whether a call waits that wants more than to catch up.
func (e *Engine) wanted() bool {
	e.queued.Lock()
	defer e.queued.Unlock()
	return slices.ContainsFunc(e.queue, func(c *call) bool { return !c.look })
}

// take returns the calls that wait, those apart that only want to catch up.
func (e *Engine) take() (calls, looks []*call) {
	e.queued.Lock()
	defer e.queued.Unlock()
	calls = e.queue
	e.queue = nil
	look := func(c *call) bool { return c.look }
	if slices.ContainsFunc(calls, look) {
		for _, c := range calls {
			if c.look {
				looks = append(looks, c)
			}
		}
		calls = slices.DeleteFunc(calls, look)
	}
	return calls, looks
}
