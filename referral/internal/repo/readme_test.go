package repo_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog/filelog"
	"github.com/relevo-go/relevo/examples/roster"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
	"github.com/relevo-go/relevo/referral/engine"
)

// fence is a fenced block of a Markdown file.
type fence struct{ language, text string }

var fenced = regexp.MustCompile("(?ms)^```(\\w*)\n(.*?)^```$")

// fences returns README.md's blocks in order.
func fences(t *testing.T) (all []fence) {
	t.Helper()
	for _, m := range fenced.FindAllStringSubmatch(document(t, "README.md"), -1) {
		all = append(all, fence{m[1], m[2]})
	}
	return all
}

// document returns the text of a file of the repository.
func document(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(top(t), filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "\r\n", "\n")
}

// top returns the folder of the root module.
func top(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// build builds a program of the root module that stands in no file of it, and
// returns the executable.
func build(t *testing.T, source string) string {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "main.go")
	inside := filepath.Join(top(t), "examples", "readme", "main.go")
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{inside: file}})
	if err != nil {
		t.Fatal(err)
	}
	plan := filepath.Join(dir, "overlay.json")
	for name, text := range map[string][]byte{file: []byte(source), plan: overlay} {
		if err := os.WriteFile(name, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	program := filepath.Join(dir, "readme.exe")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-overlay", plan, "-o", program, "./examples/readme")
	cmd.Dir = top(t)
	cmd.Env = append(cmd.Environ(), "GOWORK=") // the adapters' modules too
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("README.md: %v\n%s\nof\n%s", err, out, source)
	}
	return program
}

// TestTheProgram runs the one whole program of README.md: it prints the block
// that follows it, and its main has fifteen lines.
func TestTheProgram(t *testing.T) {
	all := fences(t)
	i := slices.IndexFunc(all, func(f fence) bool { return f.language == "go" && strings.HasPrefix(f.text, "package main\n") })
	if i < 0 || i+1 == len(all) {
		t.Fatal("README.md has no program with its output after it")
	}
	_, body, _ := strings.Cut(all[i].text, "\nfunc main() {\n")
	body, _, _ = strings.Cut(body, "\n}\n")
	if n := strings.Count(body, "\n") + 1; n != 15 {
		t.Errorf("the program's main has %d lines, want the 15 that README.md promises", n)
	}

	tmp := t.TempDir()
	cmd := exec.CommandContext(t.Context(), build(t, all[i].text))
	cmd.Dir = tmp
	cmd.Env = append(os.Environ(), "TMPDIR="+tmp, "TMP="+tmp, "TEMP="+tmp)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	got, err := cmd.Output()
	if err != nil || stderr.Len() > 0 {
		t.Errorf("README.md's program: %v\n%s", err, &stderr)
	}
	if diff := cmp.Diff(all[i+1].text, string(got)); diff != "" {
		t.Errorf("README.md's program prints something else than the block after it (-want +got):\n%s", diff)
	}
}

// TestTheFragments builds README.md's other pieces of Go, each as the body of a
// function that is given what the text around it speaks of.
func TestTheFragments(t *testing.T) {
	var b strings.Builder
	b.WriteString(`package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/feed"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/filelog"
	"github.com/relevo-go/relevo/eventlog/pglog"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
	"github.com/relevo-go/relevo/referral/engine"
)

func main() { fmt.Println(errors.ErrUnsupported) }

var _ = filelog.Open
var _ = book.New

func notify(agent.NPN, []agent.Channel, uuid.UUID, time.Time) {}
`)
	n := 0
	for _, f := range fences(t) {
		if f.language != "go" || strings.HasPrefix(f.text, "package main\n") {
			continue
		}
		n++
		fmt.Fprintf(&b, "\nfunc fragment%d(ctx context.Context, desk, other *engine.Engine, id uuid.UUID, npn agent.NPN, begin, end time.Time, after eventlog.Position) error {\n", n)
		if strings.Contains(f.text, "desk, err :=") {
			b.WriteString("\tdesk = nil\n\t{\n")
			fmt.Fprintf(&b, "%s\t}\n\treturn nil\n}\n", f.text)
			continue
		}
		tail := "return nil"
		if strings.HasPrefix(f.text, "_, err := ") {
			tail = "return err"
		}
		fmt.Fprintf(&b, "%s\t%s\n}\n", f.text, tail)
	}
	if n < 5 {
		t.Errorf("README.md has %d fragments of Go, want all of its doors", n)
	}
	build(t, b.String())
}

