package geo

import (
	"fmt"
	"strings"
)

// ZIP is a five-digit US ZIP Code, leading zeros included ("00601"). The empty
// ZIP is none.
type ZIP string

// ParseZIP reads a ZIP Code of five digits. A ZIP+4 tail ("33602-1234" or
// "336021234") is dropped, and so is space around it. Leading zeros belong to
// the code: "601" is refused, not padded.
func ParseZIP(s string) (ZIP, error) {
	t := strings.TrimSpace(s)
	five, tail := t, ""
	switch {
	case len(t) == 10 && t[5] == '-':
		five, tail = t[:5], t[6:]
	case len(t) == 9:
		five, tail = t[:5], t[5:]
	}
	if !ZIP(five).Valid() || !digits(tail) {
		return "", fmt.Errorf("geo: %s is no ZIP Code: give five digits, leading zeros included, such as 00601", quote(s))
	}
	return ZIP(five), nil
}

// Valid reports whether z is five digits. It does not say that the ZIP exists.
func (z ZIP) Valid() bool { return len(z) == 5 && digits(string(z)) }

// Number returns the ZIP as a number from 0 to 99999, or -1 if z is not valid.
func (z ZIP) Number() int {
	if !z.Valid() {
		return -1
	}
	n := 0
	for _, c := range []byte(z) {
		n = n*10 + int(c-'0')
	}
	return n
}

// MarshalText returns the five digits; an invalid non-empty ZIP is an error.
func (z ZIP) MarshalText() ([]byte, error) {
	if z != "" && !z.Valid() {
		return nil, fmt.Errorf("geo: %s is no ZIP Code", quote(string(z)))
	}
	return []byte(z), nil
}

// UnmarshalText reads exactly five digits, the one form that is written.
func (z *ZIP) UnmarshalText(b []byte) error {
	if !ZIP(b).Valid() {
		return fmt.Errorf("geo: %s is no ZIP Code: want five digits", quote(string(b)))
	}
	*z = ZIP(b)
	return nil
}

func digits(s string) bool {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// quote quotes input for an error text, cut so that the text stays short.
func quote(s string) string {
	const most = 40
	if len(s) > most {
		return fmt.Sprintf("%q…", s[:most])
	}
	return fmt.Sprintf("%q", s)
}
