package spoken

import (
	"encoding/csv"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/language"
)

// TestPairs holds every judged pair: "yes" means both parse to one key.
func TestPairs(t *testing.T) {
	f, err := os.Open("testdata/language-pairs.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma = '\t'
	r.FieldsPerRecord = 4
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"want", "speaks", "expected", "reason"}, rows[0]); diff != "" {
		t.Fatalf("header (-want +got):\n%s", diff)
	}
	if got, want := len(rows)-1, 226; got != want {
		t.Errorf("%d rows, want %d", got, want)
	}
	for _, row := range rows[1:] {
		a, errA := Parse(row[0])
		b, errB := Parse(row[1])
		got := "no"
		if errA == nil && errB == nil && a == b {
			got = "yes"
		}
		if got != row[2] {
			t.Errorf("%s wants, %s speaks: %s, want %s (%s); keys %q, %q; errors %v, %v",
				row[0], row[1], got, row[2], row[3], a, b, errA, errB)
		}
		want, err := ParseLanguage(row[0])
		if (err == nil) != (errA == nil) {
			t.Errorf("ParseLanguage(%q) and Parse disagree: %v, %v", row[0], err, errA)
		}
		if _, ok := Match([]Language{want}, []Key{b}); ok != (row[2] == "yes") {
			t.Errorf("Match(%v, %q) = %v, want %s", want, b, ok, row[2])
		}
	}
}

