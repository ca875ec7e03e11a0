package zone_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/geo/zone"
)

func ExampleLoad() {
	adak, err := zone.Load("America/Adak")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(time.Date(2026, time.July, 1, 20, 0, 0, 0, time.UTC).In(adak))
	// Output: 2026-07-01 11:00:00 -0900 HDT
}

// A license that expires on a date is valid to the end of that day in its state.
func ExampleOf() {
	florida, _ := zone.Of("FL")
	guam, _ := zone.Of("GU")
	fmt.Println(time.Date(2026, time.March, 8, 24, 0, 0, 0, florida).UTC().Format(time.DateTime))
	fmt.Println(time.Date(2026, time.March, 8, 24, 0, 0, 0, guam).UTC().Format(time.DateTime))
	// Output:
	// 2026-03-09 04:00:00
	// 2026-03-08 14:00:00
}

func TestOffsets(t *testing.T) {
	const (
		winter = "2026-01-15T12:00:00Z"
		summer = "2026-07-15T12:00:00Z"
	)
	tests := []struct {
		zone, at, want, why string
	}{
		{"America/New_York", winter, "-05:00 EST", "standard time"},
		{"America/New_York", summer, "-04:00 EDT", "daylight time"},
		{"America/New_York", "2026-03-08T06:59:59Z", "-05:00 EST", "the second before daylight time begins"},
		{"America/New_York", "2026-03-08T07:00:00Z", "-04:00 EDT", "daylight time begins at 2:00 on the second Sunday in March"},
		{"America/New_York", "2026-11-01T05:59:59Z", "-04:00 EDT", "the second before it ends"},
		{"America/New_York", "2026-11-01T06:00:00Z", "-05:00 EST", "it ends at 2:00 on the first Sunday in November"},
		{"America/New_York", "2006-03-20T12:00:00Z", "-05:00 EST", "daylight time began in April until 2006"},
		{"America/New_York", "2060-07-15T12:00:00Z", "-04:00 EDT", "the rule goes on beyond the listed years"},
		{"America/Chicago", winter, "-06:00 CST", "central"},
		{"America/Denver", summer, "-06:00 MDT", "mountain"},
		{"America/Los_Angeles", summer, "-07:00 PDT", "pacific"},
		{"America/Phoenix", winter, "-07:00 MST", "Phoenix has no daylight time"},
		{"America/Phoenix", summer, "-07:00 MST", "Phoenix has no daylight time"},
		{"America/Indiana/Indianapolis", "2005-07-15T12:00:00Z", "-05:00 EST", "Indiana had no daylight time until 2006"},
		{"America/Indiana/Indianapolis", "2006-07-15T12:00:00Z", "-04:00 EDT", "Indiana observes it since 2006"},
		{"America/Indiana/Knox", summer, "-05:00 CDT", "Knox is on central time"},
		{"America/Indiana/Tell_City", winter, "-06:00 CST", "so is Tell City"},
		{"America/Kentucky/Monticello", winter, "-05:00 EST", "Monticello is on eastern time"},
		{"America/Kentucky/Louisville", winter, "-05:00 EST", "so is Louisville"},
		{"America/Menominee", winter, "-06:00 CST", "four counties of Michigan are on central time"},
		{"America/Detroit", winter, "-05:00 EST", "the others are not"},
		{"America/North_Dakota/Beulah", "2010-07-15T12:00:00Z", "-06:00 MDT", "Mercer County left mountain time in November 2010"},
		{"America/North_Dakota/Beulah", summer, "-05:00 CDT", "Mercer County is on central time"},
		{"America/Boise", winter, "-07:00 MST", "southern Idaho"},
		{"America/Anchorage", summer, "-08:00 AKDT", "Alaska"},
		{"America/Metlakatla", winter, "-09:00 AKST", "Metlakatla follows Alaska again since 2019"},
		{"America/Adak", winter, "-10:00 HST", "the Aleutians"},
		{"America/Adak", summer, "-09:00 HDT", "the Aleutians have daylight time"},
		{"Pacific/Honolulu", winter, "-10:00 HST", "Hawaii has none"},
		{"Pacific/Honolulu", summer, "-10:00 HST", "Hawaii has none"},
		{"America/Puerto_Rico", summer, "-04:00 AST", "Puerto Rico has none"},
		{"America/St_Thomas", winter, "-04:00 AST", "nor have the Virgin Islands"},
		{"Pacific/Guam", summer, "+10:00 ChST", "Guam is a day ahead"},
		{"Pacific/Saipan", winter, "+10:00 ChST", "so are the Northern Marianas"},
		{"Pacific/Pago_Pago", summer, "-11:00 SST", "American Samoa is last"},
	}
	for _, test := range tests {
		loc, err := zone.Load(test.zone)
		if err != nil {
			t.Errorf("Load(%q): %v", test.zone, err)
			continue
		}
		at, err := time.Parse(time.RFC3339, test.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := at.In(loc).Format("-07:00 MST"); got != test.want {
			t.Errorf("%s in %s is %s, want %s: %s", test.at, test.zone, got, test.want, test.why)
		}
	}
}

func TestNames(t *testing.T) {
	want := []string{
		"America/Adak", "America/Anchorage", "America/Boise", "America/Chicago", "America/Denver", "America/Detroit",
		"America/Indiana/Indianapolis", "America/Indiana/Knox", "America/Indiana/Marengo", "America/Indiana/Petersburg",
		"America/Indiana/Tell_City", "America/Indiana/Vevay", "America/Indiana/Vincennes", "America/Indiana/Winamac",
		"America/Juneau", "America/Kentucky/Louisville", "America/Kentucky/Monticello", "America/Los_Angeles",
		"America/Menominee", "America/Metlakatla", "America/New_York", "America/Nome",
		"America/North_Dakota/Beulah", "America/North_Dakota/Center", "America/North_Dakota/New_Salem",
		"America/Phoenix", "America/Puerto_Rico", "America/Sitka", "America/St_Thomas", "America/Yakutat",
		"Pacific/Guam", "Pacific/Honolulu", "Pacific/Pago_Pago", "Pacific/Saipan",
	}
	if diff := cmp.Diff(want, slices.Collect(zone.Names())); diff != "" {
		t.Errorf("Names (-want +got):\n%s", diff)
	}
	for name := range zone.Names() {
		loc, err := zone.Load(name)
		if err != nil || loc.String() != name {
			t.Errorf("Load(%q) = %v, %v, want the zone of that name", name, loc, err)
		}
	}
	for range zone.Names() {
		break // A loop that is left early stops the sequence.
	}
}

func TestLoadRefuses(t *testing.T) {
	for _, name := range []string{"", "UTC", "Local", "US/Eastern", "america/new_york", "America/Toronto", "Europe/Madrid", "../America/Adak"} {
		loc, err := zone.Load(name)
		if loc != nil || err == nil {
			t.Errorf("Load(%q) = %v, %v, want an error", name, loc, err)
			continue
		}
		for _, want := range []string{"America/New_York", "Pacific/Guam"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("Load(%q) = %v, want it to list %s", name, err, want)
			}
		}
	}
}

