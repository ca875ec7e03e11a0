package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/eventlog"
)

// process is the service as a process of its own.
type process struct {
	*caller
	cmd   *exec.Cmd
	addr  string
	lines chan string // what it logs, by message
}

// launch starts the service on a log, and waits until it listens.
func launch(t *testing.T, args ...string) *process {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("a process of Windows gets no signals")
	}
	cmd := exec.Command(os.Args[0], append([]string{"-addr", "127.0.0.1:0"}, args...)...)
	cmd.Env = append(os.Environ(), "RELEVO_BACKEND=1")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: cmd, lines: make(chan string, 10_000)}
	listening := make(chan string, 1)
	go func() {
		defer close(p.lines)
		for s := bufio.NewScanner(stderr); s.Scan(); {
			var line struct{ Msg, Addr string }
			if json.Unmarshal(s.Bytes(), &line) != nil {
				line.Msg = s.Text()
			}
			if line.Addr != "" {
				listening <- line.Addr
			}
			p.lines <- line.Msg
		}
	}()
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	select {
	case p.addr = <-listening:
	case <-time.After(time.Minute):
		t.Fatalf("it does not listen, and said %q", p.said(""))
	}
	p.caller = &caller{t: t, url: "http://" + p.addr}
	return p
}

// said reads what the process logs until a message, or all of it.
func (p *process) said(message string) (all []string) {
	late := time.After(time.Minute)
	for {
		select {
		case line, more := <-p.lines:
			if !more {
				return all
			}
			if all = append(all, line); line == message {
				return all
			}
		case <-late:
			return append(all, "(and not "+message+")")
		}
	}
}