// TestTheCommands pins the block from which .ci/run takes the commands that a
// newcomer types first.
func TestTheCommands(t *testing.T) {
	all := fences(t)
	i := slices.IndexFunc(all, func(f fence) bool { return f.language == "sh" })
	if i < 0 {
		t.Fatal("README.md has no commands")
	}
	want := "go run ./examples/quickstart\ngo test work\n"
	if diff := cmp.Diff(want, all[i].text); diff != "" {
		t.Errorf("README.md's first commands (-want +got):\n%s", diff)
	}
}

// TestTheRecipes runs README.md's ways to look at a log on a small one.
func TestTheRecipes(t *testing.T) {
	for _, tool := range []string{"bash", "jq", "sha256sum"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("the recipes need %s", tool)
		}
	}
	dir := smallLog(t)
	want := []string{"referral.offered.v1", "the chain holds\n"}
	for _, f := range fences(t) {
		if f.language != "sh" || strings.HasPrefix(f.text, "go ") {
			continue
		}
		if len(want) == 0 {
			t.Fatalf("README.md has a recipe more than this test knows:\n%s", f.text)
		}
		run := func() (string, error) {
			cmd := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", f.text)
			cmd.Dir = dir
			out, err := cmd.CombinedOutput()
			return string(out), err
		}
		out, err := run()
		if err != nil || !strings.Contains(out, want[0]) {
			t.Errorf("%v, output %q, want one with %q, of\n%s", err, out, want[0], f.text)
		}
		if want = want[1:]; len(want) > 0 {
			continue
		}
		// The recipe for the chain must find a change.
		name := filepath.Join(dir, "00000000000000000001.jsonl")
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, bytes.Replace(text, []byte(`"zip":"33602"`), []byte(`"zip":"33603"`), 1), 0o644); err != nil {
			t.Fatal(err)
		}
		if out, err := run(); err == nil || !strings.HasPrefix(out, `bad: {"position":`) {
			t.Errorf("%v, output %q for a log with a changed ZIP, want the bad line, of\n%s", err, out, f.text)
		}
	}
	if len(want) > 0 {
		t.Errorf("README.md lacks a recipe that shows %q", want)
	}
}

