package main

import (
	"slices"

	"github.com/kyroy/kdtree"
	"github.com/kyroy/kdtree/kdrange"
)

type kdTree struct {
	agents
	tree *kdtree.KDTree
}

// kdPoint is an agent in the tree.
type kdPoint struct {
	at     [3]float64
	number int
}

func (p *kdPoint) Dimensions() int         { return 3 }
func (p *kdPoint) Dimension(i int) float64 { return p.at[i] }

func kyroyKDTree() contestant {
	return contestant{
		name: "kyroy/kdtree",
		used: "unit vectors in three dimensions; [KNN](https://pkg.go.dev/github.com/kyroy/kdtree#KDTree.KNN) of 8, then 64, then 512, " +
			"until one of them fits, and from there [RangeSearch](https://pkg.go.dev/github.com/kyroy/kdtree#KDTree.RangeSearch) in cubes, each twice as wide",
		costs: "it has no filter, so whoever doesn't fit is found, sorted and thrown away, and its result is sorted again at each agent that enters it; " +
			"Remove takes anybody at the same place, Insert leaves the tree unbalanced, so it is built anew",
		build: func(all agents) index {
			all = slices.Clone(all)
			points := make([]kdtree.Point, len(all))
			for i := range all {
				points[i] = &kdPoint{unit(all[i].vector), i}
			}
			return &kdTree{all, kdtree.New(points)}
		},
	}
}

func (t *kdTree) first(q *query) (id uint64, ok bool) {
	from := q.from.Vector()
	at := &kdPoint{at: unit(from)}
	var p pick
	see := func(found []kdtree.Point) {
		for _, f := range found {
			if n := f.(*kdPoint).number; t.fits(n, q) {
				p.see(t.agents[n].match(from))
			}
		}
	}
	radius := 0.0
	for k := asked; k <= 64*asked; k *= 8 {
		found := t.tree.KNN(at, k+len(q.passed))
		if see(found); p.found || len(found) == len(t.agents) {
			return p.answer()
		}
		farthest := t.agents[found[len(found)-1].(*kdPoint).number].vector
		radius = 2 * max(length(from.Chord(farthest)), kilometer) // who were found may all be at one place
	}
	for {
		cube := make(kdrange.Range, 3)
		for i, x := range at.at {
			cube[i] = [2]float64{x - radius, x + radius}
		}
		within := t.tree.RangeSearch(cube)
		see(within)
		switch {
		case p.found && length(p.chord) <= radius || len(within) == len(t.agents):
			return p.answer()
		case p.found: // in a corner of the cube: somebody beside it may be nearer
			radius = length(p.chord) * (1 + 1e-9)
		default:
			radius *= 2
		}
	}
}
