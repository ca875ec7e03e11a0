package eventlog

import (
	"bytes"
	"sync"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth is how deep data may be nested. With the envelope around it a line
// is as deep as encoding/json reads.
const maxDepth = 9_999

// manyKeys is the number of keys in an object from which duplicates are looked
// up in a set instead of compared one by one.
const manyKeys = 16

// scanObject returns the length of the JSON object that b begins with. The
// object is valid JSON on one line, in valid UTF-8, without duplicate keys at
// any depth; keys are compared as they read after their escapes.
func scanObject(b []byte) (int, *lineError) {
	if len(b) == 0 || b[0] != '{' {
		return 0, &lineError{0, "not a JSON object"}
	}
	s := scanners.Get().(*scanner)
	s.b, s.keys, s.err = b, s.keys[:0], nil
	end, err := s.object(0, 1), s.err
	s.b, s.err = nil, nil
	if cap(s.keys) <= 1024 {
		clear(s.keys[:cap(s.keys)])
		scanners.Put(s)
	}
	return end, err
}

// scanners keeps scanners for the room of their keys.
var scanners = sync.Pool{New: func() any { return &scanner{keys: make([][]byte, 0, 2*manyKeys)} }}

type scanner struct {
	b    []byte
	keys [][]byte // the keys of the objects that are open, innermost last
	err  *lineError
}

// fail notes the first error and returns the end of the text, at which every
// step stops.
func (s *scanner) fail(at int, what string) int {
	if s.err == nil {
		if at >= len(s.b) {
			at, what = len(s.b), "the text ends too early"
		}
		s.err = &lineError{at, what}
	}
	return len(s.b)
}

// at returns the byte at i, or 0, which no step accepts, beyond the end.
func (s *scanner) at(i int) byte {
	if i < len(s.b) {
		return s.b[i]
	}
	return 0
}

// space passes over blanks, of which there are none in most data.
func (s *scanner) space(i int) int {
	if i < len(s.b) && s.b[i] > ' ' {
		return i
	}
	return s.blanks(i)
}

func (s *scanner) blanks(i int) int {
	for i < len(s.b) && (s.b[i] == ' ' || s.b[i] == '\t') {
		i++
	}
	if c := s.at(i); c == '\n' || c == '\r' {
		return s.fail(i, "a line break inside the object")
	}
	return i
}

func (s *scanner) object(i, depth int) int {
	if depth > maxDepth {
		return s.fail(i, "nested too deep")
	}
	base := len(s.keys)
	var seen map[string]struct{}
	i = s.space(i + 1)
	if s.at(i) == '}' {
		return i + 1
	}
	for s.err == nil {
		if s.at(i) != '"' {
			return s.fail(i, "expected a key in quotes")
		}
		end, escaped := s.string(i)
		if s.err != nil {
			break
		}
		key := s.b[i+1 : end-1]
		if escaped {
			key = unescape(key)
		}
		switch n := len(s.keys) - base; {
		case n < manyKeys:
			for _, k := range s.keys[base:] {
				if bytes.Equal(k, key) {
					return s.fail(i, "a key stands twice in one object")
				}
			}
			s.keys = append(s.keys, key)
		default:
			if seen == nil {
				seen = make(map[string]struct{}, 2*manyKeys)
				for _, k := range s.keys[base:] {
					seen[string(k)] = struct{}{}
				}
			}
			if _, twice := seen[string(key)]; twice {
				return s.fail(i, "a key stands twice in one object")
			}
			seen[string(key)] = struct{}{}
		}
		i = s.space(end)
		if s.at(i) != ':' {
			return s.fail(i, "expected a colon")
		}
		i = s.space(s.value(s.space(i+1), depth))
		switch s.at(i) {
		case ',':
			i = s.space(i + 1)
		case '}':
			s.keys = s.keys[:base]
			return i + 1
		default:
			return s.fail(i, "expected a comma or the end of the object")
		}
	}
	return len(s.b)
}

func (s *scanner) array(i, depth int) int {
	if depth > maxDepth {
		return s.fail(i, "nested too deep")
	}
	i = s.space(i + 1)
	if s.at(i) == ']' {
		return i + 1
	}
	for s.err == nil {
		i = s.space(s.value(i, depth))
		switch s.at(i) {
		case ',':
			i = s.space(i + 1)
		case ']':
			return i + 1
		default:
			return s.fail(i, "expected a comma or the end of the array")
		}
	}
	return len(s.b)
}

func (s *scanner) value(i, depth int) int {
	switch c := s.at(i); {
	case c == '"':
		end, _ := s.string(i)
		return end
	case c == '{':
		return s.object(i, depth+1)
	case c == '[':
		return s.array(i, depth+1)
	case c == '-' || c-'0' <= 9:
		return s.number(i)
	case c == 't':
		return s.word(i, "true")
	case c == 'f':
		return s.word(i, "false")
	case c == 'n':
		return s.word(i, "null")
	}
	return s.fail(i, "expected a JSON value")
}

func (s *scanner) word(i int, word string) int {
	rest := s.b[i:min(len(s.b), i+len(word))]
	if string(rest) != word[:len(rest)] {
		return s.fail(i, "expected a JSON value")
	}
	if len(rest) < len(word) {
		return s.fail(len(s.b), "")
	}
	return i + len(word)
}

func (s *scanner) number(i int) int {
	if s.at(i) == '-' {
		i++
	}
	if s.at(i) == '0' {
		i++
	} else if i = s.digits(i); s.err != nil {
		return i
	}
	if s.at(i) == '.' {
		i = s.digits(i + 1)
	}
	if c := s.at(i); c == 'e' || c == 'E' {
		i++
		if c := s.at(i); c == '+' || c == '-' {
			i++
		}
		i = s.digits(i)
	}
	return i
}

// digits passes over one digit or more.
func (s *scanner) digits(i int) int {
	if s.at(i)-'0' > 9 {
		return s.fail(i, "expected a digit")
	}
	for s.at(i)-'0' <= 9 {
		i++
	}
	return i
}

// string returns the end of the string whose opening quote is at i, and whether
// it holds escapes.
func (s *scanner) string(i int) (end int, escaped bool) {
	b := s.b
	for i++; i < len(b); {
		c := b[i]
		if plain[c] {
			for i++; i < len(b) && plain[b[i]]; i++ {
			}
			continue
		}
		switch {
		case c == '"':
			return i + 1, escaped
		case c == '\\':
			escaped = true
			if i+1 == len(b) {
				return s.fail(len(b), ""), escaped
			}
			switch s.at(i + 1) {
			case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
				i += 2
			case 'u':
				if len(b)-i < 6 {
					return s.fail(len(b), ""), escaped
				}
				if hex4(b[i+2:]) < 0 {
					return s.fail(i, `expected four hex digits after \u`), escaped
				}
				i += 6
			default:
				return s.fail(i, "no such escape in a string"), escaped
			}
		case c < ' ':
			return s.fail(i, "a control character in a string"), escaped
		default:
			r, n := utf8.DecodeRune(s.b[i:])
			if r == utf8.RuneError && n == 1 {
				if !utf8.FullRune(b[i:]) {
					return s.fail(len(b), ""), escaped
				}
				return s.fail(i, "not valid UTF-8"), escaped
			}
			i += n
		}
	}
	return s.fail(len(s.b), ""), escaped
}

// plain are the bytes of a string that stand for themselves.
var plain = func() (t [256]bool) {
	for c := ' '; c < utf8.RuneSelf; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// hex4 returns the value of four hex digits in any case, or -1.
func hex4(b []byte) rune {
	var r rune
	for _, c := range b[:4] {
		n := nibbles[c|0x20] // digits have the bit, letters become lower case
		if n > 15 || c < '0' {
			return -1
		}
		r = r<<4 | rune(n)
	}
	return r
}

// unescape returns a valid string's bytes after its escapes. Half a surrogate
// pair reads as U+FFFD, as encoding/json has it.
func unescape(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); {
		if b[i] != '\\' {
			out = append(out, b[i])
			i++
			continue
		}
		c := b[i+1]
		i += 2
		switch c {
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			r := hex4(b[i:])
			i += 4
			if utf16.IsSurrogate(r) {
				low := rune(-1)
				if len(b)-i >= 6 && b[i] == '\\' && b[i+1] == 'u' {
					low = hex4(b[i+2:])
				}
				if r = utf16.DecodeRune(r, low); r != unicode.ReplacementChar {
					i += 6
				}
			}
			out = utf8.AppendRune(out, r)
		default:
			out = append(out, c)
		}
	}
	return out
}
