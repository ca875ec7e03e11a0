package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/feed"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/filelog"
	"github.com/relevo-go/relevo/referral/engine"
)

// invented returns a desk's options under which a command records the same bytes each
// time, unless it is given twice.
func invented(command string) *engine.Options {
	n := byte(0)
	names := uuid.NewSHA1(uuid.Nil, []byte(command))
	return &engine.Options{
		Now:   func() time.Time { return time.Date(2026, time.November, 23, 20, 45, 47, 0, time.UTC) },
		NewID: func() uuid.UUID { n++; return uuid.NewSHA1(names, []byte{n}) },
	}
}

// desks makes logs to import into, beside files to import: one on which consumers wait,
// with a torn end, one that is ahead of the clock, one that a desk at work holds, and
// directories without a log.
func desks(t *testing.T, feeds string) {
	t.Helper()
	if err := os.CopyFS(".", os.DirFS(feeds)); err != nil {
		t.Fatal(err)
	}
	grow(t, "ahead", 1752).log.Close()
	grow(t, "held", 1151)
	grow(t, "waiting", 1433).log.Close()
	torn, err := os.OpenFile(filepath.Join("waiting", "00000000000000000001.jsonl"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := torn.WriteString(`{"position":1434,"id":"01a`); err != nil {
		t.Fatal(err)
	}
	if err := torn.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir("empty", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir("letters", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join("letters", "letter.txt"), []byte("Dear Sample Heron,\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

// many returns a roster of agents, one of whom has moved if changed, and some of whose
// rows are broken.
func many(n int, changed bool, broken int) string {
	var b strings.Builder
	b.WriteString("npn,name,email,phone,city,state,zip,languages,display,unticked,channels,cms_terms,help_on_demand_terms,reviewed,zone,hours\n")
	for i := range n {
		zip, display := "33602", "1"
		if changed && i == n/3 {
			zip = "33144"
		}
		if broken > 0 && i%(n/broken) == 0 && i/(n/broken) < broken {
			display = "5"
		}
		fmt.Fprintf(&b, "%d,Sample Heron %d,heron-%[2]d@example.com,202-555-0101,Tampa,FL,%s,en es-MX,%s,GA,email text,2026-11,2026-11,Y,America/New_York,mon-fri 09:00-17:00\n", 9_900_000_001+i, i, zip, display)
	}
	return b.String()
}

// relevo runs a command whose desk has a clock of the test's.
func relevo(t *testing.T, now func() time.Time, args ...string) result {
	t.Helper()
	var out, stderr bytes.Buffer
	p := newProgram(t.Context(), strings.NewReader(""), &out, &stderr)
	p.desk = &engine.Options{Now: now}
	began := time.Now()
	status := p.run(args)
	t.Logf("relevo %s took %v", strings.Join(args, " "), time.Since(began).Round(time.Millisecond))
	return result{out.String(), stderr.String(), status}
}

// digest returns the SHA-256 of the bytes of a log.
func digest(t *testing.T, dir string) string {
	t.Helper()
	segments, err := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	if err != nil || len(segments) == 0 {
		t.Fatal(segments, err)
	}
	sum := sha256.New()
	for _, name := range segments {
		f, err := os.Open(name)
		if err == nil {
			_, err = io.Copy(sum, f)
			f.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return fmt.Sprintf("%x", sum.Sum(nil))
}

// write writes files.
func write(t *testing.T, files map[string]string) {
	t.Helper()
	for name, text := range files {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// A large roster is imported in one run; again with one changed row, which makes the
// events of one agent; and again with 50 broken rows, all of which are told and none
// of which is applied.
func TestImportMany(t *testing.T) {
	n := 100_000
	if testing.Short() {
		n = 3_000
	}
	t.Chdir(t.TempDir())
	write(t, map[string]string{"roster.csv": many(n, false, 0), "moved.csv": many(n, true, 0), "broken.csv": many(n, true, 50)})
	whole := thousands(uint64(n)) + " agents compared: "

	first := relevo(t, time.Now, "import", "desk", "roster.csv")
	if first.status != fine || first.stderr != "" || !strings.HasPrefix(first.stdout, whole+thousands(uint64(n))+" changed.\n") ||
		!strings.Contains(first.stdout, fmt.Sprintf("\nposition %d\n", 1+n*10)) {
		t.Fatalf("the first import = %+v", first)
	}
	once := digest(t, "desk")
	if again := relevo(t, time.Now, "import", "desk", "roster.csv"); again != (result{whole + "nothing differs, and nothing was recorded.\n", "", fine}) {
		t.Errorf("the same import again = %+v", again)
	}
	if digest(t, "desk") != once {
		t.Error("the same import again changes the log")
	}

	moved := relevo(t, time.Now, "import", "desk", "moved.csv")
	_, sum, _ := strings.Cut(first.stdout, "\nsum ")
	goesOn := fmt.Sprintf("\ndesk ended at position %d, sum %s, and ends at\nposition %d\n", 1+n*10, strings.TrimSpace(sum), 2+n*10)
	if moved.status != fine || moved.stderr != "" || !strings.HasPrefix(moved.stdout, whole+"1 changed.\n") || !strings.Contains(moved.stdout, goesOn) {
		t.Errorf("the import with one changed row = %+v, want it to say %s", moved, goesOn)
	}
	who := fmt.Sprint(9_900_000_001 + n/3)
	row := fmt.Sprintf("\n%d,", 2+n*10)
	if its := relevo(t, time.Now, "log", "desk", "-agent", who, "-csv"); strings.Count(its.stdout, "\n") != 12 || !strings.Contains(its.stdout, row) || strings.Count(its.stdout, "office in FL 33144") != 1 {
		t.Errorf("the agent of the changed row has %s, want ten events and then one at position %d", its.stdout, 2+n*10)
	}

	twice := digest(t, "desk")
	broken := relevo(t, time.Now, "import", "desk", "broken.csv")
	var want strings.Builder
	for i := range 50 {
		fmt.Fprintf(&want, "broken.csv:%d: display: the display choice is not one of 1, 2, 3, 4 (R26)\n", 2+i*(n/50))
	}
	want.WriteString("50 problems: nothing was recorded. Mend the files and import again.\n")
	if diff := cmp.Diff(result{want.String(), "", found}, broken, cmp.AllowUnexported(result{})); diff != "" {
		t.Errorf("the import with 50 broken rows (-want +got):\n%s", diff)
	}
	if digest(t, "desk") != twice {
		t.Error("the import with 50 broken rows changes the log")
	}
	if v := relevo(t, time.Now, "verify", "desk"); v.status != fine || !strings.HasPrefix(v.stdout, "The log is whole and lawful: "+thousands(uint64(2+n*10))+" records") {
		t.Errorf("verify = %+v", v)
	}
}

// An import that is stopped has some agents whole and others not at all, says so, and
// is gone on with.
func TestImportStopped(t *testing.T) {
	const n = 500
	t.Chdir(t.TempDir())
	write(t, map[string]string{"roster.csv": many(n, false, 0)})
	ctx, cancel := context.WithCancel(t.Context())
	var out, stderr bytes.Buffer
	p := newProgram(ctx, nil, &out, &stderr)
	var looks atomic.Int64
	p.desk = &engine.Options{Now: func() time.Time {
		if looks.Add(1) == 200 {
			cancel()
		}
		return time.Now()
	}}
	status := p.run([]string{"import", "desk", "roster.csv"})
	var recorded int
	if _, err := fmt.Sscanf(stderr.String(), "relevo: stopped; %d of 500 agents were recorded: import again, and it goes on from there\n", &recorded); err != nil || status != noAnswer {
		t.Fatalf("an import that is stopped = %d, %q, %s", status, &stderr, &out)
	}
	if recorded >= n || !strings.Contains(out.String(), fmt.Sprintf("500 agents compared: %d changed.", recorded)) {
		t.Errorf("it is stopped after %d agents, and prints %s", recorded, &out)
	}
	rest := relevo(t, time.Now, "import", "desk", "roster.csv")
	if !strings.HasPrefix(rest.stdout, fmt.Sprintf("500 agents compared: %d changed.\n", n-recorded)) || rest.status != fine {
		t.Errorf("importing again = %+v, want %d agents", rest, n-recorded)
	}
	if v := relevo(t, time.Now, "verify", "desk"); !strings.HasPrefix(v.stdout, "The log is whole and lawful: 5,001 records") {
		t.Errorf("verify = %+v, want the policy and ten events of each agent", v)
	}
	cancelled := newProgram(ctx, nil, &out, &stderr)
	stderr.Reset()
	if status := cancelled.run([]string{"import", "other", "roster.csv"}); status != noAnswer || stderr.String() != "relevo: stopped\n" {
		t.Errorf("an import that is stopped at once = %d, %q", status, &stderr)
	}
	if _, err := os.Stat("other"); err == nil {
		t.Error("an import that is stopped at once makes a log")
	}
}

// planned returns the plan for a roster of agents who are new.
func planned(t *testing.T, n int) feed.Plan {
	t.Helper()
	f, err := feed.Read(strings.NewReader(many(n, false, 0)), "roster.csv", nil)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := feed.Compare(func(agent.NPN) (agent.Agent, error) { return agent.Agent{}, agent.ErrUnknown }, f)
	if err != nil || len(plan.Changes) != n {
		t.Fatal(plan, err)
	}
	return plan
}

// What the desk refuses, for an agent changed meanwhile, is passed over and told.
func TestApply(t *testing.T) {
	plan := planned(t, 20)
	for _, i := range []int{4, 11} { // as if they had been registered, and are not
		plan.Changes[i].Commands = plan.Changes[i].Commands[1:]
	}
	desk, err := engine.Open(t.Context(), new(eventlog.Memory), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer desk.Close()
	told := uint64(0)
	done := apply(t.Context(), desk, plan.Changes, 64, func(n uint64) { told = n })
	if done.recorded != 18 || told != 18 || done.err != nil || len(done.refused) != 2 ||
		done.refused[0].npn != 9_900_000_005 || done.refused[1].npn != 9_900_000_012 || !errors.Is(done.refused[0].err, agent.ErrUnknown) {
		t.Errorf("apply = %+v, %d told, want 18 agents and two refused", done, told)
	}
}

// failing is a log without room after some appends, once.
type failing struct {
	eventlog.Log
	left int
}

var errNoRoom = errors.New("no room")

func (f *failing) Append(ctx context.Context, after eventlog.Position, entries ...eventlog.Entry) ([]eventlog.Record, error) {
	if f.left--; f.left == 0 {
		return nil, errNoRoom
	}
	return f.Log.Append(ctx, after, entries...)
}

// A log that fails ends an import, even if it would go on.
func TestApplyToAFailingLog(t *testing.T) {
	desk, err := engine.Open(t.Context(), &failing{new(eventlog.Memory), 10}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer desk.Close()
	done := apply(t.Context(), desk, planned(t, 1000).Changes, 1, func(uint64) {})
	if done.recorded < 8 || done.recorded > 100 || !errors.Is(done.err, errNoRoom) {
		t.Errorf("apply to a log that fails at its 10th append = %d recorded, %v", done.recorded, done.err)
	}
}

// Reading, comparing, opening and recording tell how far they are.
func TestImportOnATerminal(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, map[string]string{"roster.csv": many(300, false, 0), "moved.csv": many(400, false, 0)})
	for _, test := range []struct {
		file string
		told []string
	}{
		{"roster.csv", []string{" KB of roster.csv, ", " agents compared, ", " agents recorded, ", " %, ", " left"}},
		{"moved.csv", []string{" records, ", " agents compared, ", " agents recorded, "}},
	} {
		var screen bytes.Buffer
		p := newProgram(t.Context(), nil, &screen, &screen)
		now := time.Unix(0, 0)
		p.progress.to(&screen, func() time.Time { now = now.Add(time.Second); return now })
		if status := p.run([]string{"import", "desk", test.file}); status != fine {
			t.Fatalf("import = %d, %s", status, &screen)
		}
		told, rest, _ := strings.Cut(screen.String(), " agents compared: ")
		for _, want := range test.told {
			if !strings.Contains(told, want) {
				t.Errorf("the import of %s tells no %q", test.file, want)
			}
		}
		if strings.Contains(rest, "\r") {
			t.Errorf("behind the progress stands %q", rest)
		}
	}
}

// A command that is broken off by a closed pipe is fine; one that failed otherwise says
// so.
func TestImportIntoAClosedPipe(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, map[string]string{"roster.csv": many(3, false, 0), "noted.csv": "npn,name,color\n9900000001,Sample Heron,green\n"})
	held, err := filelog.Open("held", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	for _, test := range []struct {
		dir, file string
		status    int
	}{{"desk", "roster.csv", fine}, {"held", "noted.csv", noAnswer}} {
		var stderr bytes.Buffer
		if status := run(t.Context(), []string{"import", test.dir, test.file}, nil, full{syscall.EPIPE}, &stderr, false); status != test.status || (stderr.Len() > 0) != (status != fine) {
			t.Errorf("import into %s = %d, %q, want %d", test.dir, status, &stderr, test.status)
		}
	}
	if v := relevo(t, time.Now, "verify", "desk"); !strings.HasPrefix(v.stdout, "The log is whole and lawful: 31 records") {
		t.Errorf("verify = %+v, want the policy and ten events of each agent", v)
	}
}

// An agent who changed while the import was planned may be refused by the desk; the
// others are imported.
func TestImportRefused(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, map[string]string{"roster.csv": many(3, false, 0), "unticked.csv": "npn,unticked\n9900000001,AL\n9900000002,AL\n"})
	if first := relevo(t, time.Now, "import", "desk", "roster.csv"); first.status != fine {
		t.Fatal(first)
	}
	meanwhile := sync.OnceFunc(func() {
		log, err := filelog.Open("desk", nil)
		if err != nil {
			t.Fatal(err)
		}
		defer log.Close()
		desk, err := engine.Open(t.Context(), log, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer desk.Close()
		if _, err := desk.Agent(t.Context(), 9_900_000_001, agent.ChooseDisplay{Choice: 3}); err != nil {
			t.Fatal(err)
		}
	})
	var out, stderr bytes.Buffer
	p := newProgram(t.Context(), nil, &out, &stderr)
	p.progress.to(io.Discard, func() time.Time {
		if p.progress.of == "agents compared" {
			meanwhile()
		}
		return time.Now()
	})
	status := p.run([]string{"import", "desk", "unticked.csv"})
	want := "agent 9900000001 was refused, and nothing of it was recorded: agent 9900000001 has display choice 3: state preferences exist under choices 1 and 2 only, so choose one of them first (R4)\n" +
		"2 agents compared: 1 changed.\n"
	if status != found || stderr.Len() > 0 || !strings.HasPrefix(out.String(), want) {
		t.Errorf("import = %d, %s%s, want 1, %s", status, &stderr, &out, want)
	}
}
