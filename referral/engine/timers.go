package engine

import (
	"cmp"
	"time"
)

// timers is a heap of wanted wake-ups, the earliest first and the lower rank
// first among equals. Each key has at most one timer that counts: setting it
// anew leaves the old one in the heap, to be skipped when it comes up.
type timers[K comparable] struct {
	wanted map[K]timer[K]
	order  timerHeap[K]
}

type timer[K comparable] struct {
	key  K
	at   time.Time
	rank uint64
}

// set wants a wake-up for the key at an instant, in place of any other.
func (t *timers[K]) set(key K, at time.Time, rank uint64) {
	if t.wanted == nil {
		t.wanted = map[K]timer[K]{}
	}
	next := timer[K]{key, at, rank}
	if was, ok := t.wanted[key]; ok && was.at.Equal(at) && was.rank == rank {
		return
	}
	t.wanted[key] = next
	t.order.push(next)
	if len(t.order) > 64 && len(t.order) > 4*len(t.wanted) {
		t.compact()
	}
}

// drop wants no wake-up for the key any more.
func (t *timers[K]) drop(key K) { delete(t.wanted, key) }

// next returns the earliest timer, which stays.
func (t *timers[K]) next() (timer[K], bool) {
	for len(t.order) > 0 {
		top := t.order[0]
		if w, ok := t.wanted[top.key]; ok && w == top {
			return top, true
		}
		t.order.pop()
	}
	return timer[K]{}, false
}

// due returns the earliest timer if it is due at an instant.
func (t *timers[K]) due(at time.Time) (timer[K], bool) {
	top, ok := t.next()
	return top, ok && !top.at.After(at)
}

// compact rebuilds the heap from the timers that count.
func (t *timers[K]) compact() {
	t.order = t.order[:0]
	for _, w := range t.wanted {
		t.order.push(w)
	}
}

// timerHeap is a binary heap: no timer comes before the one at (i-1)/2.
type timerHeap[K comparable] []timer[K]

func (t *timer[K]) before(u *timer[K]) bool {
	return cmp.Or(t.at.Compare(u.at), cmp.Compare(t.rank, u.rank)) < 0
}

func (h *timerHeap[K]) push(t timer[K]) {
	*h = append(*h, t)
	list := *h
	for i := len(list) - 1; i > 0; {
		above := (i - 1) / 2
		if !list[i].before(&list[above]) {
			return
		}
		list[i], list[above] = list[above], list[i]
		i = above
	}
}

// pop takes the first timer out.
func (h *timerHeap[K]) pop() {
	last := len(*h) - 1
	(*h)[0] = (*h)[last]
	*h = (*h)[:last]
	list := *h
	for i := 0; ; {
		first := 2*i + 1
		if right := first + 1; right < last && list[right].before(&list[first]) {
			first = right
		}
		if first >= last || !list[first].before(&list[i]) {
			return
		}
		list[i], list[first] = list[first], list[i]
		i = first
	}
}
