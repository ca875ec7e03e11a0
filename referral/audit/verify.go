package audit

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
)

// Verified is what [Verify] found a log to be.
type Verified struct {
	eventlog.Head
	Counts book.Counts
	Digest string // of the state at the head
	// Overdue counts the referrals of which, by the head's time, a step was due that is
	// not recorded: an offer is past its deadline, a wait past its end, or the next in
	// line not asked. A desk that stopped leaves some; so does who takes records out.
	Overdue int
}

// Verify proves a log: its records are one order without a hole, times do not run
// backwards, every event can be read and folded, every referral kept to invariants 1,
// 3 and 4 (see [referral.Lawful]), and no offer was rescinded whose holder had lost
// nothing (R7). The chain is checked by whoever yields the records, as every
// eventlog.Log does.
//
// The log must also continue each of the given heads, which come from an earlier
// Verify: it has a record there, with that sum. So nothing up to them was altered or
// cut off since. Without a head nothing shows that a log was not written anew as a
// whole, by somebody who computed its sums again: such a log is proven to be possible,
// not to be true. Nor does Verify judge who was asked (invariant 2), which is
// [Rematch]'s; and of a referral that ended more than an hour before, it takes on their
// word that contact and outcome are by its holder.
//
// Its error names the first bad record: that of the records (an
// eventlog.CorruptError, also if they end inside an append), a [*RecordError], or a
// [*HeadError]. What was found before the bad record comes with it, without a digest.
//
// Beside what a [Past] keeps, it keeps the ID of every referral that was exhausted or
// withdrawn.
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
		case kindContacted, kindOutcome, kindExhausted, kindWithdrawn, kindRescinded:
			s, err := book.ParseStream(r.Stream)
			if err != nil {
				return recordError(r, err)
			}
			_, late := gone[s.Referral]
			switch r.Kind {
			case kindExhausted, kindWithdrawn:
				gone[s.Referral] = struct{}{}
			case kindRescinded:
				if !lost(b, s.Referral, r.Time) {
					return recordError(r, &referral.Rejection{Rule: "R7", Err: errors.New("its holder had lost nothing")})
				}
			default:
				if late {
					return recordError(r, &referral.Rejection{Rule: "invariant 4", Err: errors.New("nobody has accepted it")})
				}
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
	if !v.Head.Whole() {
		return v, &eventlog.CorruptError{Position: v.Position + 1, Last: v.Position, Err: errors.New("the records end inside an append")}
	}
	for _, h := range continues {
		if h.Position > v.Position || h.Position == 0 && h.Sum != (eventlog.Hash{}) {
			return v, &HeadError{Want: h, Got: v.Head}
		}
	}
	for r := range b.Live() {
		if due, ever := referral.Due(r); ever && !due.After(v.Time) {
			v.Overdue++
		}
	}
	v.Digest = b.Digest()
	return v, nil
}

// lost reports whether the holder of a referral's open offer is without what it needs
// (R7), or was by the clock alone since the offer was made (R8). What cannot be told
// is for the fold to refuse.
func lost(b *book.Book, id uuid.UUID, at time.Time) bool {
	r, _ := b.Peek(id)
	if r == nil || r.Status != referral.StatusOffered {
		return true
	}
	holder, _ := b.Agent(r.Offer.To)
	policy, _ := b.Policy()
	if agent.Rescinding(holder.Verdict(r.Need(), policy.Terms, at)) != nil {
		return true
	}
	_, why := holder.Loss(r.Need(), r.Offer.At, at)
	return why != nil
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
