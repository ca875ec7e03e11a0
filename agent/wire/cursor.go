package wire

import (
	"bytes"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Cursor moves over the data of one event and reads it, or writes it. Each of
// its steps takes a pointer to what is to be filled or written; one that writes
// changes nothing there. A step that fails makes all later ones fail, and
// [Cursor.Done] says so. What was read holds nothing of the data.
type Cursor struct {
	data   []byte // what is read
	at     int    // how much of it was read
	list   int    // where the first item of the open list is
	memory *Memory
	room   *Room // what is written to, nil to read
	n      int   // how much was written
	failed bool
}

// Room is where an event's data is written to. Few events have more, and writing
// them fails.
type Room [512]byte

// Reading returns a cursor that reads data. Without a memory every text is a
// new one.
func Reading(data []byte, m *Memory) Cursor { return Cursor{data: data, memory: m} }

// Writing returns a cursor that writes to a room.
func Writing(to *Room) Cursor { return Cursor{room: to} }

// Writes reports whether the cursor writes.
func (c *Cursor) Writes() bool { return c.room != nil }

// Written returns what was written, in the room.
func (c *Cursor) Written() []byte { return c.room[:c.n] }

// Done reports whether every step went well and nothing is left to be read. If
// not, what was read or written is worth nothing.
func (c *Cursor) Done() bool { return !c.failed && c.at == len(c.data) }

// Want fails unless ok holds of what was just read, or is to be written.
func (c *Cursor) Want(ok bool) {
	if !ok {
		c.fail()
	}
}

// fail leaves nothing to read, so that no later step succeeds.
func (c *Cursor) fail() { c.failed, c.at = true, len(c.data) }

// put writes s.
func (c *Cursor) put(s string) {
	if len(s) > len(c.room)-c.n {
		c.fail()
		return
	}
	c.n += copy(c.room[c.n:], s)
}

// free returns the rest of the room, as an empty slice to append to.
func (c *Cursor) free() []byte { return c.room[c.n:c.n] }

// took counts what was appended to the rest of the room.
func (c *Cursor) took(b []byte) {
	if len(b) > len(c.room)-c.n {
		c.fail()
		return
	}
	c.n += len(b)
}

// Key reads or writes the bytes between two values: a key with its quotes, and
// the punctuation before and after it.
func (c *Cursor) Key(key string) {
	if !c.Has(key, true) {
		c.fail()
	}
}

// Has is [Cursor.Key] for a key that may be absent. It writes the key if its
// value is set, and returns whether the value is to be written or read. Whoever
// reads an absent key's value must [Cursor.Want] it to be set.
func (c *Cursor) Has(key string, set bool) bool {
	if c.Writes() {
		if set {
			c.put(key)
		}
		return set
	}
	end := c.at + len(key)
	if end > len(c.data) || string(c.data[c.at:end]) != key {
		return false
	}
	c.at = end
	return true
}

// next reads one byte if it is b.
func (c *Cursor) next(b byte) bool {
	if c.at == len(c.data) || c.data[c.at] != b {
		return false
	}
	c.at++
	return true
}

// quoted reads a text in quotes that needs no unescaping and returns it, in the
// data; nil if there is none.
func (c *Cursor) quoted() []byte {
	if !c.next('"') {
		c.fail()
		return nil
	}
	begin, wide := c.at, false
	for i, b := range c.data[begin:] {
		switch {
		case b == '"':
			text := c.data[begin : begin+i]
			c.at = begin + i + 1
			if wide && !utf8.Valid(text) {
				c.fail()
			}
			return text
		case b < ' ' || b == '\\':
			c.fail()
			return nil
		case b >= utf8.RuneSelf:
			wide = true
		}
	}
	c.fail()
	return nil
}

// quote writes a text in quotes, if it needs no escaping.
func (c *Cursor) quote(s string) {
	wide := false
	for i := range len(s) {
		switch b := s[i]; {
		case b < ' ' || b == '"' || b == '\\':
			c.fail()
			return
		case b >= utf8.RuneSelf:
			wide = true
		}
	}
	// JSON allows the two separators as they are, and Encode escapes them.
	if wide && (!utf8.ValidString(s) || strings.Contains(s, "\u2028") || strings.Contains(s, "\u2029")) {
		c.fail()
		return
	}
	c.put(`"`)
	c.put(s)
	c.put(`"`)
}

// Text reads or writes a text that is likely to be the only one of its kind,
// such as a person's name.
func (c *Cursor) Text(s *string) {
	if c.Writes() {
		c.quote(*s)
		return
	}
	*s = string(c.quoted())
}

// Word reads or writes a text that comes again in a log, such as a city. The
// memory keeps one copy for all.
func Word[T ~string](c *Cursor, s *T) {
	if c.Writes() {
		c.quote(string(*s))
		return
	}
	*s = T(c.memory.word(c.quoted()))
}

// Time reads or writes an instant. It reads instants in UTC only, the one form a
// log holds.
func (c *Cursor) Time(t *time.Time) {
	if c.Writes() {
		c.put(`"`)
		text, err := t.AppendText(c.free())
		c.Want(err == nil)
		c.took(text)
		c.put(`"`)
		return
	}
	c.Want(c.next('"'))
	end := bytes.IndexByte(c.data[c.at:], '"')
	if end < 1 || c.data[c.at+end-1] != 'Z' {
		c.fail()
		return
	}
	c.Want(t.UnmarshalText(c.data[c.at:c.at+end]) == nil)
	if !c.failed {
		c.at += end + 1
	}
}

// Digits reads or writes a number of up to ten digits in quotes, without a
// leading zero.
func (c *Cursor) Digits(n *uint64) {
	if c.Writes() {
		c.put(`"`)
		c.took(strconv.AppendUint(c.free(), *n, 10))
		c.put(`"`)
		return
	}
	text, read := c.quoted(), uint64(0)
	for _, b := range text {
		c.Want(b-'0' <= 9)
		read = read*10 + uint64(b-'0')
	}
	c.Want(len(text) > 0 && len(text) <= 10 && text[0] != '0')
	*n = read
}

// Int reads or writes a whole number.
func Int[T ~int | ~int32 | ~int64 | ~uint8](c *Cursor, n *T) {
	if c.Writes() {
		c.took(strconv.AppendInt(c.free(), int64(*n), 10))
		return
	}
	read := c.integer()
	*n = T(read)
	c.Want(int64(*n) == read)
}

// integer reads a whole number of up to 18 digits.
func (c *Cursor) integer() int64 {
	minus := c.next('-')
	begin, read := c.at, int64(0)
	for ; c.at < len(c.data) && c.data[c.at]-'0' <= 9; c.at++ {
		read = read*10 + int64(c.data[c.at]-'0')
	}
	switch n := c.at - begin; {
	case n == 0 || n > 18 || n > 1 && c.data[begin] == '0' || minus && read == 0:
		c.fail()
		return 0
	case minus:
		return -read
	}
	return read
}

// Bool reads or writes true or false.
func (c *Cursor) Bool(b *bool) {
	is := c.Has("true", *b)
	if !is {
		c.Key("false")
	}
	if !c.Writes() {
		*b = is
	}
}

// TimeIf reads or writes a key and an instant, neither of which is there if the
// instant is zero.
func (c *Cursor) TimeIf(key string, t *time.Time) {
	if c.Has(key, !t.IsZero()) {
		c.Time(t)
		c.Want(!t.IsZero())
	}
}
