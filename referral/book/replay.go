package book

import (
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/referral"
)

// Replay folds in a record as a log holds it: [ParseStream], [Decode] and
// [Book.Apply] in one, at a part of the cost. On an error, which is theirs, the
// book is as it was. It is not for a draft.
func (b *Book) Replay(position uint64, at time.Time, stream, kind string, data []byte) error {
	at = at.UTC().Round(0)
	s, err := b.reader.stream(stream)
	switch {
	case err != nil:
		if _, unknown := errors.AsType[*UnknownKindError](refusal(s, kind, at, data)); unknown {
			err = refusal(s, kind, at, data)
		}
	case s.Agent != 0:
		err = b.replayAgent(s.Agent, at, kind, data)
	case s.Referral != uuid.Nil:
		err = b.replayReferral(position, s.Referral, at, kind, data)
	default:
		var e Event
		if e, err = Decode(s, kind, at, data); err == nil {
			b.Apply(position, at, s, e)
		}
	}
	if err != nil {
		return err
	}
	b.position, b.time = position, at
	b.depart()
	return nil
}

func (b *Book) replayAgent(n agent.NPN, at time.Time, kind string, data []byte) error {
	d, slot := b.openAgent(n)
	a := b.take(n, d)
	joined := a.Registered()
	if err := b.reader.Agent(&a.Agent, n, kind, data); err != nil {
		if !d.heard() && d.load() == (referral.Load{}) {
			b.agents.remove(slot) // it came with this record
		}
		return err
	}
	if !joined {
		b.counts.Agents++
	}
	b.lay(slot, d, a, at)
	return nil
}

func (b *Book) replayReferral(position uint64, id uuid.UUID, at time.Time, kind string, data []byte) error {
	r, slot := b.openReferral(id)
	if r == nil { // archived: the event counts if it can be read
		e, err := Decode(Stream{Referral: id}, kind, at, data)
		if err == nil && b.reader.lawful {
			err = lawfulLater(e)
		}
		if err != nil {
			return err
		}
		b.count(kind)
		return nil
	}
	was, had := r.Status, r.Offer.To
	if err := b.reader.Referral(&r.Referral, id, kind, at, data); err != nil {
		if r.Changed.IsZero() {
			b.referrals.remove(slot) // it came with this record
		}
		return err
	}
	b.turned(position, kind, r, slot, was, had)
	b.count(kind)
	return nil
}

// lawfulLater returns why an event cannot be one of a referral that has ended and
// left, or nil.
func lawfulLater(e Event) error {
	switch e.(type) {
	case referral.Contacted, referral.OutcomeRecorded:
		return nil
	}
	return &referral.Rejection{Rule: "invariant 4", Err: errors.New("it has ended")}
}

// Strict makes [Book.Replay] refuse, from here on, a referral's event that is not
// [referral.Lawful] where it stands. Of an archived referral all but contact and
// outcome are refused, and those are taken on their word.
func (b *Book) Strict() { b.reader.lawful = true }
