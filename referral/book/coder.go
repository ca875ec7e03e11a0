package book

import (
	"encoding/binary"
	"slices"
	"time"

	"github.com/relevo-go/relevo/geo"
)

// coder writes values to bytes or reads them back: one description of the
// fields serves both ways, so that the two cannot part. Writing changes nothing
// of what it writes, which others may be reading. Reading takes any bytes: what
// they cannot mean is bad, and from there on everything reads as zero.
type coder struct {
	buf     []byte // what is written, or what is left to read
	reading bool
	bad     bool
	unix    int64             // of the last time, from which the next one counts
	nano    uint64            // of the last time, which the next one often has too
	words   map[string]string // read so far; nil if they are not to be shared
}

func (c *coder) fail() {
	c.bad, c.buf = true, nil
}

// next takes some bytes off what is left to read.
func (c *coder) next(n uint64) []byte {
	if n > uint64(len(c.buf)) {
		c.fail()
		return nil
	}
	b := c.buf[:n]
	c.buf = c.buf[n:]
	return b
}

func (c *coder) uint(v *uint64) {
	if !c.reading {
		c.buf = binary.AppendUvarint(c.buf, *v)
		return
	}
	read, n := binary.Uvarint(c.buf)
	if n <= 0 {
		c.fail()
		read, n = 0, 0
	}
	*v, c.buf = read, c.buf[n:]
}

// count writes a number of things to come, or reads it: each takes at least
// some bytes, so there are never more than what is left can hold.
func (c *coder) count(n int, each uint64) int {
	v := uint64(n)
	c.uint(&v)
	if c.reading && v > uint64(len(c.buf))/each {
		c.fail()
		v = 0
	}
	return int(v)
}

func number[N ~int | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint64](c *coder, v *N) {
	zigzag := uint64(int64(*v)<<1) ^ uint64(int64(*v)>>63)
	c.uint(&zigzag)
	if c.reading {
		read := int64(zigzag>>1) ^ -int64(zigzag&1)
		if *v = N(read); int64(*v) != read {
			*v = 0
			c.fail()
		}
	}
}

func (c *coder) flag(v *bool) {
	var bit uint64
	if *v {
		bit = 1
	}
	if c.uint(&bit); !c.reading {
		return
	}
	if *v = bit == 1; bit > 1 {
		c.fail()
	}
}

func text[S ~string](c *coder, v *S) {
	n := c.count(len(*v), 1)
	if !c.reading {
		c.buf = append(c.buf, *v...)
		return
	}
	*v = S(c.next(uint64(n)))
}

// word is text of which there are few different ones; those of the rulebook take
// one byte, and the others share theirs when they are read.
func word[S ~string](c *coder, v *S) {
	if !c.reading {
		if i := slices.Index(dictionary, string(*v)); i >= 0 {
			c.buf = append(c.buf, byte(i)<<1|1)
			return
		}
		c.buf = binary.AppendUvarint(c.buf, uint64(len(*v))<<1)
		c.buf = append(c.buf, *v...)
		return
	}
	var n uint64
	if c.uint(&n); n&1 == 1 {
		if n >>= 1; n >= uint64(len(dictionary)) {
			c.fail()
			n = 0
		}
		*v = S(dictionary[n])
		return
	}
	b := c.next(n >> 1)
	s, known := c.words[string(b)]
	if !known {
		if s = string(b); c.words != nil {
			c.words[s] = s
		}
	}
	*v = S(s)
}

// time writes an instant, which is in UTC, by its distance from the last one.
func (c *coder) time(v *time.Time) {
	if !c.reading {
		if v.IsZero() {
			c.buf = append(c.buf, 0)
			return
		}
		unix := v.Unix()
		away := unix - c.unix
		c.unix = unix
		c.buf = binary.AppendUvarint(c.buf, (uint64(away<<1)^uint64(away>>63))+1)
		c.buf = binary.AppendUvarint(c.buf, uint64(v.Nanosecond())^c.nano)
		c.nano = uint64(v.Nanosecond())
		return
	}
	var away, nano uint64
	if c.uint(&away); away == 0 {
		*v = time.Time{}
		return
	}
	c.uint(&nano)
	if nano ^= c.nano; nano >= uint64(time.Second) {
		c.fail()
		nano = 0
	}
	c.nano = nano
	away--
	c.unix += int64(away>>1) ^ -int64(away&1)
	*v = time.Unix(c.unix, int64(nano)).UTC()
}

// list tells a list that is nil from an empty one.
func list[T any](c *coder, v *[]T, each func(*coder, *T)) {
	n := 0
	if *v != nil {
		n = len(*v) + 1
	}
	if n = c.count(n, 1); !c.reading {
		for i := range *v {
			each(c, &(*v)[i])
		}
		return
	}
	if *v = nil; n == 0 {
		return
	}
	*v = make([]T, 0, min(n-1, 16))
	for range n - 1 {
		if c.bad {
			return
		}
		*v = append(*v, *new(T))
		each(c, &(*v)[len(*v)-1])
	}
}

func (c *coder) point(v *geo.Point) {
	known := v.Known()
	lat, lng := v.E7()
	if c.flag(&known); !known {
		return // what is read into has none either
	}
	number(c, &lat)
	number(c, &lng)
	if c.reading {
		p, err := geo.PointE7(lat, lng)
		if err != nil {
			c.fail()
		}
		*v = p
	}
}
