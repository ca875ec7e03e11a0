package engine

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
)

// Position returns the position of the newest record that the engine knows.
func (e *Engine) Position() eventlog.Position {
	e.shown.RLock()
	defer e.shown.RUnlock()
	return e.head.Position
}

// AtLeast blocks until the engine knows the log up to a position: what is read of
// it from then on is at least as new. It catches up by itself, whether Run follows
// the log or not. A host that runs several engines behind one address keeps the
// [Engine.Position] that a command led to, and waits for it here before it reads
// on another engine.
//
// A position that the log has not reached is waited for. Errors are those of ctx,
// [ErrClosed], [ErrAway] and the log's.
func (e *Engine) AtLeast(ctx context.Context, p eventlog.Position) error {
	pause := leastPause
	for waited := false; ; waited = true {
		known := e.Position()
		if known >= p {
			return nil
		}
		if err := e.do(ctx, &call{look: true}); err != nil {
			return err
		}
		if e.Position() > known {
			pause = leastPause
		} else if waited { // for records that are not there
			rest(ctx, pause)
			pause = min(2*pause, mostRetry)
		}
		if err := e.await(ctx, p); err != nil {
			return err
		}
	}
}

// await waits until the log goes on, unless the engine knows a position.
func (e *Engine) await(ctx context.Context, p eventlog.Position) error {
	known := e.Position()
	if known >= p {
		return nil
	}
	waiting, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(e.alive, stop)()
	err := e.log.Wait(waiting, known)
	ended := e.ended()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case ended != nil:
		return ended
	case err != nil:
		e.doubt.Store(true)
		err = fmt.Errorf("engine: waiting for position %d: %w", p, err)
		e.stopIf(err)
	}
	return err
}

// Head returns the head of the log as the engine knows it. Kept elsewhere, it
// proves later that the log was neither cut nor rewritten (B6).
func (e *Engine) Head() eventlog.Head {
	e.shown.RLock()
	defer e.shown.RUnlock()
	return e.head
}

// Due returns when the clock next has something to do at the desk: a time that
// has passed if a step is due now, and false if nothing ever comes due by
// itself. Who drives an engine by [Engine.Tick] calls it then.
func (e *Engine) Due() (time.Time, bool) {
	e.shown.RLock()
	defer e.shown.RUnlock()
	return e.due, e.dueEver
}

// Policy returns the policy in force (R30).
func (e *Engine) Policy() referral.Policy {
	e.shown.RLock()
	defer e.shown.RUnlock()
	p, _ := e.book.Policy()
	return p
}

// Counts returns what happened in the log so far.
func (e *Engine) Counts() book.Counts {
	e.shown.RLock()
	defer e.shown.RUnlock()
	return e.book.Counts()
}

// Digest returns the SHA-256 of the whole state in its canonical form, and the
// position at which it stands so. Two engines that stand at one position of one
// log return the same. It writes down every agent and referral, and the desk
// stands still meanwhile: seconds with a million of them, for tests and audits.
func (e *Engine) Digest() (eventlog.Position, string) {
	e.shown.RLock()
	defer e.shown.RUnlock()
	return e.head.Position, e.book.Digest()
}

// Referral returns a referral as the newest durable record leaves it,
// [ErrArchived], or [referral.ErrNotFound].
func (e *Engine) Referral(id uuid.UUID) (referral.Referral, error) {
	e.shown.RLock()
	defer e.shown.RUnlock()
	return find(e.book, id)
}

// find returns a referral that is in a book, or why it is not.
func find(b *book.Book, id uuid.UUID) (referral.Referral, error) {
	r, _ := b.Referral(id)
	switch {
	case r.Status != "":
		return r, nil
	case b.Archived(id):
		return r, archived(id)
	}
	return r, fmt.Errorf("engine: referral %s: %w", id, referral.ErrNotFound)
}

func archived(id uuid.UUID) error { return fmt.Errorf("engine: referral %s: %w", id, ErrArchived) }

