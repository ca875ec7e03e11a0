package spoken

import (
	"encoding/json"
	"testing"

	"golang.org/x/text/language"
)

// TestParserPinned pins what the rule relies on in x/text. If a newer version
// breaks it, the rule in the package documentation must be read again.
func TestParserPinned(t *testing.T) {
	for tag, want := range map[string]string{
		"zh-yue": "yue", "i-hak": "hak", "tl": "fil", "spa": "es", "es_MX": "es-MX",
		"yue": "yue", "cmn": "cmn", "arb": "arb", "swc": "swc", "pnb": "pnb", "hyw": "hyw", "hea": "hea",
		"quz": "quz", "sgn-US": "sgn-US", "zh-HK": "zh-HK", "iw": "he", "sh": "sr-Latn",
	} {
		if got, err := language.Parse(tag); err != nil || got.String() != want {
			t.Errorf("language.Parse(%q) = %v, %v, want %s", tag, got, err, want)
		}
	}
}

// TestParserTraps pins the behavior that the rule guards against, so that a
// guard which is no longer needed is seen.
func TestParserTraps(t *testing.T) {
	for tag, want := range map[string]string{
		"es-rus": "ru", "ar-spa": "es", "en-usa": "usa", "no-nyn-NO": "nyn-NO", "i-default": "en-x-i-default",
		"zh-min": "nan-x-zh-min", "root": "und", "i-haū": "hak",
	} {
		if got, err := language.Parse(tag); err != nil || got.String() != want {
			t.Errorf("language.Parse(%q) = %v, %v, want the mistake %s", tag, got, err, want)
		}
	}
	for tag, want := range map[string]string{"und": "en", "und-MX": "es"} {
		if base, _ := language.MustParse(tag).Base(); base.String() != want {
			t.Errorf("Base of %s = %v, want the guess %s", tag, base, want)
		}
	}

	a, _ := language.Parse("english")
	b, _ := language.Parse("spanish")
	if a != b || a != (language.Tag{}) {
		t.Errorf("two malformed tags are %v and %v, want und both times", a, b)
	}
	var form struct{ A, B language.Tag }
	if err := json.Unmarshal([]byte(`{"A":"tl","B":null}`), &form); err != nil || form.A.String() != "tl" || form.B != language.Und {
		t.Errorf("a request struct of tags = %v, %v, want tl as given and und for null", form, err)
	}
}
