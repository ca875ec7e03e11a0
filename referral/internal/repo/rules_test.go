package repo

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// rules returns every rule and invariant by number.
func rules() (all []string) {
	for n := 1; n <= 17; n++ {
		all = append(all, fmt.Sprintf("S%d", n))
	}
	for n := 1; n <= 35; n++ {
		all = append(all, fmt.Sprintf("R%d", n))
	}
	for n := 1; n <= 6; n++ {
		all = append(all, fmt.Sprintf("B%d", n))
	}
	for n := 1; n <= 7; n++ {
		all = append(all, fmt.Sprintf("invariant %d", n))
	}
	return all
}

// cites reports whether a text cites a rule as a word, "R12", or as a part of a
// test's name, "TestR12_LineOrder" and "TestR5R6_Licenses". R1 is not R12.
func cites(text, number string) bool {
	if strings.HasPrefix(number, "invariant") {
		return regexp.MustCompile(`(?i)\b` + number + `\b`).MatchString(text)
	}
	return regexp.MustCompile(`(^|[^A-Za-z0-9]|func Test|func Test[SRB0-9]*[0-9])` + number + `([^0-9]|$)`).MatchString(text)
}

// Every rule has a test that cites it.
func TestEveryRuleIsCited(t *testing.T) {
	var text strings.Builder
	err := filepath.WalkDir(top(t), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") || strings.HasSuffix(path, filepath.Join("internal", "repo"))) {
			return filepath.SkipDir
		}
		if strings.HasSuffix(path, "_test.go") {
			file, err := os.ReadFile(path)
			text.Write(file)
			text.WriteByte('\n')
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var missing []string
	for _, number := range rules() {
		if !cites(text.String(), number) {
			missing = append(missing, number)
		}
	}
	if len(missing) > 0 {
		t.Errorf("no test cites %s", strings.Join(missing, ", "))
	}
}

func TestCites(t *testing.T) {
	for _, test := range []struct {
		text, number string
		want         bool
	}{
		{"// R12: equal distance", "R12", true},
		{"func TestR12_LineOrder(", "R12", true},
		{"func TestR5R6_Licenses(", "R6", true},
		{"func TestS9R4_Sleep(", "R4", true},
		{`{"R3, R4: dormant", 1}`, "R4", true},
		{"(R12)", "R12", true},
		{"R12", "R12", true},
		{"R12", "R1", false},
		{"R112", "R12", false},
		{"func TestR12_LineOrder(", "R1", false},
		{"CR12", "R12", false},
		{"VIR1 tail", "R1", false},
		{"holds invariant 5 after", "invariant 5", true},
		{"Invariant 5: for every", "invariant 5", true},
		{"invariant 55", "invariant 5", false},
	} {
		if got := cites(test.text, test.number); got != test.want {
			t.Errorf("cites(%q, %s) = %v, want %v", test.text, test.number, got, test.want)
		}
	}
}