func TestParse(t *testing.T) {
	for _, tt := range []struct {
		tag  string
		want Key
		why  string
	}{
		{" es-MX\n", "es", "space around a tag is dropped"},
		{"ES_mx", "es", "case and underscores do not matter"},
		{"es-419", "es", "three digits are a region, not a language"},
		{"es-Latn-MX-x-home", "es", "script, region and private use say nothing about speech"},
		{"en-US-u-hc-h12", "en", "nor do -u- extensions"},
		{"es-t-en", "es", "nor do -t- extensions"},
		{"en-US-POSIX", "en", "a locale that became a tag"},
		{"kr", "kr", "Kanuri, not Korean"},
		{"se", "se", "Northern Sami, not Swedish"},
		{"sv", "sv", "Swedish, not Salvadoran"},
		{"in", "id", "Indonesian's retired code, not India"},
		{"br", "br", "Breton, not Brazilian"},
		{"co", "co", "Corsican, not Colombian"},
		{"my", "my", "Burmese, not Malaysian"},
		{"tw", "ak", "Twi is Akan, not Taiwanese"},
		{"zh", "zh", "Mandarin"},
		{"zh-Hans-HK", "yue", "Hong Kong speaks Cantonese in any script"},
		{"zho-MO", "yue", "and so does Macau, by any code of Chinese"},
		{"cmn-HK", "zh", "who says Mandarin means it"},
		{"zh-cmn-HK", "zh", "also as an extended language"},
		{"zh-Hant-TW", "zh", "Taiwan's Mandarin"},
		{"zh-min-nan", "nan", "a grandfathered tag of three subtags"},
		{"hy-arevmda", "hyw", "Western Armenian by variant"},
		{"hy-Armn-AM-arevmda", "hyw", "wherever it stands"},
		{"hy-arevela", "hy", "Eastern Armenian by variant"},
		{"fa-AF", "fa", "Dari"},
		{"sgn-US", "ase", "sign languages go by region"},
		{"sgn_mx", "mfs", "in any spelling"},
		{"sgn-GB", "bfi", ""},
		{"sgn-FR", "fsl", ""},
		{"sgn-ES", "ssp", ""},
		{"sgn-NO", "nsl", "Norwegian Sign Language; nsi is Nigerian"},
		{"sgn-Sgnw-US", "ase", "script does not matter"},
		{"sgn-ase", "ase", "by extended language"},
		{"sgn-ase-MX", "ase", "whose region is only where"},
		{"sgn-BE-FR", "sfb", "grandfathered"},
		{"sgn-CH-DE", "sgg", "grandfathered"},
		{"ase-MX", "ase", ""},
		{"sh", "sr", "the retired code of Serbo-Croatian"},
		{"cnr", "sr", "Montenegrin"},
		{"ajp", "ar", "merged into apc"},
		{"hak-TW", "hak", ""},
		{"i-mingo", "see", "Mingo is a dialect of Seneca"},
	} {
		got, err := Parse(tt.tag)
		if err != nil || got != tt.want {
			t.Errorf("Parse(%q) = %q, %v, want %q: %s", tt.tag, got, err, tt.want, tt.why)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, tt := range []struct {
		tag  string
		want error
		why  string
	}{
		{"", ErrMalformed, "nothing"},
		{" \t", ErrMalformed, "nothing but space"},
		{"english", ErrMalformed, "a label"},
		{"español", ErrMalformed, "a label"},
		{"en*", ErrMalformed, "a range"},
		{"zh-CN,en", ErrMalformed, "a list"},
		{"es MX", ErrMalformed, "space inside"},
		{"C", ErrMalformed, "a POSIX locale"},
		{"es-", ErrMalformed, "a hyphen too many"},
		{"-es", ErrMalformed, "a hyphen too many"},
		{"es\x00", ErrMalformed, "a zero byte"},
		{"es\xff", ErrMalformed, "no UTF-8"},
		{"i-haū", ErrMalformed, "x/text keeps the low byte of ū, a k, and reads Hakka"},
		{"es-mex", ErrMalformed, "three letters are no region here"},
		{"en-usa", ErrMalformed, "x/text reads Usarufa"},
		{"es-rus", ErrMalformed, "x/text reads Russian"},
		{"ar-spa", ErrMalformed, "x/text reads Spanish"},
		{"ms-ind", ErrMalformed, "a member of a macrolanguage that is no extended language"},
		{"yue-ase", ErrMalformed, "an extended language behind another prefix"},
		{"zh-yue-hak", ErrMalformed, "two extended languages"},
		{"zh-min-nan-TW", ErrMalformed, "a grandfathered tag is whole"},
		{"no-nyn-NO", ErrMalformed, "x/text reads Nyankole"},
		{"no-bok-NO", ErrMalformed, "x/text reads Bok"},
		{"xx", ErrUnknown, "nobody registered it"},
		{"es-en", ErrUnknown, "no such region"},
		{"es-Xyzz-MX", ErrUnknown, "no such script, though the rest is fine"},
		{"zh-sjc", ErrUnknown, "registered, but x/text does not know it"},
		{"root", ErrAmbiguous, "CLDR's root"},
		{"ROOT", ErrAmbiguous, "in any case"},
		{"i-default", ErrAmbiguous, "x/text reads English"},
		{"I_Default", ErrAmbiguous, "in any spelling"},
		{" i-enochian ", ErrAmbiguous, "nobody's language"},
		{"zh-min", ErrAmbiguous, "several Min languages; x/text reads Southern Min"},
		{"cel-gaulish", ErrAmbiguous, "extinct"},
		{"und", ErrAmbiguous, "none; Tag.Base guesses English"},
		{"und-MX", ErrAmbiguous, "none; Tag.Base guesses Spanish"},
		{"und-Cyrl", ErrAmbiguous, "none; Tag.Base guesses Russian"},
		{"x-mam", ErrAmbiguous, "private use"},
		{"mul", ErrAmbiguous, "several"},
		{"mis", ErrAmbiguous, "without a code"},
		{"zxx", ErrAmbiguous, "no language"},
		{"art", ErrAmbiguous, "invented ones"},
		{"qaa", ErrAmbiguous, "private use"},
		{"qtz-MX", ErrAmbiguous, "private use"},
		{"sgn", ErrAmbiguous, "which sign language?"},
		{"sgn-BE", ErrAmbiguous, "Belgium has two"},
		{"sgn-CA", ErrAmbiguous, "Canada has several"},
		{"sgn-PR", ErrAmbiguous, "Puerto Rico's own is coded apart"},
		{"nah", ErrAmbiguous, "a family"},
		{"kar", ErrAmbiguous, "a family"},
		{"myn-GT", ErrAmbiguous, "a family"},
		{"oto", ErrAmbiguous, "a family"},
		{"ber", ErrAmbiguous, "a family"},
		{"bh", ErrAmbiguous, "a family"},
		{"smi", ErrAmbiguous, "a family"},
		{"qu-PE", ErrAmbiguous, "members do not understand one another"},
		{"que", ErrAmbiguous, "by its other code"},
		{"zap", ErrAmbiguous, ""},
		{"lah", ErrAmbiguous, ""},
		{"man", ErrAmbiguous, ""},
		{"rom", ErrAmbiguous, ""},
		{"zza", ErrAmbiguous, ""},
		{"syr", ErrAmbiguous, ""},
	} {
		got, err := Parse(tt.tag)
		if got != "" || !errors.Is(err, tt.want) {
			t.Errorf("Parse(%q) = %q, %v, want %v: %s", tt.tag, got, err, tt.want, tt.why)
		}
		if e, ok := errors.AsType[*TagError](err); !ok || e.Reason == "" {
			t.Errorf("Parse(%q): %#v is no TagError with a reason", tt.tag, err)
		}
	}
}

// TestNeverReachesParser holds that length and literals are refused first: the
// parser has no guard against long tags and takes the literals for languages.
func TestNeverReachesParser(t *testing.T) {
	asked := 0
	read := func(s string) (language.Tag, error) { asked++; return language.Parse(s) }
	const long = "en-x-aaaaaaaa-bbbbbbbb-cccccccc-dddd" // 36 bytes
	for _, tag := range []string{
		"", " ", long, strings.Repeat("a", 1<<20), strings.Repeat("a-", 1<<20),
		"root", "i-default", "I-DEFAULT", "i_default", " i-default ", "i-enochian", "zh-min", "cel-gaulish",
		"i-defaulŴ", "rooŴ", "es-rus", "x-y",
	} {
		if k, err := parse(tag, read); err == nil {
			t.Errorf("parse(%q) = %q, want a refusal", cut(tag), k)
		}
		if asked != 0 {
			t.Fatalf("%q reached the parser", cut(tag))
		}
	}
	if len(long) != maxTag+1 {
		t.Fatalf("the long tag has %d bytes", len(long))
	}
	if _, err := language.Parse(long); err != nil {
		t.Errorf("x/text refuses the long tag itself (%v): the test shows nothing", err)
	}
	if k, err := parse(" "+long[:maxTag]+" ", read); k != "en" || err != nil || asked != 1 {
		t.Errorf("a tag of %d bytes = %q, %v after %d calls, want en after one", maxTag, k, err, asked)
	}
}

// TestKeyOfKey goes through every two- and three-letter code there can be: what
// Parse returns, it returns of itself.
// The picker's keys, which most tags are, are not read as other tags are; they
// must mean the same.
func TestKeysOfThePicker(t *testing.T) {
	for _, c := range Picker() {
		want, err := parse(string(c.Key), language.Parse)
		if got, _ := Parse(string(c.Key)); got != want || err != nil {
			t.Errorf("Parse(%q) = %q, read as any tag it is %q, %v", c.Key, got, want, err)
		}
	}
}

func TestKeyOfKey(t *testing.T) {
	codes := 0
	for code := range everyCode {
		k, err := Parse(code)
		if err != nil {
			if k != "" {
				t.Errorf("Parse(%q) = %q with an error", code, k)
			}
			continue
		}
		codes++
		if !k.Valid() {
			t.Errorf("Parse(%q) = %q, which is not valid", code, k)
		}
		if again, err := Parse(string(k)); err != nil || again != k {
			t.Errorf("Parse(%q) = %q, but Parse(%q) = %q, %v", code, k, k, again, err)
		}
		var read Key
		if err := read.UnmarshalText([]byte(k)); err != nil || read != k {
			t.Errorf("UnmarshalText(%q) = %q, %v", k, read, err)
		}
	}
	if codes < 8000 {
		t.Errorf("only %d codes parse", codes)
	}
	for _, base := range language.Supported.BaseLanguages() {
		k, err := Parse(base.String())
		if err != nil {
			if !errors.Is(err, ErrAmbiguous) {
				t.Errorf("Parse(%q): %v, although x/text supports it", base, err)
			}
			continue
		}
		if again, err := Parse(string(k)); err != nil || again != k {
			t.Errorf("Parse(%q) = %q, %v, want itself", k, again, err)
		}
	}
}

// everyCode yields all strings of two and three lower-case letters.
func everyCode(yield func(string) bool) {
	for a := byte('a'); a <= 'z'; a++ {
		for b := byte('a'); b <= 'z'; b++ {
			if !yield(string([]byte{a, b})) {
				return
			}
			for c := byte('a'); c <= 'z'; c++ {
				if !yield(string([]byte{a, b, c})) {
					return
				}
			}
		}
	}
}

// TestFolds holds the whole table and that nothing else folds: every code whose
// key is another's must be listed, be a longer code of the same language, or be
// retired by the registry.
func TestFolds(t *testing.T) {
	for _, f := range folds {
		for code := range strings.FieldsSeq(f.codes) {
			if k, err := Parse(code); err != nil || k != Key(f.key) {
				t.Errorf("Parse(%q) = %q, %v, want %q: %s", code, k, err, f.key, f.why)
			}
			if _, ok := foldOf[f.key]; ok {
				t.Errorf("%s is folded and folded into", f.key)
			}
		}
	}
	for code := range everyCode {
		k, err := Parse(code)
		if err != nil || string(k) == code || foldOf[code] == k {
			continue
		}
		tag := language.MustParse(code)
		if base, _, _ := tag.Raw(); string(fold(base.String())) != string(k) {
			t.Errorf("Parse(%q) = %q, which neither the table nor x/text's %s explains", code, k, tag)
		}
	}
}

func TestNearLanguagesDiffer(t *testing.T) {
	for _, near := range []string{
		"hi ur", "cs sk", "id ms", "rw rn", "sw swc", "da nb sv", "gsw de", "az tr", "tg fa", "hy hyw", "lo th",
		"ar ary arq aeb ayl", "fa haz tg", "hmn hea", "ku ckb", "az azb", "kok gom", "zh yue nan hak wuu lzh",
		"ht fr", "en ase", "ms min", "et vro", "lv ltg", "ne dty", "yi yih", "sq aae",
	} {
		seen := map[Key]string{}
		for code := range strings.FieldsSeq(near) {
			k, err := Parse(code)
			if err != nil {
				t.Errorf("Parse(%q): %v", code, err)
			}
			if other, ok := seen[k]; ok {
				t.Errorf("%s and %s are both %q", other, code, k)
			}
			seen[k] = code
		}
	}
}

// TestMacrolanguages accounts for every macrolanguage of the registry: it has a
// key, or it is refused.
func TestMacrolanguages(t *testing.T) {
	const refused = "bik del ff gba gon grb hai jrb kpe lah luy man qu raj rom syr tmh za zap zza"
	const keyed = "ak ar ay az bal bnc bua chm cr den din doi et fa gn hmn ik iu kg kln kok kr ku kv lv mg mn ms mwr " +
		"ne no oj om or ps sa sc sq sw uz yi zh"
	for code := range strings.FieldsSeq(refused) {
		_, err := Parse(code)
		e, ok := errors.AsType[*TagError](err)
		if !ok || !errors.Is(err, ErrAmbiguous) || len(e.Choices) < 2 {
			t.Errorf("Parse(%q): %v, want a refusal with at least two choices", code, err)
		}
	}
	for code := range strings.FieldsSeq(keyed) {
		if k, err := Parse(code); err != nil || string(k) != code {
			t.Errorf("Parse(%q) = %q, %v, want itself", code, k, err)
		}
	}
}

// TestVague holds that every code of the lists is refused, and that the choices
// it offers are keys that can be chosen.
func TestVague(t *testing.T) {
	listed := len(nothingStated) + len(unlikeMembers) + len(families) + len(strings.Fields(otherFamilies))
	if len(vagueCodes) != listed {
		t.Errorf("%d codes in the index, %d in the lists: one stands twice", len(vagueCodes), listed)
	}
	refused := 0
	for code := range everyCode {
		_, err := Parse(code)
		if !errors.Is(err, ErrAmbiguous) {
			if _, ok := vagueCodes[code]; ok {
				t.Errorf("Parse(%q): %v, want ErrAmbiguous", code, err)
			}
			continue
		}
		refused++
		e, _ := errors.AsType[*TagError](err)
		for i, k := range e.Choices {
			if again, err := Parse(string(k)); err != nil || again != k {
				t.Errorf("%s offers %q, but Parse gives %q, %v", code, k, again, err)
			}
			if slices.Contains(e.Choices[:i], k) {
				t.Errorf("%s offers %s twice", code, k)
			}
		}
	}
	if refused < listed+20*26 {
		t.Errorf("%d codes are refused, want at least the %d listed and the 520 for private use", refused, listed)
	}
	for _, among := range signsAmong {
		for code := range strings.FieldsSeq(among.keys) {
			if k, err := Parse(code); err != nil || string(k) != code {
				t.Errorf("sgn-%s offers %q, but Parse gives %q, %v", among.region, code, k, err)
			}
		}
	}
}
