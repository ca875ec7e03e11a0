package zcta

import (
	"fmt"
	"iter"
	"sync"

	"github.com/relevo-go/relevo/geo"
)

// Len is the number of ZIP Codes that have a place.
const Len = 33_791

// Place is where a ZIP Code lies: its centroid, and every state that a part of
// its area lies in (R16), at least one.
type Place struct {
	Point  geo.Point
	States geo.States
}

// Lookup returns the place of z, or false if the census has no area for it. An
// unknown ZIP may well exist: see the package's documentation.
func Lookup(z geo.ZIP) (Place, bool) {
	n := z.Number()
	if n < 0 {
		return Place{}, false
	}
	t := unpacked()
	i := t.index[n]
	if i == 0 {
		return Place{}, false
	}
	return t.places[i-1], true
}

// All yields every ZIP that has a place, in ascending order.
func All() iter.Seq2[geo.ZIP, Place] {
	return func(yield func(geo.ZIP, Place) bool) {
		t := unpacked()
		for i, p := range t.places {
			if !yield(geo.ZIP(t.digits[5*i:5*i+5]), p) {
				return
			}
		}
	}
}

// unpacked is the embedded table. It is part of the program, and a test unpacks
// it: that it could be damaged is no input to answer with an error.
var unpacked = sync.OnceValue(func() *table {
	t, err := unpack(packed)
	if err != nil {
		panic(fmt.Sprintf("zcta: this program was built with a damaged zcta.bin: %v", err))
	}
	return t
})
