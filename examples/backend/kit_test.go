package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/jetlog/jettest"
	"github.com/relevo-go/relevo/eventlog/pglog/pgtest"
	"github.com/relevo-go/relevo/referral/engine"
)

// TestMain makes the test binary the service if it is asked to be.
func TestMain(m *testing.M) {
	if os.Getenv("RELEVO_BACKEND") != "" {
		main()
		return
	}
	os.Exit(pgtest.Run(m))
}

// stores are where the service is tested: the same tests over each.
var stores = []struct {
	name string
	make func(t *testing.T) address // an empty log of its own
}{
	{"files", func(t *testing.T) address { return address{where: t.TempDir()} }},
	{"PostgreSQL", func(t *testing.T) address {
		server := pgtest.Shared(t)
		return address{where: server.DSN(server.Database(t)), create: true}
	}},
	{"JetStream", func(t *testing.T) address { return stream(jettest.Start(t, 3)) }},
}

// stream returns the address of the log of a cluster.
func stream(cluster *jettest.Cluster) address {
	var system []string
	for i := range cluster.Nodes() {
		system = append(system, "nats://sys:sys@"+cluster.Addr(i))
	}
	return address{where: cluster.URL(), create: true, system: strings.Join(system, ",")}
}

// noon is within the plan year of the agents in these tests.
var noon = time.Date(2026, time.November, 2, 18, 0, 0, 0, time.UTC)

// clock is a clock that is set.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// service is the whole service within the test.
type service struct {
	*caller
	desks *desks
	clock *clock
	stop  func() error // as a signal does; what serve returned
}

// start serves the logs until the test ends.
func start(t *testing.T, logs ...eventlog.Log) *service {
	t.Helper()
	clock := &clock{now: noon}
	desks, err := openDesks(t.Context(), logs, func(int) *engine.Options { return &engine.Options{Now: clock.Now} })
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, listener, desks, 0, slog.New(slog.DiscardHandler)) }()
	stop := sync.OnceValue(func() error {
		cancel()
		err := <-ended
		if err := desks.Close(); err != nil {
			t.Error(err)
		}
		return err
	})
	t.Cleanup(func() { stop() })
	return &service{&caller{t: t, url: "http://" + listener.Addr().String()}, desks, clock, stop}
}

// open opens the store's log for two engines.
func open(t *testing.T, at address) []eventlog.Log {
	t.Helper()
	logs, err := openLogs(t.Context(), at, 2, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return logs
}

// caller is somebody who calls the service and reads what it wrote.
type caller struct {
	t    *testing.T
	url  string
	seen string // the newest position that was answered
}

// replied is what was answered. The fields are those of all kinds of answer.
type replied struct {
	status int
	header http.Header
	text   string
	last   bool // of its connection
	ID     uuid.UUID
	Status any // of a referral, or of a problem
	Offer  struct{ To string }
	Past   []struct{ To, Ending string }
	Detail string
	Rule   string
	Field  string
	Ready  bool
}

// try sends a request that sees at least what was answered before; an error is that
// of the connection.
func (c *caller) try(method, path, body string, headers ...string) (a replied, err error) {
	r, err := http.NewRequest(method, c.url+path, strings.NewReader(body))
	if err != nil {
		return a, err
	}
	if c.seen != "" {
		r.Header.Set("Relevo-At-Least", c.seen)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return a, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return a, err
	}
	a.status, a.header, a.text, a.last = resp.StatusCode, resp.Header, string(text), resp.Close
	if kind := resp.Header.Get("Content-Type"); strings.HasPrefix(kind, "application/") && strings.HasPrefix(a.text, "{") {
		if err := json.Unmarshal(text, &a); err != nil {
			return a, fmt.Errorf("%w in %s", err, text)
		}
	}
	if p := resp.Header.Get("Relevo-Position"); p != "" {
		c.seen = p
	}
	return a, nil
}

// call is try with a status that must be answered.
func (c *caller) call(want int, method, path, body string, headers ...string) replied {
	c.t.Helper()
	a, err := c.try(method, path, body, headers...)
	if err != nil || a.status != want {
		c.t.Fatalf("%s %s %s = %d %s %v, want %d", method, path, body, a.status, a.text, err, want)
	}
	return a
}

// until calls until the answer is as it should be.
func (c *caller) until(what string, right func(a replied) bool, method, path string) replied {
	c.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; {
		a, err := c.try(method, path, "")
		if err == nil && right(a) {
			return a
		}
		if time.Now().After(deadline) {
			c.t.Fatalf("%s %s = %d %s %v, and never %s", method, path, a.status, a.text, err, what)
		}
		time.Sleep(5 * time.Millisecond) // between two looks
	}
}

// facts returns the facts that make an agent with an office in a ZIP of Florida take
// part, in force over the instant.
func floridian(zip string, at time.Time) string {
	from, until := at.AddDate(-1, 0, 0).UTC().Format(time.RFC3339), at.AddDate(1, 0, 0).UTC().Format(time.RFC3339)
	year := fmt.Sprintf(`{"plan_year":%d,"from":%q,"until":%q}`, at.Year(), from, until)
	return `{"name":"Sample Heron","training":` + year + `,"registration":` + year + `,
		"accepted":[{"document":"cms","version":"2026-07"},{"document":"help_on_demand","version":"2026-07"}],
		"profile":{"name":"Sample Heron","email":"heron@example.com","phone":"202-555-0142","state":"FL","zip":"` + zip + `"},
		"languages":["en","es"],
		"licenses":[{"state":"FL","number":"W1","residency":"resident","status":"active","effective":"` + from + `","lines":[{"name":"Health","health":true,"active":true}]}],
		"display":1,"reviewed":true}`
}

// Three agents: in Tampa, where the consumers of these tests are, a little off, and
// in Miami.
const near, next, far = "9900000011", "9900000022", "9900000033"

// hire registers the three.
func (c *caller) hire(at time.Time) {
	c.t.Helper()
	for npn, zip := range map[string]string{near: "33602", next: "33510", far: "33101"} {
		c.call(200, "PUT", "/agents/"+npn, floridian(zip, at))
	}
}

// wanted returns a request for help in Tampa.
func wanted(id uuid.UUID) string {
	return fmt.Sprintf(`{"id":%q,"subject":"case-42","state":"FL","zip":"33602","languages":["es-MX"]}`, id)
}
