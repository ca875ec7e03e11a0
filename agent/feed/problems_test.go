package feed

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write testdata/problems.txt as it is now")

// Everything that is wrong with three files is told at once, each with its line
// and column, and nothing is planned: not for the agent whose rows are sound
// either. The roster has fifty broken rows.
func TestEveryProblem(t *testing.T) {
	var feeds []*Feed
	for _, name := range []string{"roster.csv", "registrations.csv", "licenses.csv"} {
		text, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		feeds = append(feeds, read(t, name, string(text)))
	}
	p := compare(t, desk{}, feeds...)
	if len(p.Changes) > 0 {
		t.Errorf("%d changes are planned beside problems, want none", len(p.Changes))
	}
	golden := filepath.Join("testdata", "problems.txt")
	got := written(p.Problems) + "\n" + written(p.Notes)
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.ReplaceAll(string(want), "\r\n", "\n"), got); diff != "" {
		t.Errorf("problems and notes (-want +got):\n%s", diff)
	}
	lines := map[int]bool{}
	for _, found := range p.Problems {
		if found.File == "roster.csv" {
			lines[found.Line] = true
		}
		if len(found.Text) > 400 {
			t.Errorf("a problem of %d bytes: %s", len(found.Text), found)
		}
	}
	for line := 3; line < 53; line++ {
		if !lines[line] {
			t.Errorf("the broken row in line %d of the roster is not reported", line)
		}
	}
	// R29: nothing personal is repeated.
	for _, personal := range []string{"eron", "example", "555", "Sample Street", "Tampa", "27.95", "9506"} {
		if strings.Contains(got, personal) {
			t.Errorf("R29: the problems repeat %q", personal)
		}
	}
}
