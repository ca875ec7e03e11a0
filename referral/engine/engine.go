package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
)

var (
	// ErrClock: the log's head is ahead of the clock by more than
	// Options.MaxSkew (R25). Set the clock right; nothing was added.
	ErrClock = errors.New("the log is ahead of the clock")
	// ErrArchived: the referral ended longer than Options.Keep ago and has left
	// memory. Its events are in the log.
	ErrArchived = errors.New("the referral ended long ago and has left memory: read its events in the log")
	// ErrAway: the log did not answer within Options.Patience, or answered appends
	// for twice as long with those of other engines. Unless the error is
	// [eventlog.ErrUncertain] as well, nothing was recorded. Repeat the command:
	// the engine goes on by itself once the log answers.
	ErrAway = errors.New("the log does not answer")
	// ErrClosed: the engine is closed.
	ErrClosed = errors.New("the engine is closed")
)

// Engine is the desk: it answers commands from the state of its log, appends
// what follows from them, and keeps the clock's part going. All methods are
// safe for concurrent use. Open one with [Open].
type Engine struct {
	log     eventlog.Log
	options Options

	// Appends run under alive, and not under the context of the caller who happens
	// to lead: others' commands are in the same append. Close ends it, and so does
	// an error after which the log cannot be used; every verb answers its cause.
	alive context.Context
	end   context.CancelCauseFunc

	lead   chan struct{} // holds a token while someone leads
	queued sync.Mutex
	queue  []*call

	askings sync.Pool // of *asking

	// The leader's own.
	derived *derived
	step    step // the last one, for its room
	// answered is how many calls were taken up together the last time.
	answered int
	budget   int
	pace     pace
	// current says that the head was the log's since the calls at hand were taken up.
	current bool
	// doubt says that the log failed since it was last read: it may not be the one
	// that it was.
	doubt atomic.Bool

	shown sync.RWMutex // guards what readers see: all of it is durable
	book  *book.Book
	head  eventlog.Head

	due     time.Time // when the clock next has something to do, if dueEver
	dueEver bool

	moved chan struct{} // tells Run that something happened

	album   *album        // nil if no snapshots are kept
	storing chan struct{} // holds a token while a snapshot is written
	stored  atomic.Uint64 // the position of the last one that was read or tried
}

// stepBudget is about how many events one append carries at most. It bounds how
// long a step keeps callers and readers waiting.
const stepBudget = 1024

// Open reads the log, checks its chain, rebuilds the state and everything that
// follows from it, and returns an engine whose verbs work at once. It leaves no
// goroutine behind. It appends only to record a policy, after what is due by
// then: when the log has none yet, or another than Options.Policy (R30).
//
// With Options.SnapshotDir it reads the newest snapshot that fits, and of the log
// only what comes after it. One that is damaged, of another version or another
// Keep, or of another log, is passed by, and without any the log is read from its
// beginning.
//
// A record that cannot be read is an error that names its position; the log is
// left as it is. The caller keeps the log and closes it after the engine.
func Open(ctx context.Context, log eventlog.Log, opts *Options) (*Engine, error) {
	e := &Engine{
		log:     log,
		options: opts.withDefaults(),
		lead:    make(chan struct{}, 1),
		budget:  stepBudget,
		moved:   make(chan struct{}, 1),
		storing: make(chan struct{}, 1),
		askings: sync.Pool{New: newAsking},
	}
	e.book = book.NewKeeping(e.options.Keep)
	if p := e.options.Policy; p != nil {
		if err := p.Check(); err != nil {
			return nil, err
		}
	}
	if dir := e.options.SnapshotDir; dir != "" {
		e.album = &album{dir, e.options.Snapshots, e.options.Logger}
		if s, ok := e.album.newest(ctx, log, e.options.Keep); ok {
			e.book, e.head = s.book, s.head
			e.stored.Store(uint64(s.head.Position))
		}
	}
	e.alive, e.end = context.WithCancelCause(context.Background())
	if err := e.read(ctx, func(eventlog.Record) {}); err != nil {
		e.end(err)
		return nil, fmt.Errorf("engine: %w", err)
	}
	e.derived = derive(e.book, e.head.Time)
	e.due, e.dueEver = e.derived.next(e.head.Time)
	if err := e.putPolicy(ctx); err != nil {
		e.end(err)
		return nil, fmt.Errorf("engine: recording the policy: %w", err)
	}
	return e, nil
}

