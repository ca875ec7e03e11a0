package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral/engine"
)

// server answers over HTTP, each request from the engine whose turn it is.
type server struct {
	desks      *desks
	metrics    *metrics
	logger     *slog.Logger
	leaving    atomic.Bool     // not ready any more: we are about to stop
	heartbeat  time.Duration   // how often a stream without news sends an empty line, so that both ends notice when the other is gone
	streaming  context.Context // over when streams shall end
	endStreams context.CancelFunc
}

func newServer(desks *desks, logger *slog.Logger) *server {
	s := &server{desks: desks, heartbeat: 15 * time.Second, metrics: &metrics{answers: map[answer]int{}, took: map[string]time.Duration{}}, logger: logger}
	s.streaming, s.endStreams = context.WithCancel(context.Background())
	return s
}

// routes returns everything that is served. Whoever may call what is the host's to
// say: put your authentication around it.
func (s *server) routes() http.Handler {
	mux := http.NewServeMux()
	for pattern, v := range map[string]verb{
		"POST /referrals":                   request,
		"GET /referrals/{id}":               find,
		"POST /referrals/{id}/accept":       byAgent((*engine.Engine).Accept),
		"POST /referrals/{id}/decline":      decline,
		"POST /referrals/{id}/withdraw":     withdraw,
		"POST /referrals/{id}/contact":      byAgent((*engine.Engine).Contact),
		"POST /referrals/{id}/outcome":      outcome,
		"GET /referrals/{id}/why-not/{npn}": whyNot,
		"PUT /agents/{npn}":                 record,
		"GET /agents/{npn}":                 whois,
		"GET /directory":                    directory,
	} {
		mux.Handle(pattern, s.handle(pattern, v))
	}
	mux.HandleFunc("GET /events", s.events)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "alive") })
	mux.HandleFunc("GET /readyz", s.ready)
	mux.HandleFunc("GET /metrics", s.showMetrics)
	return s.parting(s.unrouted(mux))
}

// parting ends each connection behind its answer when we are about to stop, while
// requests still come: a load balancer keeps connections for the next request, and
// one that is on its way when they are closed gets no answer.
//
// [http.Server.SetKeepAlivesEnabled] would close at once those that are idle, which
// is what this is to spare whoever has not noticed yet that we leave.
func (s *server) parting(next http.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if s.leaving.Load() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	}
}

// A verb is what a route does with an engine: it returns what is answered.
type verb func(desk *engine.Engine, in *input) (any, error)

// created is an answer with status 201 and where to find it.
type created struct {
	path string
	body any
}

// handle lets an engine do a verb, and answers.
func (s *server) handle(pattern string, do verb) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		d := s.desks.turn()
		ctx, cancel := context.WithTimeout(r.Context(), patience)
		defer cancel()
		r = r.WithContext(ctx)
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		var body any
		err := catchUp(d.Engine, r)
		if err == nil {
			body, err = do(d.Engine, &input{Request: r})
		}
		w.Header().Set("Relevo-Engine", strconv.Itoa(d.number))
		// Asked after the verb: whoever sends it back sees at least what it sees here.
		w.Header().Set("Relevo-Position", strconv.FormatUint(uint64(d.Position()), 10))
		status := http.StatusOK
		if err != nil {
			status = refuse(w, r, err)
		} else {
			if c, ok := body.(created); ok {
				w.Header().Set("Location", c.path)
				body, status = c.body, http.StatusCreated
			}
			reply(w, "application/json", status, body)
		}
		took := time.Since(began)
		s.metrics.answered(pattern, status, took)
		if status >= 500 && ctx.Err() != context.Canceled { // the caller is there
			// The pattern and not the path, no query and no body: nothing of a
			// person's is logged (R29), and what was refused is the caller's to know.
			s.logger.Warn("not answered", "route", pattern, "status", status, "engine", d.number, "took", took, "error", err)
		}
	}
}

// catchUp waits until the engine knows what the caller has seen, maybe from the
// other one: the position in Relevo-At-Least.
func catchUp(desk *engine.Engine, r *http.Request) error {
	header := r.Header.Get("Relevo-At-Least")
	if header == "" {
		return nil
	}
	p, err := strconv.ParseUint(header, 10, 63)
	if err != nil {
		return &inputError{"Relevo-At-Least", "is not a position: send back what came as Relevo-Position"}
	}
	return reach(r.Context(), desk, eventlog.Position(p))
}

// reach waits a moment for the engine to know a position. One that never comes is
// of another log, or of a history that a backup took the place of.
func reach(ctx context.Context, desk *engine.Engine, p eventlog.Position) error {
	ctx, cancel := context.WithTimeout(ctx, patience/5)
	defer cancel()
	if err := desk.AtLeast(ctx, p); err != nil {
		return fmt.Errorf("%w: position %d: %w", errBehind, p, err)
	}
	return nil
}

// reply writes an answer. What cannot be served now may be asked for again soon.
func reply(w http.ResponseWriter, kind string, status int, body any) {
	w.Header().Set("Content-Type", kind)
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body) // the caller may be gone, which is no trouble of ours
}
