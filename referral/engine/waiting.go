package engine

import (
	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
)

// wakeOne marks a referral that waits: somebody may have joined its line.
func (d *derived) wakeOne(l *live) {
	l.woken = true
	d.prepare(l)
}

// wake marks the waiting referrals that an agent of such a footing matches and
// was not asked in.
func (d *derived) wake(b *book.Book, n agent.NPN, footing agent.Standing) {
	if len(d.waiting) == 0 {
		return
	}
	for state := range footing.States.All() {
		for l := d.waiting[state]; l != nil; l = l.next {
			if r, _ := b.Peek(l.id); !r.Asked(n) && speaksOne(footing.Languages, r.Languages) {
				d.wakeOne(l)
			}
		}
	}
}

func speaksOne(speaks []spoken.Key, want []spoken.Language) bool {
	_, ok := spoken.Match(want, speaks)
	return ok
}

// wakeServed marks the waiting referrals for which somebody is on duty.
func (d *derived) wakeServed(b *book.Book) {
	d.classes.opened = false
	for _, first := range d.waiting {
		for l := first; l != nil; l = l.next {
			if r, _ := b.Peek(l.id); d.served(r) {
				d.wakeOne(l)
			}
		}
	}
}

// served reports whether anybody on duty in the referral's state speaks one of
// its languages.
func (d *derived) served(r *referral.Referral) bool {
	for _, l := range r.Languages {
		if n, ok := d.tongues[l.Key]; ok && d.index.OnDuty(r.State, n) > 0 {
			return true
		}
	}
	return false
}

// wakeIfWaiting marks a referral that another engine left waiting: by this
// one's clock, which may be ahead, somebody may have joined its line since.
func (d *derived) wakeIfWaiting(stream book.Stream) {
	if l := d.all[stream.Referral]; l != nil && l.state != "" {
		d.wakeOne(l)
	}
}

// wakeAll marks every waiting referral.
func (d *derived) wakeAll() {
	for _, first := range d.waiting {
		for l := first; l != nil; l = l.next {
			d.wakeOne(l)
		}
	}
}
