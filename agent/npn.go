package agent

import (
	"fmt"
	"strconv"
)

// NPN is a National Producer Number: up to ten digits that name one agent in
// every state. It is public, so it may stand in logs and error texts. The zero
// NPN is none.
type NPN uint64

const maxNPN NPN = 9_999_999_999

// ParseNPN reads one to ten digits without a leading zero.
func ParseNPN(s string) (NPN, error) {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || s[0] < '1' || s[0] > '9' || !NPN(n).Valid() {
		if len(s) > 20 {
			s = s[:20] + "…"
		}
		return 0, fmt.Errorf("agent: %q is no National Producer Number: give one to ten digits without a leading zero", s)
	}
	return NPN(n), nil
}

// Valid reports whether n has one to ten digits.
func (n NPN) Valid() bool { return n > 0 && n <= maxNPN }

// String returns the digits.
func (n NPN) String() string { return strconv.FormatUint(uint64(n), 10) }

// MarshalText returns the digits; a log holds an NPN as a JSON string.
func (n NPN) MarshalText() ([]byte, error) { return strconv.AppendUint(nil, uint64(n), 10), nil }

// UnmarshalText reads what [ParseNPN] accepts.
func (n *NPN) UnmarshalText(b []byte) error {
	read, err := ParseNPN(string(b))
	if err != nil {
		return err
	}
	*n = read
	return nil
}
