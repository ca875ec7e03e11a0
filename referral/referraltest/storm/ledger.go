package storm

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
	"github.com/relevo-go/relevo/referral/referraltest"
)

// ledger is what is known of the log: every record it ever had, and what callers
// were told of it.
type ledger struct {
	twin  *referraltest.Twin
	head  eventlog.Head
	sums  []eventlog.Hash // by position, from 1
	ids   map[uuid.UUID]eventlog.Position
	deeds map[string]eventlog.Position
	ends  int // expiries
}

func newLedger() *ledger {
	return &ledger{twin: referraltest.NewTwin(), ids: map[uuid.UUID]eventlog.Position{}, deeds: map[string]eventlog.Position{}}
}

// unreadError says that the log could not be read now, which may pass.
type unreadError struct{ error }

func (e unreadError) Unwrap() error { return e.error }

// read reads the log from its beginning, or what is new in it. Its chain must hold,
// records that were read before must be there as they were, and new ones must be
// lawful.
func (l *ledger) read(ctx context.Context, log eventlog.Log, whole bool) error {
	head := l.head
	if whole {
		head = eventlog.Head{}
	}
	for r, err := range log.Read(ctx, head.Position) {
		if err != nil {
			return unreadError{fmt.Errorf("reading the log after %d: %w", head.Position, err)}
		}
		if err := head.Next(r); err != nil {
			return err
		}
		if n := len(l.sums); int(r.Position) <= n {
			if known := l.sums[r.Position-1]; known != r.Sum {
				return fmt.Errorf("the record at %d has the sum %s, and was read with the sum %s before", r.Position, r.Sum, known)
			}
			continue
		}
		if err := l.add(r); err != nil {
			return err
		}
	}
	if !head.Whole() {
		return fmt.Errorf("the log ends at %d inside an append", head.Position)
	}
	if int(head.Position) < len(l.sums) {
		return fmt.Errorf("the log ends at %d, and had %d records", head.Position, len(l.sums))
	}
	return nil
}

// add judges a new record.
func (l *ledger) add(r eventlog.Record) error {
	if at, twice := l.ids[r.ID]; twice {
		return fmt.Errorf("the event %s is at %d and again at %d", r.ID, at, r.Position)
	}
	stream, err := book.ParseStream(r.Stream)
	if err != nil {
		return fmt.Errorf("position %d: %w", r.Position, err)
	}
	e, err := book.Decode(stream, r.Kind, r.Time, r.Data)
	if err != nil {
		return fmt.Errorf("position %d: %w", r.Position, err)
	}
	if d := deed(stream, e); d != "" {
		if at, twice := l.deeds[d]; twice {
			return fmt.Errorf("%q is at %d and again at %d", d, at, r.Position)
		}
		l.deeds[d] = r.Position
	}
	if err := l.twin.Judge(r); err != nil {
		return err
	}
	if _, ok := e.(referral.Expired); ok {
		l.ends++
	}
	l.ids[r.ID], l.head = r.Position, r.Head()
	l.sums = append(l.sums, r.Sum)
	return nil
}

// holds returns an error unless what a caller was told is true of the log. That
// its event is there no more than once was seen when it was read.
func (l *ledger) holds(r report) error {
	switch {
	case int(r.Position) > len(l.sums):
		return fmt.Errorf("the log ends at %d, and a caller was answered at %d (%s)", len(l.sums), r.Position, r.Deed)
	case r.Position > 0 && r.Sum != l.sums[r.Position-1] && r.Verb != ended:
		return fmt.Errorf("the record at %d has another sum than when a caller was answered (%s)", r.Position, r.Deed)
	case r.Verb == done && l.deeds[r.Deed] == 0:
		return fmt.Errorf("%q was acknowledged, and is not in the log", r.Deed)
	}
	return nil
}
