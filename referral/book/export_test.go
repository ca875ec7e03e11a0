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

// Packed returns an agent as it is packed, and Unpacked the agent that was.
func Packed(n agent.NPN, a agent.Agent) string {
	return string(appendAgent(make([]byte, 0, 512), n, &a))
}

func Unpacked(n agent.NPN, packed string) (a agent.Agent, ok bool) {
	ok = unpackAgent(&a, n, packed)
	return a, ok
}

// SetRing lets so many agents of a book be unpacked at once.
func SetRing(b *Book, size int) { b.ringSize = size }

// Sheets returns how many agents of a book are unpacked.
func Sheets(b *Book) (n int) {
	for p := range b.agents.leaves.all {
		if p.value.sheet != nil {
			n++
		}
	}
	return n
}