func (p *process) signal(s os.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// ended waits for the end of the process, and returns what it still said.
func (p *process) ended() (said []string, err error) {
	impatient := time.AfterFunc(time.Minute, func() { p.cmd.Process.Kill() })
	defer impatient.Stop()
	said = p.said("")
	return said, p.cmd.Wait()
}

// end waits for the end of the process, whose status must be 0.
func (p *process) end() {
	p.t.Helper()
	if said, err := p.ended(); err != nil {
		p.t.Fatalf("the process ended with %v, and said %q", err, said)
	}
}

// A signal under load: whoever got a 2xx finds it in the log, and the next process
// goes on from there.
func TestStopsUnderLoad(t *testing.T) {
	for _, store := range stores {
		t.Run(store.name, func(t *testing.T) {
			at := store.make(t)
			args := []string{"-log", at.where, "-create", "-system", at.system}
			p := launch(t, args...)
			p.hire(time.Now())
			const callers, enough = 16, 200
			answered := make(chan uuid.UUID, 1<<16)
			reached := make(chan struct{})
			var once sync.Once
			var work sync.WaitGroup
			for range callers {
				work.Go(func() {
					c := &caller{t: t, url: p.url}
					for {
						id := uuid.New()
						a, err := c.try("POST", "/referrals", wanted(id))
						if err != nil {
							return // it does not listen any more
						}
						if a.status == http.StatusCreated {
							answered <- id
						} else {
							t.Errorf("an answer while it stops: %d %s", a.status, a.text)
						}
						if len(answered) >= enough {
							once.Do(func() { close(reached) })
						}
					}
				})
			}
			select {
			case <-reached:
			case <-time.After(time.Minute):
				t.Errorf("%d requests were answered in a minute, want %d", len(answered), enough)
			}
			p.signal(syscall.SIGTERM)
			work.Wait()
			close(answered)
			p.end()

			logged := requests(t, at)
			n := 0
			for id := range answered {
				n++
				if logged["referral/"+id.String()] != 1 {
					t.Errorf("referral %s was answered, and is in the log %d times", id, logged["referral/"+id.String()])
				}
			}
			t.Logf("%d requests were answered and %d are in the log", n, len(logged))

			again := launch(t, args...)
			for stream := range logged {
				again.call(200, "GET", strings.Replace(stream, "referral/", "/referrals/", 1), "")
				break
			}
			again.call(201, "POST", "/referrals", wanted(uuid.New()))
			again.signal(os.Interrupt)
			again.end()
		})
	}
}

// Two processes on one log are four engines. One is killed, and the other has its
// offers and all it answered.
func TestTwoProcesses(t *testing.T) {
	for _, store := range stores {
		if store.name == "files" {
			continue // one writer
		}
		t.Run(store.name, func(t *testing.T) {
			at := store.make(t)
			args := []string{"-log", at.where, "-create", "-system", at.system}
			one, two := launch(t, args...), launch(t, args...)
			one.hire(time.Now())
			for range 4 { // each of the four engines takes part
				path := "/referrals/" + one.call(201, "POST", "/referrals", wanted(uuid.New())).ID.String()
				two.seen = one.seen
				offer := two.call(200, "GET", path, "").Offer.To
				two.call(200, "POST", path+"/accept", `{"by":"`+offer+`"}`)
				one.seen = two.seen
				if a := one.call(200, "GET", path, ""); a.Status != "accepted" {
					t.Errorf("accepted at the other process: %s here", a.text)
				}
			}
			a := one.call(201, "POST", "/referrals", wanted(uuid.New()))
			one.signal(os.Kill)
			one.ended()
			path := "/referrals/" + a.ID.String()
			if b := two.call(200, "POST", path+"/decline", `{"by":"`+a.Offer.To+`"}`); b.Status != "offered" || b.Offer.To == a.Offer.To {
				t.Errorf("declined after the other process was killed: %s, want an offer to the next", b.text)
			}
			two.signal(syscall.SIGTERM)
			two.end()
		})
	}
}

// requests verifies a log and returns how often each referral was requested in it.
func requests(t *testing.T, at address) map[string]int {
	t.Helper()
	logs, err := openLogs(t.Context(), at, 1, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer logs[0].Close()
	logged := map[string]int{}
	if _, err := eventlog.Verify(func(yield func(eventlog.Record, error) bool) {
		for r, err := range logs[0].Read(t.Context(), 0) {
			if r.Kind == "referral.requested.v1" {
				logged[r.Stream]++
			}
			if !yield(r, err) {
				return
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	return logged
}

// A request that is under way when the signal comes is answered.
func TestStopWaitsForRequests(t *testing.T) {
	p := launch(t, "-log", t.TempDir())
	half, finish := p.half(wanted(uuid.New()))
	p.signal(syscall.SIGTERM)
	if said := p.said("stopping"); said[len(said)-1] != "stopping" {
		t.Fatalf("it said %q", said)
	}
	finish()
	resp, err := http.ReadResponse(half, nil)
	if err != nil || resp.StatusCode != 201 {
		t.Fatalf("the request under way was answered %v, %v, want 201", resp, err)
	}
	p.end()
}

// With -snapshots each engine opens with the state it stopped with.
func TestSnapshots(t *testing.T) {
	dir := t.TempDir()
	args := []string{"-log", filepath.Join(dir, "log"), "-snapshots", filepath.Join(dir, "snapshots")}
	p := launch(t, args...)
	p.hire(time.Now())
	path := "/referrals/" + p.call(201, "POST", "/referrals", wanted(uuid.New())).ID.String()
	p.signal(syscall.SIGTERM)
	p.end()
	for _, number := range []string{"1", "2"} {
		if files, err := os.ReadDir(filepath.Join(dir, "snapshots", number)); err != nil || len(files) != 1 {
			t.Errorf("engine %s left the snapshots %v, %v, want one", number, files, err)
		}
	}
	again := launch(t, args...)
	for range 2 {
		again.call(200, "GET", path, "")
	}
}

// A service that is told to stop says so to load balancers, and leaves them no
// connection to use again, before it closes the door, and a second signal does not wait for that.
func TestDrain(t *testing.T) {
	p := launch(t, "-log", t.TempDir(), "-drain", "1h")
	if a := p.call(200, "GET", "/readyz", ""); a.last {
		t.Error("a connection is closed while nobody stops the service")
	}
	p.signal(syscall.SIGTERM)
	p.until("stopping", func(a replied) bool {
		return a.status == 503 && strings.Contains(a.text, `"ready":false,"stopping":true`)
	}, "GET", "/readyz")
	for _, a := range []replied{p.call(201, "POST", "/referrals", wanted(uuid.New())), p.call(404, "GET", "/", "")} {
		if !a.last {
			t.Errorf("status %d was answered on a connection that stays open for the next request", a.status)
		}
	}
	p.interrupted()
}

// A second signal does not wait for requests either.
func TestSecondSignalStopsAtOnce(t *testing.T) {
	p := launch(t, "-log", t.TempDir())
	p.half(wanted(uuid.New()))
	p.signal(syscall.SIGTERM)
	p.said("stopping")
	p.interrupted()
}

// interrupted sends a signal more, which must end the process by itself.
func (p *process) interrupted() {
	p.t.Helper()
	p.signal(syscall.SIGTERM)
	said, err := p.ended()
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != -1 || slices.Contains(said, "stopped") {
		p.t.Errorf("it ended with %v and said %q, want that the signal ended it", err, said)
	}
}

// half sends half of a request, and returns when the service reads it.
func (p *process) half(body string) (answer *bufio.Reader, finish func()) {
	p.t.Helper()
	conn, err := net.Dial("tcp", p.addr)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { conn.Close() })
	fmt.Fprintf(conn, "POST /referrals HTTP/1.1\r\nHost: desk\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n", len(body))
	answer = bufio.NewReader(conn)
	if line, err := answer.ReadString('\n'); err != nil || !strings.HasPrefix(line, "HTTP/1.1 100 ") {
		p.t.Fatalf("answered %q, %v, want that the body is awaited", line, err)
	}
	if _, err := answer.ReadString('\n'); err != nil {
		p.t.Fatal(err)
	}
	return answer, func() { io.WriteString(conn, body) }
}

// What is wrong with the arguments or the log is told, and the status is not 0.
func TestRunRefuses(t *testing.T) {
	dir := t.TempDir()
	logs := open(t, address{where: dir})
	defer closeLogs(logs)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, test := range []struct{ about, args, want string }{
		{"no log", "", "-log takes a directory"},
		{"a word", "-log " + dir + " please", `"please" is not understood`},
		{"no engines", "-log " + dir + " -engines 0", "-engines"},
		{"no such flag", "-logs " + dir, "not defined"},
		{"no such kind of log", "-log redis://localhost/1", "redis:// is no kind of log"},
		{"an address of NATS that is none", "-log nats://desk:s3cr%et@localhost", "the address of NATS cannot be read"},
		{"another one", "-log nats://desk:s3cr/et@localhost", "the address of NATS cannot be read"},
		{"one of the system account", "-log nats://localhost -system nats://sys:s3cr%et@localhost", "the address of NATS cannot be read"},
		{"an address of PostgreSQL that is none", "-log postgres://desk:s3cr%et@localhost/desk", "cannot parse"},
		{"PostgreSQL in keywords", "-log password=s3cret", "and no directory"},
		{"an address short of a slash", "-log nats:/desk:s3cret@localhost", "and no directory"},
		{"a log in use", "-log " + dir, "open for writing elsewhere"},
		{"an address in use", "-addr " + taken.Addr().String() + " -log " + t.TempDir(), "in use"},
	} {
		t.Run(test.about, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			err := run(ctx, strings.Fields(test.args), io.Discard)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("backend %s: %v, want an error with %q", test.args, err, test.want)
			}
			if err != nil && strings.Contains(err.Error(), "s3cr") {
				t.Errorf("the error shows a password: %v", err)
			}
		})
	}
	cmd := exec.Command(os.Args[0], "-log", dir)
	cmd.Env = append(os.Environ(), "RELEVO_BACKEND=1")
	out, err := cmd.CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 1 || !strings.HasPrefix(string(out), "backend: opening the log: ") {
		t.Errorf("a log in use: %v, %q, want status 1 and the reason", err, out)
	}
}
