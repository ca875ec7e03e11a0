package main

import (
	"context"
	"errors"
	"iter"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral/engine"
)

// cable is a log that can be cut off from its store.
type cable struct {
	eventlog.Log
	cut  atomic.Bool
	died chan struct{} // closed if the store is found to be another
}

func newCable(log eventlog.Log) *cable { return &cable{Log: log, died: make(chan struct{})} }

var errCut = errors.New("dial tcp: connection refused")

func (c *cable) Append(ctx context.Context, after eventlog.Position, entries ...eventlog.Entry) ([]eventlog.Record, error) {
	if c.cut.Load() {
		return nil, errCut
	}
	return c.Log.Append(ctx, after, entries...)
}

func (c *cable) Read(ctx context.Context, after eventlog.Position) iter.Seq2[eventlog.Record, error] {
	return func(yield func(eventlog.Record, error) bool) {
		if c.cut.Load() {
			yield(eventlog.Record{}, errCut)
			return
		}
		c.Log.Read(ctx, after)(yield)
	}
}

func (c *cable) Wait(ctx context.Context, after eventlog.Position) error {
	moved := make(chan error, 1)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { moved <- c.Log.Wait(ctx, after) }()
	select {
	case err := <-moved:
		return err
	case <-c.died:
		return &eventlog.DivergedError{Known: eventlog.Head{Position: 2}, Found: eventlog.Head{Position: 1}}
	}
}

// A store that is away is told as that within the time a request has, and when it is
// back all goes on.
func TestStoreAway(t *testing.T) {
	log := open(t, stores[0].make(t))[0]
	one, two := newCable(log), newCable(log)
	s := start(t, one, two)
	s.hire(noon)
	s.call(200, "GET", "/readyz", "")
	known := s.call(201, "POST", "/referrals", wanted(uuid.New())).ID
	for range 2 { // both have seen all
		s.call(200, "GET", "/referrals/"+known.String(), "")
	}
	before := s.desks.newest()

	one.cut.Store(true)
	cut := time.Now()
	s.until("not ready", func(a replied) bool { return a.status == 503 && !a.Ready && strings.Contains(a.text, `"usable":false`) }, "GET", "/readyz")
	if took := time.Since(cut); took > 5*silence {
		t.Errorf("that an engine is cut off is told after %v", took)
	}
	if a := s.call(503, "GET", "/readyz", ""); strings.Contains(a.text, `"stopping":true`) || !strings.Contains(a.text, `"usable":true`) ||
		a.header.Get("Retry-After") == "" {
		t.Errorf("%s, want one engine that is usable and one that is not, and when to ask again", a.text)
	}
	two.cut.Store(true)
	id := uuid.New()
	for range 2 { // at both engines
		a := s.call(503, "POST", "/referrals", wanted(id))
		if a.header.Get("Retry-After") == "" || !strings.Contains(a.Detail, "nothing was recorded") || strings.Contains(a.text, "dial") {
			t.Errorf("%s, Retry-After: %q, want that nothing was recorded, and nothing of our network", a.text, a.header.Get("Retry-After"))
		}
		if a := s.call(503, "GET", "/agents/"+near, ""); !strings.Contains(a.Detail, "ask again") || strings.Contains(a.Detail, "recorded") {
			t.Errorf("%s, want to ask again, and no word of a record", a.text)
		}
		s.call(200, "GET", "/referrals/"+known.String(), "") // from memory
		s.call(200, "GET", "/healthz", "")
	}
	if now := s.desks.newest(); now != before {
		t.Errorf("the engines are at %d, want %d as before", now, before)
	}

	one.cut.Store(false)
	two.cut.Store(false)
	s.until("ready again", func(a replied) bool { return a.status == 200 && a.Ready }, "GET", "/readyz")
	s.call(201, "POST", "/referrals", wanted(id))
	if n := s.desks.all[0].Counts().Requested; n != 2 {
		t.Errorf("%d referrals are in the log, want 2", n)
	}
}

