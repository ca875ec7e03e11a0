package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	session = regexp.MustCompile("(?ms)^```console\n(.*?)^```$")
	row     = regexp.MustCompile("(?m)^\\| `relevo ([a-z]+)")
)

// TestReadme runs the sessions of README.md in the folder where a clone has them, and
// checks that its table has every command.
func TestReadme(t *testing.T) {
	t.Chdir(filepath.Join("..", "..", ".."))
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	readme := strings.ReplaceAll(string(text), "\r\n", "\n")
	sessions := session.FindAllStringSubmatch(readme, -1)
	if len(sessions) < 3 {
		t.Errorf("README.md has %d sessions of relevo, want its three examples", len(sessions))
	}
	for _, s := range sessions {
		if diff := cmp.Diff(s[1], rerun(t, "", s[1])); diff != "" {
			t.Errorf("README.md (-want +got):\n%s", diff)
		}
	}
	var want, got []string
	for _, c := range commands() {
		want = append(want, c.name)
	}
	for _, m := range row.FindAllStringSubmatch(readme, -1) {
		got = append(got, m[1])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("README.md's table of commands (-want +got):\n%s", diff)
	}
}
