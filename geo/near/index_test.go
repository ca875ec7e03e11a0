package near_test

import (
	"testing"

	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/geo/near"
)

// TestPutTells: Put reports whether anything but the last offer is new.
func TestPutTells(t *testing.T) {
	here, _ := geo.PointE7(279_506_000, -824_572_000)
	first := near.Entry{ID: 7, Point: here, Last: 3, States: geo.StatesOf("FL"), Languages: []near.Language{1, 2}, Class: 4}
	var x near.Index
	if !x.Put(first) {
		t.Error("a new candidate: Put = false, want true")
	}
	for _, step := range []struct {
		says   string
		change func(*near.Entry)
		want   bool
	}{
		{"the same again", func(*near.Entry) {}, false},
		{"its languages in another order", func(e *near.Entry) { e.Languages = []near.Language{2, 1, 2} }, false},
		{"another offer", func(e *near.Entry) { e.Last = 9 }, false},
		{"another class", func(e *near.Entry) { e.Class = 0 }, true},
		{"another language", func(e *near.Entry) { e.Languages = []near.Language{1} }, true},
		{"another state", func(e *near.Entry) { e.States = geo.StatesOf("GA") }, true},
		{"another place", func(e *near.Entry) { e.Point = geo.Point{} }, true},
	} {
		e := first
		step.change(&e)
		x.Put(first)
		if got := x.Put(e); got != step.want {
			t.Errorf("%s: Put = %t, want %t", step.says, got, step.want)
		}
	}
}
