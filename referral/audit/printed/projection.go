package printed

import (
	"math"

	"github.com/relevo-go/relevo/geo"
)

// albers is an equal-area conic projection of a part of the earth onto a part of a
// picture.
type albers struct {
	n, c, rho0, meridian float64
	scale, x, y          float64 // radians to units of the picture, and where the center is
}

// newAlbers returns the projection with two parallels that are true, about a center, in
// degrees.
func newAlbers(south, north, lat, lng, scale, x, y float64) albers {
	rad := func(degrees float64) float64 { return degrees * math.Pi / 180 }
	sin1, sin2 := math.Sin(rad(south)), math.Sin(rad(north))
	a := albers{n: (sin1 + sin2) / 2, meridian: lng, scale: scale, x: x, y: y}
	a.c = 1 - sin1*sin1 + 2*a.n*sin1
	a.rho0 = a.rho(math.Sin(rad(lat)))
	return a
}

func (a albers) rho(sin float64) float64 { return math.Sqrt(max(0, a.c-2*a.n*sin)) / a.n }

// at returns where a point is in the picture.
func (a albers) at(p geo.Point) (x, y float64) {
	lat, lng := p.Degrees()
	east := math.Remainder(lng-a.meridian, 360) // across the 180° meridian too
	theta := a.n * east * math.Pi / 180
	rho := a.rho(math.Sin(lat * math.Pi / 180))
	return a.x + a.scale*rho*math.Sin(theta), a.y - a.scale*(a.rho0-rho*math.Cos(theta))
}

// The picture of the map, in its own units.
const (
	mapWidth, mapHeight = 960, 658
	cellSize            = 5 // of the grid that dots are gathered on
)

// piece is a part of the country that has a place of its own in the picture.
type piece struct {
	name, code               string
	albers                   albers
	left, top, width, height float64 // of what is drawn
}

// pieces are the lower 48 states and, as insets in other scales, what is far off.
func pieces() map[geo.State]*piece {
	main := &piece{albers: newAlbers(29.5, 45.5, 37.5, -96, 1210, 478, 301), width: mapWidth, height: 560}
	all := map[geo.State]*piece{}
	for s := range geo.AllStates() {
		all[s] = main
	}
	for _, inset := range []struct {
		states []geo.State
		piece
	}{
		{[]geo.State{"AK"}, piece{name: "Alaska", code: "AK", albers: newAlbers(55, 65, 62.5, -152, 385, 134, 560), top: 480, width: 232, height: 175}},
		{[]geo.State{"HI"}, piece{name: "Hawaii", code: "HI", albers: newAlbers(8, 18, 20.6, -157.4, 1215, 318, 595), left: 248, top: 535, width: 160, height: 120}},
		{[]geo.State{"GU", "MP"}, piece{name: "Guam, Northern Marianas", code: "GU MP", albers: newAlbers(8, 18, 14.6, 145.2, 1215, 480, 615), left: 425, top: 570, width: 130, height: 85}},
		{[]geo.State{"AS"}, piece{name: "American Samoa", code: "AS", albers: newAlbers(-18, -8, -14.25, -170.2, 1215, 640, 615), left: 608, top: 570, width: 110, height: 85}},
		{[]geo.State{"PR", "VI"}, piece{name: "Puerto Rico, Virgin Islands", code: "PR VI", albers: newAlbers(8, 18, 18.1, -65.9, 2000, 830, 617), left: 740, top: 570, width: 190, height: 85}},
	} {
		for _, s := range inset.states {
			all[s] = &inset.piece
		}
	}
	return all
}
