package book

import (
	"cmp"
	"slices"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/referral"
)

// desk is an agent, the time of its last event, and what it has to do. It may
// have a load without an event of its own, and is then no agent of the book.
//
// The agent is packed, so that a million of them take little and are little for
// the garbage collector to mark, or it lies on a sheet, if it changed lately.
type desk struct {
	packed string // empty if there is a sheet
	sheet  *sheet
	last   uint64 // the position of its last offer
	unix   int64  // of its last event
	nano   uint32
	open   int32 // offers
}

// sheet is an agent unpacked. As with a page, the book whose age it has changes it
// in place, and everybody else reads it only.
type sheet struct {
	age uint64
	agent.Agent
}

// heard reports whether there was an event of the agent's own.
func (d *desk) heard() bool { return d.packed != "" || d.sheet != nil }

func (d *desk) load() referral.Load { return referral.Load{Open: int(d.open), LastOffer: d.last} }

// changed returns the time of the agent's last event.
func (d *desk) changed() time.Time {
	if !d.heard() {
		return time.Time{}
	}
	return time.Unix(d.unix, int64(d.nano)).UTC()
}

// read makes a, which is zero before, the agent of a stream at its desk. Nothing
// changes by it, so that many may read at once.
func (d *desk) read(a *agent.Agent, n agent.NPN) {
	switch {
	case d.sheet != nil:
		*a = d.sheet.Agent
	case d.packed != "":
		unpackAgent(a, n, d.packed)
	}
}

// append packs the agent of a stream, if there is one.
func (d *desk) append(dst []byte, n agent.NPN) []byte {
	if d.sheet != nil {
		return appendAgent(dst, n, &d.sheet.Agent)
	}
	return append(dst, d.packed...)
}

// openAgent returns a place of this very book for an agent, to be changed, and
// its slot.
func (b *Book) openAgent(n agent.NPN) (*desk, uint32) {
	if d, slot := b.agents.open(n); d != nil {
		return d, slot
	}
	d, slot := b.agents.add(n)
	if below := b.base.desk(n); below != nil {
		*d = *below
	}
	return d, slot
}

// take returns an agent to be changed: on the sheet that lies on its desk, if the
// book owns it, or on another one for [Book.lay].
func (b *Book) take(n agent.NPN, d *desk) *sheet {
	if d.sheet != nil && d.sheet.age == b.agents.age {
		return d.sheet
	}
	s := &sheet{age: b.agents.age}
	d.read(&s.Agent, n)
	return s
}

// lay puts what [Book.take] returned on the agent's desk, changed at an instant.
func (b *Book) lay(slot uint32, d *desk, s *sheet, at time.Time) {
	if d.sheet == nil {
		b.unpacked(slot)
	}
	d.packed, d.sheet, d.unix, d.nano = "", s, at.Unix(), uint32(at.Nanosecond())
}

// ring is the slots of the agents that are unpacked, in the order in which they
// were. They are so few that their memory does not count, and yet more than take
// turns when events come mixed, so that an agent whose events come one after
// another is packed once for all of them.
type ring struct {
	slots []uint32
	next  int // the first one, if there are as many as may be
}

const ringSize = 512

// unpacked takes in the slot of a desk that has no sheet and now gets one; the
// agent that has been unpacked for the longest time is packed. A draft, which does
// not last, packs nobody.
func (b *Book) unpacked(slot uint32) {
	if b.base != nil {
		return
	}
	r := &b.ring
	if len(r.slots) < b.ringSize {
		r.slots = append(r.slots, slot)
		return
	}
	first := r.slots[r.next]
	r.slots[r.next] = slot
	r.next = (r.next + 1) % len(r.slots)
	p := b.agents.own(first)
	b.packing = p.value.append(b.packing[:0], p.key)
	p.value.packed, p.value.sheet = string(b.packing), nil
}

// seat puts the page of a committed draft in the place of the agent's own.
func (b *Book) seat(p *page[agent.NPN, desk], draft uint64) {
	was := b.agents.find(p.key)
	unpacked := was != nil && was.sheet != nil
	if s := p.value.sheet; s != nil && s.age == draft {
		s.age = b.agents.age
	}
	slot := b.agents.put(p)
	if p.value.sheet != nil && !unpacked {
		b.unpacked(slot)
	}
}

// desks returns the pages of agents, by NPN.
func desks(ls leaves[agent.NPN, desk]) []*page[agent.NPN, desk] {
	var list []*page[agent.NPN, desk]
	for p := range ls.all {
		list = append(list, p)
	}
	slices.SortFunc(list, func(p, q *page[agent.NPN, desk]) int { return cmp.Compare(p.key, q.key) })
	return list
}
