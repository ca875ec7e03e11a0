package main

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/relevo-go/relevo/eventlog"
)

// events is GET /events?after=N: every event after a position and then each new one
// as it becomes durable, as the lines of the log. Whoever follows keeps the position
// of what it has dealt with, and begins there again.
func (s *server) events(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	status := s.stream(w, r)
	s.metrics.answered("GET /events", status, time.Since(began))
}

func (s *server) stream(w http.ResponseWriter, r *http.Request) (status int) {
	var after eventlog.Position
	if text := r.URL.Query().Get("after"); text != "" {
		p, err := strconv.ParseUint(text, 10, 63)
		if err != nil {
			return refuse(w, r, &inputError{"after", "is not a position: give that of the last event you have dealt with"})
		}
		after = eventlog.Position(p)
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(s.streaming, cancel)()
	d := s.desks.turn()
	if err := reach(ctx, d.Engine, after); err != nil { // a position of another history, it may be
		return refuse(w, r, err)
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.Header().Set("Relevo-Engine", strconv.Itoa(d.number))
	if r.Method == http.MethodHead { // as every GET route is asked by it too
		return http.StatusOK
	}
	out := http.NewResponseController(w)
	send := func(line []byte, now bool) (err error) {
		if err = out.SetWriteDeadline(time.Now().Add(patience)); err == nil {
			_, err = w.Write(line)
		}
		if err == nil && now {
			err = out.Flush()
		}
		return err
	}
	var line []byte
	for err := send(nil, true); err == nil; err = send([]byte("\n"), true) {
		beat, stop := context.WithTimeout(ctx, s.heartbeat)
		var ended error
		for change, err := range d.Changes(beat, after) {
			if ended = err; err != nil {
				break
			}
			after = change.Record.Position
			line = append(change.Record.AppendLine(line[:0]), '\n')
			if ended = send(line, after >= d.Position()); ended != nil { // at once, unless more is there
				break
			}
		}
		stop()
		switch {
		case ctx.Err() != nil: // the caller is gone, or we are about to stop
			return http.StatusOK
		case !errors.Is(ended, context.DeadlineExceeded):
			s.logger.Warn("a stream of events ended", "engine", d.number, "position", after, "error", ended)
			return http.StatusOK
		}
	}
	return http.StatusOK
}
