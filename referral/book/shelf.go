package book

import (
	"bytes"
	"encoding/binary"
	"time"

	"github.com/google/uuid"
)

// shelf is the referrals of a stored book that had ended: they stay packed as
// they were stored until somebody asks, so that a book with many of them is read
// in no time. They stand in the order in which they leave, and a list of their
// numbers by ID finds one. A shelf never changes, but for how many have left.
type shelf struct {
	len, next int    // those before next have left
	ends      []byte // where each one's bytes end, 8 bytes each
	byID      []byte // their numbers in the order of their IDs, 4 bytes each
	packed    []byte
}

func (s *shelf) bytes(i int) []byte {
	from := uint64(0)
	if i > 0 {
		from = binary.LittleEndian.Uint64(s.ends[8*(i-1):])
	}
	return s.packed[from:binary.LittleEndian.Uint64(s.ends[8*i:])]
}

func (s *shelf) id(i int) uuid.UUID { return uuid.UUID(s.bytes(i)) }

func (s *shelf) changed(i int) time.Time { return packedTime(s.bytes(i)) }

// entry unpacks a referral.
func (s *shelf) entry(i int) *entry {
	r := new(entry)
	unpackReferral(r, s.bytes(i))
	return r
}

// find returns the number of a referral, if it is there and has not left.
func (s *shelf) find(id uuid.UUID) (int, bool) {
	low, high := 0, s.len
	for low < high {
		middle := int(uint(low+high) / 2)
		i := s.nth(middle)
		switch at := s.bytes(i); bytes.Compare(at[:len(id)], id[:]) {
		case 0:
			return i, i >= s.next
		case -1:
			low = middle + 1
		default:
			high = middle
		}
	}
	return 0, false
}

// nth returns the number of the referral that is the n-th by ID.
func (s *shelf) nth(n int) int { return int(binary.LittleEndian.Uint32(s.byID[4*n:])) }

// take unpacks a referral, or returns nil if it is not there.
func (s *shelf) take(id uuid.UUID) *entry {
	if i, ok := s.find(id); ok {
		return s.entry(i)
	}
	return nil
}

// pass lets the next one leave. With the last one the bytes go.
func (s *shelf) pass() {
	if s.next++; s.next == s.len {
		*s = shelf{}
	}
}

// sound reports whether the lists are what they are to be: every referral has
// its bytes, the times do not run backwards, and the IDs go up. What is packed
// is not looked at: unpacking takes any bytes.
func (s *shelf) sound() bool {
	from := uint64(0)
	var before time.Time
	for i := range s.len {
		end := binary.LittleEndian.Uint64(s.ends[8*i:])
		if end < from || end-from < packedHead || end > uint64(len(s.packed)) {
			return false
		}
		at := packedTime(s.packed[from:end])
		if i > 0 && at.Before(before) {
			return false
		}
		from, before = end, at
	}
	var last []byte
	for n := range s.len {
		i := s.nth(n)
		if i >= s.len {
			return false
		}
		id := s.bytes(i)[:len(uuid.UUID{})]
		if n > 0 && bytes.Compare(last, id) >= 0 {
			return false
		}
		last = id
	}
	return from == uint64(len(s.packed))
}
