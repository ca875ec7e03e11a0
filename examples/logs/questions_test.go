package logs

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// questions is QUESTIONS.md, taken apart.
type questions struct {
	commands []string // of sh
	outputs  []string // the text behind each but the first
	formulas []formula
}

// formula is a row of a table.
type formula struct {
	cell, text, gives string
	down              bool // to the last row
}

var (
	block = regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```$")
	row   = regexp.MustCompile("(?m)^\\| ([A-Z][0-9]+)(, filled down)? \\| `(=.*)` \\| (.*?) ?\\|$")
	cell  = regexp.MustCompile(`\b([A-Z])2\b`)
)

func readQuestions(t *testing.T) (q questions) {
	t.Helper()
	text, err := os.ReadFile("QUESTIONS.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range block.FindAllStringSubmatch(string(text), -1) {
		switch m[1] {
		case "sh":
			q.commands = append(q.commands, m[2])
		case "text":
			q.outputs = append(q.outputs, m[2])
		}
	}
	for _, m := range row.FindAllStringSubmatch(string(text), -1) {
		q.formulas = append(q.formulas, formula{m[1], m[3], m[4], m[2] != ""})
	}
	if len(q.outputs) != 5 || len(q.commands) != 6 || len(q.formulas) < 15 {
		t.Fatalf("QUESTIONS.md has %d answers to %d commands and %d formulas, want five, the table's besides, and at least 15", len(q.outputs), len(q.commands), len(q.formulas))
	}
	return q
}

// tried returns a folder with the recording and nothing else, if the tools are there.
func tried(t *testing.T, tools ...string) string {
	t.Helper()
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("the questions need %s", tool)
		}
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "first-afternoon.jsonl"), []byte(firstAfternoon), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// run runs a command as a shell does, in the C locale, in which sort is the same everywhere.
func run(t *testing.T, dir string, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "LC_ALL=C")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, &stderr)
	}
	return string(out)
}

func TestTheQuestionsForJQ(t *testing.T) {
	q, dir := readQuestions(t), tried(t, "sh", "jq", "awk", "sort", "uniq")
	for i, command := range q.commands[1:] {
		if diff := cmp.Diff(q.outputs[i], run(t, dir, "sh", "-c", command)); diff != "" {
			t.Errorf("question %d (-QUESTIONS.md +jq):\n%s", i+1, diff)
		}
	}
}

// TestTheQuestionsForASpreadsheet makes the table, puts every formula into its cell,
// and lets a spreadsheet compute them.
func TestTheQuestionsForASpreadsheet(t *testing.T) {
	q, dir := readQuestions(t), tried(t, "sh", "jq", "ssconvert")
	run(t, dir, "sh", "-c", q.commands[0])
	table := sheet(t, filepath.Join(dir, "events.csv"))
	put := func(column byte, row int, text string) {
		for len(table[row-1]) <= int(column-'A') {
			table[row-1] = append(table[row-1], "")
		}
		table[row-1][column-'A'] = text
	}
	for _, f := range q.formulas {
		var at int
		if _, err := fmt.Sscan(f.cell[1:], &at); err != nil {
			t.Fatal(err)
		}
		put(f.cell[0], at, f.text)
		for down := at + 1; f.down && down <= len(table); down++ {
			put(f.cell[0], down, cell.ReplaceAllString(f.text, fmt.Sprintf("${1}%d", down)))
		}
	}
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	if err := w.WriteAll(table); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "asked.csv"), text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, dir, "ssconvert", "--recalc", "asked.csv", "answered.csv")
	answered := sheet(t, filepath.Join(dir, "answered.csv"))
	for _, f := range q.formulas {
		if f.down {
			continue
		}
		var at int
		if _, err := fmt.Sscan(f.cell[1:], &at); err != nil {
			t.Fatal(err)
		}
		if got := answered[at-1][f.cell[0]-'A']; got != f.gives {
			t.Errorf("%s, %s, gives %s, want %s", f.cell, f.text, got, f.gives)
		}
	}
}

// sheet reads a table whose rows may have different lengths.
func sheet(t *testing.T, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}
