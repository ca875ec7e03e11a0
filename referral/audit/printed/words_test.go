package printed

import (
	"testing"
	"time"
)

func TestSpan(t *testing.T) {
	const day = 24 * time.Hour
	for d, want := range map[time.Duration]string{
		0: "0 s", time.Millisecond: "<1 s", time.Second: "1 s", 1499 * time.Millisecond: "1 s", 59500 * time.Millisecond: "1 min",
		time.Minute: "1 min", 12*time.Minute + 30*time.Second: "12 min 30 s", time.Hour - time.Millisecond: "1 h", time.Hour + 29*time.Second: "1 h",
		3*time.Hour + 20*time.Minute + 31*time.Second: "3 h 21 min", day - time.Second: "1 d", day + 29*time.Minute: "1 d", day + 5*time.Hour: "1 d 5 h",
		1234*day + 2*time.Hour: "1,234 d 2 h",
	} {
		if got := span(d); got != want {
			t.Errorf("span(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestPercent(t *testing.T) {
	for part, want := range map[float64]string{0: "0 %", 1e-9: "<1 %", 0.004: "<1 %", 0.006: "1 %", 0.335: "34 %", 0.994: "99 %", 0.996: ">99 %", 1: "100 %"} {
		if got := percent(part); got != want {
			t.Errorf("percent(%v) = %q, want %q", part, got, want)
		}
	}
	if got := partOf(0, 0); got != none {
		t.Errorf("partOf(0, 0) = %q, want %q", got, none)
	}
}

func TestThousands(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 63457: "63,457", 1234567: "1,234,567"} {
		if got := thousands(n); got != want {
			t.Errorf("thousands(%d) = %q, want %q", n, got, want)
		}
	}
}

// A number keeps its unit on the line, and no word loses its space.
func TestTie(t *testing.T) {
	const text, want = "a state had 3 min 15 s, 33 % and 12 km in 5 hours", "a state had 3\u00a0min 15\u00a0s, 33\u00a0% and 12\u00a0km in 5 hours"
	if got := tie(text); got != want {
		t.Errorf("tie(%q) = %q, want %q", text, got, want)
	}
}
