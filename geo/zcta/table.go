package zcta

import (
	"bytes"
	"compress/flate"
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/relevo-go/relevo/geo"
)

//go:embed zcta.bin
var packed []byte

// table is the unpacked zcta.bin.
type table struct {
	index  [100_000]uint16 // by ZIP: one more than its place's index, 0 for none
	places []Place         // in ascending order of their ZIPs
	digits string          // the ZIPs of places, five digits each
}

// unpack reads what the command in gen writes: the columns ZIP, latitude and
// longitude as steps from the row before, the distinct sets of states, and the
// runs of rows that share one.
func unpack(packed []byte) (*table, error) {
	var b bytes.Buffer
	b.Grow(1 << 18)
	if _, err := b.ReadFrom(flate.NewReader(bytes.NewReader(packed))); err != nil {
		return nil, err
	}
	c := columns{rest: b.Bytes()}
	if n := c.uvarint(); n != Len {
		return nil, fmt.Errorf("it has %d rows, want %d", n, Len)
	}
	t := &table{places: make([]Place, Len)}

	digits := make([]byte, 0, 5*Len)
	var zip uint64
	for i := range Len {
		step := c.uvarint()
		if zip += step; step == 0 || zip >= uint64(len(t.index)) {
			return nil, errors.New("its ZIPs do not ascend from 00001 to 99999")
		}
		t.index[zip] = uint16(i + 1)
		z := uint32(zip)
		digits = append(digits, '0'+byte(z/10_000), '0'+byte(z/1000%10), '0'+byte(z/100%10), '0'+byte(z/10%10), '0'+byte(z%10))
	}
	t.digits = string(digits)

	lats := make([]int64, Len)
	var lat, lng int64
	for i := range lats {
		lat += c.varint()
		lats[i] = lat
	}
	for i := range t.places {
		lng += c.varint()
		p, err := point(lats[i], lng)
		if err != nil {
			return nil, err
		}
		t.places[i].Point = p
	}

	sets, err := c.sets()
	if err != nil {
		return nil, err
	}
	for i := 0; i < Len; {
		set, run := c.uvarint(), c.uvarint()
		if set >= uint64(len(sets)) || run == 0 || run > uint64(Len-i) {
			return nil, errors.New("its runs of states do not fit its rows")
		}
		for range run {
			t.places[i].States = sets[set]
			i++
		}
	}
	if len(c.rest) > 0 {
		return nil, errors.New("its length does not fit its contents")
	}
	return t, nil
}

// point returns the point at a latitude and a longitude in 1e-4 degree.
func point(lat, lng int64) (geo.Point, error) {
	const e7 = geo.DegreeE7 / 10_000
	if lat < -90*10_000 || lat > 90*10_000 || lng < -180*10_000 || lng > 180*10_000 {
		return geo.Point{}, errors.New("it has a point off the earth")
	}
	return geo.PointE7(int32(lat*e7), int32(lng*e7))
}

// columns reads numbers one after another, and zeros from the end on: since no
// run may be 0, bytes that are missing anywhere are found at the last column.
type columns struct{ rest []byte }

func (c *columns) uvarint() uint64 {
	n, size := binary.Uvarint(c.rest)
	if size <= 0 {
		c.rest = nil
		return 0
	}
	c.rest = c.rest[size:]
	return n
}

func (c *columns) varint() int64 {
	u := c.uvarint()
	return int64(u>>1) ^ -int64(u&1)
}

// sets reads the distinct sets of states.
func (c *columns) sets() ([]geo.States, error) {
	sets := make([]geo.States, 0, 128)
	for range c.uvarint() {
		var set geo.States
		for range c.uvarint() {
			if len(c.rest) < 2 {
				return nil, io.ErrUnexpectedEOF
			}
			s := geo.State(c.rest[:2])
			if !s.Valid() {
				return nil, fmt.Errorf("%q is no state", s)
			}
			set, c.rest = set.With(s), c.rest[2:]
		}
		if set == 0 {
			return nil, errors.New("it has an empty set of states")
		}
		sets = append(sets, set)
	}
	return sets, nil
}
