package main

import (
	"strings"
	"testing"

	"github.com/relevo-go/relevo/examples/logs"
)

// TestRecordingAgainGivesTheSameBytes shows a change in behavior: the desk of
// today makes of the same afternoon what the desk made that was recorded.
func TestRecordingAgainGivesTheSameBytes(t *testing.T) {
	want, err := logs.FirstAfternoon()
	if err != nil {
		t.Fatal(err)
	}
	got, err := recordFirstAfternoon(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	recorded, now := strings.SplitAfter(want.Lines, "\n"), strings.SplitAfter(got.Lines, "\n")
	for i := range min(len(recorded), len(now)) {
		if recorded[i] != now[i] {
			t.Fatalf("line %d is another now; if this is meant, run go run ./record in examples/logs\nrecorded %snow      %s", i+1, recorded[i], now[i])
		}
	}
	if got != want {
		t.Errorf("recording again ends at position %d, sum %s, digest %s, want %d, %s, %s; if this is meant, run go run ./record in examples/logs",
			got.Position, got.Sum, got.Digest, want.Position, want.Sum, want.Digest)
	}
}
