package main

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/geo"
)

// names returns the English names of languages.
func names(languages []spoken.Language) (list []string) {
	for _, l := range languages {
		list = append(list, l.Key.English())
	}
	return list
}

// where says a consumer's or an office's place.
func where(s geo.State, z geo.ZIP) string {
	if z == "" {
		return s.Name()
	}
	return string(s) + " " + string(z)
}

// kilometers writes a distance as a person is shown it: in whole kilometers (R28).
func kilometers(m geo.Meters) string {
	if m < 0 {
		return "an unknown distance"
	}
	return grouped(int((m+500)/1000)) + " km"
}

// reasons writes a verdict as the rest of a sentence.
func reasons(verdict []agent.Reason) string {
	if verdict == nil {
		return "might be asked" // whyNot of somebody who is in line after all
	}
	texts := make([]string, len(verdict))
	for i, r := range verdict {
		texts[i] = r.String()
	}
	return strings.Join(texts, ", and ")
}

// grouped writes a number from 0 to 999,999 with a comma.
func grouped(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%d,%03d", n/1000, n%1000)
}

// wrapped parts a text into lines of at most width characters.
func wrapped(text string, width int) (lines []string) {
	line := ""
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width:
			lines, line = append(lines, line), word
		default:
			line += " " + word
		}
	}
	return append(lines, line)
}

// quoted returns a path as a shell takes it.
func quoted(path string) string {
	strange := func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("/._-", r)
	}
	if !strings.ContainsFunc(path, strange) {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
