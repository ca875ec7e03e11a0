package spoken

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestExtlangs holds that every registered pair is the language of its second
// subtag, and that of all the pairs there can be no other is taken.
func TestExtlangs(t *testing.T) {
	counts := map[string]int{}
	for _, e := range extlangs {
		registered := map[string]bool{}
		for sub := range strings.FieldsSeq(e.subtags) {
			registered[sub] = true
			counts[e.prefix]++
		}
		for code := range everyCode {
			if len(code) != 3 {
				continue
			}
			pair := e.prefix + "-" + strings.ToUpper(code)
			k, err := Parse(pair)
			if !registered[code] {
				if err == nil && pair != "no-NYN" {
					t.Errorf("Parse(%q) = %q, but the pair is not registered", pair, k)
				}
				continue
			}
			alone, errAlone := Parse(code)
			if k != alone || (err == nil) != (errAlone == nil) {
				t.Errorf("Parse(%q) = %q, %v, but of %s alone it is %q, %v", pair, k, err, code, alone, errAlone)
			}
			if err != nil && !errors.Is(err, ErrUnknown) {
				t.Errorf("Parse(%q): %v", pair, err)
			}
		}
	}
	want := map[string]int{"ar": 30, "kok": 2, "lv": 2, "ms": 35, "sgn": 164, "sw": 2, "uz": 2, "zh": 19}
	if diff := cmp.Diff(want, counts); diff != "" {
		t.Errorf("extended languages by prefix (-want +got):\n%s", diff)
	}
	for _, prefix := range []string{"es", "en", "cmn", "zho", "i", "no"} {
		for code := range everyCode {
			if len(code) != 3 {
				continue
			}
			pair := prefix + "-" + code
			if k, err := Parse(pair); err == nil && !strings.Contains(grandfathered, " "+pair+" ") {
				t.Errorf("Parse(%q) = %q, but the pair is not registered", pair, k)
			}
		}
	}
}

func TestGrandfathered(t *testing.T) {
	for tag, want := range map[string]Key{
		"art-lojban": "jbo", "en-GB-oed": "en", "i-ami": "ami", "i-bnn": "bnn", "i-hak": "hak", "i-klingon": "tlh",
		"i-lux": "lb", "i-mingo": "see", "i-navajo": "nv", "i-pwn": "pwn", "i-tao": "tao", "i-tay": "tay",
		"i-tsu": "tsu", "no-bok": "no", "no-nyn": "no", "sgn-BE-FR": "sfb", "sgn-BE-NL": "vgt", "sgn-CH-DE": "sgg",
		"zh-guoyu": "zh", "zh-hakka": "hak", "zh-min-nan": "nan", "zh-xiang": "hsn",
		"cel-gaulish": "", "i-default": "", "i-enochian": "", "zh-min": "",
	} {
		for _, spelled := range []string{tag, strings.ToUpper(tag), strings.ReplaceAll(tag, "-", "_")} {
			if got, err := Parse(spelled); got != want || (err == nil) != (want != "") {
				t.Errorf("Parse(%q) = %q, %v, want %q", spelled, got, err, want)
			}
		}
	}
}

func TestSignsByRegion(t *testing.T) {
	for _, g := range signs {
		byRegion, err := Parse("sgn-" + g.region)
		byExtlang, err2 := Parse("sgn-" + g.key)
		if err != nil || err2 != nil || byRegion != byExtlang || string(byRegion) != g.key {
			t.Errorf("sgn-%s = %q, %v; sgn-%s = %q, %v", g.region, byRegion, err, g.key, byExtlang, err2)
		}
	}
}
