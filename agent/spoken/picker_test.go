package spoken

import (
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
	"golang.org/x/text/unicode/norm"
)

func TestPickerHasEveryone(t *testing.T) {
	const asked = "en es zh yue nan fil vi ar fr ko ru de hi ht pt it pl ur ja fa gu te bn pa ta el sr hmn hy hyw he km nv th " +
		"lo uk bg cs ne mr ml kn am so om ti yo ak ig wo sw rw ln ilo sm haw to mh chk ceb yi pdc nl ro sq ps ku ckb tr my " +
		"ksw mam quc kjb kek esu hu ha rhg kea ase"
	have := map[Key]bool{}
	for _, c := range Picker() {
		if have[c.Key] {
			t.Errorf("%s stands twice", c.Key)
		}
		have[c.Key] = true
		if k, err := Parse(string(c.Key)); err != nil || k != c.Key {
			t.Errorf("%s is no key: Parse gives %q, %v", c.Key, k, err)
		}
		for _, name := range append(c.Aliases, c.English, c.Spanish, c.Native) {
			if name == "" || strings.TrimSpace(name) != name || !norm.NFC.IsNormalString(name) {
				t.Errorf("%s has the name %q: empty, with space around it, or not NFC", c.Key, name)
			}
			for _, spelled := range []string{name, strings.ToUpper(name), norm.NFD.String(name), " " + name + "\t"} {
				if k, ok := FromLabel(spelled); !ok || k != c.Key {
					t.Errorf("FromLabel(%q) = %q, %v, want %q", spelled, k, ok, c.Key)
				}
			}
		}
		if c.Key.English() != c.English || c.Key.Spanish() != c.Spanish || c.Key.Native() != c.Native {
			t.Errorf("%s: the names of the key and of the choice differ", c.Key)
		}
	}
	for k := range strings.FieldsSeq(asked) {
		if !have[Key(k)] {
			t.Errorf("the picker lacks %s", k)
		}
	}
}

// TestNamesAgreeWithCLDR compares the table with the names that x/text has;
// where they differ, the reason stands here.
func TestNamesAgreeWithCLDR(t *testing.T) {
	const (
		narrower = "zh yue nan fil fa sr hy ak ku ckb fuc cld quz zai bcl hak wuu" // the key is more or less than CLDR's code
		other    = "bn bho rw ilo chk pdc esu kea no lg rn mnk kab pcm jam hil pam to yo id ms bm lkt"
	)
	differ := strings.Fields(narrower + " " + other)
	for _, c := range Picker() {
		tag := language.MustParse(string(c.Key))
		agree := true
		for _, n := range []struct{ ours, cldr string }{
			{c.English, display.English.Languages().Name(tag)},
			{c.Spanish, display.Languages(language.Spanish).Name(tag)},
			{c.Native, display.Self.Name(tag)},
		} {
			if n.cldr != "" && foldLabel(n.ours) != foldLabel(n.cldr) {
				agree = false
				if !strings.Contains(" "+strings.Join(differ, " ")+" ", " "+string(c.Key)+" ") {
					t.Errorf("%s is %q, but CLDR says %q", c.Key, n.ours, n.cldr)
				}
			}
		}
		if agree && strings.Contains(" "+strings.Join(differ, " ")+" ", " "+string(c.Key)+" ") {
			t.Errorf("%s agrees with CLDR and need not be excepted", c.Key)
		}
	}
}

// TestNativeScripts holds that each native name is in the script of its language.
func TestNativeScripts(t *testing.T) {
	for script, keys := range map[*unicode.RangeTable]string{
		unicode.Han: "zh yue nan hak cdo wuu ja", unicode.Arabic: "ar fa ur ps ckb ary sd", unicode.Hangul: "ko",
		unicode.Cyrillic: "ru uk bg mk kk ky tg mn", unicode.Devanagari: "hi ne mr bho mai", unicode.Bengali: "bn",
		unicode.Gujarati: "gu", unicode.Telugu: "te", unicode.Gurmukhi: "pa", unicode.Tamil: "ta", unicode.Greek: "el",
		unicode.Armenian: "hy hyw", unicode.Hebrew: "he yi", unicode.Khmer: "km", unicode.Thai: "th", unicode.Lao: "lo",
		unicode.Malayalam: "ml", unicode.Kannada: "kn", unicode.Ethiopic: "am ti", unicode.Myanmar: "my ksw",
		unicode.Georgian: "ka", unicode.Sinhala: "si", unicode.Tibetan: "bo", unicode.Syriac: "aii cld", unicode.Cherokee: "chr",
	} {
		for k := range strings.FieldsSeq(keys) {
			for _, r := range Key(k).Native() {
				if unicode.IsLetter(r) && !unicode.Is(script, r) {
					t.Errorf("%s is called %s: %q is of another script", k, Key(k).Native(), r)
				}
			}
		}
	}
}

func TestFromLabel(t *testing.T) {
	for label, want := range map[string]Key{
		"english": "en", "ESPAÑOL": "es", "espanol": "es", "Tagalog": "fil", "Farsi": "fa", "dari": "fa", "中文": "",
		"Chinese (Mandarin)": "zh", "cantonese": "yue", "Kreyol Ayisyen": "ht", "kiche": "quc", "K’ICHE’": "quc",
		"Croatian": "sr", "tieng viet": "vi", "ASL": "ase", "lengua de senas americana": "ase", "ʻōlelo hawaiʻi": "haw",
		"lea fakatonga": "to", "twi": "ak", "S’gaw  Karen": "ksw", "Cape-Verdean Creole": "kea", "Ελληνικα": "el",
		"": "", "   ": "", "xyz": "", "es": "", "Chinese": "", "kurdish": "", "Armenian": "", "sign language": "", "creole": "",
	} {
		if got, ok := FromLabel(label); got != want || ok != (want != "") {
			t.Errorf("FromLabel(%q) = %q, %v, want %q", label, got, ok, want)
		}
	}
	if _, ok := FromLabel(strings.Repeat("english", 1<<16)); ok {
		t.Error("a huge label is known")
	}
}

// TestSharedNames holds that a shared name is no language's own, and that what
// it offers can be chosen.
func TestSharedNames(t *testing.T) {
	for _, s := range sharedNames {
		for label := range strings.SplitSeq(s.labels, ", ") {
			if got := named(label); len(got) != len(strings.Fields(s.keys)) {
				t.Errorf("%q offers %v, want %s alone", label, got, s.keys)
			}
		}
		for key := range strings.FieldsSeq(s.keys) {
			if k, err := Parse(key); err != nil || string(k) != key {
				t.Errorf("%s offers %q, but Parse gives %q, %v", s.labels, key, k, err)
			}
		}
	}
}

func TestNamesFallBack(t *testing.T) {
	for _, k := range []Key{"tlh", "xx", ""} {
		if k.English() != string(k) || k.Spanish() != string(k) || k.Native() != string(k) {
			t.Errorf("%q is called %q, %q, %q, want the key", k, k.English(), k.Spanish(), k.Native())
		}
	}
}

func TestPickerIsTheCallers(t *testing.T) {
	first := Picker()
	first[0].English, first[0].Aliases[0] = "x", "x"
	if again := Picker(); again[0].English != "English" || again[0].Aliases[0] == "x" {
		t.Errorf("writing to a picker changed the table: %+v", again[0])
	}
}
