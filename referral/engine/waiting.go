package engine

import (
	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
)

// wake marks the waiting referrals that the agent matches and was not asked in.
func (d *derived) wake(b *book.Book, n agent.NPN, s agent.Standing) {
	for state := range s.States.All() {
		for id := range d.waiting[state] {
			if r, _ := b.Referral(id); !r.Asked(n) && speaksOne(s.Languages, r.Languages) {
				d.woken[id] = true
			}
		}
	}
}

func speaksOne(speaks []spoken.Key, want []spoken.Language) bool {
	_, ok := spoken.Match(want, speaks)
	return ok
}

// wakeIfWaiting marks a referral that another engine left waiting: by this
// one's clock, which may be ahead, somebody may have joined its line since.
func (d *derived) wakeIfWaiting(b *book.Book, id uuid.UUID) {
	if r, _ := b.Referral(id); r.Status == referral.StatusWaiting {
		d.woken[id] = true
	}
}

// wakeAll marks every waiting referral.
func (d *derived) wakeAll() {
	for _, ids := range d.waiting {
		for id := range ids {
			d.woken[id] = true
		}
	}
}
