package spoken

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseLanguage(t *testing.T) {
	got, err := ParseLanguage("  es_MX ")
	if want := (Language{"es_MX", "es"}); err != nil || got != want {
		t.Errorf("ParseLanguage = %+v, %v, want %+v", got, err, want)
	}
	if got, err := ParseLanguage("english"); err == nil || got != (Language{}) {
		t.Errorf("ParseLanguage(english) = %+v, %v, want an error and nothing", got, err)
	}
}

func TestParseAll(t *testing.T) {
	got, err := ParseAll([]string{"zh-HK", "es-MX", "yue", "en", "es-419"})
	want := []Language{{"zh-HK", "yue"}, {"es-MX", "es"}, {"en", "en"}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("ParseAll: %v (-want +got):\n%s", err, diff)
	}
	if got, err := ParseAll(nil); got == nil || len(got) != 0 || err != nil {
		t.Errorf("ParseAll(nil) = %#v, %v, want an empty list", got, err)
	}
}

func TestParseAllNamesEveryBadTag(t *testing.T) {
	langs, err := ParseAll([]string{"es", "xx", "qu", "en", "español"})
	if langs != nil {
		t.Errorf("ParseAll = %v beside an error", langs)
	}
	for _, is := range []error{ErrUnknown, ErrAmbiguous, ErrMalformed} {
		if !errors.Is(err, is) {
			t.Errorf("%v is not %v", err, is)
		}
	}
	if e, ok := errors.AsType[*TagError](err); !ok || e.Tag != "xx" {
		t.Errorf("the first TagError is %+v, want that of xx", e)
	}
	for _, part := range []string{`spoken: language tag "xx"`, `; language tag "qu"`, `quz (Cusco Quechua)`, `"español" is a name, not a tag: choose es (Spanish)`} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("text %q lacks %q", err, part)
		}
	}
	if strings.Contains(err.Error(), "\n") || strings.Count(err.Error(), "spoken:") != 1 {
		t.Errorf("text is no single line: %q", err)
	}
	_, err = ParseAll(strings.Split(strings.Repeat("zap ", 1000), " "))
	if n := len(err.Error()); n > 2000 || !strings.Contains(err.Error(), "and 997 more tags") {
		t.Errorf("a thousand bad tags give %d bytes: %v", n, err)
	}
}

func TestMatch(t *testing.T) {
	want := []Language{{"yue", "yue"}, {"es", "es"}, {"en-GB", "en"}}
	for _, tt := range []struct {
		speaks []Key
		want   Key
		ok     bool
		why    string
	}{
		{[]Key{"en", "es"}, "es", true, "the consumer's earlier language wins, not the agent's"},
		{[]Key{"es", "en"}, "es", true, "in either order"},
		{[]Key{"en"}, "en", true, "the last will do"},
		{[]Key{"zh", "ase"}, "", false, "Mandarin is not Cantonese"},
		{nil, "", false, "no languages recorded"},
		{[]Key{""}, "", false, "the zero key is none"},
	} {
		if got, ok := Match(want, tt.speaks); got != tt.want || ok != tt.ok {
			t.Errorf("Match(%v, %v) = %q, %v, want %q, %v: %s", want, tt.speaks, got, ok, tt.want, tt.ok, tt.why)
		}
	}
	if got, ok := Match([]Language{{}}, []Key{""}); ok {
		t.Errorf("the zero language matches the zero key: %q", got)
	}
	if got, ok := Match(nil, []Key{"es"}); ok {
		t.Errorf("nobody's language matches %q", got)
	}
	if diff := cmp.Diff([]Key{"yue", "es", "en"}, Keys(want)); diff != "" {
		t.Errorf("Keys (-want +got):\n%s", diff)
	}
}

