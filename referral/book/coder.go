package book

import (
	"encoding/binary"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo"
)

// coder packs an agent, a referral or what else a book holds, or unpacks it: one
// description of the fields serves both ways, so that the two cannot part. Packing
// changes nothing of what it packs, which others may be reading. Unpacking takes
// any text: what it cannot mean is bad, and from there on everything reads as
// zero. What is unpacked has its own lists, and its texts are parts of the packed
// one.
type coder struct {
	buf     []byte // what is written
	left    string // what is left to read
	reading bool
	bad     bool
	unix    int64  // of the last time, from which the next one counts
	nano    uint32 // of the last time, which the next one often has too
	known   int    // words of words
	words   [8]string
	lines   []agent.Line // of the licenses to come
}

func (c *coder) fail() {
	c.bad, c.left = true, ""
}

// next takes some bytes off what is left to read.
func (c *coder) next(n uint64) string {
	if n > uint64(len(c.left)) {
		c.fail()
		return ""
	}
	s := c.left[:n]
	c.left = c.left[n:]
	return s
}

func (c *coder) uint(v *uint64) {
	switch {
	case !c.reading:
		c.buf = binary.AppendUvarint(c.buf, *v)
	case len(c.left) > 0 && c.left[0] < 0x80: // as most are
		*v, c.left = uint64(c.left[0]), c.left[1:]
	default:
		*v = c.long()
	}
}

// long reads a number of several bytes.
func (c *coder) long() (v uint64) {
	for i := range min(len(c.left), binary.MaxVarintLen64) {
		b := c.left[i]
		if i == binary.MaxVarintLen64-1 && b > 1 {
			break
		}
		if v |= uint64(b&0x7f) << (7 * i); b < 0x80 {
			c.left = c.left[i+1:]
			return v
		}
	}
	c.fail()
	return 0
}

// count writes a number of things to come, or reads it: each takes at least
// some bytes, so there are never more than what is left can hold.
func (c *coder) count(n int, each uint64) int {
	v := uint64(n)
	c.uint(&v)
	if c.reading && v > uint64(len(c.left))/each {
		c.fail()
		v = 0
	}
	return int(v)
}

func zigzag(v int64) uint64 { return uint64(v<<1) ^ uint64(v>>63) }

func zagzig(v uint64) int64 { return int64(v>>1) ^ -int64(v&1) }

func number[N ~int | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint64](c *coder, v *N) {
	u := zigzag(int64(*v))
	c.uint(&u)
	if c.reading {
		read := zagzig(u)
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

// What a time is written as, but for the zero time: its distance in hours from
// the last one, if they agree in all below; in seconds, if they agree in all
// below those; or in seconds, and then in which bits the nanoseconds differ.
const (
	hoursAway = iota
	secondsAway
	nanosAway
)

// The times that are read begin with the year 1 and end with 9999.
var firstUnix, lastUnix = time.Time{}.Unix(), time.Date(10_000, time.January, 1, 0, 0, 0, 0, time.UTC).Unix() - 1

// time writes an instant, which is in UTC, by its distance from the last one.
func (c *coder) time(v *time.Time) {
	if c.reading {
		*v = c.when()
		return
	}
	if v.IsZero() {
		c.buf = append(c.buf, 0)
		return
	}
	unix, nano := v.Unix(), uint32(v.Nanosecond())
	away := unix - c.unix
	switch {
	case nano != c.nano:
		c.buf = binary.AppendUvarint(c.buf, zigzag(away)<<2+nanosAway+1)
		c.buf = binary.AppendUvarint(c.buf, uint64(nano^c.nano))
	case away%3600 != 0:
		c.buf = binary.AppendUvarint(c.buf, zigzag(away)<<2+secondsAway+1)
	default:
		c.buf = binary.AppendUvarint(c.buf, zigzag(away/3600)<<2+hoursAway+1)
	}
	c.unix, c.nano = unix, nano
}

func (c *coder) when() time.Time {
	var v uint64
	if c.uint(&v); v == 0 {
		return time.Time{}
	}
	v--
	away, differ := zagzig(v>>2), uint64(0)
	switch v & 3 {
	case hoursAway:
		away *= 3600
	case secondsAway:
	case nanosAway:
		c.uint(&differ)
	default:
		c.fail()
	}
	unix, nano := c.unix+away, uint64(c.nano)^differ
	if !soundTime(unix, nano) {
		c.fail()
		return time.Time{}
	}
	c.unix, c.nano = unix, uint32(nano)
	return time.Unix(unix, int64(nano)).UTC()
}

func soundTime(unix int64, nano uint64) bool {
	return firstUnix <= unix && unix <= lastUnix && nano < uint64(time.Second)
}

// length writes how many items a list has, or makes the list for them to be read,
// each from at least some bytes. It tells a list that is nil from an empty one.
func length[T any](c *coder, list *[]T, each uint64) int {
	if !c.reading {
		n := 0
		if *list != nil {
			n = len(*list) + 1
		}
		c.buf = binary.AppendUvarint(c.buf, uint64(n))
		return len(*list)
	}
	*list = nil
	var n uint64
	if c.uint(&n); n == 0 {
		return 0
	}
	if n--; n > uint64(len(c.left))/each {
		c.fail()
		return 0
	}
	*list = make([]T, n)
	return int(n)
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