// putPolicy records the policy to be in force unless it is.
func (e *Engine) putPolicy(ctx context.Context) error {
	want := func(b *book.Book) (referral.Policy, bool) {
		now, recorded := b.Policy()
		p := e.options.Policy
		if p == nil {
			return now, !recorded
		}
		return *p, !recorded || now != *p
	}
	if _, differs := want(e.book); !differs {
		return nil
	}
	return e.do(ctx, &call{decide: func(s *step) error {
		if p, differs := want(s.draft); differs {
			s.stage(book.Stream{}, referral.PolicySet(p))
		}
		return nil
	}})
}

// Close ends the engine: every verb and Run answer [ErrClosed] from then on. An
// append under way is told to give up, and Close waits until it has, so that the
// caller may close the log next, and until a snapshot that is being written is.
// Closing again is no error.
func (e *Engine) Close() error {
	e.end(ErrClosed)
	e.lead <- struct{}{}
	<-e.lead
	e.storing <- struct{}{}
	<-e.storing
	return nil
}

// ended returns why the engine can do nothing more: [ErrClosed], or the error of
// the log after which it cannot be used; nil if the engine is alive.
func (e *Engine) ended() error {
	if e.alive.Err() == nil {
		return nil
	}
	return context.Cause(e.alive)
}

// read folds what the log holds beyond the head into the book, and into what is
// derived unless that is still to be made. It calls each for every record that the
// log yields. Where the log has failed since the last time, its record at the head
// must still be there.
func (e *Engine) read(ctx context.Context, each func(eventlog.Record)) error {
	after := e.head.Position
	confirm := e.doubt.Swap(false) && after > 0
	if confirm {
		after--
	}
	first := true
	for r, err := range e.log.Read(ctx, after) {
		if err != nil {
			return fmt.Errorf("reading the log: %w", err)
		}
		each(r)
		if confirm {
			if err := e.head.Confirm(r.Head()); err != nil {
				return fmt.Errorf("reading the log: %w", err)
			}
			confirm, first = false, false
			continue
		}
		head := e.head
		if first {
			err = follows(&head, r)
		} else {
			err = head.Follow(r) // the log has checked the sum
		}
		if err != nil {
			return fmt.Errorf("reading the log: %w", err)
		}
		first = false
		if e.derived == nil { // nobody reads yet, and everything is derived later
			if err := e.book.Replay(uint64(r.Position), r.Time, r.Stream, r.Kind, r.Data); err != nil {
				return unreadable(r, err)
			}
			e.head = head
			continue
		}
		stream, event, err := decode(r)
		if err != nil {
			return err
		}
		e.shown.Lock()
		e.book.Apply(uint64(r.Position), r.Time, stream, event)
		e.head = head
		e.shown.Unlock()
		e.derived.changed(e.book, stream, r.Time)
		e.derived.wakeIfWaiting(stream)
	}
	if confirm {
		return e.shorter(ctx)
	}
	return nil
}

// errUnreadable: a record is not of this rulebook.
var errUnreadable = errors.New("a record cannot be read")

// decode reads a record's event; an error names the record's position.
func decode(r eventlog.Record) (book.Stream, book.Event, error) {
	stream, err := book.ParseStream(r.Stream)
	event, errEvent := book.Decode(stream, r.Kind, r.Time, r.Data)
	if _, unknown := errors.AsType[*book.UnknownKindError](errEvent); err == nil || unknown {
		err = errEvent
	}
	if err != nil {
		return stream, nil, unreadable(r, err)
	}
	return stream, event, nil
}

func unreadable(r eventlog.Record, err error) error {
	return fmt.Errorf("%w: position %d: %w", errUnreadable, r.Position, err)
}

// skewed returns ErrClock if the log's head is too far ahead of the clock (R25).
func (e *Engine) skewed(now time.Time) error {
	if e.head.Time.Sub(now) <= e.options.MaxSkew {
		return nil
	}
	return &referral.Rejection{Rule: "R25", Err: fmt.Errorf("%w: its newest record is of %s and the clock says %s: set the clock right, or wait",
		ErrClock, e.head.Time.Format(time.RFC3339Nano), now.UTC().Format(time.RFC3339Nano))}
}
