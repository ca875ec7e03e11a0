package simulation

import (
	"iter"

	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/geo/zcta"
)

// Region is one jurisdiction, and where in it people live.
type Region struct {
	State     geo.State
	Thousands int       // of people, by the census of 2020
	ZIPs      []geo.ZIP // that have a part in the state, in ascending order
	Crowds    []int     // of each ZIP, how many of ZIPs lie within 20 km, itself one of them
}

// people is how many thousand people live in each jurisdiction by the census of
// 2020, which is a work of the US Government and in the public domain.
var people = []struct {
	state    geo.State
	thousand int
}{
	{"AK", 733}, {"AL", 5024}, {"AR", 3012}, {"AS", 50}, {"AZ", 7152}, {"CA", 39538}, {"CO", 5774}, {"CT", 3606},
	{"DC", 690}, {"DE", 990}, {"FL", 21538}, {"GA", 10712}, {"GU", 154}, {"HI", 1455}, {"IA", 3190}, {"ID", 1839},
	{"IL", 12813}, {"IN", 6786}, {"KS", 2938}, {"KY", 4506}, {"LA", 4658}, {"MA", 7030}, {"MD", 6177}, {"ME", 1362},
	{"MI", 10077}, {"MN", 5706}, {"MO", 6155}, {"MP", 47}, {"MS", 2961}, {"MT", 1084}, {"NC", 10439}, {"ND", 779},
	{"NE", 1962}, {"NH", 1378}, {"NJ", 9289}, {"NM", 2118}, {"NV", 3105}, {"NY", 20201}, {"OH", 11799}, {"OK", 3959},
	{"OR", 4237}, {"PA", 13003}, {"PR", 3286}, {"RI", 1097}, {"SC", 5118}, {"SD", 887}, {"TN", 6910}, {"TX", 29146},
	{"UT", 3272}, {"VA", 8631}, {"VI", 87}, {"VT", 643}, {"WA", 7705}, {"WI", 5894}, {"WV", 1794}, {"WY", 577},
}

// Country returns every jurisdiction by its code. The census gives the people of
// a state; within it there is no count for each ZIP here, and crowds stand in for
// one: where ZIPs lie close together, people do. It takes some hundredths of a
// second, and what it returns is the caller's.
func Country() []Region {
	regions, of := make([]Region, len(people)), [geo.NumStates]*Region{}
	for i, p := range people {
		regions[i] = Region{State: p.state, Thousands: p.thousand}
		of[p.state.Index()] = &regions[i]
	}
	near := neighbors()
	for i, z := range near.zips {
		var counts [geo.NumStates]int
		for j := range near.of(i) {
			for s := range near.states[j].All() {
				counts[s.Index()]++
			}
		}
		for s := range near.states[i].All() {
			r := of[s.Index()]
			r.ZIPs, r.Crowds = append(r.ZIPs, z), append(r.Crowds, counts[s.Index()])
		}
	}
	return regions
}

// within is how far a ZIP may be to count for the crowd around another.
const within geo.Meters = 20_000

// grid holds every ZIP in a cube of space at least as wide as within, so that
// whoever is near stands in the same cube or in one that touches it: across the
// 180° meridian as anywhere.
type grid struct {
	zips    []geo.ZIP
	states  []geo.States
	vectors []geo.Vector
	cubes   map[geo.Vector][]int
	shift   int // from a vector to its cube
}

func neighbors() *grid {
	g := &grid{cubes: map[geo.Vector][]int{}}
	for geo.Chord(1)<<(2*g.shift) < geo.ChordWithin(within) {
		g.shift++
	}
	for z, place := range zcta.All() {
		v := place.Point.Vector()
		cube := g.cube(v)
		g.cubes[cube] = append(g.cubes[cube], len(g.zips))
		g.zips, g.states, g.vectors = append(g.zips, z), append(g.states, place.States), append(g.vectors, v)
	}
	return g
}

func (g *grid) cube(v geo.Vector) geo.Vector {
	return geo.Vector{X: v.X >> g.shift, Y: v.Y >> g.shift, Z: v.Z >> g.shift}
}

// of yields who is near a ZIP, and the ZIP itself.
func (g *grid) of(i int) iter.Seq[int] {
	return func(yield func(int) bool) {
		v, most := g.vectors[i], geo.ChordWithin(within)
		c := g.cube(v)
		for x := c.X - 1; x <= c.X+1; x++ {
			for y := c.Y - 1; y <= c.Y+1; y++ {
				for z := c.Z - 1; z <= c.Z+1; z++ {
					for _, j := range g.cubes[geo.Vector{X: x, Y: y, Z: z}] {
						if v.Chord(g.vectors[j]) <= most && !yield(j) {
							return
						}
					}
				}
			}
		}
	}
}
