package eventlog

import (
	"strconv"
	"time"
)

// MaxLine is the length of the longest line a log takes, in bytes without the
// newline: 16 MiB.
const MaxLine = 16 << 20

// sumTail is the length of a line's end: `,"sum":"`, 64 digits, `"}`.
const sumTail = len(`,"sum":"`) + hexLen + len(`"}`)

// AppendLine appends r's canonical line, without a newline, to dst and returns
// it. It writes what r holds: only a sealed or parsed record gives a line that
// [ParseLine] takes.
func (r Record) AppendLine(dst []byte) []byte {
	return appendSum(appendBody(dst, &r), r.Sum.appendHex(nil))
}

// appendBody writes the line up to its sum: what the sum is taken of.
func appendBody(dst []byte, r *Record) []byte {
	dst = append(dst, `{"position":`...)
	dst = strconv.AppendUint(dst, uint64(r.Position), 10)
	dst = append(dst, `,"id":"`...)
	dst = appendID(dst, r.ID)
	dst = append(dst, `","time":"`...)
	dst = appendTime(dst, r.Time)
	dst = append(dst, `","stream":"`...)
	dst = append(dst, r.Stream...)
	dst = append(dst, `","kind":"`...)
	dst = append(dst, r.Kind...)
	dst = append(dst, `","data":`...)
	dst = append(dst, r.Data...)
	if r.First != r.Last {
		dst = append(dst, `,"first":`...)
		dst = strconv.AppendUint(dst, uint64(r.First), 10)
		dst = append(dst, `,"last":`...)
		dst = strconv.AppendUint(dst, uint64(r.Last), 10)
	}
	return dst
}

// appendSum writes the end of a line: the sum, given by its hex digits.
func appendSum(dst, sum []byte) []byte {
	dst = append(dst, `,"sum":"`...)
	dst = append(dst, sum...)
	return append(dst, `"}`...)
}

func appendID(dst []byte, id [16]byte) []byte {
	const digits = "0123456789abcdef"
	for i, c := range id {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			dst = append(dst, '-')
		}
		dst = append(dst, digits[c>>4], digits[c&15])
	}
	return dst
}

// appendTime writes t in UTC as RFC 3339 with as many fraction digits as
// needed, none for a whole second.
func appendTime(dst []byte, t time.Time) []byte {
	t = t.UTC()
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	dst = appendTwo(dst, year/100)
	dst = append(appendTwo(dst, year%100), '-')
	dst = append(appendTwo(dst, int(month)), '-')
	dst = append(appendTwo(dst, day), 'T')
	dst = append(appendTwo(dst, hour), ':')
	dst = append(appendTwo(dst, minute), ':')
	dst = appendTwo(dst, second)
	if n := t.Nanosecond(); n != 0 {
		dst = append(dst, '.')
		for unit := 100_000_000; n != 0; unit /= 10 {
			dst = append(dst, byte('0'+n/unit))
			n %= unit
		}
	}
	return append(dst, 'Z')
}

// appendTwo writes n, from 0 to 99, as two digits.
func appendTwo(dst []byte, n int) []byte {
	return append(dst, byte('0'+n/10%10), byte('0'+n%10))
}
