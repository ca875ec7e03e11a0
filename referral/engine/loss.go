package engine

import (
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
)

// loss is when the holder of an open offer ceases to be eligible, and why (R7, R8).
type loss struct {
	at      time.Time
	reasons []agent.Reason
}

// watchOffer sets the timer of an open offer: its deadline, or before that the
// instant at which its holder ceases to be eligible, seen from the holder's
// facts as they stand in the book and nothing else, so that every engine finds
// the same: of facts that one command records together the last ones count.
func (d *derived) watchOffer(b *book.Book, id uuid.UUID) {
	r, position := b.Referral(id)
	delete(d.losses, id)
	due := r.Offer.Deadline
	if l, lost := nextLoss(b, r); lost {
		d.losses[id] = l
		due = l.at
	}
	d.offers.set(id, due, position)
}

// nextLoss returns when, before the deadline, the holder of an open offer
// ceases to be eligible (R7, R8). It begins where the holder's facts last
// changed, or where the offer did: what was due before then is in the log.
func nextLoss(b *book.Book, r referral.Referral) (loss, bool) {
	holder, at := b.Agent(r.Offer.To)
	if at.Before(r.Offer.At) {
		at = r.Offer.At
	}
	policy, _ := b.Policy()
	need := r.Need()
	for at.Before(r.Offer.Deadline) {
		if why := agent.Rescinding(holder.Verdict(need, policy.Terms, at)); why != nil {
			return loss{at, why}, true
		}
		_, until := holder.Standing(policy.Terms, at)
		if until.IsZero() {
			break
		}
		at = until
	}
	return loss{}, false
}
