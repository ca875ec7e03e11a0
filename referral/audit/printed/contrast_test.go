package printed_test

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// luminance is that of WCAG 2.2.
func luminance(t *testing.T, color string) float64 {
	t.Helper()
	n, err := strconv.ParseUint(strings.TrimPrefix(color, "#"), 16, 24)
	if err != nil || len(color) != 7 {
		t.Fatalf("%q is no color of six digits", color)
	}
	part := func(shift int) float64 {
		c := float64(n>>shift&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*part(16) + 0.7152*part(8) + 0.0722*part(0)
}

// TestContrast computes the contrast of every text with what it stands upon, and of
// every shape with what is beside it.
func TestContrast(t *testing.T) {
	css, err := os.ReadFile("style.css")
	if err != nil {
		t.Fatal(err)
	}
	schemes := regexp.MustCompile(`(?s):root \{(.*?)\}`).FindAllStringSubmatch(string(css), -1)
	if len(schemes) != 2 {
		t.Fatalf("style.css has %d lists of colors, want light and dark", len(schemes))
	}
	pairs := []struct {
		least          float64
		texts, grounds string
	}{
		{4.5, "ink quiet link", "paper"},
		{4.5, "ink quiet", "panel"},
		{4.5, "ink", "slow fast area"},
		{4.5, "on-accepted", "accepted"},
		{4.5, "on-exhausted", "exhausted exhausted-stripe"},
		{4.5, "on-withdrawn", "withdrawn"},
		{4.5, "on-open", "open"},
		{3, "accepted exhausted withdrawn consumers agents", "paper"},
	}
	used := map[string]bool{}
	for i, name := range []string{"light", "dark"} {
		colors := map[string]string{}
		for _, c := range regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{6});`).FindAllStringSubmatch(schemes[i][1], -1) {
			colors[c[1]] = c[2]
		}
		for _, p := range pairs {
			for _, text := range strings.Fields(p.texts) {
				for _, ground := range strings.Fields(p.grounds) {
					used[text], used[ground] = true, true
					a, b := luminance(t, colors[text])+0.05, luminance(t, colors[ground])+0.05
					if contrast := max(a, b) / min(a, b); contrast < p.least {
						t.Errorf("%s: %s on %s has a contrast of %.2f, want %v", name, text, ground, contrast, p.least)
					}
				}
			}
		}
		for c := range colors {
			if !used[c] && c != "rule" && c != "ground" {
				t.Errorf("%s: the color %s is not looked at", name, c)
			}
		}
	}
}
