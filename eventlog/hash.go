package eventlog

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
)

// Hash is a SHA-256: the sum that chains a record to the one before it. The
// zero Hash stands before the first record.
type Hash [sha256.Size]byte

var errHash = errors.New("eventlog: a sum is 64 lower-case hex digits")

// String returns the 64 lower-case hex digits.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// MarshalText returns the 64 lower-case hex digits.
func (h Hash) MarshalText() ([]byte, error) { return h.appendHex(nil), nil }

// UnmarshalText reads 64 lower-case hex digits and nothing else.
func (h *Hash) UnmarshalText(text []byte) error {
	var got Hash
	if len(text) != hexLen || !decodeHex(got[:], text) {
		return errHash
	}
	*h = got
	return nil
}

const hexLen = 2 * sha256.Size

func (h Hash) appendHex(dst []byte) []byte { return hex.AppendEncode(dst, h[:]) }

// chainer takes the sums of records, one after the other in the same place.
type chainer struct{ joined [512]byte }

// sum returns the sum of a record: the hash of the previous sum's hex digits
// followed by the record's line without its sum.
func (c *chainer) sum(prev, body []byte) Hash {
	if len(prev)+len(body) <= len(c.joined) {
		n := copy(c.joined[:], prev)
		n += copy(c.joined[n:], body)
		return sha256.Sum256(c.joined[:n])
	}
	d := sha256.New()
	d.Write(prev)
	d.Write(body)
	var h Hash
	d.Sum(h[:0])
	return h
}

// decodeHex reads lower-case hex digits from the start of text, which is long
// enough, into dst, whose length is a multiple of 4: eight digits at a time, each
// in a byte of a word.
func decodeHex(dst, text []byte) bool {
	const each = 0x01_01_01_01_01_01_01_01
	wrong := uint64(0)
	for i := 0; i < len(dst); i += 4 {
		x := binary.LittleEndian.Uint64(text[2*i:])
		// The top bit of a byte tells whether it is at least '0', above '9', and so on.
		digit := (x + each*(0x80-'0')) &^ (x + each*(0x7f-'9'))
		letter := (x + each*(0x80-'a')) &^ (x + each*(0x7f-'f'))
		wrong |= (digit|letter)&^x&(each<<7) ^ each<<7
		x = x&(each*0x0f) + 9*(x>>6&each)
		x = (x<<4 | x>>8) & 0x00ff_00ff_00ff_00ff
		x = (x | x>>8) & 0x0000_ffff_0000_ffff
		binary.LittleEndian.PutUint32(dst[i:], uint32(x|x>>16))
	}
	return wrong == 0
}

// nibbles is the value of each lower-case hex digit, 255 for any other byte.
var nibbles = func() (t [256]byte) {
	for i := range t {
		t[i] = 255
	}
	for i, c := range "0123456789abcdef" {
		t[c] = byte(i)
	}
	return t
}()
