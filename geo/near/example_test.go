package near_test

import (
	"fmt"

	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/geo/near"
)

const (
	english near.Language = iota
	spanish
)

const (
	early near.Class = iota
	late
)

func point(lat, lng float64) geo.Point {
	p, err := geo.MakePoint(lat, lng)
	if err != nil {
		panic(err)
	}
	return p
}

func Example() {
	tampa, orlando, miami := point(27.9506, -82.4572), point(28.5384, -81.3789), point(25.7617, -80.1918)
	florida := geo.StatesOf("FL")

	var index near.Index
	index.SetDuty(early, true)
	index.Put(near.Entry{ID: 1, Point: miami, States: florida, Languages: []near.Language{english, spanish}, Class: early})
	index.Put(near.Entry{ID: 2, Point: orlando, States: florida, Languages: []near.Language{english}, Class: early})
	index.Put(near.Entry{ID: 3, Point: orlando, States: florida, Languages: []near.Language{spanish}, Class: early, Last: 77})
	index.Put(near.Entry{ID: 4, Point: tampa, States: florida, Languages: []near.Language{spanish}, Class: late})
	index.Put(near.Entry{ID: 5, States: florida, Languages: []near.Language{spanish}, Class: early})

	for m := range index.Line(near.Query{From: tampa, State: "FL", Languages: []near.Language{english, spanish}}) {
		if m.Chord == geo.Unreachable {
			fmt.Println(m.ID, "without a position")
			continue
		}
		fmt.Println(m.ID, m.Chord.Meters())
	}
	// Output:
	// 2 124.2 km
	// 3 124.2 km
	// 1 331.3 km
	// 5 without a position
}

// The first who was not asked before: skipping goes on where it was.
func ExampleIndex_Line() {
	here := point(27.9506, -82.4572)
	var index near.Index
	index.SetDuty(early, true)
	for id := range uint64(5) {
		index.Put(near.Entry{ID: id, Point: here, States: geo.StatesOf("FL"), Languages: []near.Language{english}, Class: early, Last: 10 - id})
	}
	asked := map[uint64]bool{4: true, 3: true}
	for m := range index.Line(near.Query{From: here, State: "FL", Languages: []near.Language{english}}) {
		if !asked[m.ID] {
			fmt.Println("the next is", m.ID)
			break
		}
	}
	// Output: the next is 2
}

// A shift begins and ends: whoever works in it is found from then on, or no
// longer.
func ExampleIndex_SetDuty() {
	here := point(27.9506, -82.4572)
	var index near.Index
	for id, shift := range []near.Class{early, late, early} {
		index.Put(near.Entry{ID: uint64(id), Point: here, States: geo.StatesOf("FL"), Languages: []near.Language{english}, Class: shift})
	}
	line := index.Line(near.Query{From: here, State: "FL", Languages: []near.Language{english}})
	tell := func(when string) {
		fmt.Print(when, ", ", index.OnDuty("FL", english), " on duty:")
		for m := range line {
			fmt.Print(" ", m.ID)
		}
		fmt.Println()
	}
	tell("at six")
	index.SetDuty(early, true)
	tell("at nine")
	index.SetDuty(late, true)
	tell("at noon")
	index.SetDuty(early, false)
	tell("at five")
	// Output:
	// at six, 0 on duty:
	// at nine, 2 on duty: 0 2
	// at noon, 3 on duty: 0 1 2
	// at five, 1 on duty: 1
}

// A radius: only those with a position within it.
func ExampleQuery_within() {
	var index near.Index
	index.SetDuty(early, true)
	for id, p := range []geo.Point{point(28.5384, -81.3789), point(25.7617, -80.1918), {}} {
		index.Put(near.Entry{ID: uint64(id), Point: p, States: geo.StatesOf("FL"), Languages: []near.Language{english}, Class: early})
	}
	q := near.Query{From: point(27.9506, -82.4572), State: "FL", Languages: []near.Language{english}}
	q.Within = geo.ChordWithin(200_000)
	for m := range index.Line(q) {
		fmt.Println(m.ID, m.Chord.Meters())
	}
	// Output: 0 124.2 km
}
