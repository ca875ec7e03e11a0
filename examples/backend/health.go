package main

import (
	"net/http"
	"time"

	"github.com/relevo-go/relevo/eventlog"
)

// silence is after how long without an answer from its store an engine counts as
// cut off, also if nothing has failed yet.
const silence = 5 * every

// standing is how an engine is doing.
type standing struct {
	Engine   int               `json:"engine"`
	Position eventlog.Position `json:"position"`
	Behind   eventlog.Position `json:"behind"` // the furthest engine of this process
	Heard    string            `json:"heard"`  // how long ago its store answered
	Usable   bool              `json:"usable"`
}

func (s *server) standings() (all []standing, usable bool) {
	usable = true
	for _, d := range s.desks.all {
		p, newest := d.Position(), s.desks.newest()
		heard, err := d.last()
		ago := time.Since(heard)
		ok := err == nil && ago < silence
		usable = usable && ok
		all = append(all, standing{d.number, p, newest - p, ago.Round(time.Millisecond).String(), ok})
	}
	return all, usable
}

// ready is GET /readyz: whether this process should get requests. It should not
// while an engine cannot reach its store, and when it is about to stop. GET /healthz
// is about the process alone: a store that is away is no reason to start it anew.
func (s *server) ready(w http.ResponseWriter, _ *http.Request) {
	all, usable := s.standings()
	status, leaving := http.StatusOK, s.leaving.Load()
	if leaving || !usable {
		status = http.StatusServiceUnavailable
	}
	reply(w, "application/json", status, map[string]any{"ready": usable && !leaving, "stopping": leaving, "engines": all})
}
