package main

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/eventlog"
)

// follow reads the events after a position until the given number of lines or the
// end.
func (c *caller) follow(ctx context.Context, after eventlog.Position) (*bufio.Scanner, func()) {
	c.t.Helper()
	r, err := http.NewRequestWithContext(ctx, "GET", fmt.Sprintf("%s/events?after=%d", c.url, after), nil)
	if err != nil {
		c.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	if kind := resp.Header.Get("Content-Type"); resp.StatusCode != 200 || kind != "application/x-ndjson" {
		c.t.Fatalf("GET /events = %d, %s", resp.StatusCode, kind)
	}
	return bufio.NewScanner(resp.Body), func() { resp.Body.Close() }
}

func TestEvents(t *testing.T) {
	for _, store := range stores {
		t.Run(store.name, func(t *testing.T) {
			s := start(t, open(t, store.make(t))...)
			s.hire(noon)
			lines, leave := s.follow(t.Context(), 0)
			var head eventlog.Head // it holds every line to the chain
			read := func(to eventlog.Position) {
				t.Helper()
				for head.Position < to {
					if !lines.Scan() {
						t.Fatalf("the events ended at %d: %v", head.Position, lines.Err())
					}
					if _, err := head.NextLine(lines.Bytes()); err != nil {
						t.Fatal(err)
					}
				}
			}
			read(s.desks.newest())
			s.call(201, "POST", "/referrals", wanted(uuid.New())) // while somebody follows
			read(s.desks.newest())
			leave()

			// Who comes back begins behind what it has, at the other engine too.
			s.call(201, "POST", "/referrals", wanted(uuid.New()))
			for range 2 {
				known := head
				lines, leave = s.follow(t.Context(), head.Position)
				read(s.desks.newest())
				leave()
				head = known
			}

			// A stream ends when the service stops, and does not keep it.
			soon, cancel := context.WithTimeout(t.Context(), 10*time.Second) // before it beats
			defer cancel()
			lines, leave = s.follow(soon, s.desks.newest())
			defer leave()
			if err := s.stop(); err != nil {
				t.Error(err)
			}
			for lines.Scan() {
			}
			if err := lines.Err(); err != nil {
				t.Errorf("the events ended with %v, want an orderly end", err)
			}
		})
	}
}

// A position that the log does not have is told, not waited for in silence.
func TestEventsBeyondTheHead(t *testing.T) {
	s := start(t, open(t, stores[0].make(t))...)
	s.call(503, "GET", fmt.Sprintf("/events?after=%d", s.desks.newest()+100), "")
}

// HEAD gets the header alone, and its connection is free for what comes next.
func TestHeadOfEvents(t *testing.T) {
	s := start(t, open(t, stores[0].make(t))...)
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(10 * time.Second)) // before a stream beats
	answers := bufio.NewReader(conn)
	for _, ask := range []struct{ method, path, kind string }{
		{"HEAD", "/events", "application/x-ndjson"}, {"GET", "/healthz", "text/plain; charset=utf-8"},
	} {
		fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: desk\r\n\r\n", ask.method, ask.path)
		resp, err := http.ReadResponse(answers, &http.Request{Method: ask.method})
		if err != nil || resp.StatusCode != 200 || resp.Header.Get("Content-Type") != ask.kind {
			t.Fatalf("%s %s = %v, %v, want 200 and %s", ask.method, ask.path, resp, err, ask.kind)
		}
	}
}

// A stream on which nothing happens sends an empty line now and then.
func TestHeartbeat(t *testing.T) {
	s := start(t, open(t, stores[0].make(t))...)
	quick := newServer(s.desks, slog.New(slog.DiscardHandler))
	quick.heartbeat = 10 * time.Millisecond
	web := httptest.NewServer(quick.routes())
	defer web.Close()
	lines, leave := (&caller{t: t, url: web.URL}).follow(t.Context(), s.desks.newest())
	defer leave()
	for i := range 3 {
		if !lines.Scan() || lines.Text() != "" {
			t.Fatalf("line %d: %q, %v, want an empty one", i, lines.Text(), lines.Err())
		}
	}
	// And then the next event all the same.
	s.call(201, "POST", "/referrals", wanted(uuid.New()))
	for lines.Scan() && lines.Text() == "" {
	}
	if _, err := eventlog.ParseLine(lines.Bytes()); err != nil {
		t.Errorf("after empty lines: %q: %v", lines.Text(), err)
	}
}