func TestLanguageJSON(t *testing.T) {
	want := []Language{{"es-MX", "es"}, {"zh-HK", "yue"}}
	b, err := json.Marshal(want)
	if text := `[{"tag":"es-MX","key":"es"},{"tag":"zh-HK","key":"yue"}]`; err != nil || string(b) != text {
		t.Errorf("Marshal = %s, %v, want %s", b, err, text)
	}
	var got []Language
	if err := json.Unmarshal(b, &got); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("round trip (-want +got):\n%s", diff)
	}
	for _, bad := range []string{
		`null`, `{}`, `{"tag":"es"}`, `{"key":"es"}`, `{"tag":"es","key":null}`, `{"tag":"es","key":""}`,
		`{"tag":"es","key":"ES"}`, `{"tag":"es","key":"es-MX"}`, `{"tag":"es","key":1}`, `"es"`,
	} {
		l := Language{"fr", "fr"}
		if err := json.Unmarshal([]byte(bad), &l); err == nil || l != (Language{"fr", "fr"}) {
			t.Errorf("Unmarshal(%s) = %+v, %v, want an error and nothing changed", bad, l, err)
		}
	}
}

// TestRecordedKeyStands holds R31: a key that today's table would fold or refuse
// reads back as it was written.
func TestRecordedKeyStands(t *testing.T) {
	for _, was := range []Key{"tl", "cmn", "qu", "und", "xx", "qaa"} {
		var l Language
		if err := json.Unmarshal(fmt.Appendf(nil, `{"tag":"x","key":%q}`, was), &l); err != nil || l.Key != was {
			t.Errorf("recorded %q reads as %q, %v", was, l.Key, err)
		}
	}
}

func TestKeyText(t *testing.T) {
	for _, bad := range []Key{"", "e", "ES", "es-MX", "engl", "e1", "éa", " es"} {
		if bad.Valid() {
			t.Errorf("%q is valid", bad)
		}
		k := Key("es")
		if err := k.UnmarshalText([]byte(bad)); err == nil || k != "es" {
			t.Errorf("UnmarshalText(%q) = %q, %v, want an error and nothing changed", bad, k, err)
		}
		if _, err := bad.MarshalText(); (err == nil) != (bad == "") {
			t.Errorf("MarshalText of %q: %v", bad, err)
		}
	}
}

func TestTagErrorText(t *testing.T) {
	for tag, want := range map[string]string{
		"english": `spoken: language tag "english" is a name, not a tag: choose en (English)`,
		"karen":   `spoken: language tag "karen" is a name, not a tag: choose ksw (S'gaw Karen), pwo, kyu`,
		"sgn-BE":  `spoken: language tag "sgn-BE" names no one sign language: give the tag of the one that is meant: choose vgt, sfb`,
		"syr":     `spoken: language tag "syr" names several languages whose speakers do not understand one another: ask which one it is: choose aii (Assyrian Neo-Aramaic), cld (Chaldean Neo-Aramaic)`,
		"es-mex":  `spoken: language tag "es-mex" has "mex" where it is not registered: write another language alone, and a region as two letters or three digits (es-MX, es-419)`,
		"es-en":   `spoken: language tag "es-en" has the subtag "EN", which is not registered: correct it`,
		"und":     `spoken: language tag "und" states no language: ask which one the person speaks`,
	} {
		if _, err := Parse(tag); err == nil || err.Error() != want {
			t.Errorf("Parse(%q):\n got %v\nwant %s", tag, err, want)
		}
	}
	for _, tag := range []string{strings.Repeat("語", 1000), strings.Repeat("\xff", 1000), strings.Repeat("zap-", 1000), "zap", "sgn"} {
		_, err := Parse(tag)
		e, ok := errors.AsType[*TagError](err)
		if !ok || len(e.Tag) > maxQuoted || len(err.Error()) > 500 {
			t.Errorf("text of %d bytes for a tag of %d: %v", len(err.Error()), len(tag), err)
		}
	}
	_, err := Parse("chinese")
	e, _ := errors.AsType[*TagError](err)
	e.Choices[0] = "xx"
	if _, err := Parse("chinese"); strings.Contains(err.Error(), "xx") {
		t.Errorf("the choices of an error are the caller's, but the table changed: %v", err)
	}
}
