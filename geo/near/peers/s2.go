package main

import (
	"math"
	"slices"

	"github.com/golang/geo/s1"
	"github.com/golang/geo/s2"
	"github.com/relevo-go/relevo/geo"
)

type s2Index struct {
	agents
	options *s2.EdgeQueryOptions
	query   *s2.EdgeQuery
}

func golangGeo() contestant {
	return contestant{
		name: "golang/geo (S2)",
		used: "one PointVector in a ShapeIndex; [FindEdges](https://pkg.go.dev/github.com/golang/geo/s2#EdgeQuery.FindEdges) of everybody within 1 km, " +
			"then within twice that, and so on, until one fits: the Go library has no S2ClosestPointQuery, " +
			"and with more than one result to find its search doesn't narrow",
		costs: "it has no filter, so everybody within the radius is found and sorted; points can't be taken out of a PointVector, so it is built anew",
		build: func(all agents) index {
			points := make(s2.PointVector, len(all))
			for i := range all {
				points[i] = s2Point(all[i].point)
			}
			shapes := s2.NewShapeIndex()
			shapes.Add(&points)
			shapes.Build()
			options := s2.NewClosestEdgeQueryOptions().IncludeInteriors(false)
			return &s2Index{slices.Clone(all), options, s2.NewClosestEdgeQuery(shapes, options)}
		},
	}
}

func s2Point(p geo.Point) s2.Point {
	return s2.PointFromLatLng(s2.LatLngFromDegrees(p.Degrees()))
}

func (x *s2Index) first(q *query) (id uint64, ok bool) {
	from := q.from.Vector()
	target := s2.NewMinDistanceToPointTarget(s2Point(q.from))
	for radius := s1.Angle(kilometer); ; radius *= 2 {
		limit := s1.InfChordAngle()
		if radius < math.Pi {
			limit = s1.ChordAngleFromAngle(radius)
		}
		x.options.DistanceLimit(limit)
		var p pick
		within := x.query.FindEdges(target)
		for _, found := range within {
			if n := int(found.EdgeID()); x.fits(n, q) {
				p.see(x.agents[n].match(from))
			}
		}
		if p.found || len(within) == len(x.agents) {
			return p.answer()
		}
	}
}
