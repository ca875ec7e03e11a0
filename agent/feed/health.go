package feed

import (
	"slices"
	"strings"
)

// healthWords are the words of which a health line's name is made.
const healthWords = "accident accidental annuities annuity authority contracts health hmo hospital incl including individual insurance life line major medical or of products sickness the variable"

// healthNames are health lines that go by other words.
var healthNames = []string{"a and h", "l and h", "a h", "l h", "l a and h", "l a h", "ah", "lh", "lah"}

// healthLines returns what tells whether a line of authority is for health: one
// of some names, or one made of healthWords alone with health or sickness among
// them.
func healthLines(more []string) func(name string) bool {
	names := slices.Clone(healthNames)
	for _, m := range more {
		names = append(names, strings.Join(wordsOf(m), " "))
	}
	allowed := strings.Fields(healthWords + " and")
	known := map[string]bool{}
	return func(name string) bool {
		if health, ok := known[name]; ok {
			return health
		}
		words := wordsOf(name)
		health := slices.Contains(names, strings.Join(words, " "))
		if !health && (slices.Contains(words, "health") || slices.Contains(words, "sickness")) {
			health = !slices.ContainsFunc(words, func(w string) bool { return !slices.Contains(allowed, w) })
		}
		if len(known) < 1<<12 {
			known[strings.Clone(name)] = health
		}
		return health
	}
}

// looksLikeHealth reports whether a line's name has a word that health lines
// have.
func looksLikeHealth(name string) bool {
	return slices.ContainsFunc(wordsOf(name), func(w string) bool {
		return w == "health" || w == "sickness" || w == "medical" || w == "disability" || w == "hmo"
	})
}

// wordsOf returns the words of a line's name in small letters; an ampersand is
// the word and.
func wordsOf(name string) []string {
	name = strings.ReplaceAll(strings.ToLower(name), "&", " and ")
	return strings.FieldsFunc(name, func(c rune) bool { return (c < 'a' || c > 'z') && (c < '0' || c > '9') })
}
