package engine

import (
	"cmp"
	"container/heap"
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
	heap.Push(&t.order, next)
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
		heap.Pop(&t.order)
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
		t.order = append(t.order, w)
	}
	heap.Init(&t.order)
}

type timerHeap[K comparable] []timer[K]

func (h timerHeap[K]) Len() int      { return len(h) }
func (h timerHeap[K]) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h timerHeap[K]) Less(i, j int) bool {
	return cmp.Or(h[i].at.Compare(h[j].at), cmp.Compare(h[i].rank, h[j].rank)) < 0
}
func (h *timerHeap[K]) Push(x any) { *h = append(*h, x.(timer[K])) }
func (h *timerHeap[K]) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}