// Verdict returns every reason why an agent is not in a referral's line now, or
// none if it is (B2). It judges the agent as if the referral looked for one: a
// referral that has ended has no line, whoever has nothing against it. Errors are
// [ErrArchived], [referral.ErrNotFound] and [agent.ErrUnknown].
func (e *Engine) Verdict(id uuid.UUID, n agent.NPN) ([]agent.Reason, error) {
	r, err := e.Referral(id)
	if err != nil {
		return nil, err
	}
	e.shown.RLock()
	defer e.shown.RUnlock()
	a, _ := e.book.Agent(n)
	if !a.Registered() {
		return nil, fmt.Errorf("engine: agent %s: %w", n, agent.ErrUnknown)
	}
	policy, _ := e.book.Policy()
	return referral.Verdict(r, a, e.book.Load(n), policy, later(e.options.Now(), e.head.Time)), nil
}

// Line returns who is in a referral's line now, in order, up to a number of
// places; whoever was asked before is not (R11). Nobody is in line of a referral
// that has ended. Its cost grows with the places asked for. The error is
// [ErrArchived], [referral.ErrNotFound], or what keeps the engine from looking at
// the log.
func (e *Engine) Line(ctx context.Context, id uuid.UUID, most int) ([]referral.Place, error) {
	var places []referral.Place
	err := e.do(ctx, &call{decide: func(s *step) error {
		places = nil
		r, err := find(s.draft, id)
		if err != nil {
			return err
		}
		policy, _ := s.draft.Policy()
		for p := range s.line(&r, policy, s.at) {
			if len(places) >= most || r.Status.Ended() {
				break
			}
			places = append(places, p)
		}
		return nil
	}})
	return places, err
}

// Directory returns the card of every agent who may be shown in a state now, by
// NPN: the public directory, Find Local Help (R32). It looks at every agent, some
// at a time, so that the desk goes on meanwhile: one whose facts change in the
// middle is shown as before or as after.
func (e *Engine) Directory(in geo.State) []agent.Card {
	var cards []agent.Card
	var lens book.Lens
	for i, more := 0, true; more; i++ {
		cards, more = e.someCards(cards, in, i, &lens)
	}
	slices.SortFunc(cards, func(c, d agent.Card) int { return cmp.Compare(c.NPN, d.NPN) })
	return cards
}

// someCards appends the cards of a stretch of agents, and reports whether there
// are more.
func (e *Engine) someCards(cards []agent.Card, in geo.State, stretch int, lens *book.Lens) (_ []agent.Card, more bool) {
	e.shown.RLock()
	defer e.shown.RUnlock()
	if stretch >= e.book.Stretches() {
		return cards, false
	}
	now := later(e.options.Now(), e.head.Time)
	for a := range e.book.Stretch(stretch, lens) {
		if c, ok := a.Card(in, now); ok {
			cards = append(cards, c)
		}
	}
	return cards, true
}

// Change is a durable event with its record. Event is an [agent.Event], a
// [referral.Event] or a [referral.PolicySet]; Stream says whom it is about.
type Change struct {
	Record eventlog.Record
	Stream book.Stream
	Event  book.Event
}

// Changes yields every event after a position, and then each new one as it
// becomes durable, until ctx is over; the last pair is the error that ended it,
// the log's also if it may pass. Whoever follows keeps the position of what it has
// dealt with and begins there again: it then sees every event at least once, and
// Record.ID tells a repeat.
//
// It reads the log and not the engine, which may know of an event a little later:
// call [Engine.AtLeast] with its position before you ask the engine about it.
// Closing the engine does not end it.
func (e *Engine) Changes(ctx context.Context, after eventlog.Position) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		for {
			for r, err := range e.log.Read(ctx, after) {
				c := Change{Record: r}
				if err == nil {
					if c.Stream, c.Event, err = decode(r); err != nil {
						err = fmt.Errorf("engine: %w", err)
					}
				}
				if !yield(c, err) || err != nil {
					return
				}
				after = r.Position
			}
			if err := e.log.Wait(ctx, after); err != nil {
				yield(Change{}, err)
				return
			}
		}
	}
}
