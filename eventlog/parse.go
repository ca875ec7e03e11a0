package eventlog

import (
	"bytes"
	"io"
	"strconv"
	"time"
)

// ParseLine reads a canonical line, without its newline. It accepts the lines
// that [Record.AppendLine] gives of sealed records and nothing else: not
// another order of keys, not a space between them, not another way to write the
// same number or time. The record's Data is a piece of line, not a copy.
//
// ParseLine does not check the sum, which needs the record before:
// [Head.NextLine] does. Its errors are [ErrCorrupt].
func ParseLine(line []byte) (Record, error) {
	var r Record
	stream, kind, err := r.parse(line)
	if err != nil {
		return Record{}, err
	}
	r.Stream, r.Kind = string(stream), string(kind)
	return r, nil
}

// ParsePrefix reads the record that b begins with, whatever stands behind it,
// and returns the length of its line, as [ParseLine] reads a line. If b ends
// before the record does, and is the beginning of one as far as it goes, the
// error is io.ErrUnexpectedEOF. It is for finding records where lines are
// damaged, and for telling damage from a line that is not there yet.
func ParsePrefix(b []byte) (r Record, n int, err error) {
	p := parser{b: b[:min(len(b), MaxLine)]}
	stream, kind := p.record(&r)
	switch {
	case p.err == nil:
		r.Stream, r.Kind = string(stream), string(kind)
		return r, p.at, nil
	case p.short && len(p.b) == len(b):
		return Record{}, 0, io.ErrUnexpectedEOF
	}
	return Record{}, 0, p.err
}

// parse reads a line into r, all but the stream and the kind, which it returns
// as pieces of the line.
func (r *Record) parse(line []byte) (stream, kind []byte, err error) {
	if len(line) > MaxLine {
		return nil, nil, &lineError{MaxLine, "the line is longer than 16 MiB"}
	}
	p := parser{b: line}
	stream, kind = p.record(r)
	if p.err == nil && p.at != len(line) {
		p.fail("there is more after the end of the record")
	}
	return stream, kind, p.err
}

// record reads a record, all but its stream and kind, which it returns.
func (p *parser) record(r *Record) (stream, kind []byte) {
	p.literal(`{"position":`)
	r.Position = p.position()
	p.literal(`,"id":"`)
	p.id((*[16]byte)(&r.ID))
	p.literal(`","time":"`)
	r.Time = p.time()
	p.literal(`","stream":"`)
	stream = p.name("the stream")
	p.literal(`","kind":"`)
	kind = p.name("the kind")
	p.literal(`","data":`)
	r.Data = p.object()
	r.First, r.Last = r.Position, r.Position
	if p.err == nil && bytes.HasPrefix(p.b[p.at:], []byte(`,"f`)) {
		p.literal(`,"first":`)
		r.First = p.position()
		p.literal(`,"last":`)
		r.Last = p.position()
		switch {
		case p.at == len(p.b): // the number may go on
			p.short = true
			p.fail("the line ends too early")
		case r.First == r.Last:
			p.fail("an append of one record has no first and last")
		case r.Position < r.First || r.Position > r.Last:
			p.fail("the position is not between first and last")
		}
	}
	p.literal(`,"sum":"`)
	p.sum(&r.Sum)
	p.literal(`"}`)
	return stream, kind
}

// parser walks a line. After the first error it stays where it is.
type parser struct {
	b     []byte
	at    int
	err   error
	short bool // the error is that the text ends, and it was good up to there
}

func (p *parser) fail(what string) {
	if p.err == nil {
		p.err = &lineError{p.at, what}
	}
}

// lacks notes that a step which needs so many bytes has fewer.
func (p *parser) lacks(n int) { p.short = len(p.b)-p.at < n }

func (p *parser) literal(s string) {
	if p.err != nil {
		return
	}
	rest := p.b[p.at:]
	if len(rest) >= len(s) && string(rest[:len(s)]) == s {
		p.at += len(s)
		return
	}
	n := 0
	for n < len(rest) && n < len(s) && rest[n] == s[n] {
		n++
	}
	p.at += n
	if n == len(rest) {
		p.short = true
		p.fail("the line ends too early")
		return
	}
	p.short = false
	p.fail("not the canonical line: expected " + s)
}

