package book

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
)

// Still is a book as it stood when [Book.Still] was called. It never changes,
// and any goroutine may read it while the book goes on.
type Still struct {
	figures
	agents    leaves[agent.NPN, desk]
	referrals leaves[uuid.UUID, entry]
	shelf     shelf
	archive   archive
}

// Still returns the book as it stands now. That takes some microseconds, and
// what stands on a page is copied only when the book next changes it. It is not
// for a draft.
func (b *Book) Still() *Still {
	return &Still{b.figures, b.agents.share(), b.referrals.share(), b.shelf, b.archive.share()}
}

// Position returns the position of the last event, and its time.
func (s *Still) Position() (uint64, time.Time) { return s.position, s.time }

// Append writes everything that is in the book to dst, for [Restore] to read: the
// same book gives the same bytes, about a hundred for each referral.
func (s *Still) Append(dst []byte) []byte {
	c := &coder{buf: append(dst, schema()...)}
	c.figures(&s.figures)
	pages := desks(s.agents)
	c.count(len(pages), 1)
	for _, p := range pages {
		number(c, &p.key)
		c.desk(&p.value)
	}
	open := live(s.referrals)
	c.count(len(open), 1)
	for _, p := range open {
		c.referral(&p.key, &p.value)
	}
	s.ended(c)
	c.count(s.archive.len, 1)
	for f := range s.archive.all() {
		c.buf = binary.LittleEndian.AppendUint64(c.buf, f)
	}
	return c.buf
}

// ended writes a shelf: what is left on the old one as it is packed there, and
// what has ended since.
func (s *Still) ended(c *coder) {
	type item struct {
		packed []byte
		number uint32 // on the new shelf
	}
	var items []*item
	var scratch coder
	var ends []int
	for p := range s.referrals.all {
		if p.value.Status.Ended() {
			scratch.referral(&p.key, &p.value)
			ends = append(ends, len(scratch.buf))
		}
	}
	from := 0
	for _, end := range ends {
		items = append(items, &item{packed: scratch.buf[from:end]})
		from = end
	}
	for i := s.shelf.next; i < s.shelf.len; i++ {
		items = append(items, &item{packed: s.shelf.bytes(i)})
	}
	// Of two that are of one ID the one with a page counts, which comes first.
	slices.SortStableFunc(items, func(x, y *item) int { return bytes.Compare(x.packed[:16], y.packed[:16]) })
	items = slices.CompactFunc(items, func(x, y *item) bool { return bytes.Equal(x.packed[:16], y.packed[:16]) })
	byTime := slices.SortedFunc(slices.Values(items), func(x, y *item) int {
		return cmp.Or(packedTime(x.packed).Compare(packedTime(y.packed)), cmp.Compare(packedPosition(x.packed), packedPosition(y.packed)))
	})
	c.count(len(items), 1)
	end := 0
	for i, it := range byTime {
		it.number = uint32(i)
		end += len(it.packed)
		c.buf = binary.LittleEndian.AppendUint64(c.buf, uint64(end))
	}
	for _, it := range items {
		c.buf = binary.LittleEndian.AppendUint32(c.buf, it.number)
	}
	c.count(end, 1)
	for _, it := range byTime {
		c.buf = append(c.buf, it.packed...)
	}
}

var (
	errForeign = errors.New("book: the bytes are of another version of the book, or of none: fold the log anew")
	errUnsound = errors.New("book: the bytes do not make a book: fold the log anew")
)

// Restore returns the book that [Still.Append] wrote, and keeps data as a part of
// it: the caller must not change it. Bytes of another version, whose events or
// states had other fields, are refused, and so are bytes that make no book; that
// they are those which were written is for the caller to know, by a checksum.
// Of the referrals that have ended none is read before somebody asks for it.
func Restore(data []byte) (*Book, error) {
	rest, ok := bytes.CutPrefix(data, schema())
	if !ok {
		return nil, errForeign
	}
	c := &coder{buf: rest, reading: true, words: map[string]string{}}
	b := New()
	c.figures(&b.figures)
	n := c.count(0, 4)
	b.agents.slots = make(map[agent.NPN]uint32, n)
	var last agent.NPN
	for i := range n {
		var npn agent.NPN
		number(c, &npn)
		d, _ := b.agents.add(npn)
		c.desk(d)
		if c.bad || i > 0 && npn <= last {
			return nil, errUnsound
		}
		last = npn
	}
	n = c.count(0, packedHead)
	b.referrals.slots = make(map[uuid.UUID]uint32, n)
	for range n {
		p := new(page[uuid.UUID, entry])
		c.referral(&p.key, &p.value)
		if c.bad || p.value.Status.Ended() || b.referrals.find(p.key) != nil {
			return nil, errUnsound
		}
		b.referrals.put(p)
	}
	n = c.count(0, packedHead)
	b.shelf = shelf{len: n, ends: c.next(8 * uint64(n)), byID: c.next(4 * uint64(n))}
	b.shelf.packed = c.next(uint64(c.count(0, 1)))
	n = c.count(0, 8)
	sorted := make([]uint64, n)
	for i := range sorted {
		sorted[i] = binary.LittleEndian.Uint64(c.next(8))
		if i > 0 && sorted[i-1] >= sorted[i] {
			return nil, errUnsound
		}
	}
	if c.bad || len(c.buf) > 0 || !b.shelf.sound() {
		return nil, errUnsound
	}
	b.archive = archiveOf(sorted)
	if b.shelf.len == 0 {
		b.shelf = shelf{} // which keeps nothing of data
	}
	return b, nil
}
