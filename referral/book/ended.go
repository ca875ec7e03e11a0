package book

import (
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/referral"
)

// NewKeeping returns the book of an empty log that keeps a referral which has
// ended for a time after its last event: once an event comes that long after it
// or later, the referral leaves, and of it stays no more than [Book.Archived]
// needs. That goes by the times of the records, so what stands in a book follows
// from the log and keep alone. A keep of 0 or less is for ever, as in [New].
func NewKeeping(keep time.Duration) *Book {
	b := New()
	b.keep = max(keep, 0)
	return b
}

// Keep returns how long referrals that have ended stay, 0 if for ever.
func (b *Book) Keep() time.Duration { return b.keep }

// Archived reports whether a referral of this ID has left the book: it has no
// other answer then, and its events are in the log only. Each that has left costs
// 8 to 16 bytes for ever, for 64 bits of a hash of its ID. So an ID that was never
// requested is answered as archived once in 2^64 for each that has left.
func (b *Book) Archived(id uuid.UUID) bool {
	if p := b.page(id); p != nil {
		return b.left(p)
	}
	root := b.root()
	if i, ok := root.shelf.find(id); ok {
		return b.over(root.shelf.changed(i))
	}
	return root.archive.has(id)
}

// over reports whether a referral that ended at an instant, and heard nothing
// since, is not kept any more.
func (b *Book) over(changed time.Time) bool {
	return b.keep > 0 && !changed.Add(b.keep).After(b.time)
}

// left reports whether a referral counts as archived. In a draft it may stand
// beneath still: it leaves when the draft is committed.
func (b *Book) left(r *entry) bool { return r.Status.Ended() && b.over(r.Changed) }

// departure is a page with a referral that has ended, and when its last event
// was: times in a log never run backwards, so departures come in their order.
type departure struct {
	slot uint32
	nano uint32
	unix int64
}

func departureOf(slot uint32, at time.Time) departure {
	return departure{slot, uint32(at.Nanosecond()), at.Unix()}
}

func (d departure) at() time.Time { return time.Unix(d.unix, int64(d.nano)).UTC() }

// departures is a queue of those, in chunks, so that it never moves as a whole.
type departures struct {
	chunks [][]departure
	first  int // in chunks[0]
}

const departureChunk = 1024

func (q *departures) push(d departure) {
	last := len(q.chunks) - 1
	if last < 0 || len(q.chunks[last]) == departureChunk {
		q.chunks = append(q.chunks, nil)
		last++
	}
	q.chunks[last] = append(q.chunks[last], d)
}

// front returns the first in the queue, which stays.
func (q *departures) front() (departure, bool) {
	if len(q.chunks) == 0 {
		return departure{}, false
	}
	return q.chunks[0][q.first], true
}

func (q *departures) pop() {
	if q.first++; q.first == len(q.chunks[0]) {
		q.chunks[0] = nil
		q.chunks, q.first = q.chunks[1:], 0
	}
}

// depart takes out every referral that is not kept any more at the book's time.
// One that heard something after it ended stands in the queue for each time; the
// earlier places pass it by.
func (b *Book) depart() {
	if b.keep == 0 {
		return
	}
	for b.shelf.len > 0 && b.over(b.shelf.changed(b.shelf.next)) {
		if id := b.shelf.id(b.shelf.next); b.referrals.find(id) == nil {
			b.archive.add(id)
		}
		b.shelf.pass()
	}
	for {
		d, ok := b.departures.front()
		if !ok || !b.over(d.at()) {
			return
		}
		b.departures.pop()
		if p := b.referrals.leaves.page(d.slot); p != nil && b.left(&p.value) {
			b.archive.add(p.key)
			b.referrals.remove(d.slot)
		}
	}
}

// entry is a referral and the log position of its request.
type entry struct {
	referral.Referral
	position uint64
}
