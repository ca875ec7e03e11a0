package book

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
)

// The archive holds what was put in, in order, divided into small buckets; what
// was shared stays as it was; and one that is made of fingerprints in order goes
// on like the one they came from.
func TestArchive(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var a archive
	all := map[uint64]bool{}
	type shared struct {
		archive
		want []uint64
	}
	var stills []shared
	for i := range 20_000 {
		f := rng.Uint64()
		if rng.IntN(3) == 0 {
			f >>= 56 - rng.IntN(8) // crowded where the first bits are zero
		}
		all[f] = true
		a.put(f)
		a.put(f)
		if i%2_000 == 100 {
			s := a.share()
			stills = append(stills, shared{s, slices.Collect(s.all())})
		}
		if i%7_000 == 7 {
			a = archiveOf(slices.Collect(a.all()))
			for _, b := range a.buckets[len(a.buckets)/2:] {
				if len(b.list) > bucketSize {
					t.Fatalf("an archive is made with a bucket of %d", len(b.list))
				}
			}
		}
	}
	got := slices.Collect(a.all())
	if !slices.IsSorted(got) || len(got) != len(all) || a.len != len(all) {
		t.Errorf("%d fingerprints are in the archive, sorted: %v, want %d", len(got), slices.IsSorted(got), len(all))
	}
	for _, f := range got {
		if !all[f] {
			t.Fatalf("%x was never put in", f)
		}
	}
	for _, s := range stills {
		if !slices.Equal(slices.Collect(s.all()), s.want) {
			t.Error("what was shared has changed")
		}
	}
}

// Every ID that was added is found, no other is, and each costs about 12 bytes.
func TestArchiveFinds(t *testing.T) {
	var a archive
	id := func(n int) uuid.UUID { return uuid.UUID{0: 1, 13: byte(n >> 16), 14: byte(n >> 8), 15: byte(n)} }
	if a.has(id(0)) {
		t.Error("an ID is found in an empty archive")
	}
	const n = 20_000
	for i := range n {
		a.add(id(i))
	}
	for i := range 2 * n {
		if a.has(id(i)) != (i < n) {
			t.Fatalf("has(%d) = %v", i, i >= n)
		}
	}
	room := 8 * len(a.buckets)
	seen := map[*bucket]bool{}
	for _, b := range a.buckets {
		if !seen[b] {
			room += 8 * cap(b.list)
		}
		seen[b] = true
	}
	if room > 16*n {
		t.Errorf("%d fingerprints take %d bytes, want at most 16 each", n, room)
	}
}

// A table finds and yields what is on its pages, through holes that are filled
// again, and what was shared is as it was.
func TestTable(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	var tab table[int, int]
	want := map[int]int{}
	type shared struct {
		leaves leaves[int, int]
		want   map[int]int
	}
	contents := func(ls leaves[int, int]) map[int]int {
		m := map[int]int{}
		for p := range ls.all {
			m[p.key] += p.value
		}
		return m
	}
	same := func(x, y map[int]int) bool {
		for k, v := range x {
			if w, ok := y[k]; !ok || w != v {
				return false
			}
		}
		return len(x) == len(y)
	}
	var stills []shared
	for i := 1; i <= 40_000; i++ {
		k := rng.IntN(3_000)
		v, slot := tab.open(k)
		switch {
		case v == nil:
			v, _ = tab.add(k)
			*v = i
			want[k] = i
		case rng.IntN(3) == 0:
			tab.remove(slot)
			delete(want, k)
		default:
			*v = i
			want[k] = i
		}
		if got := tab.find(k); (got == nil) != (want[k] == 0) || got != nil && *got != want[k] {
			t.Fatalf("find(%d) is not %d", k, want[k])
		}
		if i%4_000 == 11 {
			ls := tab.share()
			stills = append(stills, shared{ls, contents(ls)})
		}
	}
	if !same(contents(tab.leaves), want) || int(tab.used)-len(tab.free) != len(want) {
		t.Error("the table does not hold what was put in")
	}
	for _, s := range stills {
		if !same(contents(s.leaves), s.want) {
			t.Error("what was shared has changed")
		}
	}
}

// Departures come in the order in which they were filed.
func TestDepartures(t *testing.T) {
	var q departures
	at := func(n int) time.Time { return time.Unix(int64(n), int64(n)).UTC() }
	next, filed := 0, 0
	for range 5 {
		for range 1_500 {
			q.push(departureOf(uint32(filed), at(filed)))
			filed++
		}
		for range 1_400 {
			d, ok := q.front()
			if !ok || int(d.slot) != next || !d.at().Equal(at(next)) {
				t.Fatalf("front = %+v, %v, want %d", d, ok, next)
			}
			q.pop()
			next++
		}
	}
	for ; next < filed; next++ {
		q.pop()
	}
	if _, ok := q.front(); ok {
		t.Error("the queue is not empty")
	}
}