// position reads a number from 1 to MaxPosition without leading zeros.
func (p *parser) position() Position {
	if p.err != nil {
		return 0
	}
	n, at := uint64(0), p.at
	for at < len(p.b) && p.b[at]-'0' <= 9 {
		if at-p.at == 19 { // 20 digits are beyond 2^63-1
			n = 1 << 63
			break
		}
		n = n*10 + uint64(p.b[at]-'0')
		at++
	}
	if p.lacks(1); at == p.at || p.b[p.at] == '0' || n > uint64(MaxPosition) {
		p.fail("a position is a whole number from 1 to " + strconv.FormatUint(uint64(MaxPosition), 10) + " without leading zeros")
		return 0
	}
	p.at = at
	return Position(n)
}

func (p *parser) id(id *[16]byte) {
	if p.err != nil {
		return
	}
	rest := p.b[p.at:]
	var digits [32]byte
	if len(rest) >= 36 && rest[8] == '-' && rest[13] == '-' && rest[18] == '-' && rest[23] == '-' {
		copy(digits[:8], rest)
		copy(digits[8:12], rest[9:])
		copy(digits[12:16], rest[14:])
		copy(digits[16:20], rest[19:])
		copy(digits[20:], rest[24:])
	}
	if !decodeHex(id[:], digits[:]) {
		p.lacks(36)
		p.fail("an id is a UUID in lower case, with hyphens")
		return
	}
	if *id == [16]byte{} {
		p.fail("the id is the nil UUID")
		return
	}
	p.at += 36
}

// name reads a stream or kind up to its closing quote.
func (p *parser) name(what string) []byte {
	if p.err != nil {
		return nil
	}
	rest := p.b[p.at:min(len(p.b), p.at+maxName+1)]
	n := 0
	for n < len(rest) && plain[rest[n]] && rest[n] != 0x7f {
		n++
	}
	if n == 0 || n > maxName || n == len(rest) || rest[n] != '"' {
		end := bytes.IndexByte(rest, '"')
		if end < 0 {
			end = len(rest)
		}
		if wrong := checkName(rest[:end]); wrong != "" {
			p.lacks(1)
			p.fail(what + wrong)
			return nil
		}
		n = end // the line ends within the name, which the next step says
	}
	p.at += n
	return rest[:n]
}

func (p *parser) object() []byte {
	if p.err != nil {
		return nil
	}
	n, err := scanObject(p.b[p.at:])
	if err != nil {
		p.at += err.at
		p.lacks(1)
		p.fail("data: " + err.what)
		return nil
	}
	data := p.b[p.at : p.at+n : p.at+n]
	p.at += n
	return data
}

func (p *parser) sum(sum *Hash) {
	if p.err != nil {
		return
	}
	if len(p.b)-p.at < hexLen || !decodeHex(sum[:], p.b[p.at:]) {
		p.lacks(hexLen)
		p.fail("a sum is 64 lower-case hex digits")
		return
	}
	p.at += hexLen
}

const notTime = "a time is RFC 3339 in UTC, years 0001 to 9999, with Z and no more fraction digits than needed"

// time reads an instant up to its closing quote.
func (p *parser) time() time.Time {
	if p.err != nil {
		return time.Time{}
	}
	p.lacks(len("2006-01-02T15:04:05.123456789Z"))
	b := p.b[p.at:min(len(p.b), p.at+len("2006-01-02T15:04:05.123456789Z"))]
	if len(b) < len("2006-01-02T15:04:05Z") ||
		b[4] != '-' || b[7] != '-' || b[10] != 'T' || b[13] != ':' || b[16] != ':' {
		p.fail(notTime)
		return time.Time{}
	}
	century, year, month, day := two(b), two(b[2:]), two(b[5:]), two(b[8:])
	hour, minute, second := two(b[11:]), two(b[14:]), two(b[17:])
	year += 100 * century
	if century < 0 || year < 1 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) ||
		uint(hour) > 23 || uint(minute) > 59 || uint(second) > 59 {
		p.fail(notTime)
		return time.Time{}
	}
	n, nanos := 19, 0
	if b[n] == '.' {
		n++
		unit := 100_000_000
		for n < len(b) && b[n]-'0' <= 9 && unit > 0 {
			nanos += int(b[n]-'0') * unit
			unit /= 10
			n++
		}
		if n == 20 || b[n-1] == '0' {
			p.fail(notTime)
			return time.Time{}
		}
	}
	if n >= len(b) || b[n] != 'Z' {
		p.fail(notTime)
		return time.Time{}
	}
	p.at += n + 1
	return time.Date(year, time.Month(month), day, hour, minute, second, nanos, time.UTC)
}

// two reads two digits, or returns a number below -99 if they are none.
func two(b []byte) int {
	tens, ones := b[0]-'0', b[1]-'0'
	if tens > 9 || ones > 9 {
		return -100_000
	}
	return int(tens)*10 + int(ones)
}

func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}
