package geo

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
)

// Point is a place on earth, to 1e-7 degree (about 1 cm). The zero Point means
// unknown, which is not the place at latitude 0, longitude 0. Points are
// comparable, and each place has one Point: longitudes −180 and 180 are one,
// and so are all longitudes at a pole.
type Point struct {
	lat, lng int32 // in 1e-7 degree; lat is shifted by latShift so that a known one is never 0
}

const (
	// DegreeE7 is one degree in the unit of [PointE7].
	DegreeE7 = 10_000_000

	latShift = 90*DegreeE7 + 1
)

// MakePoint returns the point at a latitude and a longitude in degrees, rounded
// to 1e-7 degree. NaN, infinities, latitudes beyond ±90 and longitudes beyond
// ±180 are refused.
func MakePoint(lat, lng float64) (Point, error) {
	if !(math.Abs(lat) <= 90) {
		return Point{}, fmt.Errorf("geo: latitude %v is not between -90 and 90 degrees", lat)
	}
	if !(math.Abs(lng) <= 180) {
		return Point{}, fmt.Errorf("geo: longitude %v is not between -180 and 180 degrees", lng)
	}
	return PointE7(int32(math.Round(lat*DegreeE7)), int32(math.Round(lng*DegreeE7)))
}

// PointE7 returns the point at a latitude and a longitude in 1e-7 degree, the
// form in which a log holds them.
func PointE7(lat, lng int32) (Point, error) {
	if lat < -90*DegreeE7 || lat > 90*DegreeE7 {
		return Point{}, fmt.Errorf("geo: latitude %d is not between -900000000 and 900000000 (1e-7 degree)", lat)
	}
	if lng < -180*DegreeE7 || lng > 180*DegreeE7 {
		return Point{}, fmt.Errorf("geo: longitude %d is not between -1800000000 and 1800000000 (1e-7 degree)", lng)
	}
	switch {
	case lat == 90*DegreeE7 || lat == -90*DegreeE7:
		lng = 0
	case lng == -180*DegreeE7:
		lng = 180 * DegreeE7
	}
	return Point{lat + latShift, lng}, nil
}

// Known reports whether p is a place: every Point but the zero one is.
func (p Point) Known() bool { return p.lat != 0 }

// E7 returns latitude and longitude in 1e-7 degree: from −900000000 to
// 900000000, and from −1799999999 to 1800000000. Of an unknown Point it
// returns 0, 0; ask [Point.Known] first.
func (p Point) E7() (lat, lng int32) {
	if !p.Known() {
		return 0, 0
	}
	return p.lat - latShift, p.lng
}

// Degrees returns latitude and longitude in degrees, NaN for an unknown Point.
func (p Point) Degrees() (lat, lng float64) {
	if !p.Known() {
		return math.NaN(), math.NaN()
	}
	la, lo := p.E7()
	return float64(la) / DegreeE7, float64(lo) / DegreeE7
}

// String returns the degrees as "27.9506000,-82.4572000", or "unknown".
func (p Point) String() string {
	if !p.Known() {
		return "unknown"
	}
	lat, lng := p.Degrees()
	return fmt.Sprintf("%.7f,%.7f", lat, lng)
}

type pointJSON struct {
	Lat *int32 `json:"lat_e7"`
	Lng *int32 `json:"lng_e7"`
}

// MarshalJSON writes {"lat_e7":…,"lng_e7":…}, or null for an unknown Point.
func (p Point) MarshalJSON() ([]byte, error) {
	if !p.Known() {
		return []byte("null"), nil
	}
	lat, lng := p.E7()
	return fmt.Appendf(nil, `{"lat_e7":%d,"lng_e7":%d}`, lat, lng), nil
}

// UnmarshalJSON reads what [Point.MarshalJSON] writes. Both keys are needed.
func (p *Point) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*p = Point{}
		return nil
	}
	var j pointJSON
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&j); err != nil {
		// The decoder's own text repeats a key or a number of any length.
		return errors.New("geo: a point is lat_e7 and lng_e7, whole numbers of 1e-7 degree, and no other key")
	}
	if j.Lat == nil || j.Lng == nil {
		return fmt.Errorf("geo: a point needs lat_e7 and lng_e7")
	}
	read, err := PointE7(*j.Lat, *j.Lng)
	if err != nil {
		return err
	}
	*p = read
	return nil
}

// IsZero reports whether p is unknown, so that encoding/json can omit it.
func (p Point) IsZero() bool { return !p.Known() }
