package spoken

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

var (
	// ErrMalformed is a text that is no BCP 47 tag: a label, a list, a typing error.
	ErrMalformed = errors.New("spoken: not a language tag")

	// ErrUnknown is a tag of the right form with a subtag that nobody registered.
	ErrUnknown = errors.New("spoken: unknown language tag")

	// ErrAmbiguous is a tag that names no one spoken language: none at all, a
	// family, or a macrolanguage whose members do not understand one another.
	ErrAmbiguous = errors.New("spoken: ambiguous language tag")
)

// TagError is why a tag was refused. Its text quotes the tag, says what to do
// and is of bounded length.
type TagError struct {
	Tag     string // the tag, trimmed of space, cut to at most 40 bytes
	Err     error  // ErrMalformed, ErrUnknown or ErrAmbiguous, for errors.Is
	Reason  string // what is wrong with the tag, and the remedy
	Choices []Key  // the languages that may be meant, likely ones first; often none
}

// Error returns the quoted tag, the reason, and the first few of the choices
// with their names.
func (e *TagError) Error() string { return "spoken: " + e.text() }

// Unwrap returns Err.
func (e *TagError) Unwrap() error { return e.Err }

// text is Error without the package's name.
func (e *TagError) text() string {
	const most = 8
	var b strings.Builder
	fmt.Fprintf(&b, "language tag %s %s", quote(e.Tag), e.Reason)
	for i, k := range e.Choices {
		switch {
		case i == most:
			fmt.Fprintf(&b, " and %d more", len(e.Choices)-most)
			return b.String()
		case i == 0:
			b.WriteString(": choose ")
		default:
			b.WriteString(", ")
		}
		b.WriteString(string(k))
		if name := k.English(); name != string(k) {
			fmt.Fprintf(&b, " (%s)", name)
		}
	}
	return b.String()
}

// malformed returns the refusal of s, and what s may mean if it is a label.
func malformed(s, reason string) *TagError {
	e := &TagError{Tag: cut(s), Err: ErrMalformed, Reason: reason}
	if meant := named(s); len(meant) > 0 {
		e.Reason = "is a name, not a tag"
		e.Choices = slices.Clone(meant)
	}
	return e
}

// ambiguous returns the refusal of s, with the members to choose from as codes
// separated by spaces.
func ambiguous(s, reason, members string) *TagError {
	e := &TagError{Tag: cut(s), Err: ErrAmbiguous, Reason: reason}
	for m := range strings.FieldsSeq(members) {
		e.Choices = append(e.Choices, Key(m))
	}
	return e
}

// maxQuoted is how much of a refused text an error holds, in bytes.
const maxQuoted = 40

// cut shortens s to what an error may hold, at the end of a rune.
func cut(s string) string {
	if len(s) <= maxQuoted {
		return s
	}
	n := maxQuoted - len("…")
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}

// quote returns s cut and in quotes.
func quote(s string) string { return fmt.Sprintf("%q", cut(s)) }

// tagErrors are the refused tags of one list, in its order. errors.Is and
// errors.As reach each of them.
type tagErrors []error

// Error names the first few refused tags and counts the rest.
func (es tagErrors) Error() string {
	const most = 4
	var b strings.Builder
	b.WriteString("spoken: ")
	for i, err := range es {
		if i == most {
			fmt.Fprintf(&b, "; and %d more tags are refused", len(es)-most)
			break
		}
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(strings.TrimPrefix(err.Error(), "spoken: "))
	}
	return b.String()
}

// Unwrap returns the refusals.
func (es tagErrors) Unwrap() []error { return es }
