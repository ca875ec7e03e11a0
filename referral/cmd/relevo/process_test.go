//go:build unix

package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/relevo-go/relevo/examples/logs"
)

// TestMain makes the test binary the tool if it is asked to be.
func TestMain(m *testing.M) {
	if os.Getenv("RELEVO_TEST_IS_TOOL") != "" {
		main()
	}
	os.Exit(m.Run())
}

// process returns a process of the tool.
func process(t *testing.T, binary string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary, args...)
	cmd.Env = append(os.Environ(), "RELEVO_TEST_IS_TOOL=1")
	return cmd
}

func self(t *testing.T) string {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return binary
}

func statusAfter(err error) int {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode()
	}
	if err != nil {
		return -2
	}
	return 0
}

// Ctrl-C ends a process that waits for its input, and one that follows a log.
func TestInterrupt(t *testing.T) {
	placeOf(t, "")
	for _, test := range []struct {
		args   []string
		status int
		stderr string
	}{
		{[]string{"verify", "-"}, noAnswer, "relevo: stopped\n"},
		{[]string{"log", "-follow", "-"}, fine, ""},
		{[]string{"log", "log", "-follow"}, fine, ""},
	} {
		cmd := process(t, self(t), test.args...)
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		r, err := logs.FirstAfternoon()
		if err != nil {
			t.Fatal(err)
		}
		// It is at work once it prints, or has read more than a pipe holds.
		if test.status == fine {
			first, _, _ := strings.Cut(r.Lines, "\n")
			io.WriteString(in, first+"\n")
			out.Read(make([]byte, 1))
			go io.Copy(io.Discard, out)
		} else {
			io.WriteString(in, r.Lines)
		}
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		if status := statusAfter(cmd.Wait()); status != test.status || stderr.String() != test.stderr {
			t.Errorf("relevo %v after Ctrl-C = %d, %q, want %d, %q", test.args, status, &stderr, test.status, test.stderr)
		}
	}
}

// A pipe with a name, as the shell's <(…) is one, is read once and as a stream.
func TestNamedPipe(t *testing.T) {
	placeOf(t, "")
	if err := syscall.Mkfifo("pipe", 0o644); err != nil {
		t.Skip(err)
	}
	go func() {
		if w, err := os.OpenFile("pipe", os.O_WRONLY, 0); err == nil {
			text, _ := os.ReadFile("log.jsonl")
			w.Write(text)
			w.Close()
		}
	}()
	want := shell(t, "relevo verify log")
	if got := shell(t, "relevo verify pipe"); got != want {
		t.Errorf("relevo verify of a pipe = %+v, want %+v", got, want)
	}
}

// Whoever reads the first lines and leaves, as head does, leaves nobody in trouble.
func TestClosedPipe(t *testing.T) {
	placeOf(t, "")
	cmd := process(t, self(t), "log", "log")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	out.Read(make([]byte, 10))
	out.Close()
	if status := statusAfter(cmd.Wait()); status != fine || stderr.Len() > 0 {
		t.Errorf("relevo log into a pipe that closes = %d, %q, want 0 and nothing", status, &stderr)
	}
}

// A user without the right to read is told so. Root may read everything, and is
// somebody else here.
func TestNoPermission(t *testing.T) {
	placeOf(t, "")
	place, err := os.MkdirTemp("", "relevo-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(place) })
	for above := filepath.Dir(place); os.Getuid() == 0; above = filepath.Dir(above) {
		if info, err := os.Stat(above); err != nil || info.Mode()&1 == 0 {
			t.Skipf("%s is closed to other users, so nobody else can be tried there: set TMPDIR to another directory", above)
		}
		if above == filepath.Dir(above) {
			break
		}
	}
	tool := filepath.Join(place, "relevo")
	text, err := os.ReadFile(self(t))
	if err == nil {
		err = errors.Join(os.WriteFile(tool, text, 0o755), os.CopyFS(place, os.DirFS(".")), os.Chmod(place, 0o755))
	}
	if err != nil {
		t.Fatal(err)
	}
	log, file := filepath.Join(place, "log"), filepath.Join(place, "log.jsonl")
	segment := filepath.Join(log, "00000000000000000001.jsonl")
	for _, test := range []struct {
		name, closed string
		args         []string
	}{
		{"a file", file, []string{"verify", file}},
		{"a directory", log, []string{"state", log}},
		{"a segment", segment, []string{"log", log}},
	} {
		if err := os.Chmod(test.closed, 0); err != nil {
			t.Fatal(err)
		}
		cmd := process(t, tool, test.args...)
		cmd.Dir = place
		if os.Getuid() == 0 {
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		}
		var out, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &stderr
		status := statusAfter(cmd.Run())
		want := "relevo: " + test.args[1] + " may not be read: permission denied: ask for the right to read, nothing else is needed\n"
		if status != noAnswer || stderr.String() != want || out.Len() > 0 {
			t.Errorf("relevo %v with %s closed = %d, %q, %q, want 2, %q", test.args, test.name, status, &out, &stderr, want)
		}
		if err := os.Chmod(test.closed, 0o755); err != nil {
			t.Fatal(err)
		}
	}
}
