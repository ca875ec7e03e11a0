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
	dst = append(dst, schema()...)
	var c coder
	c.figures(&s.figures)
	dst = appendPart(dst, c.buf)
	packed := c.buf
	pages := desks(s.agents)
	dst = binary.AppendUvarint(dst, uint64(len(pages)))
	for _, p := range pages {
		d := &p.value
		dst = binary.AppendUvarint(dst, uint64(p.key))
		dst = binary.AppendUvarint(dst, zigzag(int64(d.open)))
		dst = binary.AppendUvarint(dst, d.last)
		dst = binary.AppendUvarint(dst, zigzag(d.unix))
		dst = binary.AppendUvarint(dst, uint64(d.nano))
		packed = d.append(packed[:0], p.key)
		dst = appendPart(dst, packed)
	}
	open := live(s.referrals)
	dst = binary.AppendUvarint(dst, uint64(len(open)))
	for _, p := range open {
		packed = appendReferral(packed[:0], p.key, &p.value)
		dst = appendPart(dst, packed)
	}
	dst = s.appendEnded(dst)
	dst = binary.AppendUvarint(dst, uint64(s.archive.len))
	for f := range s.archive.all() {
		dst = binary.LittleEndian.AppendUint64(dst, f)
	}
	return dst
}

// appendEnded writes a shelf: what is left on the old one as it is packed there, and
// what has ended since.
func (s *Still) appendEnded(dst []byte) []byte {
	type item struct {
		packed []byte
		number uint32 // on the new shelf
	}
	var items []*item
	var packed []byte
	var ends []int
	for p := range s.referrals.all {
		if p.value.Status.Ended() {
			packed = appendReferral(packed, p.key, &p.value)
			ends = append(ends, len(packed))
		}
	}
	from := 0
	for _, end := range ends {
		items = append(items, &item{packed: packed[from:end]})
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
	dst = binary.AppendUvarint(dst, uint64(len(items)))
	end := 0
	for i, it := range byTime {
		it.number = uint32(i)
		end += len(it.packed)
		dst = binary.LittleEndian.AppendUint64(dst, uint64(end))
	}
	for _, it := range items {
		dst = binary.LittleEndian.AppendUint32(dst, it.number)
	}
	dst = binary.AppendUvarint(dst, uint64(end))
	for _, it := range byTime {
		dst = append(dst, it.packed...)
	}
	return dst
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
	p := &parts{left: rest}
	b := New()
	c := reading(string(p.part()))
	if c.figures(&b.figures); !c.sound() || !b.restoreAgents(p) || !b.restoreLive(p) {
		return nil, errUnsound
	}
	n := p.count(packedHead)
	b.shelf = shelf{len: n, ends: p.next(8 * uint64(n)), byID: p.next(4 * uint64(n)), packed: p.part()}
	sorted := make([]uint64, p.count(8))
	for i := range sorted {
		sorted[i] = binary.LittleEndian.Uint64(p.next(8))
		if i > 0 && sorted[i-1] >= sorted[i] {
			return nil, errUnsound
		}
	}
	if p.bad || len(p.left) > 0 || !b.shelf.sound() {
		return nil, errUnsound
	}
	b.archive = archiveOf(sorted)
	if b.shelf.len == 0 {
		b.shelf = shelf{} // which keeps nothing of data
	}
	return b, nil
}

// restoreAgents reads the agents, and reports whether they are sound.
func (b *Book) restoreAgents(p *parts) bool {
	n := p.count(6)
	b.agents.slots = make(map[agent.NPN]uint32, n)
	var before agent.NPN
	for i := range n {
		npn := agent.NPN(p.number())
		open, last := zagzig(p.number()), p.number()
		unix, nano := zagzig(p.number()), p.number()
		packed := string(p.part())
		var a agent.Agent
		if p.bad || i > 0 && npn <= before || int64(int32(open)) != open || nano >= uint64(time.Second) || packed != "" && !unpackAgent(&a, npn, packed) {
			return false
		}
		d, _ := b.agents.add(npn)
		*d = desk{packed: packed, last: last, unix: unix, nano: uint32(nano), open: int32(open)}
		before = npn
	}
	return true
}

// restoreLive reads the referrals that have not ended, and reports whether they
// are sound.
func (b *Book) restoreLive(p *parts) bool {
	n := p.count(packedHead)
	b.referrals.slots = make(map[uuid.UUID]uint32, n)
	for range n {
		q := new(page[uuid.UUID, entry])
		id, ok := unpackReferral(&q.value, p.part())
		if !ok || q.value.Status.Ended() || b.referrals.find(id) != nil {
			return false
		}
		q.key = id
		b.referrals.put(q)
	}
	return true
}
