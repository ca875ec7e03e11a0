package book

import (
	"crypto/sha256"
	"encoding/binary"
	"iter"
	"slices"
	"sort"

	"github.com/google/uuid"
)

// archive holds the fingerprints of the referrals that have left: 8 bytes each,
// and about 12 with the room in which more of them are taken in. A fingerprint
// is a hash, so that they spread evenly whatever the IDs are.
//
// They lie in buckets by their first bits, sorted in each, so that going through
// the buckets goes through all in order. A bucket that is full is divided by its
// next bit, and takes half of the directory's entries with it; so no single one
// costs more than a bucket's copy or, seldom, a directory's. What is shared is
// copied before it changes, as in a [table].
type archive struct {
	age     uint64
	bits    uint8     // of a fingerprint that choose the directory's entry
	buckets []*bucket // the directory, 1<<bits long, or nil if nothing is there
	len     int
}

type bucket struct {
	age  uint64
	bits uint8 // that all fingerprints in it have in common
	list []uint64
}

const (
	bucketSize = 512
	// maxBits bounds the directory. Nobody finds IDs whose hashes are alike in
	// more bits; if somebody did, their bucket would grow, and nothing else.
	maxBits = 20
)

// fingerprint returns the name under which an archived referral is known: the
// first 64 bits of its ID's SHA-256.
func fingerprint(id uuid.UUID) uint64 {
	sum := sha256.Sum256(id[:])
	return binary.BigEndian.Uint64(sum[:])
}

// has reports whether the referral was taken in, or, by a chance of len in
// 2^64, another with its fingerprint.
func (a *archive) has(id uuid.UUID) bool {
	if a.len == 0 {
		return false
	}
	f := fingerprint(id)
	_, found := slices.BinarySearch(a.buckets[a.entry(f)].list, f)
	return found
}

// entry returns the place of a fingerprint in the directory.
func (a *archive) entry(f uint64) int { return int(f >> 1 >> (63 - a.bits)) }

// add takes a referral in.
func (a *archive) add(id uuid.UUID) { a.put(fingerprint(id)) }

func (a *archive) put(f uint64) {
	if a.buckets == nil {
		a.buckets = []*bucket{{age: a.age}}
	}
	b := a.buckets[a.entry(f)]
	at, found := slices.BinarySearch(b.list, f)
	if found {
		return
	}
	a.len++
	for len(b.list) >= bucketSize && b.bits < maxBits {
		a.divide(b, f)
		b = a.buckets[a.entry(f)]
		at, _ = slices.BinarySearch(b.list, f)
	}
	if b.age != a.age {
		b = &bucket{a.age, b.bits, slices.Clone(b.list)}
		a.install(b, f)
	}
	b.list = slices.Insert(b.list, at, f)
}

// divide puts two buckets in the place of one that f belongs to.
func (a *archive) divide(b *bucket, f uint64) {
	if b.bits == a.bits {
		double := make([]*bucket, 0, 2*len(a.buckets))
		for _, b := range a.buckets {
			double = append(double, b, b)
		}
		a.buckets, a.bits = double, a.bits+1
	}
	bit := uint64(1) << (63 - b.bits)
	low := f &^ (bit<<1 - 1) // the first fingerprint that could be in b
	at, _ := slices.BinarySearch(b.list, low|bit)
	a.install(&bucket{a.age, b.bits + 1, slices.Clone(b.list[:at])}, low)
	a.install(&bucket{a.age, b.bits + 1, slices.Clone(b.list[at:])}, low|bit)
}

// install puts a bucket into every entry of the directory that is its own; f is
// one of the fingerprints that belong to it.
func (a *archive) install(b *bucket, f uint64) {
	n := 1 << (a.bits - b.bits)
	first := a.entry(f) &^ (n - 1)
	for i := first; i < first+n; i++ {
		a.buckets[i] = b
	}
}

// share returns the archive as it stands, to be read by anybody at any time.
func (a *archive) share() archive {
	a.age++
	return archive{buckets: slices.Clone(a.buckets), bits: a.bits, len: a.len}
}

// all yields every fingerprint, in order.
func (a *archive) all() iter.Seq[uint64] {
	return func(yield func(uint64) bool) {
		for i := 0; i < len(a.buckets); {
			b := a.buckets[i]
			for _, f := range b.list {
				if !yield(f) {
					return
				}
			}
			i += 1 << (a.bits - b.bits)
		}
	}
}

// archiveOf returns an archive of fingerprints in order. Each bucket has memory
// of its own, so that one which changes gives its old one back.
func archiveOf(sorted []uint64) archive {
	a := archive{len: len(sorted)}
	if len(sorted) == 0 {
		return a
	}
	for a.bits < maxBits && len(sorted)>>a.bits > bucketSize*2/3 {
		a.bits++
	}
	a.buckets = make([]*bucket, 1<<a.bits)
	for i := range a.buckets {
		n := len(sorted)
		if i < len(a.buckets)-1 {
			n = sort.Search(len(sorted), func(j int) bool { return a.entry(sorted[j]) > i })
		}
		a.buckets[i] = &bucket{bits: a.bits, list: slices.Clone(sorted[:n])}
		sorted = sorted[n:]
	}
	return a
}