// An engine whose log is not its log any more ends the process, with the reason.
func TestEngineDies(t *testing.T) {
	log := open(t, stores[0].make(t))[0]
	one, two := newCable(log), newCable(log)
	s := start(t, one, two)
	s.hire(noon)
	close(two.died)
	for deadline := time.Now().Add(time.Minute); ; {
		if _, err := s.try("GET", "/readyz", ""); err != nil {
			break // it has stopped by itself
		}
		if time.Now().After(deadline) {
			t.Fatal("the service goes on with a log that is not its own")
		}
	}
	if err := s.stop(); !errors.Is(err, eventlog.ErrDiverged) || !strings.Contains(err.Error(), "engine 2 cannot go on") {
		t.Errorf("it stopped with %v, want that the log diverged", err)
	}
}

// What ended an engine for good is told also to a service that is about to stop.
func TestEngineDiesAtTheEnd(t *testing.T) {
	desks, err := openDesks(t.Context(), []eventlog.Log{new(eventlog.Memory)}, func(int) *engine.Options { return &engine.Options{} })
	if err != nil {
		t.Fatal(err)
	}
	defer desks.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for err := range desks.run(ctx) {
		t.Errorf("an engine that stops with the service says %v", err)
	}
	desks.all[0].Engine.Close()
	var told []error
	for err := range desks.run(ctx) {
		told = append(told, err)
	}
	if len(told) != 1 || !errors.Is(told[0], engine.ErrClosed) {
		t.Errorf("an engine that cannot go on says %v, want that it is closed", told)
	}
}

func TestMetrics(t *testing.T) {
	s := start(t, open(t, stores[0].make(t))...)
	s.hire(noon)
	for range 3 {
		s.call(201, "POST", "/referrals", wanted(uuid.New()))
	}
	s.call(404, "GET", "/referrals/"+uuid.NewString(), "")
	text := s.call(200, "GET", "/metrics", "").text
	got := map[string]string{}
	sample := regexp.MustCompile(`^([a-z_]+(?:\{[a-z]+="[^"]*"(?:,[a-z]+="[^"]*")*\})?) ([0-9.e+-]+)$`)
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "# TYPE ") {
			continue
		}
		m := sample.FindStringSubmatch(line)
		if m == nil {
			t.Errorf("the line %q is not of the text format", line)
			continue
		}
		if _, twice := got[m[1]]; twice {
			t.Errorf("%s is told twice", m[1])
		}
		got[m[1]] = m[2]
	}
	for name, want := range map[string]string{
		`relevo_http_requests_total{route="POST /referrals",status="201"}`:     "3",
		`relevo_http_requests_total{route="GET /referrals/{id}",status="404"}`: "1",
		`relevo_http_request_seconds_count{route="PUT /agents/{npn}"}`:         "3",
		`relevo_agents`:                             "3",
		`relevo_referrals_requested_total`:          "3",
		`relevo_referrals_live`:                     "3",
		`relevo_offers_total`:                       "3",
		`relevo_append_conflicts_total{engine="1"}`: "0",
	} {
		if got[name] != want {
			t.Errorf("%s = %q, want %s, in %q", name, got[name], want, slices.Sorted(maps.Keys(got)))
		}
	}
	if strings.Contains(text, "case-42") {
		t.Error("the metrics name a consumer (R29)")
	}
}

func TestCounted(t *testing.T) {
	log := &counted{Log: new(eventlog.Memory)}
	entry := eventlog.Entry{ID: uuid.New(), Stream: "desk", Kind: "desk.tried.v1", Time: noon, Data: []byte("{}")}
	log.Append(t.Context(), 0, entry, entry)
	if _, err := log.Append(t.Context(), 0, entry); !errors.Is(err, eventlog.ErrConflict) {
		t.Errorf("Append behind the head = %v, want the log's own answer", err)
	}
	log.Append(t.Context(), 9, entry)
	if a, r, c, u, f := log.appended.Load(), log.records.Load(), log.conflicts.Load(), log.uncertain.Load(), log.failed.Load(); a != 1 || r != 2 || c != 1 || u != 0 || f != 1 {
		t.Errorf("appended %d with %d records, %d conflicts, %d uncertain, %d failed, want 1 with 2, 1, 0, 1", a, r, c, u, f)
	}
}
