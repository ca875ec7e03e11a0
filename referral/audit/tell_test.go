package audit_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/geo/zone"
	"github.com/relevo-go/relevo/referral/audit"
	"github.com/relevo-go/relevo/referral/book"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestSentences tells the shortest and the longest record of each kind in a recorded
// log, as an analyst reads them.
func TestSentences(t *testing.T) {
	eastern, err := zone.Load("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	short, long := map[string]eventlog.Record{}, map[string]eventlog.Record{}
	for _, r := range recorded(t) {
		if s, ok := short[r.Kind]; !ok || len(r.Data) < len(s.Data) {
			short[r.Kind] = r
		}
		if l, ok := long[r.Kind]; !ok || len(r.Data) > len(l.Data) {
			long[r.Kind] = r
		}
	}
	rules := regexp.MustCompile(`^[SRB][0-9]+$`)
	var text strings.Builder
	for _, kind := range book.Kinds() {
		told := []string{}
		for _, r := range []eventlog.Record{short[kind], long[kind]} {
			stream, event := eventOf(t, r)
			sentence, rule := audit.Teller{Zone: eastern}.Tell(audit.Entry{Record: r, Stream: stream, Event: event})
			if !rules.MatchString(rule) {
				t.Errorf("%s follows from the rule %q", kind, rule)
			}
			if line := fmt.Sprintf("%s (%s)", sentence, rule); !slices.Contains(told, line) {
				told = append(told, line)
			}
		}
		fmt.Fprintf(&text, "%s\n   %s\n", kind, strings.Join(told, "\n   "))
	}
	const golden = "testdata/sentences.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), text.String()); diff != "" {
		t.Errorf("the sentences (-want +got), written anew by -update:\n%s", diff)
	}
}

// A time is told so that it can be asked for.
func TestTellerTime(t *testing.T) {
	eastern, err := zone.Load("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, time.November, 2, 18, 0, 0, 250_000_000, time.UTC)
	for _, test := range []struct {
		teller audit.Teller
		want   string
	}{
		{audit.Teller{}, "2026-11-02T18:00:00.25Z"},
		{audit.Teller{Zone: eastern}, "2026-11-02T13:00:00.25-05:00"},
	} {
		got := test.teller.Time(at)
		if m, err := audit.ParseMoment(got, nil); got != test.want || err != nil || m != audit.At(at) {
			t.Errorf("Time = %q, want %q, and asked for it is %v, %v", got, test.want, m, err)
		}
	}
}

func TestPrintable(t *testing.T) {
	for text, want := range map[string]string{
		"":                      "",
		"Ana Peña":              "Ana Peña",
		"Zoë 明 – “quoted”":      "Zoë 明 – “quoted”",
		"red \x1b[31m":          "red \\x1b[31m",
		"two\nlines\tand a tab": "two\\nlines\\tand a tab",
		"turned \u202e round":   "turned \\u202e round",
		"next \u0085 line":      "next \\u0085 line",
		"Persian: \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645": "Persian: \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
	} {
		if got := audit.Printable(text); got != want {
			t.Errorf("Printable(%q) = %q, want %q", text, got, want)
		}
	}
}
