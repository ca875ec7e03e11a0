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
	text    string // what is read
	at      int    // what is left to read of it begins here
	reading bool
	bad     bool
	unix    int64  // of the last time, from which the next one counts
	nano    uint32 // of the last time, which the next one often has too
	known   int    // words of words
	words   [8]string
	lines   []agent.Line // of the licenses to come
	lens    *Lens        // whose lists are used again; nil if all are to be new
}

// reading returns a coder that unpacks a text.
func reading(packed string) coder { return coder{text: packed, reading: true} }

func (c *coder) fail() {
	c.bad, c.at = true, len(c.text)
}

// left returns how many bytes are left to read.
func (c *coder) left() uint64 { return uint64(len(c.text) - c.at) }

// sound reports whether all of the text was read and could be meant.
func (c *coder) sound() bool { return !c.bad && c.at == len(c.text) }

// next takes some bytes off what is left to read.
func (c *coder) next(n uint64) string {
	if n > c.left() {
		c.fail()
		return ""
	}
	c.at += int(n)
	return c.text[c.at-int(n) : c.at]
}

// put writes a number, seven bits to the byte.
func (c *coder) put(v uint64) {
	for ; v >= 0x80; v >>= 7 {
		c.buf = append(c.buf, byte(v)|0x80)
	}
	c.buf = append(c.buf, byte(v))
}

// take reads a number.
func (c *coder) take() uint64 {
	if at := c.at; at < len(c.text) && c.text[at] < 0x80 { // as most are
		c.at++
		return uint64(c.text[at])
	}
	return c.long()
}

// long reads a number of several bytes.
func (c *coder) long() (v uint64) {
	const most = binary.MaxVarintLen64
	for i, b := range []byte(c.text[c.at:min(c.at+most, len(c.text))]) {
		if i == most-1 && b > 1 {
			break
		}
		if v |= uint64(b&0x7f) << (7 * i); b < 0x80 {
			c.at += i + 1
			return v
		}
	}
	c.fail()
	return 0
}

func (c *coder) uint(v *uint64) {
	if c.reading {
		*v = c.take()
	} else {
		c.put(*v)
	}
}

// count writes a number of things to come, or reads it: each takes at least
// some bytes, so there are never more than what is left can hold.
func (c *coder) count(n int, each uint64) int {
	if !c.reading {
		c.put(uint64(n))
		return n
	}
	v := c.take()
	if v > c.left()/each {
		c.fail()
		v = 0
	}
	return int(v)
}

func zigzag(v int64) uint64 { return uint64(v<<1) ^ uint64(v>>63) }

func zagzig(v uint64) int64 { return int64(v>>1) ^ -int64(v&1) }

func number[N ~int | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint64](c *coder, v *N) {
	if !c.reading {
		c.put(zigzag(int64(*v)))
		return
	}
	read := zagzig(c.take())
	if *v = N(read); int64(*v) != read {
		*v = 0
		c.fail()
	}
}

func (c *coder) flag(v *bool) {
	if !c.reading {
		bit := byte(0)
		if *v {
			bit = 1
		}
		c.buf = append(c.buf, bit)
		return
	}
	bit := c.take()
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
		c.put(zigzag(away)<<2 + nanosAway + 1)
		c.put(uint64(nano ^ c.nano))
	case away%3600 != 0:
		c.put(zigzag(away)<<2 + secondsAway + 1)
	default:
		c.put(zigzag(away/3600)<<2 + hoursAway + 1)
	}
	c.unix, c.nano = unix, nano
}

func (c *coder) when() time.Time {
	v := c.take()
	if v == 0 {
		return time.Time{}
	}
	v--
	away, differ := zagzig(v>>2), uint64(0)
	switch v & 3 {
	case hoursAway:
		away *= 3600
	case secondsAway:
	case nanosAway:
		differ = c.take()
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
		c.put(uint64(n))
		return len(*list)
	}
	was := *list
	*list = nil
	if c.lens != nil {
		*list = was[:0]
	}
	n := c.take()
	if n == 0 {
		return 0
	}
	if n--; n > c.left()/each {
		c.fail()
		return 0
	}
	if c.lens != nil {
		*list = again(was, int(n))
	} else {
		*list = make([]T, n)
	}
	return int(n)
}

func (c *coder) point(v *geo.Point) {
	known := v.Known()
	if c.flag(&known); !known {
		return // what is read into has none either
	}
	lat, lng := v.E7()
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
