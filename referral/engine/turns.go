package engine

import (
	"slices"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo/near"
	"github.com/relevo-go/relevo/referral/book"
)

// turns are what was judged at instants beyond the newest record: none of it is
// sure, for the clock may yet be set back. Behind that record no clock goes (R25).
type turns struct {
	head   time.Time // of the newest record
	all    []turn
	latest time.Time // of all
	kept   int       // how many were left when all but the last of each were dropped
}

// turn is an agent's footing or a class, judged at an instant.
type turn struct {
	agent agent.NPN  // 0 if it is of a class
	class near.Class // otherwise
	at    time.Time
}

// begin forgets what is sure now that the newest record is of an instant.
func (ts *turns) begin(head time.Time) {
	ts.head = head
	ts.all = slices.DeleteFunc(ts.all, func(t turn) bool { return !t.at.After(head) })
}

// remember keeps a turn that may have to be taken back.
func (ts *turns) remember(t turn) {
	if !t.at.After(ts.head) {
		return
	}
	ts.all = append(ts.all, t)
	ts.latest = later(ts.latest, t.at)
	if len(ts.all) > 1024 && len(ts.all) > 2*ts.kept {
		ts.all = newest(ts.all)
		ts.kept = len(ts.all)
	}
}

// newest returns the last turn of each agent and class: a log without new records
// may stand still for long.
func newest(all []turn) []turn {
	last := make(map[turn]time.Time, len(all))
	for _, t := range all {
		key := turn{agent: t.agent, class: t.class}
		last[key] = later(last[key], t.at)
	}
	all = all[:0]
	for key, at := range last {
		key.at = at
		all = append(all, key)
	}
	return all
}

// beyond takes out the turns beyond an instant.
func (ts *turns) beyond(at time.Time) (back []turn) {
	if !ts.latest.After(at) {
		return nil
	}
	ts.latest = at
	ts.all = slices.DeleteFunc(ts.all, func(t turn) bool {
		if t.at.After(at) {
			back = append(back, t)
		}
		return t.at.After(at)
	})
	return back
}

// turnBack judges anew what turned beyond an instant: the clock was set back, or
// a command arrived before the step that followed the clock, and who came on duty
// since is off duty again.
func (d *derived) turnBack(b *book.Book, at time.Time) {
	for _, t := range d.turned.beyond(at) {
		switch {
		case t.agent != 0:
			d.agentChanged(b, t.agent, at)
		case d.classes.all[t.class] != nil:
			d.turnClass(b, t.class, at)
		}
	}
}
