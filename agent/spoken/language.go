package spoken

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Language is a language as a log records it (R31): the tag that was given,
// trimmed of space, and the key it resolved to on that day. Only the key
// decides; the tag is for people.
type Language struct {
	Tag string `json:"tag"`
	Key Key    `json:"key"`
}

// ParseLanguage resolves a tag as [Parse] does, and keeps it beside its key.
func ParseLanguage(tag string) (Language, error) {
	key, err := Parse(tag)
	if err != nil {
		return Language{}, err
	}
	return Language{Tag: strings.TrimSpace(tag), Key: key}, nil
}

// ParseAll resolves a list of tags and keeps their order, which for a consumer
// is the order of preference (R13). A tag whose key stands earlier in the list
// is dropped. If tags are refused, the one error names them all and wraps a
// [*TagError] for each. An empty list is no error here; R14 is the caller's.
func ParseAll(tags []string) ([]Language, error) {
	langs := make([]Language, 0, len(tags))
	var refused tagErrors
	var seen map[Key]bool // needed where looking through langs would take long
	if len(tags) > 16 {
		seen = make(map[Key]bool, len(tags))
	}
	for _, tag := range tags {
		l, err := ParseLanguage(tag)
		if err != nil {
			refused = append(refused, err)
			continue
		}
		switch {
		case seen[l.Key]:
		case seen != nil:
			seen[l.Key] = true
			langs = append(langs, l)
		case !slices.ContainsFunc(langs, func(m Language) bool { return m.Key == l.Key }):
			langs = append(langs, l)
		}
	}
	if len(refused) > 0 {
		return nil, refused
	}
	return langs, nil
}

// UnmarshalJSON reads a recorded language. The tag and the key must both be
// there, and null is refused; the key is checked for its form alone (R31).
func (l *Language) UnmarshalJSON(b []byte) error {
	type recorded Language
	var read recorded
	if err := json.Unmarshal(b, &read); err != nil {
		return err
	}
	if read.Tag == "" || read.Key == "" {
		return fmt.Errorf("spoken: a recorded language needs a tag and a key")
	}
	*l = Language(read)
	return nil
}

// Keys returns the keys of the languages, in their order.
func Keys(langs []Language) []Key {
	keys := make([]Key, len(langs))
	for i, l := range langs {
		keys[i] = l.Key
	}
	return keys
}

// Match returns the first of the wanted languages that is among those spoken
// (R13, S14). The zero Key matches nothing, itself included. It allocates
// nothing.
func Match(want []Language, speaks []Key) (Key, bool) {
	for _, w := range want {
		if w.Key == "" {
			continue
		}
		for _, k := range speaks {
			if k == w.Key {
				return k, true
			}
		}
	}
	return "", false
}
