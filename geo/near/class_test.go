package near

import (
	"math"
	"slices"
	"sync"
	"testing"

	"github.com/relevo-go/relevo/geo"
)

func TestSetDuty(t *testing.T) {
	var x Index
	put := func(id uint64, c Class) {
		x.Put(Entry{ID: id, States: geo.StatesOf("FL"), Languages: []Language{1}, Class: c})
	}
	compare := func(says string, want ...uint64) {
		t.Helper()
		var got []uint64
		for m := range x.Line(Query{State: "FL", Languages: []Language{1}}) {
			got = append(got, m.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: the line is %d, want %d", says, got, want)
		}
		if got := x.OnDuty("FL", 1); got != len(want) {
			t.Errorf("%s: OnDuty(FL, 1) = %d, want %d", says, got, len(want))
		}
		if err := x.invariant(); err != nil {
			t.Errorf("%s: %v", says, err)
		}
	}
	put(1, 3)
	compare("nothing was said of the class")
	x.SetDuty(900, false)
	x.SetDuty(64+5, true)
	compare("others were spoken of")
	put(2, 64+5)
	put(3, 5) // shares a bit with that
	compare("it was said before there was a candidate", 2)
	x.SetDuty(3, true)
	x.SetDuty(3, true)
	compare("a class came on duty, which was said twice", 1, 2)
	x.SetDuty(64+5, false)
	compare("another went off", 1)
	x.SetDuty(64+5, false)
	x.SetDuty(5, true)
	compare("off twice, and one with the same bit on", 1, 3)
	for id := range uint64(4) {
		x.Remove(id)
	}
	compare("nobody is left")
	put(3, 3)
	put(4, 64+5)
	compare("after all were removed", 3)
	if got := x.OnDuty("XX", 1); got != 0 {
		t.Errorf("OnDuty of no state = %d, want 0", got)
	}
}

// What was counted in one epoch is not believed when its number comes again.
func TestEpochsComeAgain(t *testing.T) {
	x := onDuty()
	x.Put(Entry{ID: 1, States: geo.StatesOf("FL"), Languages: []Language{1}})
	if got := x.OnDuty("FL", 1); got != 1 {
		t.Errorf("OnDuty = %d, want 1", got)
	}
	x.classes.epoch = math.MaxUint32
	x.SetDuty(0, false)
	if got := x.OnDuty("FL", 1); got != 0 {
		t.Errorf("OnDuty when the epochs begin again = %d, want 0", got)
	}
}

// Duty may change inside a line, which goes on among those on duty by now.
func TestSetDutyInsideTheLine(t *testing.T) {
	for _, n := range []uint64{9, 3 * few} { // by list, by windows
		x := onDuty()
		for id := range n {
			x.Put(Entry{ID: id, Point: degrees(t, 30+float64(id)/1000, -90), States: geo.StatesOf("LA"), Languages: []Language{0}, Class: Class(id % 3)})
		}
		var got []uint64
		for m := range x.Line(Query{From: degrees(t, 30, -90), State: "LA", Languages: []Language{0}}) {
			switch got = append(got, m.ID); m.ID {
			case 3:
				x.SetDuty(1, true)
				x.SetDuty(0, false)
			case 4:
				x.SetDuty(2, true)
			case 7:
				x.SetDuty(1, false)
			}
		}
		want := []uint64{0, 3, 4, 5, 7}
		for id := uint64(8); id < n; id += 3 {
			want = append(want, id)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d candidates: the line is %d, want %d", n, got, want)
		}
	}
}

// The first who ask after SetDuty all count.
func TestManyCount(t *testing.T) {
	x := onDuty()
	for id := range uint64(300) {
		x.Put(Entry{ID: id, States: geo.StatesOf("FL"), Languages: []Language{1}, Class: Class(id % 3)})
	}
	for _, on := range []bool{true, false, true} {
		x.SetDuty(1, on)
		want := 100
		if on {
			want = 200
		}
		var readers sync.WaitGroup
		for range 8 {
			readers.Go(func() {
				if got := x.OnDuty("FL", 1); got != want {
					t.Errorf("OnDuty among other readers = %d, want %d", got, want)
				}
			})
		}
		readers.Wait()
	}
}
