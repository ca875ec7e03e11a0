package book

import (
	"iter"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/referral"
)

// Lens is for looking at agents one after another: all of them are unpacked in
// the same place. The zero Lens is ready. It is for one goroutine at a time.
type Lens struct {
	packed string // what is in agent; empty if nothing is
	npn    agent.NPN
	agent  agent.Agent
	lines  []agent.Line // of its licenses
}

// Look is [Book.Agent] through a lens: nil if there was no event of the agent. What
// it points to is for reading, until one looks through the lens again or the book
// changes. A list that was never set may be empty there and not nil.
func (b *Book) Look(l *Lens, n agent.NPN) (*agent.Agent, time.Time) {
	return l.look(b.desk(n), n)
}

func (l *Lens) look(d *desk, n agent.NPN) (*agent.Agent, time.Time) {
	switch {
	case d == nil || !d.heard():
		return nil, time.Time{}
	case d.sheet != nil:
		return &d.sheet.Agent, d.changed()
	}
	l.unpack(n, d.packed)
	return &l.agent, d.changed()
}

// Stretches returns in how many stretches [Book.Stretch] goes through all agents.
func (b *Book) Stretches() int { return len(b.agents.leaves) }

// Stretch yields some agents, a thousand at most or so, with their loads through a
// lens, in any order. An agent stays in its stretch. It is not for a draft.
func (b *Book) Stretch(i int, l *Lens) iter.Seq2[*agent.Agent, referral.Load] {
	return func(yield func(*agent.Agent, referral.Load) bool) {
		for p := range b.agents.leaves[i : i+1].all {
			if a, _ := l.look(&p.value, p.key); a != nil && !yield(a, p.value.load()) {
				return
			}
		}
	}
}

// unpack makes the lens show an agent, unless it does.
func (l *Lens) unpack(n agent.NPN, packed string) {
	if l.npn == n && l.packed == packed { // of one and the same text that is known at once
		return
	}
	a := &l.agent
	*a = agent.Agent{
		Training: a.Training[:0], Registration: a.Registration[:0], Accepted: a.Accepted[:0], Licenses: a.Licenses[:0],
		Languages: a.Languages[:0], Hours: agent.Hours{Weekly: a.Hours.Weekly[:0]}, Absences: a.Absences[:0], Terminations: a.Terminations[:0],
	}
	c := reading(packed)
	c.lens = l
	c.agent(n, a)
	l.npn, l.packed = n, packed
}

// again returns a list of so many zero items, in the place of another.
func again[T any](list []T, n int) []T {
	if n > cap(list) {
		return make([]T, n, n+n/2)
	}
	list = list[:n]
	clear(list)
	return list
}
