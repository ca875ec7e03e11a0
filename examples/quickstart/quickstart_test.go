package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/filelog"
	"github.com/relevo-go/relevo/examples/roster"
	"github.com/relevo-go/relevo/referral/book"
	"github.com/relevo-go/relevo/referral/engine"
)

var rewrite = flag.Bool("update", false, "write the transcripts to testdata")

// TestTwoDays runs two days on one log: the transcripts are the committed ones,
// fit into 100 columns, and tell the digest that a fold of the log leads to.
func TestTwoDays(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "log")
	last := ""
	for _, golden := range []string{"day1.txt", "day2.txt"} {
		var out bytes.Buffer
		if err := run(t.Context(), &out, dir); err != nil {
			t.Fatalf("%s: %v", golden, err)
		}
		got := strings.ReplaceAll(out.String(), quoted(dir), "DIR")
		got = strings.ReplaceAll(got, dir, "DIR")
		path := filepath.Join("testdata", golden)
		if *rewrite {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got); if this is meant, run go test ./examples/quickstart -update\n%s", golden, diff)
		}
		for line := range strings.Lines(got) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 100 {
				t.Errorf("%s: %d columns, want at most 100: %s", golden, n, line)
			}
		}
		_, last, _ = strings.Cut(got, "grep -h referral/")
		last, _, _ = strings.Cut(last, " ")
		digest := folded(t, dir)
		told := regexp.MustCompile(`\b[0-9a-f]{64}\b`).FindAllString(got, -1)
		if diff := cmp.Diff([]string{digest, digest}, told); diff != "" {
			t.Errorf("%s: the digests of the desk and of the replay (-of the log +told):\n%s", golden, diff)
		}
	}
	checkLooks(t, dir, last)
}

// folded returns the digest of the log in dir, by the chain and the fold alone,
// and checks that no ID stands in it twice.
func folded(t *testing.T, dir string) string {
	t.Helper()
	log, err := filelog.Open(dir, &filelog.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	var head eventlog.Head
	state, ids := book.New(), map[uuid.UUID]bool{}
	for r, err := range log.Read(t.Context(), 0) {
		if err == nil {
			err = head.Next(r)
		}
		if err != nil {
			t.Fatal(err)
		}
		if ids[r.ID] {
			t.Errorf("position %d: the ID %s stands in the log before", r.Position, r.ID)
		}
		ids[r.ID] = true
		stream, err := book.ParseStream(r.Stream)
		if err != nil {
			t.Fatal(err)
		}
		event, err := book.Decode(stream, r.Kind, r.Time, r.Data)
		if err != nil {
			t.Fatal(err)
		}
		state.Apply(uint64(r.Position), r.Time, stream, event)
	}
	return state.Digest()
}

func TestWhatIsNoPlaceForALog(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		dir  func(t *testing.T) string
		want string
	}{
		{"a file", func(*testing.T) string { return file }, "is no directory"},
		{"a directory beneath a file", func(*testing.T) string { return filepath.Join(file, "log") }, "-dir"},
		{"a directory with something else", func(t *testing.T) string {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "letter.txt"), nil, 0o644); err != nil {
				t.Fatal(err)
			}
			return dir
		}, "holds something else than a log (letter.txt)"},
		{"a log that is open elsewhere", func(t *testing.T) string {
			dir := t.TempDir()
			log, err := filelog.Open(dir, nil)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { log.Close() })
			return dir
		}, "another program has the log"},
		{"a directory that cannot be written", func(t *testing.T) string {
			if os.Getuid() <= 0 {
				t.Skip("this user may write everywhere, or this system has no such permission")
			}
			dir := filepath.Join(t.TempDir(), "closed")
			if err := os.Mkdir(dir, 0o555); err != nil {
				t.Fatal(err)
			}
			return dir
		}, "cannot be written"},
		{"somebody else's log", func(t *testing.T) string {
			return recorded(t, 42, "Sample Wren", time.Date(2026, time.November, 2, 18, 0, 0, 0, time.UTC))
		}, "not a quickstart's"},
		{"a log whose plan year is over", func(t *testing.T) string {
			return recorded(t, skimmer, "Sample Skimmer 9000", roster.PlanUntil)
		}, "the plan year 2027 is over"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := test.dir(t)
			var out bytes.Buffer
			err := run(t.Context(), &out, dir)
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "-dir") {
				t.Errorf("run = %v, want an error with %q that says what to do with -dir", err, test.want)
			}
			if out.Len() > 0 {
				t.Errorf("run printed %q before its error", out.String())
			}
		})
	}
}

// recorded returns the directory of a log with one agent, registered at an instant.
func recorded(t *testing.T, n agent.NPN, name string, at time.Time) string {
	t.Helper()
	dir := t.TempDir()
	log, err := filelog.Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	eng, err := engine.Open(t.Context(), log, &engine.Options{Now: func() time.Time { return at }})
	if err != nil {
		t.Fatal(err)
	}
	defer eng.Close()
	if _, err := eng.Agent(t.Context(), n, agent.Register{Name: name}); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestABrokenOffMorning stops a first day while agents join: the next morning goes
// on from what is in the log.
func TestABrokenOffMorning(t *testing.T) {
	dir := t.TempDir()
	log, err := filelog.Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	day, err := openDay(t.Context(), log)
	if err != nil {
		t.Fatal(err)
	}
	if err := day.until(t.Context(), day.noon); err != nil {
		t.Fatal(err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if err := day.join(stopped); !errors.Is(err, context.Canceled) {
		t.Errorf("join with a context that is over = %v, want context.Canceled", err)
	}
	if _, err := day.eng.Agent(t.Context(), crane, cast[1].Commands()...); err != nil {
		t.Fatal(err)
	}
	day.eng.Close()
	log.Close()

	if log, err = filelog.Open(dir, nil); err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	if day, err = openDay(t.Context(), log); err != nil {
		t.Fatal(err)
	}
	defer day.eng.Close()
	if got := day.noon.Format(time.DateOnly); got != "2026-11-03" {
		t.Errorf("the run after it is of %s, want 2026-11-03", got)
	}
	var out bytes.Buffer
	day.transcript = &transcript{w: &out, day: day}
	if err := day.morning(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, want := day.eng.Counts().Agents, len(day.agents); got != want {
		t.Errorf("after the next morning the desk has %d agents, want all %d", got, want)
	}
}
