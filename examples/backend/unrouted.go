package main

import (
	"net/http"
	"time"
)

// noRoute is how the metrics call whatever no route takes: paths are the callers' to
// make up, and may hold what is not to be kept (R29).
const noRoute = "none"

// routeError says that nothing is served at a path, or not by the method.
type routeError struct {
	status int
	allow  string // the methods that the path takes
}

func (e *routeError) Error() string {
	if e.allow != "" {
		return "this path takes " + e.allow
	}
	return "nothing is served at this path"
}

// unrouted answers what no route takes as the problem that it is, and counts it.
// Everything else is the mux's, to redirect a path that is written another way too.
func (s *server) unrouted(mux *http.ServeMux) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := mux.Handler(r); pattern == "" {
			began, said := time.Now(), unsaid{header: http.Header{}}
			if mux.ServeHTTP(&said, r); said.status == http.StatusNotFound || said.status == http.StatusMethodNotAllowed {
				allow := said.header.Get("Allow")
				if allow != "" {
					w.Header().Set("Allow", allow)
				}
				status := refuse(w, r, &routeError{said.status, allow})
				s.metrics.answered(noRoute, status, time.Since(began))
				return
			}
		}
		mux.ServeHTTP(w, r)
	}
}

// unsaid is an answer that goes nowhere, but for its status and header.
type unsaid struct {
	header http.Header
	status int
}

// Header implements [http.ResponseWriter].
func (u *unsaid) Header() http.Header { return u.header }

// WriteHeader implements [http.ResponseWriter].
func (u *unsaid) WriteHeader(status int) { u.status = status }

// Write implements [http.ResponseWriter].
func (u *unsaid) Write(b []byte) (int, error) { return len(b), nil }
