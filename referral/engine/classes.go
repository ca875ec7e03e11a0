package engine

import (
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo/near"
	"github.com/relevo-go/relevo/referral/book"
)

// classes are the schedules that agents have, each once. At nine in the morning
// hundreds of thousands of agents come on duty, and at the end of a plan year
// all of them go: the desk follows the schedules, and the index shows whoever has
// one that is open.
type classes struct {
	all    []*class              // by number; nil is free
	free   []near.Class          // the free numbers, but for idle
	number map[string]near.Class // by the schedule's key
	turns  timers[near.Class]    // when one opens or closes
	opened bool                  // one has, and who waits for its agents was not yet woken
	key    []byte                // what was looked up last
}

type class struct {
	schedule agent.Schedule
	agents   int // in the index
	open     bool
}

// idle is the class of agents who take no offers whatever the clock says. It
// never opens.
const idle near.Class = 0

func newClasses() classes {
	return classes{all: make([]*class, 1), number: map[string]near.Class{}}
}

// classOf returns the class of an agent's schedule, which may be new.
func (d *derived) classOf(b *book.Book, a *agent.Agent, at time.Time) near.Class {
	cs := &d.classes
	cs.key = a.AppendSchedule(cs.key[:0], d.turned.head)
	if c, ok := cs.number[string(cs.key)]; ok {
		return c
	}
	fresh := &class{schedule: a.Schedule(d.turned.head)}
	var c near.Class
	if n := len(cs.free); n > 0 {
		c, cs.free = cs.free[n-1], cs.free[:n-1]
		cs.all[c] = fresh
	} else {
		c = near.Class(len(cs.all))
		cs.all = append(cs.all, fresh)
	}
	cs.number[fresh.schedule.Key()] = c
	d.turnClass(b, c, at)
	return c
}

// enrol counts an agent that went from one class to another; a class without
// agents is given up.
func (d *derived) enrol(from, to near.Class) {
	if from == to {
		return
	}
	if to != idle {
		d.classes.all[to].agents++
	}
	if from == idle {
		return
	}
	cs := &d.classes
	was := cs.all[from]
	if was.agents--; was.agents > 0 {
		return
	}
	d.index.SetDuty(from, false)
	cs.turns.drop(from)
	delete(cs.number, was.schedule.Key())
	cs.all[from] = nil
	cs.free = append(cs.free, from)
}

// turnClass opens or closes a class as an instant and the policy in force have
// it. If it opens, those who wait for one of its agents are to be woken, once for
// all the classes that open at the instant.
func (d *derived) turnClass(b *book.Book, c near.Class, at time.Time) {
	policy, _ := b.Policy()
	cl := d.classes.all[c]
	open, until := cl.schedule.Open(policy.Terms, at)
	if until.IsZero() {
		d.classes.turns.drop(c)
	} else {
		d.classes.turns.set(c, until, uint64(c))
	}
	d.turned.remember(turn{class: c, at: at})
	if open == cl.open {
		return
	}
	cl.open = open
	d.index.SetDuty(c, open)
	d.classes.opened = d.classes.opened || open && cl.agents > 0
}

// turnClasses does that for all classes: the policy has changed.
func (d *derived) turnClasses(b *book.Book, at time.Time) {
	for c, cl := range d.classes.all {
		if cl != nil {
			d.turnClass(b, near.Class(c), at)
		}
	}
}
