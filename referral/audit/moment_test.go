package audit

import (
	"strings"
	"testing"
	"time"

	"github.com/relevo-go/relevo/eventlog"
)

func TestParseMoment(t *testing.T) {
	eastern := time.FixedZone("EST", -5*3600)
	at := func(text string) Moment {
		t.Helper()
		when, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			t.Fatal(err)
		}
		return At(when)
	}
	for text, want := range map[string]Moment{
		"0":                         After(0),
		"35999":                     After(35_999),
		"2026-11-02T14:03:00Z":      at("2026-11-02T14:03:00Z"),
		"2026-11-02T14:03:00+01:00": at("2026-11-02T13:03:00Z"),
		"2026-11-02T14:03:00.5Z":    at("2026-11-02T14:03:00.5Z"),
		"2026-11-02T14:03":          at("2026-11-02T19:03:00Z"),
		"2026-11-02 14:03":          at("2026-11-02T19:03:00Z"),
		"2026-11-02 14:03:05.25":    at("2026-11-02T19:03:05.25Z"),
		"2026-11-02":                at("2026-11-02T05:00:00Z"),
	} {
		if got, err := ParseMoment(text, eastern); err != nil || got != want {
			t.Errorf("ParseMoment(%q) = %v, %v, want %v", text, got, err, want)
		}
		if again, err := ParseMoment(want.String(), nil); err != nil || again != want {
			t.Errorf("ParseMoment(%q) = %v, %v, want %v again", want.String(), again, err, want)
		}
	}
	if got, err := ParseMoment("2026-11-02 14:03", nil); err != nil || got != at("2026-11-02T14:03:00Z") {
		t.Errorf("without a zone a time is %v, %v, want it in UTC", got, err)
	}
	for _, text := range []string{"", "-1", "3.5", "yesterday", "14:03", "2026-13-01", "99999999999999999999", strings.Repeat("9", 500)} {
		if got, err := ParseMoment(text, nil); err == nil || len(err.Error()) > 250 {
			t.Errorf("ParseMoment(%.40q) = %v, %v, want a short error", text, got, err)
		}
	}
}

// A moment covers what was recorded up to and including it.
func TestMomentCovers(t *testing.T) {
	noon := time.Date(2026, time.November, 2, 12, 0, 0, 0, time.UTC)
	r := eventlog.Record{Position: 7, Entry: eventlog.Entry{Time: noon}}
	for _, test := range []struct {
		moment Moment
		want   bool
	}{
		{Moment{}, true}, {After(6), false}, {After(7), true}, {After(8), true},
		{At(noon.Add(-1)), false}, {At(noon), true}, {At(noon.In(time.FixedZone("", 3600))), true}, {At(noon.Add(1)), true},
	} {
		if got := test.moment.covers(&r); got != test.want {
			t.Errorf("moment %q covers position 7 at noon: %v, want %v", test.moment, got, test.want)
		}
	}
}

func FuzzParseMoment(f *testing.F) {
	for _, seed := range []string{"35999", "2026-11-02T14:03:00Z", "2026-11-02 14:03", "2026-11-02"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := ParseMoment(text, nil)
		if err != nil {
			return
		}
		if again, err := ParseMoment(m.String(), nil); err != nil || again != m {
			t.Errorf("ParseMoment(%q) = %v, whose text gives %v, %v", text, m, again, err)
		}
	})
}
