package filelog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/relevo-go/relevo/eventlog"
)

// pollEvery is how often a read-only log looks for what another process wrote.
const pollEvery = 20 * time.Millisecond

// Wait implements [eventlog.Log]. On a log that takes no more appends because
// one failed, it answers [eventlog.ErrPoisoned] instead of waiting in vain.
func (l *Log) Wait(ctx context.Context, after eventlog.Position) error {
	var poll <-chan time.Time
	if l.readOnly {
		ticker := time.NewTicker(pollEvery)
		defer ticker.Stop()
		poll = ticker.C
	}
	for {
		if err := l.look(ctx); err != nil {
			return err
		}
		moved, err := l.reached(after)
		if moved == nil || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("filelog: waiting for a record after %d: %w", after, ctx.Err())
		case <-moved:
		case <-poll:
		}
	}
}

// reached returns nil if the head is beyond a position, and otherwise what to
// wait for.
func (l *Log) reached(after eventlog.Position) (moved <-chan struct{}, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.closed:
		return nil, eventlog.ErrClosed
	case l.known.head.Position > after:
		return nil, nil
	case l.failed != nil:
		return nil, fmt.Errorf("%w: the first error was: %w", eventlog.ErrPoisoned, l.failed)
	}
	if l.moved == nil {
		l.moved = make(chan struct{})
	}
	return l.moved, nil
}

// look finds what is new in a log that is read-only.
func (l *Log) look(ctx context.Context) error {
	if !l.readOnly {
		return nil
	}
	if err := l.take(ctx); err != nil {
		return fmt.Errorf("filelog: looking for what is new: %w", err)
	}
	defer l.give()
	l.mu.Lock()
	s, closed := l.known, l.closed
	before := s.head
	l.mu.Unlock()
	if closed {
		return eventlog.ErrClosed
	}
	s.segments = slices.Clone(s.segments)
	torn, err := s.steady((*survey).advance)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.known, l.torn = s, torn
	if s.head != before {
		l.move()
	}
	if err != nil {
		return named("read", err)
	}
	return nil
}

// Torn looks for bytes behind the head that are not a whole append, before which
// reads of a read-only log end without a word. It returns nil if there are none,
// and otherwise a [eventlog.CorruptError] that is [eventlog.ErrTorn] and says
// where they begin.
//
// They are what a crash left, or an append under way. So it looks again, 20 ms
// later, until there is nothing, or what was there before: a tear, unless a
// writer stood still for as long. Opening for writing cuts a tear off, so a log
// that is open so has none.
func (l *Log) Torn(ctx context.Context) error {
	var before *tear
	for {
		if err := l.look(ctx); err != nil {
			return err
		}
		now, err := l.tear()
		if now == nil || err != nil {
			return err
		}
		if before != nil && *now == *before {
			return tornAt(now.path, now.from, now.last)
		}
		before = now
		again := time.NewTimer(pollEvery)
		select {
		case <-ctx.Done():
			again.Stop()
			return fmt.Errorf("filelog: looking whether the log is torn: %w", ctx.Err())
		case <-again.C:
		}
	}
}

// tear returns the tear that was there when the log was last looked at, nil if
// none was. A segment without a byte is none.
func (l *Log) tear() (*tear, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.closed:
		return nil, eventlog.ErrClosed
	case l.torn == nil || l.torn.from == l.torn.to:
		return nil, nil
	}
	return l.torn, nil
}

// steady looks at the log beside a writer that is at work. What looks like
// damage may be an append that was written while it was read, so damage is what
// is still there when it is looked at again. It returns the tear that look returns.
func (s *survey) steady(look func(*survey) (*tear, error)) (*tear, error) {
	var before *eventlog.CorruptError
	for {
		torn, err := look(s)
		now, ok := asDamage(err)
		if !ok || before != nil && now.File == before.File && now.Offset == before.Offset && now.Position == before.Position {
			return torn, err
		}
		before = now
	}
}

func asDamage(err error) (*eventlog.CorruptError, bool) {
	return errors.AsType[*eventlog.CorruptError](err)
}
