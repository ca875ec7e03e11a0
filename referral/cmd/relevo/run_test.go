package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/filelog"
	"github.com/relevo-go/relevo/examples/logs"
)

// growing is a log that a desk writes, with the records of the recording that are
// still to come.
type growing struct {
	log     *filelog.Log
	head    eventlog.Position
	records []eventlog.Record
}

// grow returns a log in a directory with some appends of the recording.
func grow(t *testing.T, dir string, to eventlog.Position) *growing {
	t.Helper()
	r, err := logs.FirstAfternoon()
	if err != nil {
		t.Fatal(err)
	}
	g := &growing{}
	for record, err := range r.Records() {
		if err != nil {
			t.Fatal(err)
		}
		g.records = append(g.records, record)
	}
	if g.log, err = filelog.Open(dir, nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.log.Close() })
	g.append(t, to)
	return g
}

// append goes on to a position.
func (g *growing) append(t *testing.T, to eventlog.Position) {
	t.Helper()
	for g.head < to {
		var entries []eventlog.Entry
		for _, r := range g.records[g.head:g.records[g.head].Last] {
			entries = append(entries, r.Entry)
		}
		if _, err := g.log.Append(t.Context(), g.head, entries...); err != nil {
			t.Fatal(err)
		}
		g.head += eventlog.Position(len(entries))
	}
}

// follow runs relevo log with arguments until stop, and returns its lines.
func follow(t *testing.T, stdin io.Reader, args ...string) (lines *bufio.Scanner, stop func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	status := make(chan int, 1)
	go func() {
		var stderr bytes.Buffer
		n := run(ctx, append([]string{"log"}, args...), stdin, w, &stderr, false)
		if stderr.Len() > 0 {
			n = 100
		}
		w.Close()
		status <- n
	}()
	return bufio.NewScanner(r), func() int {
		cancel()
		io.Copy(io.Discard, r)
		return <-status
	}
}

// next returns a line that is to come.
func next(t *testing.T, lines *bufio.Scanner) string {
	t.Helper()
	if !lines.Scan() {
		t.Fatalf("the lines end: %v", lines.Err())
	}
	return lines.Text()
}

// What is appended while log follows is printed before it waits for more, and what
// its filter learned before holds on.
func TestFollow(t *testing.T) {
	dir := t.TempDir()
	g := grow(t, dir, 1151)
	lines, stop := follow(t, nil, dir, "-follow", "-state", "FL", "-kind", "referral")
	for _, want := range []string{"1150 ", "1151 "} {
		if line := next(t, lines); !strings.Contains(line, want) {
			t.Errorf("line %q, want position %s", line, want)
		}
	}
	g.append(t, 1158)
	for _, want := range []string{"1152 ", "1153 ", "1154 ", "1155 ", "1156 ", "1157 ", "accepts"} {
		if line := next(t, lines); !strings.Contains(line, want) {
			t.Errorf("line %q, want %s", line, want)
		}
	}
	if status := stop(); status != fine {
		t.Errorf("the status after Ctrl-C is %d, want 0 and nothing on standard error", status)
	}
}

func TestFollowInput(t *testing.T) {
	r, err := logs.FirstAfternoon()
	if err != nil {
		t.Fatal(err)
	}
	all := strings.SplitAfter(r.Lines, "\n")
	in, w := io.Pipe()
	defer w.Close()
	lines, stop := follow(t, in, "-follow", "-")
	io.WriteString(w, all[0])
	if line := next(t, lines); !strings.Contains(line, "The policy from here on") {
		t.Errorf("line %q, want the policy", line)
	}
	io.WriteString(w, strings.Join(all[1:11], ""))
	if line := next(t, lines); !strings.Contains(line, "joins Help On Demand") {
		t.Errorf("line %q, want the first agent", line)
	}
	if status := stop(); status != fine {
		t.Errorf("the status after Ctrl-C is %d, want 0 and nothing on standard error", status)
	}
}

// A command that is broken off says so, whatever it reads.
func TestStopped(t *testing.T) {
	placeOf(t, "")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	silent, w := io.Pipe()
	defer w.Close()
	for _, args := range [][]string{{"verify", "log"}, {"state", "log.jsonl"}, {"rematch", "-"}, {"log", "log"}, {"verify", "log", "-save", "head.txt"}} {
		var out, stderr bytes.Buffer
		status := run(ctx, args, silent, &out, &stderr, false)
		if status != noAnswer || stderr.String() != "relevo: stopped\n" {
			t.Errorf("relevo %v = %d, %q, want 2, stopped", args, status, &stderr)
		}
	}
	if _, err := os.Stat("head.txt"); err == nil {
		t.Error("a verification that was broken off is saved")
	}
}

