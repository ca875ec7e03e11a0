package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/relevo-go/relevo/examples/logs"
)

var update = flag.Bool("update", false, "write the transcripts to testdata")

// TestTranscripts runs the commands of testdata/*.txt and compares what they print.
// A line that begins with $ is a command, one with ! is standard error, one with #
// is for the reader, and the last line of a command is its status if that is not 0.
// For a new command, add its line and run the test with -update.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		t.Run(name, func(t *testing.T) {
			if name == "simulated" && testing.Short() {
				t.Skip("a week is long to simulate in short tests")
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			path, err := filepath.Abs(file)
			if err != nil {
				t.Fatal(err)
			}
			place := placeOf(t, name)
			got := rerun(t, place, string(text))
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(text), got); diff != "" && !*update {
				t.Errorf("%s (-want +got); if this is meant, run go test ./referral/cmd/relevo -update\n%s", file, diff)
			}
		})
	}
}

// placeOf changes to a directory with the files that a transcript speaks of, and
// returns it.
func placeOf(t *testing.T, name string) string {
	t.Helper()
	place, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	policies, err := filepath.Abs(filepath.Join("testdata", "policies"))
	if err != nil {
		t.Fatal(err)
	}
	feeds, err := filepath.Abs(filepath.Join("testdata", "feeds"))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(place)
	if err := os.CopyFS(".", os.DirFS(policies)); err != nil {
		t.Fatal(err)
	}
	afternoon, err := logs.FirstAfternoon()
	if err != nil {
		t.Fatal(err)
	}
	keep(t, "log", afternoon.Lines)
	if name == "damage" {
		for name, lines := range damaged(t, afternoon) {
			keep(t, name, lines)
		}
		unlike(t)
	}
	if name == "import" {
		desks(t, feeds)
	}
	return place
}

// keep writes lines as a log of one segment in a directory, and as a file.
func keep(t *testing.T, name, lines string) {
	t.Helper()
	if err := os.Mkdir(name, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{filepath.Join(name, fmt.Sprintf("%020d.jsonl", 1)), name + ".jsonl"} {
		if err := os.WriteFile(file, []byte(lines), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// rerun returns a transcript as its commands make it now.
func rerun(t *testing.T, place, text string) string {
	t.Helper()
	var b strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		switch command, is := strings.CutPrefix(line, "$ "); {
		case is:
			if b.Len() > 0 {
				b.WriteString("\n")
			}
			fmt.Fprintf(&b, "$ %s\n%s", command, shell(t, command).text(place))
		case strings.HasPrefix(line, "# "):
			if b.Len() > 0 && !strings.HasSuffix(b.String(), "\n#") {
				b.WriteString("\n")
			}
			fmt.Fprintf(&b, "%s\n", line)
		}
	}
	return b.String()
}

// result is what a command line did.
type result struct {
	stdout, stderr string
	status         int
}

// text returns the result as a transcript has it.
func (r result) text(place string) string {
	var b strings.Builder
	b.WriteString(r.stdout)
	if r.stdout != "" && !strings.HasSuffix(r.stdout, "\n") {
		b.WriteString("\n")
	}
	for line := range strings.Lines(r.stderr) {
		b.WriteString("! " + line)
	}
	if r.status != 0 {
		fmt.Fprintf(&b, "status %d\n", r.status)
	}
	if place == "" {
		return b.String()
	}
	holder := fmt.Sprintf("(process %d)", os.Getpid())
	return strings.NewReplacer(place+string(filepath.Separator), "", holder, "(process 4321)").Replace(b.String())
}

// shell runs a command line: relevo or cat, with < FILE, > FILE and a pipe into relevo,
// head -N, tail -N, wc -l or sha256sum. The status is the last one of relevo.
func shell(t *testing.T, line string) (r result) {
	t.Helper()
	var stdin io.Reader = strings.NewReader("")
	for _, part := range split(line) {
		words := part
		var file string
		if i := slices.Index(words, "<"); i > 0 {
			text, err := os.ReadFile(words[i+1])
			if err != nil {
				t.Fatal(err)
			}
			stdin, words = bytes.NewReader(text), slices.Delete(words, i, i+2)
		}
		if i := slices.Index(words, ">"); i > 0 {
			file = words[i+1]
			words = slices.Delete(words, i, i+2)
		}
		var out, stderr bytes.Buffer
		switch words[0] {
		case "relevo":
			p := newProgram(t.Context(), stdin, &out, &stderr)
			p.desk, p.callers = invented(line), 1
			r.status = p.run(words[1:])
			r.stderr += stderr.String()
		default:
			if err := tool(words, stdin, &out); err != nil {
				t.Fatalf("%s: %v", line, err)
			}
		}
		if file != "" {
			if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
			out.Reset()
		}
		r.stdout, stdin = out.String(), &out
	}
	return r
}

// tool does what a few well-known programs do.
func tool(words []string, stdin io.Reader, out io.Writer) error {
	if words[0] == "cat" {
		text, err := os.ReadFile(words[1])
		out.Write(text)
		return err
	}
	text, err := io.ReadAll(stdin)
	if err != nil {
		return err
	}
	lines := slices.Collect(strings.Lines(string(text)))
	n := 0
	if len(words) > 1 {
		fmt.Sscanf(words[1], "-%d", &n)
	}
	switch words[0] {
	case "head":
		io.WriteString(out, strings.Join(lines[:min(n, len(lines))], ""))
	case "tail":
		io.WriteString(out, strings.Join(lines[max(0, len(lines)-n):], ""))
	case "wc":
		fmt.Fprintln(out, len(lines))
	case "sha256sum":
		fmt.Fprintf(out, "%x  -\n", sha256.Sum256(text))
	default:
		return errors.New("no such program here")
	}
	return nil
}

// split returns the words of each command of a pipe. Words in ” or "" may have
// spaces.
func split(line string) (parts [][]string) {
	var words []string
	for rest := strings.TrimSpace(line); rest != ""; rest = strings.TrimLeft(rest, " ") {
		var word string
		if quote := rest[0]; quote == '\'' || quote == '"' {
			word, rest, _ = strings.Cut(rest[1:], string(quote))
		} else {
			word, rest, _ = strings.Cut(rest, " ")
		}
		if word == "|" {
			parts, words = append(parts, words), nil
		} else {
			words = append(words, word)
		}
	}
	return append(parts, words)
}

// TestEverySource runs the commands of the transcripts on the recorded log as a file
// and as standard input as well: they answer the same.
func TestEverySource(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var texts strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts.Write(text)
	}
	place, n := placeOf(t, ""), 0
	for line := range strings.Lines(texts.String()) {
		command, ok := strings.CutPrefix(strings.TrimSpace(line), "$ relevo ")
		if !ok || strings.ContainsAny(command, "<>") {
			continue
		}
		first, rest, piped := strings.Cut(command+" ", "| ")
		i := strings.LastIndex(first, " log ")
		if i < 0 {
			continue
		}
		if n++; testing.Short() && n%4 > 0 {
			continue
		}
		want := shell(t, "relevo "+command).text(place)
		for _, other := range []string{"log.jsonl", "- < log.jsonl"} {
			again := "relevo " + first[:i] + " " + other + " " + first[i+len(" log "):]
			if piped {
				again += "| " + rest
			}
			if diff := cmp.Diff(want, shell(t, again).text(place)); diff != "" {
				t.Errorf("relevo %s, and %s (-want +got):\n%s", command, again, diff)
			}
		}
	}
	if n < 60 {
		t.Errorf("the transcripts have %d commands on the log, want many", n)
	}
}
