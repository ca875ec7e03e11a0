package geo_test

import (
	"encoding/json"
	"testing"

	"github.com/relevo-go/relevo/geo"
)

func TestParseZIP(t *testing.T) {
	tests := []struct {
		in   string
		want geo.ZIP // "" for a refusal
		why  string
	}{
		{"33602", "33602", "five digits"},
		{"00601", "00601", "leading zeros belong to it"},
		{"00000", "00000", "five digits that no place has are well formed"},
		{" 33602\n", "33602", "space around it"},
		{"33602-1234", "33602", "ZIP+4"},
		{"336021234", "33602", "ZIP+4 without the dash"},
		{" 00601-0001 ", "00601", "both"},
		{"", "", "nothing"},
		{"601", "", "the zeros are missing, and are not guessed"},
		{"3360", "", "four digits"},
		{"336022", "", "six digits"},
		{"33602-", "", "a dash without digits"},
		{"33602-123", "", "three digits after the dash"},
		{"33602-12345", "", "five digits after the dash"},
		{"33602 1234", "", "a space in the place of the dash"},
		{"33602-12a4", "", "a letter in the tail"},
		{"33602a234", "", "a letter in the tail without the dash"},
		{"3360a", "", "a letter"},
		{"3-602", "", "a dash"},
		{"-3360", "", "a sign"},
		{"٣٣٦٠٢", "", "digits of another script"},
		{"3٣60", "", "five bytes that are no five digits"},
		{"K1A 0B1", "", "a Canadian code"},
	}
	for _, test := range tests {
		got, err := geo.ParseZIP(test.in)
		if got != test.want || (err != nil) != (test.want == "") {
			t.Errorf("ParseZIP(%q) = %q, %v, want %q: %s", test.in, got, err, test.want, test.why)
		}
	}
}

func TestZIPNumber(t *testing.T) {
	for z, want := range map[geo.ZIP]int{"00000": 0, "00601": 601, "33602": 33602, "99999": 99999, "": -1, "601": -1, "3360a": -1, "336021": -1} {
		if got := z.Number(); got != want || z.Valid() != (want >= 0) {
			t.Errorf("ZIP(%q): Number = %d, Valid = %v, want %d", z, got, z.Valid(), want)
		}
	}
}

func TestZIPText(t *testing.T) {
	got, err := json.Marshal(geo.ZIP("00601"))
	if err != nil || string(got) != `"00601"` {
		t.Errorf("Marshal(00601) = %s, %v, want the zeros kept", got, err)
	}
	var back geo.ZIP
	if err := json.Unmarshal(got, &back); err != nil || back != "00601" {
		t.Errorf("Unmarshal(%s) = %q, %v", got, back, err)
	}
	if got, err := json.Marshal(geo.ZIP("601")); err == nil {
		t.Errorf("Marshal(601) = %s, want an error", got)
	}
	for _, in := range []string{`"601"`, `"33602-1234"`, `""`, `" 33602"`, `33602`} {
		z := geo.ZIP("99999")
		if err := json.Unmarshal([]byte(in), &z); err == nil || z != "99999" {
			t.Errorf("Unmarshal(%s) = %q, %v, want an error and the ZIP left alone", in, z, err)
		}
	}
}