func TestEveryStateHasItsZone(t *testing.T) {
	byZone := map[string]geo.States{}
	for s := range geo.AllStates() {
		loc, ok := zone.Of(s)
		if !ok || loc == nil {
			t.Errorf("Of(%q) = %v, %v, want a zone", s, loc, ok)
			continue
		}
		byZone[loc.String()] = byZone[loc.String()].With(s)
	}
	got := map[string]string{}
	for name, states := range byZone {
		got[name] = states.String()
	}
	want := map[string]string{
		"America/Anchorage":            "AK",
		"America/Boise":                "ID",
		"America/Chicago":              "AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI",
		"America/Denver":               "CO MT NM UT WY",
		"America/Detroit":              "MI",
		"America/Indiana/Indianapolis": "IN",
		"America/Los_Angeles":          "CA NV OR WA",
		"America/New_York":             "CT DC DE FL GA KY MA MD ME NC NH NJ NY OH PA RI SC VA VT WV",
		"America/Phoenix":              "AZ",
		"America/Puerto_Rico":          "PR",
		"America/St_Thomas":            "VI",
		"Pacific/Guam":                 "GU",
		"Pacific/Honolulu":             "HI",
		"Pacific/Pago_Pago":            "AS",
		"Pacific/Saipan":               "MP",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("states by zone (-want +got):\n%s", diff)
	}
	for _, s := range []geo.State{"", "XX", "fl", "Florida"} {
		if loc, ok := zone.Of(s); ok || loc != nil {
			t.Errorf("Of(%q) = %v, %v, want no zone", s, loc, ok)
		}
	}
}

// TestProvenance holds the package's documentation to the embedded bytes.
func TestProvenance(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	packed, err := os.ReadFile("zones.bin")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"tzdata " + zone.Version, fmt.Sprintf("%x", sha256.Sum256(packed)), "27,472 bytes"} {
		if !strings.Contains(string(doc), want) {
			t.Errorf("doc.go does not say %s", want)
		}
	}
	if len(packed) != 27_472 {
		t.Errorf("zones.bin has %d bytes, and doc.go says 27,472", len(packed))
	}
}
