package main

import (
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/quadtree"
	"github.com/relevo-go/relevo/geo"
)

// orbTree is used in two ways, as orbNearest and as orbEight.
type orbTree struct {
	agents
	tree *quadtree.Quadtree
}

// orbPoint is an agent in the tree.
type orbPoint struct {
	at     orb.Point
	number int
}

func (p orbPoint) Point() orb.Point { return p.at }

func orbAt(p geo.Point) orb.Point {
	lat, lng := p.Degrees()
	return orb.Point{lng, lat}
}

func newOrbTree(all agents) orbTree {
	t := orbTree{agents: slices.Clone(all), tree: quadtree.New(orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}})}
	for i := range all {
		t.add(i)
	}
	return t
}

func (t *orbTree) add(n int) {
	if err := t.tree.Add(orbPoint{orbAt(t.agents[n].point), n}); err != nil {
		panic(err) // no place is outside of the map
	}
}

func (t *orbTree) replace(n int, a agent) {
	t.tree.Remove(orbAt(t.agents[n].point), func(p orb.Pointer) bool { return p.(orbPoint).number == n })
	t.agents[n] = a
	t.add(n)
}

func (t *orbTree) fitting(q *query) quadtree.FilterFunc {
	return func(p orb.Pointer) bool { return t.fits(p.(orbPoint).number, q) }
}

type orbNearest struct{ orbTree }

func paulmachOrbNearest() contestant {
	return contestant{
		name: "paulmach/orb, the nearest",
		used: "a quadtree of degrees; [Matching](https://pkg.go.dev/github.com/paulmach/orb/quadtree#Quadtree.Matching) with a filter",
		costs: "a degree of longitude counts as much as one of latitude, and the map ends at 180°; of several as near it takes the one it meets first; " +
			"agents at one place hang in a chain, each a level deeper",
		build: func(all agents) index { return &orbNearest{newOrbTree(all)} },
	}
}

func (t *orbNearest) first(q *query) (id uint64, ok bool) {
	found := t.tree.Matching(orbAt(q.from), t.fitting(q))
	if found == nil {
		return 0, false
	}
	return idOf(found.(orbPoint).number), true
}

type orbEight struct {
	orbTree
	room []orb.Pointer // for the result
}

func paulmachOrbEight() contestant {
	return contestant{
		name: "paulmach/orb, of eight",
		used: "the same; [KNearestMatching](https://pkg.go.dev/github.com/paulmach/orb/quadtree#Quadtree.KNearestMatching) of 8 with a filter, " +
			"of whom the exact key takes the first",
		costs: "the same, mended where the first is among the eight",
		build: func(all agents) index { return &orbEight{orbTree: newOrbTree(all)} },
		again: func(x index) index { return &orbEight{orbTree: x.(*orbNearest).orbTree} },
	}
}

func (t *orbEight) first(q *query) (id uint64, ok bool) {
	from := q.from.Vector()
	t.room = t.tree.KNearestMatching(t.room, orbAt(q.from), asked, t.fitting(q))
	var p pick
	for _, found := range t.room {
		p.see(t.agents[found.(orbPoint).number].match(from))
	}
	return p.answer()
}
