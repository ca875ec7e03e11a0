package main

import (
	"math/bits"

	"github.com/relevo-go/relevo/geo/near"
)

// nearIndex is geo/near; nothing else here knows its types.
type nearIndex struct{ near.Index }

func geoNear() contestant {
	return contestant{
		name:  "**geo/near**",
		used:  "[Line](https://pkg.go.dev/github.com/relevo-go/relevo/geo/near#Index.Line), up to the first who is not passed over",
		costs: "counts and lists for each state and language, and masks at each place, which a write keeps",
		build: func(all agents) index {
			x := new(nearIndex)
			x.SetDuty(onDuty, true)
			for i := range all {
				x.Put(entryOf(&all[i]))
			}
			return x
		},
	}
}

// onDuty is the class of those who are on duty; the others are in class 0.
const onDuty near.Class = 1

func entryOf(a *agent) near.Entry {
	e := near.Entry{ID: a.id, Point: a.point, Last: a.last, States: a.states}
	if a.onDuty {
		e.Class = onDuty
	}
	for word, set := range a.languages {
		for ; set != 0; set &= set - 1 {
			e.Languages = append(e.Languages, near.Language(64*word+bits.TrailingZeros64(set)))
		}
	}
	return e
}

func (x *nearIndex) first(q *query) (id uint64, ok bool) {
	languages := [1]near.Language{near.Language(q.language)}
	for m := range x.Line(near.Query{From: q.from, State: q.state, Languages: languages[:]}) {
		if !q.passed[m.ID] {
			return m.ID, true
		}
	}
	return 0, false
}

func (x *nearIndex) replace(_ int, a agent) { x.Put(entryOf(&a)) }
