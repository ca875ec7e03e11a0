package spoken

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Choice is one language as a person picks it from a list.
type Choice struct {
	Key     Key
	English string
	Spanish string
	Native  string   // the language's name in itself, in its own script
	Aliases []string // other names it goes by, in any language
}

// Picker returns the languages a form should offer, roughly the most spoken in
// the United States first. The slice is the caller's. A key that is not here is
// as good as any other; it only has no name.
func Picker() []Choice {
	choices := make([]Choice, len(names))
	for i, n := range names {
		choices[i] = Choice{n.key, n.english, n.spanish, n.native, n.aliasList()}
	}
	return choices
}

// English returns the name of the language in English, or the key itself if the
// picker has none.
func (k Key) English() string {
	if i, ok := nameIndex[k]; ok {
		return names[i].english
	}
	return string(k)
}

// Spanish returns the name of the language in Spanish, or the key itself if the
// picker has none.
func (k Key) Spanish() string {
	if i, ok := nameIndex[k]; ok {
		return names[i].spanish
	}
	return string(k)
}

// Native returns the name of the language in the language itself, or the key if
// the picker has none.
func (k Key) Native() string {
	if i, ok := nameIndex[k]; ok {
		return names[i].native
	}
	return string(k)
}

// FromLabel returns the language that goes by a name or an alias of the picker,
// whatever its case, accents and punctuation. A name that several languages
// share ("Chinese", "Kurdish", "Karen") is none of them. Tags are no names:
// those are for [Parse].
func FromLabel(label string) (Key, bool) {
	if keys := named(label); len(keys) == 1 {
		return keys[0], true
	}
	return "", false
}

// named returns the languages that go by a label: one, several for a shared
// name, none if it is no label.
func named(label string) []Key {
	const longest = 120 // bytes; no label comes near
	if len(label) > longest {
		return nil
	}
	return labelIndex[foldLabel(label)]
}

// nameIndex is the place of each key in names.
var nameIndex = func() map[Key]int {
	m := make(map[Key]int, len(names))
	for i, n := range names {
		m[n.key] = i
	}
	return m
}()

// labelIndex holds the keys of every folded name and alias.
var labelIndex = func() map[string][]Key {
	m := make(map[string][]Key, 6*len(names))
	for _, n := range names {
		for _, label := range append(n.aliasList(), n.english, n.spanish, n.native) {
			f := foldLabel(label)
			if !slices.Contains(m[f], n.key) {
				m[f] = append(m[f], n.key)
			}
		}
	}
	for _, s := range sharedNames {
		for label := range strings.SplitSeq(s.labels, ", ") {
			for key := range strings.FieldsSeq(s.keys) {
				if f := foldLabel(label); !slices.Contains(m[f], Key(key)) {
					m[f] = append(m[f], Key(key))
				}
			}
		}
	}
	return m
}()

// foldLabel lowers s, takes accents off Latin, Greek and Cyrillic letters, drops
// apostrophes, and makes any other punctuation and space one space.
func foldLabel(s string) string {
	var b strings.Builder
	gap := false
	for _, r := range norm.NFKD.String(strings.ToValidUTF8(s, " ")) {
		switch r = unicode.ToLower(r); {
		case r >= 0x300 && r <= 0x36F, strings.ContainsRune("'’‘ʻʼꞌ`´", r):
			continue
		case unicode.IsLetter(r), unicode.IsMark(r), unicode.IsDigit(r):
			if gap && b.Len() > 0 {
				b.WriteByte(' ')
			}
			gap = false
			switch r {
			case 'đ':
				r = 'd'
			case 'ł':
				r = 'l'
			case 'ø':
				r = 'o'
			case 'ı':
				r = 'i'
			}
			b.WriteRune(r)
		default:
			gap = true
		}
	}
	return norm.NFKD.String(b.String()) // what was dropped may have kept marks out of order
}
