package spoken

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/text/language"
)

// maxTag is the longest tag read, in bytes: the length that RFC 5646 says
// covers every tag in use.
const maxTag = 35

// Parse returns the spoken language that a BCP 47 tag names, by the rule in the
// package documentation. Case, space around the tag and underscores instead of
// hyphens do not matter. Any error is a [*TagError]; nothing is guessed.
// Parsing a Key gives the Key itself.
func Parse(tag string) (Key, error) {
	if i, ok := nameIndex[Key(tag)]; ok { // a key is its own tag
		return names[i].key, nil
	}
	return parse(tag, language.Parse)
}

// parse is Parse with the reader of tags given, which tests watch.
func parse(tag string, read func(string) (language.Tag, error)) (Key, error) {
	s := strings.TrimSpace(tag)
	if err := admit(s); err != nil {
		return "", err
	}
	t, err := read(s)
	if err != nil {
		return "", unreadable(s, err)
	}
	base, _, region := t.Raw()
	switch code := base.String(); code {
	case "sgn":
		return signKey(s, region.String())
	case "zh":
		if r := region.String(); r == "HK" || r == "MO" {
			return "yue", nil
		}
		return "zh", nil
	case "hy":
		for _, v := range t.Variants() {
			if v.String() == "arevmda" {
				return "hyw", nil
			}
		}
		return "hy", nil
	default:
		if err := vague(s, code); err != nil {
			return "", err
		}
		return fold(code), nil
	}
}

// admit refuses what must not reach the parser: see steps 1 and 3 of the rule.
// It returns an error and not a *TagError, so that nil is nil.
func admit(s string) error {
	if s == "" {
		return &TagError{Err: ErrMalformed, Reason: "is empty: " + wellFormed}
	}
	if len(s) > maxTag {
		return malformed(s, fmt.Sprintf("is longer than %d bytes: %s", maxTag, wellFormed))
	}
	for _, c := range []byte(s) {
		// Beyond ASCII the parser looks at the low byte of each rune alone, and
		// takes i-haū for i-hak.
		if !letter(c) && !('0' <= c && c <= '9') && c != '-' && c != '_' {
			return malformed(s, "is no language tag: "+wellFormed)
		}
	}
	low := strings.ToLower(strings.ReplaceAll(s, "_", "-"))
	switch low {
	case "root", "i-default", "i-enochian":
		return ambiguous(s, "states no spoken language: ask which one the person speaks", "")
	case "cel-gaulish":
		return ambiguous(s, "names several extinct languages: ask which one the person speaks", "")
	case "zh-min":
		return ambiguous(s, severalLanguages, "nan cdo mnp cpx czo")
	}
	if strings.HasPrefix(low, "x-") {
		return ambiguous(s, privateUse, "")
	}
	if second, ok := unregisteredPair(low); ok {
		return malformed(s, fmt.Sprintf("has %q where it is not registered: write another language alone, "+
			"and a region as two letters or three digits (es-MX, es-419)", second))
	}
	return nil
}

// wellFormed says what a tag looks like.
const wellFormed = "give a BCP 47 tag of letters, digits and hyphens such as es, es-MX or yue"

// unreadable returns the refusal of a tag on which the parser gave err.
func unreadable(s string, err error) error {
	var unknown language.ValueError
	if !errors.As(err, &unknown) {
		return malformed(s, "is no language tag: "+wellFormed)
	}
	e := malformed(s, fmt.Sprintf("has the subtag %q, which is not registered: correct it", unknown.Subtag()))
	e.Err = ErrUnknown
	return e
}

// letter reports whether c is an ASCII letter.
func letter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
