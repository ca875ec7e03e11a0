package audit

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
)

// Verified is what [Verify] found a log to be.
type Verified struct {
	eventlog.Head
	Counts book.Counts
	Digest string // of the state at the head
}

// Verify proves a log: its records are one order without a hole, times do not run
// backwards, every event can be read and folded, and every referral kept to
// invariants 1, 3 and 4 (see [referral.Lawful]). That each offer went to the first in
// line (invariant 2) is [Rematch]'s to judge. The chain is checked by whoever yields
// the records, as every eventlog.Log does.
//
// The log must also continue each of the given heads, which come from an earlier
// Verify: it has a record there, with that sum. So nothing up to them was altered or
// cut off since.
//
// Its error names the first bad record: that of the records (an
// eventlog.CorruptError), a [*RecordError], or a [*HeadError]. What was found before
// the bad record comes with it, without a digest.
func Verify(records Records, continues ...eventlog.Head) (Verified, error) {
	b := book.NewKeeping(kept)
	b.Strict()
	var v Verified
	gone := map[uuid.UUID]struct{}{} // exhausted or withdrawn
	check := func(r *eventlog.Record) error {
		head := v.Head
		if err := head.Follow(*r); err != nil {
			return err
		}
		switch r.Kind {
		case kindContacted, kindOutcome, kindExhausted, kindWithdrawn:
			s, err := book.ParseStream(r.Stream)
			if err != nil {
				return recordError(r, err)
			}
			if r.Kind == kindExhausted || r.Kind == kindWithdrawn {
				gone[s.Referral] = struct{}{}
			} else if _, late := gone[s.Referral]; late {
				return recordError(r, &referral.Rejection{Rule: "invariant 4", Err: fmt.Errorf("nobody has accepted it")})
			}
		}
		if err := b.Replay(uint64(r.Position), r.Time, r.Stream, r.Kind, r.Data); err != nil {
			return recordError(r, err)
		}
		for _, h := range continues {
			if h.Position == r.Position && h.Sum != r.Sum {
				return &HeadError{Want: h, Got: head}
			}
		}
		v.Head = head
		return nil
	}
	for r, err := range records {
		if err == nil {
			err = check(&r)
		}
		if err != nil {
			v.Counts = b.Counts()
			return v, err
		}
	}
	v.Counts = b.Counts()
	for _, h := range continues {
		if h.Position > v.Position {
			return v, &HeadError{Want: h, Got: v.Head}
		}
	}
	v.Digest = b.Digest()
	return v, nil
}

var (
	kindContacted = referral.Contacted{}.Kind()
	kindOutcome   = referral.OutcomeRecorded{}.Kind()
	kindExhausted = referral.Exhausted{}.Kind()
	kindWithdrawn = referral.Withdrawn{}.Kind()
)

// HeadError says that a log does not continue a head that was verified before.
type HeadError struct {
	Want eventlog.Head // the head of then
	Got  eventlog.Head // the log's, at that position or where it ends before
}

// Error says whether the log was cut off or written anew.
func (e *HeadError) Error() string {
	if e.Got.Position < e.Want.Position {
		return fmt.Sprintf("the log ends at position %d and reached %d when it was verified before: records were cut off its end", e.Got.Position, e.Want.Position)
	}
	return fmt.Sprintf("position %d has the sum %s and had %s when it was verified before: this is another log, or one that was written anew", e.Want.Position, e.Got.Sum, e.Want.Sum)
}