// full is a place where nothing can be written.
type full struct{ err error }

func (f full) Write([]byte) (int, error) { return 0, f.err }

func TestOutputFails(t *testing.T) {
	placeOf(t, "")
	for _, args := range [][]string{{"log", "log"}, {"log", "log", "-json"}, {"log", "log.jsonl", "-csv"}, {"state", "log", "-json"}, {"-h"}} {
		var stderr bytes.Buffer
		if status := run(t.Context(), args, nil, full{syscall.EPIPE}, &stderr, false); status != fine || stderr.Len() > 0 {
			t.Errorf("relevo %v into a closed pipe = %d, %q, want 0 and nothing", args, status, &stderr)
		}
		if status := run(t.Context(), args, nil, full{errors.New("no room")}, &stderr, false); status != noAnswer || stderr.String() != "relevo: standard output: no room\n" {
			t.Errorf("relevo %v into a full disk = %d, %q, want 2 and why", args, status, &stderr)
		}
	}
}

// Once nobody reads what is printed, the log is not read on.
func TestOutputFailsMeanwhile(t *testing.T) {
	r, err := logs.FirstAfternoon()
	if err != nil {
		t.Fatal(err)
	}
	in, w := io.Pipe()
	go func() { // and then nothing comes, for ever
		for line := range strings.Lines(r.Lines) {
			io.WriteString(w, line)
		}
	}()
	defer in.Close()
	var stderr bytes.Buffer
	if status := run(t.Context(), []string{"log", "-follow", "-"}, in, full{io.ErrClosedPipe}, &stderr, false); status != fine || stderr.Len() > 0 {
		t.Errorf("relevo log -follow - into a closed pipe = %d, %q, want 0 and nothing", status, &stderr)
	}
}

// What -save writes takes the place of what was there at once, and leaves nothing
// else.
func TestSave(t *testing.T) {
	placeOf(t, "")
	if err := os.Mkdir("heads", 0o755); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("heads", "head.txt")
	for range 2 {
		var out, stderr bytes.Buffer
		if status := run(t.Context(), []string{"verify", "log", "-save", file}, nil, &out, &stderr, false); status != fine {
			t.Fatalf("verify = %d, %s", status, &stderr)
		}
		text, err := os.ReadFile(file)
		if err != nil || string(text) != out.String() {
			t.Errorf("%s has %q, %v, want what is printed: %q", file, text, err, &out)
		}
	}
	if names, err := os.ReadDir("heads"); err != nil || len(names) != 1 {
		t.Errorf("beside the head stand %v, %v, want nothing", names, err)
	}
}

// TestProgressOnATerminal runs a command whose progress is told, and sees it gone
// before anything else is printed.
func TestProgressOnATerminal(t *testing.T) {
	placeOf(t, "")
	var screen bytes.Buffer
	p := newProgram(t.Context(), nil, &screen, &screen)
	now := time.Unix(0, 0)
	p.progress.to(&screen, func() time.Time { now = now.Add(time.Second); return now })
	if status := p.run([]string{"verify", "log"}); status != fine {
		t.Fatalf("verify = %d, %s", status, &screen)
	}
	told, rest, _ := strings.Cut(screen.String(), "The log is whole")
	if !strings.Contains(told, "98 %, 1,728 records") || !strings.HasSuffix(told, " \r") || strings.Contains(rest, "\r") {
		t.Errorf("on the screen is %q", &screen)
	}
}

// What was found is still told, by the status and on standard error, when nobody reads
// what is printed.
func TestFoundThoughNobodyReads(t *testing.T) {
	placeOf(t, "")
	text, err := os.ReadFile("log.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("torn.jsonl", text[:len(text)-100], 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args []string
		want int
	}{
		{[]string{"verify", "torn.jsonl"}, found},
		{[]string{"verify", "log.jsonl"}, fine},
		{[]string{"rematch", "log.jsonl", "-q", "-policy", "radius.json"}, found},
	} {
		var stderr bytes.Buffer
		status := run(t.Context(), test.args, nil, full{syscall.EPIPE}, &stderr, false)
		if status != test.want || (test.args[1] == "torn.jsonl") != strings.Contains(stderr.String(), "ends inside an append") {
			t.Errorf("%v into a closed pipe = %d, %q, want %d", test.args, status, &stderr, test.want)
		}
	}
}
