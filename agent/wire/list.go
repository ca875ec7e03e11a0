package wire

import (
	"bytes"
	"slices"
)

// Next begins the i-th item of a list, from 0 on, and returns whether there is
// one to be written or read; before it returns false it ends the list. A list
// holds no other list, and one type of item has one form only:
//
//	for i := 0; wire.Next(c, &e.Lines, i); i++ {
//		c.Key(`{"name":`)
//		wire.Word(c, &e.Lines[i].Name)
//		c.Key(`}`)
//	}
//
// A list from the memory is shared by all who read it, and its capacity is its
// length.
func Next[T any](c *Cursor, list *[]T, i int) bool {
	switch {
	case c.Writes():
		c.Want(*list != nil)
		return c.comma(i, len(*list))
	case i > 0 && c.next(','):
	case i > 0 && c.next(']'):
		*list = slices.Clip(*list)
		if raw := c.data[c.list:c.at]; c.memory.again(raw) {
			c.memory.keep(raw, *list)
		}
		return false
	case i > 0 || !c.next('['):
		c.fail()
		return false
	case c.next(']'):
		*list = []T{}
		return false
	default:
		c.list = c.at
		raw := c.data[c.at:]
		raw = raw[:bytes.IndexByte(raw, ']')+1]
		if known, ok := c.memory.known(raw).([]T); ok {
			*list = known
			c.at += len(raw)
			return false
		}
		*list = make([]T, 0, likely(raw))
	}
	var item T
	*list = append(*list, item)
	return true
}

// comma writes what stands before the i-th of n items, or after them.
func (c *Cursor) comma(i, n int) bool {
	switch {
	case i == 0:
		c.put(`[`)
	case i < n:
		c.put(`,`)
	}
	if i >= n {
		c.put(`]`)
	}
	return i < n
}

// likely returns how many items a list seems to have, up to some: one for each
// brace that opens, or comma.
func likely(raw []byte) int {
	const most = 100
	if len(raw) > 0 && raw[0] == '{' {
		return min(bytes.Count(raw, []byte("{")), most)
	}
	return min(bytes.Count(raw, []byte(","))+1, most)
}

// Words reads or writes a list of words.
func Words[T ~string](c *Cursor, list *[]T) {
	for i := 0; Next(c, list, i); i++ {
		Word(c, &(*list)[i])
	}
}
