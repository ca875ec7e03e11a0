package main

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral/audit"
)

// numbered yields records with nothing but positions.
func numbered(n eventlog.Position) audit.Records {
	return func(yield func(eventlog.Record, error) bool) {
		for p := eventlog.Position(1); p <= n && yield(eventlog.Record{Position: p}, nil); p++ {
		}
	}
}

// tell returns what progress writes about a pass whose clock goes on by a step at each
// look.
func tell(records audit.Records, end eventlog.Position, step time.Duration) string {
	var b strings.Builder
	var p progress
	now := time.Unix(0, 0)
	p.to(&b, func() time.Time { now = now.Add(step); return now })
	for range p.watch(records, end) {
	}
	return b.String()
}

func TestProgress(t *testing.T) {
	// Each look is a tenth of a second after the one before and 64 records on: the
	// first line comes after a second, then every second look has one.
	got := strings.Split(tell(numbered(64*16), 64*20, time.Second/10), "\r")
	want := []string{
		"",
		"50 %, 640 records, 640/s, 1s left",
		"60 %, 768 records, 640/s, 1s left",
		"70 %, 896 records, 640/s, 1s left",
		"80 %, 1,024 records, 640/s, 1s left",
		strings.Repeat(" ", len("80 %, 1,024 records, 640/s, 1s left")),
		"",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("progress (-want +got):\n%s", diff)
	}
	if got := tell(numbered(64*9), 64*20, time.Second/10); got != "" {
		t.Errorf("progress of less than a second is %q, want none", got)
	}
	if got := tell(numbered(64), 0, 2*time.Second); !strings.HasPrefix(got, "\r64 records, 32/s") || strings.Contains(got, "left") {
		t.Errorf("progress to nobody knows where is %q", got)
	}
	// Whatever is counted, the line fits a narrow terminal.
	for _, n := range []eventlog.Position{64, 64 << 10, 64 << 20} {
		for line := range strings.SplitSeq(tell(numbered(min(n, 64<<10)), n, time.Minute), "\r") {
			if utf8.RuneCountInString(line) > 39 {
				t.Errorf("the line %q is %d characters wide, want at most 39", line, utf8.RuneCountInString(line))
			}
		}
	}
	for range (&progress{}).watch(numbered(100), 100) { // not a terminal
	}
}

func TestThousands(t *testing.T) {
	for n, want := range map[uint64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", 12345678: "12,345,678"} {
		if got := thousands(n); got != want {
			t.Errorf("thousands(%d) = %s, want %s", n, got, want)
		}
	}
}

func TestOrdinal(t *testing.T) {
	for n, want := range map[int]string{1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 11: "11th", 12: "12th", 13: "13th", 21: "21st", 111: "111th", 122: "122nd"} {
		if got := ordinal(n); got != want {
			t.Errorf("ordinal(%d) = %s, want %s", n, got, want)
		}
	}
}

func TestNoFormula(t *testing.T) {
	for cell, want := range map[string]string{
		"=cmd()": "'=cmd()", "+1": "'+1", "-1": "'-1", "@a": "'@a", "\t=1": "'\t=1", "\r=1": "'\r=1",
		"": "", "Agent 17 declines.": "Agent 17 declines.", "é": "é", "{}": "{}",
	} {
		if got := noFormula(cell); got != want {
			t.Errorf("noFormula(%q) = %q, want %q", cell, got, want)
		}
	}
}
