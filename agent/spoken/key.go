package spoken

import "fmt"

// Key is one spoken language: two or three lower-case letters such as "es",
// "yue" or "ase". The zero Key is none, and no two people share it. Make one
// with [Parse]; people who share a Key can talk (R27).
type Key string

// Valid reports whether k has the form of a key. It does not ask today's
// table, so a key that was once recorded stays readable (R31).
func (k Key) Valid() bool {
	if len(k) != 2 && len(k) != 3 {
		return false
	}
	for _, c := range []byte(k) {
		if c < 'a' || c > 'z' {
			return false
		}
	}
	return true
}

// MarshalText returns the key; an invalid non-empty Key is an error.
func (k Key) MarshalText() ([]byte, error) {
	if k != "" && !k.Valid() {
		return nil, fmt.Errorf("spoken: %s is no language key", quote(string(k)))
	}
	return []byte(k), nil
}

// UnmarshalText reads a recorded key. It checks the form alone, for the same
// reason as [Key.Valid]; what people and programs give goes through [Parse].
func (k *Key) UnmarshalText(b []byte) error {
	if !Key(b).Valid() {
		return fmt.Errorf("spoken: %s is no language key: want two or three lower-case letters such as es or yue", quote(string(b)))
	}
	*k = Key(b)
	return nil
}
