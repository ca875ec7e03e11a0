// Package geo knows places: points on earth, the order of distances between
// them, US ZIP Codes and US jurisdictions.
//
// A [Point] is a place to 1e-7 degree, and the zero Point is unknown. Distances
// are taken along the great circle of a sphere and compared by [Chord], an
// integer key that is the same on every CPU (rules R12 and R15); [Meters] are
// for showing and for limits.
//
//	tampa, err := geo.MakePoint(27.9506, -82.4572)
//	miami, err := geo.MakePoint(25.7617, -80.1918)
//	fmt.Println(geo.ChordBetween(tampa, miami).Meters()) // 331.3 km
//
// The package and the rules above it import nothing that could act: no clock,
// no randomness, no files. The subpackages are zone (time zones of the
// jurisdictions), zcta (where each ZIP Code lies) and near (the nearest-first
// index).
package geo
