package engine

import (
	"cmp"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo"
)

// live is what the desk keeps of a referral that has not ended: where it is to be
// found, and what is to be done for it.
type live struct {
	id       uuid.UUID
	position uint64         // of its request, by which it ranks (R10, R18)
	holder   agent.NPN      // of its open offer, or 0
	state    geo.State      // where it waits, or ""
	due      time.Time      // when its offer ends or its waiting gives up; zero if never
	rank     uint64         // among those due then
	lost     []agent.Reason // why the holder loses the offer then, before its deadline (R8); nil if it does not
	pending  bool           // it is between two steps
	woken    bool           // it waits, and somebody may have joined its line
	listed   bool           // in lives.ready

	next, prev *live // others with the same holder, or waiting in the same state
}

// lives are the referrals that have not ended.
type lives struct {
	all     map[uuid.UUID]*live
	holding map[agent.NPN]*live // the first of those whose open offer an agent holds
	waiting map[geo.State]*live // the first of those that wait in a state
	ready   []*live             // those that are pending or woken, and some that were
	alarms  timerHeap[*live]    // when one is due; one whose time is not that any more is passed by
}

func newLives() lives {
	return lives{all: map[uuid.UUID]*live{}, holding: map[agent.NPN]*live{}, waiting: map[geo.State]*live{}}
}

// of returns what is kept of a referral, which is new if need be.
func (ls *lives) of(id uuid.UUID, position uint64) *live {
	l := ls.all[id]
	if l == nil {
		l = &live{id: id}
		ls.all[id] = l
	}
	l.position = position
	return l
}

// holder returns who holds the open offer of a referral, or 0.
func (ls *lives) holder(id uuid.UUID) agent.NPN {
	if l := ls.all[id]; l != nil {
		return l.holder
	}
	return 0
}

// drop forgets a referral.
func (ls *lives) drop(id uuid.UUID) {
	if l := ls.all[id]; l != nil {
		ls.file(l, 0, "")
		l.due, l.pending, l.woken = time.Time{}, false, false
		delete(ls.all, id)
	}
}

// file puts a referral under the holder of its offer or the state in which it
// waits, or under neither, and takes it from where it was.
func (ls *lives) file(l *live, holder agent.NPN, state geo.State) {
	if l.holder == holder && l.state == state {
		return
	}
	unlink(ls.holding, l.holder, l)
	unlink(ls.waiting, l.state, l)
	l.holder, l.state = holder, state
	link(ls.holding, holder, l)
	link(ls.waiting, state, l)
}

// link puts l first under a key; the zero key has none.
func link[K comparable](first map[K]*live, key K, l *live) {
	var none K
	if key == none {
		return
	}
	l.next = first[key]
	if l.next != nil {
		l.next.prev = l
	}
	first[key] = l
}

func unlink[K comparable](first map[K]*live, key K, l *live) {
	var none K
	if key == none {
		return
	}
	if l.next != nil {
		l.next.prev = l.prev
	}
	switch {
	case l.prev != nil:
		l.prev.next = l.next
	case l.next != nil:
		first[key] = l.next
	default:
		delete(first, key)
	}
	l.next, l.prev = nil, nil
}

// prepare marks a referral to be served.
func (ls *lives) prepare(l *live) {
	if !l.listed {
		l.listed = true
		ls.ready = append(ls.ready, l)
	}
}

// takeReady returns those that are to be served, the oldest request first. They
// stay listed until they are not to be served any more.
func (ls *lives) takeReady() []*live {
	ls.ready = slices.DeleteFunc(ls.ready, func(l *live) bool {
		l.listed = l.pending || l.woken
		return !l.listed
	})
	slices.SortFunc(ls.ready, func(l, m *live) int { return cmp.Compare(l.position, m.position) })
	return slices.Clone(ls.ready)
}

// anyReady reports whether any is to be served.
func (ls *lives) anyReady() bool {
	return slices.ContainsFunc(ls.ready, func(l *live) bool { return l.pending || l.woken })
}

// givesUp is a bit in the rank of an alarm: at the same instant offers end before
// waits give up.
const givesUp = 1 << 63

// setAlarm sets when the clock next has something to do for a referral; zero is
// never.
func (ls *lives) setAlarm(l *live, due time.Time) {
	rank := l.position
	if l.state != "" {
		rank |= givesUp
	}
	if l.due.Equal(due) && l.rank == rank {
		return
	}
	if l.due, l.rank = due, rank; due.IsZero() {
		return
	}
	ls.alarms.push(timer[*live]{l, due, rank})
	if len(ls.alarms) > 64 && len(ls.alarms) > 4*len(ls.all) {
		all := ls.alarms
		ls.alarms = nil
		for _, t := range all {
			if rings(t) {
				ls.alarms.push(t)
			}
		}
	}
}

// rings reports whether an alarm is as its referral has it now.
func rings(t timer[*live]) bool { return t.at.Equal(t.key.due) && t.rank == t.key.rank }

// nextAlarm returns the earliest alarm, which stays.
func (ls *lives) nextAlarm() (timer[*live], bool) {
	for len(ls.alarms) > 0 {
		if rings(ls.alarms[0]) {
			return ls.alarms[0], true
		}
		ls.alarms.pop()
	}
	return timer[*live]{}, false
}