// smallLog returns the directory of a log with a few agents and one referral.
func smallLog(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	log, err := filelog.Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	noon := time.Date(2026, time.November, 2, 17, 0, 0, 0, time.UTC)
	desk, err := engine.Open(t.Context(), log, &engine.Options{Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	defer desk.Close()
	agents, err := roster.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range agents {
		if a.State == "FL" && a.NPN%8 == 0 {
			if _, err := desk.Agent(t.Context(), a.NPN, a.Commands()...); err != nil {
				t.Fatal(err)
			}
		}
	}
	ref, err := desk.Request(t.Context(), referral.Request{Subject: "case-1", State: "FL", ZIP: "33602", Languages: []string{"en"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := desk.Accept(t.Context(), ref.ID, ref.Offer.To); err != nil {
		t.Fatal(err)
	}
	return dir
}

// written are one event of each kind, in the order of [book.Kinds].
var written = []book.Event{
	referral.PolicySet{},
	agent.Registered{}, agent.ProfileUpdated{}, agent.ProfileReviewed{}, agent.TrainingCompleted{}, agent.RegistrationCompleted{},
	agent.TermsAccepted{}, agent.LicenseRecorded{}, agent.LicenseRemoved{}, agent.DisplayChosen{}, agent.StatesUnticked{},
	agent.LanguagesSet{}, agent.ChannelsSet{}, agent.HoursSet{}, agent.OverrideSet{}, agent.AbsenceSet{}, agent.AbsenceCleared{},
	agent.Terminated{}, agent.Reinstated{},
	referral.Requested{}, referral.Offered{}, referral.Accepted{}, referral.Declined{}, referral.Expired{}, referral.Rescinded{},
	referral.Waiting{}, referral.Exhausted{}, referral.Withdrawn{}, referral.Contacted{}, referral.OutcomeRecorded{},
}

var (
	kindRow = regexp.MustCompile("(?m)^\\| `((?:desk|agent|referral)\\.[a-z_]+\\.v\\d+)` \\| (?:–|`([^`]*)`) \\|")
	nested  = regexp.MustCompile(`\s*(\{[^{}]*\}|\[[^\[\]]*\])`)
)

// TestTheKinds compares README.md's table with the events themselves: every
// kind, in order, with the keys of its data and a ? at those that may be absent.
func TestTheKinds(t *testing.T) {
	type row struct{ Kind, Keys string }
	var want, got []row
	var kinds []string
	for _, e := range written {
		want = append(want, row{e.Kind(), keysOf(t, e)})
		kinds = append(kinds, e.Kind())
	}
	if diff := cmp.Diff(book.Kinds(), kinds); diff != "" {
		t.Errorf("the kinds that this test knows (-want +got):\n%s", diff)
	}
	for _, m := range kindRow.FindAllStringSubmatch(document(t, "README.md"), -1) {
		keys := m[2]
		for nested.MatchString(keys) {
			keys = nested.ReplaceAllString(keys, "")
		}
		got = append(got, row{m[1], keys})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("README.md's table of kinds (-want +got):\n%s", diff)
	}
}

// keysOf returns the keys of an event's data in order, "npn, name, email?".
func keysOf(t *testing.T, e book.Event) string {
	t.Helper()
	switch e.(type) { // those that write themselves
	case referral.PolicySet:
		return strings.Join(keysWritten(t, referral.PolicySet(referral.DefaultPolicy())), ", ")
	case referral.Offered:
		always := keysWritten(t, referral.Offered{Meters: -1})
		keys := keysWritten(t, referral.Offered{Meters: 1})
		for i, k := range keys {
			if !slices.Contains(always, k) {
				keys[i] += "?"
			}
		}
		return strings.Join(keys, ", ")
	}
	var keys []string
	for _, f := range reflect.VisibleFields(reflect.TypeOf(e)) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" {
			continue
		}
		if strings.HasPrefix(options, "omit") {
			name += "?"
		}
		keys = append(keys, name)
	}
	return strings.Join(keys, ", ")
}

// keysWritten returns the keys that an event's data has, in order.
func keysWritten(t *testing.T, e book.Event) []string {
	t.Helper()
	data, err := book.Encode(e)
	if err != nil {
		t.Fatal(err)
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(data, &object); err != nil {
		t.Fatal(err)
	}
	at := func(key string) int { return bytes.Index(data, []byte(`"`+key+`":`)) }
	return slices.SortedFunc(maps.Keys(object), func(a, b string) int { return at(a) - at(b) })
}

var ruleRow = regexp.MustCompile(`(?m)^(?:\| ([SRB]\d+) \||(\d+)\. )`)

// TestTheRules checks that RULES.md has every rule and invariant once, in order.
func TestTheRules(t *testing.T) {
	var want, got []string
	for _, part := range []struct {
		letter string
		last   int
	}{{"S", 17}, {"R", 35}, {"B", 6}, {"", 7}} {
		for n := 1; n <= part.last; n++ {
			want = append(want, fmt.Sprint(part.letter, n))
		}
	}
	for _, m := range ruleRow.FindAllStringSubmatch(document(t, "referral/RULES.md"), -1) {
		got = append(got, m[1]+m[2])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the numbers in RULES.md (-want +got):\n%s", diff)
	}
}
