package book

import (
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/referral"
)

// What no history can make of a book, for tests of how it is stored.

func CountsOf(b *Book) *Counts { return &b.counts }

func PutAgent(b *Book, n agent.NPN, a agent.Agent, changed time.Time, l referral.Load) {
	d, slot := b.openAgent(n)
	d.open, d.last = int32(l.Open), l.LastOffer
	if !changed.IsZero() {
		s := b.take(n, d)
		s.Agent = a
		b.lay(slot, d, s, changed)
	}
}

func PutReferral(b *Book, id uuid.UUID, r referral.Referral, position uint64) {
	page, _ := b.referrals.add(id)
	*page = entry{r, position}
}
