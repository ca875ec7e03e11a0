package near

import "github.com/relevo-go/relevo/geo"

// regions is a set of parts of the earth, by their numbers below 64. Where a
// part of a pair is too large for a list, it counts its candidates by region, so
// that places far from all of them are passed by.
type regions uint64

// regionCounts has how many candidates are in each region.
type regionCounts [64]uint32

// regionOf returns the region of a point: a square of six degrees, and others
// with the same number far away. Those without a position are in one, too.
func regionOf(p geo.Point) uint8 {
	const side = 6 * geo.DegreeE7
	lat, lng := p.E7()
	row, column := int64(lat+90*geo.DegreeE7)/side, (int64(lng)+180*geo.DegreeE7)/side
	return uint8((row*11 + column) % 64) // The United States are eleven wide.
}

func (rs regions) has(r uint8) bool { return rs>>r&1 != 0 }

// all returns the regions where somebody is.
func (rc *regionCounts) all() (rs regions) {
	for r, n := range rc {
		if n > 0 {
			rs |= 1 << r
		}
	}
	return rs
}
