package spoken

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/text/language"
)

// FuzzParse holds, of any text: no panic; a key or a bounded TagError; keys are
// their own keys; space, case and underscores change nothing; and x/text takes
// whatever is taken.
func FuzzParse(f *testing.F) {
	for _, tag := range []string{"es-MX", "zh-yue", "i-hak", "hy-arevmda", "sgn-US", "x-a", "english", "zh-CN,en"} {
		f.Add(tag)
	}
	f.Fuzz(func(t *testing.T, tag string) {
		k, err := Parse(tag)
		if err != nil {
			e, ok := errors.AsType[*TagError](err)
			if !ok || k != "" || len(e.Tag) > maxQuoted || len(err.Error()) > 700 {
				t.Fatalf("Parse(%q) = %q, %v", tag, k, err)
			}
			return
		}
		if again, err := Parse(string(k)); !k.Valid() || err != nil || again != k {
			t.Fatalf("Parse(%q) = %q, of which Parse is %q, %v", tag, k, again, err)
		}
		s := strings.TrimSpace(tag)
		if _, err := language.Parse(s); err != nil || len(s) > maxTag {
			t.Fatalf("Parse(%q) = %q, but x/text says %v", tag, k, err)
		}
		for _, same := range []string{" " + tag + "\n", strings.ToUpper(tag), strings.ToLower(tag), strings.ReplaceAll(tag, "-", "_")} {
			if got, err := Parse(same); err != nil || got != k {
				t.Fatalf("Parse(%q) = %q, but Parse(%q) = %q, %v", tag, k, same, got, err)
			}
		}
	})
}

// FuzzFromLabel holds that any label is read without panic, and that folding a
// folded label changes nothing.
func FuzzFromLabel(f *testing.F) {
	f.Add("Tiếng Việt")
	f.Add("K'iche'")
	f.Fuzz(func(t *testing.T, label string) {
		if k, ok := FromLabel(label); ok && k.English() == string(k) {
			t.Fatalf("FromLabel(%q) = %q, which has no name", label, k)
		}
		// Beyond 30 marks in a row, 60 bytes of them, normal forms are cut.
		if once := foldLabel(label); len(label) <= 60 && foldLabel(once) != once {
			t.Fatalf("%q folds to %q and then to %q", label, once, foldLabel(once))
		}
	})
}
