package audit

import (
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
)

// Records are the records of a log from its first one on, such as
// eventlog.Log.Read(ctx, 0) yields. Whoever yields them has checked their sums; a
// question here checks that they are one log in order, and folds them.
type Records = iter.Seq2[eventlog.Record, error]

// kept is how long a referral that has ended stays in memory, by the log's time.
const kept = time.Hour

// Past is everything as of a moment. It is for one goroutine at a time.
type Past struct {
	book *book.Book
	roll roll
	head eventlog.Head
	at   time.Time // what is asked is judged at
}

func newPast() *Past { return &Past{book: book.NewKeeping(kept)} }

// AsOf folds the records up to a moment (B3), the end of the log for the zero
// Moment. Its error is that of the records, or a [*RecordError] for the first that
// cannot be folded.
func AsOf(records Records, m Moment) (*Past, error) {
	p := newPast()
	return p, p.replay(records, m, nil)
}

// replay folds the records up to a moment. Before each, it is shown to look, which
// may be nil.
func (p *Past) replay(records Records, m Moment, look func(*eventlog.Record)) error {
	if m.kind == afterPosition && m.position == 0 {
		return nil
	}
	var r eventlog.Record // one for all of them, since look takes it by its address
	for record, err := range records {
		if err != nil {
			return err
		}
		if r = record; !m.covers(&r) {
			break
		}
		if look != nil {
			look(&r)
		}
		if err := p.fold(&r); err != nil {
			return err
		}
		if m.kind == afterPosition && r.Position == m.position {
			break
		}
	}
	if m.kind == atInstant {
		p.at = m.at
	}
	return m.reached(p.head.Position)
}

// fold folds a record in.
func (p *Past) fold(r *eventlog.Record) error {
	if err := p.head.Follow(*r); err != nil {
		return err
	}
	if err := p.book.Replay(uint64(r.Position), r.Time, r.Stream, r.Kind, r.Data); err != nil {
		return recordError(r, err)
	}
	p.roll.note(p.book, r)
	p.at = p.head.Time
	return nil
}

// Head returns the position, time and sum of the last record.
func (p *Past) Head() eventlog.Head { return p.head }

// Time returns the instant that questions are judged at: the last record's time, or
// the instant asked for with [At].
func (p *Past) Time() time.Time { return p.at }

// Counts returns what happened so far.
func (p *Past) Counts() book.Counts { return p.book.Counts() }

// Policy returns the policy in force, and false before any was recorded.
func (p *Past) Policy() (referral.Policy, bool) { return p.book.Policy() }

// Live yields every referral that has not ended, with the position of its request,
// in the order of the requests.
func (p *Past) Live() iter.Seq2[referral.Referral, uint64] { return p.book.Live() }

// Digest returns the state's digest, that of [book.Book.Digest] and of an engine
// that stands at the same position.
func (p *Past) Digest() string { return p.book.Digest() }

// WriteCanonical writes the whole state as JSON lines, of which [Past.Digest] is the
// SHA-256: position, counts and policy, then every agent by NPN, then every referral
// that has not ended.
func (p *Past) WriteCanonical(w io.Writer) error { return p.book.WriteCanonical(w) }

// Agent returns an agent, or [agent.ErrUnknown] if no record speaks of it.
func (p *Past) Agent(n agent.NPN) (agent.Agent, error) {
	a, changed := p.book.Agent(n)
	if changed.IsZero() {
		return a, fmt.Errorf("agent %s: %w", n, agent.ErrUnknown)
	}
	return a, nil
}

// Load returns an agent's open offers and the position of its last one.
func (p *Past) Load(n agent.NPN) referral.Load { return p.book.Load(n) }

// Referral returns a referral that has not ended, or ended in the last hour. Its
// error is [referral.ErrNotFound] or [referral.ErrEnded].
func (p *Past) Referral(id uuid.UUID) (referral.Referral, error) {
	r, _ := p.book.Referral(id)
	switch {
	case r.Status != "":
		return r, nil
	case p.book.Archived(id):
		return r, fmt.Errorf("referral %s: %w, more than %v before: ask for an earlier moment", id, referral.ErrEnded, kept)
	}
	return r, fmt.Errorf("referral %s: %w by then", id, referral.ErrNotFound)
}

// RecordError is why a record that stands whole in its log cannot be folded: no
// version knows its kind, its data is not that of its kind (Err says which), or it
// breaks a rule or an invariant (Err is a [*referral.Rejection]).
type RecordError struct {
	Position     eventlog.Position
	Stream, Kind string
	Err          error
}

// Error names the record and what is wrong with it.
func (e *RecordError) Error() string {
	return fmt.Sprintf("position %d, %.60s of %.60s: %v", e.Position, e.Kind, e.Stream, e.Err)
}

// Unwrap returns Err.
func (e *RecordError) Unwrap() error { return e.Err }

func recordError(r *eventlog.Record, err error) error {
	return &RecordError{r.Position, r.Stream, r.Kind, err}
}
