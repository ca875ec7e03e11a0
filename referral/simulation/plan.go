package simulation

import (
	"cmp"
	"container/heap"
	"context"
	"time"
)

// plan is something that somebody is going to do.
type plan struct {
	at   time.Time
	rank uint64 // among plans for one instant, the order of planning
	do   func(context.Context) error
}

// plans are what is going to happen, the earliest first. The zero plans are none.
type plans struct {
	heap planHeap
	made uint64
}

func (p *plans) add(at time.Time, do func(context.Context) error) {
	p.made++
	heap.Push(&p.heap, plan{at, p.made, do})
}

// first returns when the first plan is for, and false if there is none.
func (p *plans) first() (time.Time, bool) {
	if len(p.heap) == 0 {
		return time.Time{}, false
	}
	return p.heap[0].at, true
}

// take takes the first plan out.
func (p *plans) take() plan { return heap.Pop(&p.heap).(plan) }

type planHeap []plan

func (h planHeap) Len() int { return len(h) }
func (h planHeap) Less(i, j int) bool {
	return cmp.Or(h[i].at.Compare(h[j].at), cmp.Compare(h[i].rank, h[j].rank)) < 0
}
func (h planHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *planHeap) Push(p any)   { *h = append(*h, p.(plan)) }
func (h *planHeap) Pop() any {
	last := len(*h) - 1
	p := (*h)[last]
	(*h)[last] = plan{}
	*h = (*h)[:last]
	return p
}
