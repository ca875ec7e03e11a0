package engine

import (
	"context"
	"time"
)

// call is one caller's command on its way through the desk.
type call struct {
	at     time.Time           // when the desk received it (R1)
	decide func(s *step) error // stages its events, or refuses; may run again after a conflict
	answer func()              // takes the result once it is durable, and before anyone else sees the state change further
	err    error
	done   chan struct{}
}

// do sends a call through the desk and waits for its answer. The first caller
// to come leads: it works off everything that waits, in the order of arrival.
// A context that ends before the call is taken up leaves no trace.
func (e *Engine) do(ctx context.Context, c *call) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c.done = make(chan struct{})
	e.queued.Lock()
	c.at = e.options.Now()
	e.queue = append(e.queue, c)
	e.queued.Unlock()
	select {
	case <-c.done:
		return c.err
	case e.lead <- struct{}{}:
		select {
		case <-c.done: // the one who led before took it along
		default:
			e.work(e.options.Now())
		}
		<-e.lead
	case <-e.alive.Done():
	case <-ctx.Done():
	}
	if e.withdraw(c) {
		if e.alive.Err() != nil {
			return ErrClosed
		}
		return ctx.Err()
	}
	<-c.done
	return c.err
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

// take returns the calls that wait.
func (e *Engine) take() []*call {
	e.queued.Lock()
	defer e.queued.Unlock()
	calls := e.queue
	e.queue = nil
	return calls
}
