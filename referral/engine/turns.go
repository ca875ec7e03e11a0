package engine

import (
	"slices"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/referral/book"
)

// turn is a standing that changed by the clock alone.
type turn struct {
	agent agent.NPN
	at    time.Time
}

// turnTo follows the clock over an agent's changes of standing, up to an instant.
func (d *derived) turnTo(b *book.Book, n agent.NPN, at time.Time) {
	d.agentChanged(b, n, at)
	d.turned = append(d.turned, turn{n, at})
}

// turnBack judges anew whose standing changed beyond an instant: the clock was
// set back, or a command arrived before the step that followed the clock, and
// who came on duty since is off duty again. No clock turns back behind the
// newest record (R25), so what turned up to head need not be remembered.
func (d *derived) turnBack(b *book.Book, head, at time.Time) {
	d.turned = slices.DeleteFunc(d.turned, func(t turn) bool {
		if t.at.After(at) {
			d.agentChanged(b, t.agent, at)
			return true
		}
		return !t.at.After(head)
	})
}
