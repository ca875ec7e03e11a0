package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/eventlogtest"
	"github.com/relevo-go/relevo/referral/engine"
)

func TestProblems(t *testing.T) {
	s := start(t, open(t, stores[0].make(t))...)
	s.hire(noon)
	open, ended := uuid.New(), uuid.New()
	s.call(201, "POST", "/referrals", wanted(open))
	s.call(201, "POST", "/referrals", wanted(ended))
	s.call(200, "POST", "/referrals/"+ended.String()+"/withdraw", "")
	to := "/referrals/" + open.String()
	for _, test := range []struct {
		about, method, path, body string
		status                    int
		rule, field, detail       string
	}{
		{"no such referral", "GET", "/referrals/" + uuid.NewString(), "", 404, "", "", "no such referral"},
		{"no such referral, asked by a verb", "POST", "/referrals/" + uuid.NewString() + "/withdraw", "", 404, "S1", "", "no such referral"},
		{"an ID that cannot be one", "GET", "/referrals/42", "", 404, "", "", "no such referral"},
		{"no such agent", "GET", "/agents/9900000099", "", 404, "R22", "", "register it first"},
		{"an NPN that cannot be one", "GET", "/agents/0123", "", 400, "", "npn", "without a leading zero"},
		{"somebody else's offer", "POST", to + "/accept", `{"by":"` + far + `"}`, 409, "R23", "", "no offer is held"},
		{"an offer to nobody we know", "POST", to + "/accept", `{"by":"9900000099"}`, 409, "R23", "", "no offer is held"},
		{"an ended referral", "POST", "/referrals/" + ended.String() + "/accept", `{"by":"` + near + `"}`, 409, "", "", "ended"},
		{"another request with the ID", "POST", "/referrals", strings.Replace(wanted(open), "33602", "33101", 1), 409, "R23", "", "different request"},
		{"a ZIP of another state", "POST", "/referrals", `{"subject":"case-42","state":"TX","zip":"33602","languages":["en"]}`, 422, "R16", "", "FL"},
		{"no place", "POST", "/referrals", `{"subject":"case-42","state":"FL","languages":["en"]}`, 422, "R15", "", "ZIP"},
		{"an outcome before it is accepted", "POST", to + "/outcome", `{"by":"` + near + `","outcome":"enrolled"}`, 409, "B5", "", "only who accepted"},
		{"no JSON", "POST", "/referrals", `subject=case-42`, 400, "", "", "not one JSON object"},
		{"nothing", "POST", "/referrals", ``, 400, "", "", "not one JSON object"},
		{"two objects", "POST", "/referrals", wanted(uuid.New()) + "{}", 400, "", "", "something follows it"},
		{"an unknown field", "POST", "/referrals", `{"subject":"case-42","phone":"202-555-0142"}`, 400, "", "phone", "unknown field"},
		{"a list", "PUT", "/agents/" + near, `[]`, 400, "", "", "not one JSON object: it is a list, and an object is wanted"},
		{"a field of another type", "POST", "/referrals", `{"subject":"case-42","languages":"en"}`, 400, "", "languages", "cannot be read: it is a string, and a list is wanted"},
		{"a field that reads itself", "POST", "/referrals", `{"subject":"case-42","zip":"3360"}`, 400, "", "zip", `cannot be read: "3360" is no ZIP Code`},
		{"one of another type", "POST", "/referrals", `{"subject":"case-42","zip":33602}`, 400, "", "zip", "it is a number, and a string is wanted"},
		{"a list that reads itself", "PUT", "/agents/" + near, `{"unticked":"FL"}`, 400, "", "unticked", "it is a string, and a list is wanted"},
		{"a number that is too large", "PUT", "/agents/" + near, `{"display":300}`, 400, "", "display", "it is a number, and a whole number that is not too large is wanted"},
		{"a field deep inside", "PUT", "/agents/" + near, `{"training":{"plan_year":true}}`, 400, "", "training", "plan_year is true or false, and a whole number"},
		{"one in a list", "PUT", "/agents/" + near, `{"licenses":[{"lines":[{"health":"yes"}]}]}`, 400, "", "licenses", "lines.health is a string, and true or false is wanted"},
		{"an instant that is none", "PUT", "/agents/" + near, `{"training":{"plan_year":2026,"from":"yesterday"}}`, 400, "", "training", "cannot be read: an instant is a string of the form 2026-11-02T18:00:00Z"},
		{"an instant as a number", "PUT", "/agents/" + near, `{"training":{"plan_year":2026,"from":1793642400}}`, 400, "", "training", "cannot be read: an instant is a string"},
		{"an ID that is none", "POST", "/referrals", `{"id":"42"}`, 400, "", "id", "is no UUID"},
		{"nobody answers", "POST", to + "/accept", `{}`, 400, "", "by", "is no NPN"},
		{"a body without end", "POST", "/referrals", `{"subject":"` + strings.Repeat("x", maxBody) + `"}`, 413, "", "", "too long"},
		{"a name that is empty", "PUT", "/agents/" + near, `{"name":""}`, 422, "R22", "", "name"},
		{"a display that is no choice", "PUT", "/agents/" + near, `{"display":0}`, 422, "R26", "", "1, 2, 3, 4"},
		{"an override that is empty", "PUT", "/agents/" + near, `{"override":""}`, 422, "B1", "", "override"},
		{"no state", "GET", "/directory", "", 400, "", "state", "postal code"},
		{"no ZIP", "GET", "/directory?state=FL&zip=1", "", 400, "", "zip", "five digits"},
		{"no position", "GET", "/events?after=-1", "", 400, "", "after", "not a position"},
		{"nothing that is served", "GET", "/agent/" + near, "", 404, "", "", "nothing is served at this path"},
		{"nothing, at a path that is written another way", "GET", "//agent/" + near, "", 404, "", "", "nothing is served at this path"},
		{"nothing at the root", "POST", "/", wanted(uuid.New()), 404, "", "", "nothing is served at this path"},
		{"a method that a path does not take", "DELETE", "/agents/" + near, "", 405, "", "", "this path takes GET, HEAD, PUT"},
	} {
		t.Run(test.about, func(t *testing.T) {
			a, err := s.try(test.method, test.path, test.body)
			if err != nil {
				t.Fatal(err)
			}
			if a.status != test.status || test.rule != "" && a.Rule != test.rule || a.Field != test.field || !strings.Contains(a.Detail, test.detail) {
				t.Errorf("%d %s, want %d, rule %q, field %q and a detail with %q", a.status, a.text, test.status, test.rule, test.field, test.detail)
			}
			for _, ours := range []string{"Go ", "main.", "json: ", "geo: ", "Time.", "2006-01-02"} {
				if strings.Contains(a.Detail, ours) {
					t.Errorf("%q has %q, which says nothing to a client", a.Detail, ours)
				}
			}
			if kind := a.header.Get("Content-Type"); kind != "application/problem+json" {
				t.Errorf("Content-Type: %s", kind)
			}
			if allow := a.header.Get("Allow"); (test.status == 405) != (allow == "GET, HEAD, PUT") {
				t.Errorf("Allow: %q of status %d", allow, test.status)
			}
		})
	}
	metrics := s.call(200, "GET", "/metrics", "").text
	for _, want := range []string{
		`relevo_http_requests_total{route="none",status="404"} 3`, `relevo_http_requests_total{route="none",status="405"} 1`,
	} {
		if !strings.Contains(metrics, "\n"+want+"\n") {
			t.Errorf("the metrics do not have %s:\n%s", want, metrics)
		}
	}
	// A path that is written another way is sent to where it is served.
	s.call(200, "GET", "//directory?state=FL", "")
}

// An answer claims that nothing was recorded where the engine promises that, and
// nowhere else. Whoever reads is told of no record at all.
func TestWhatMayHaveBeenRecorded(t *testing.T) {
	const nothing, unknown = "nothing was recorded: send it again", "it is not known whether this was recorded: send it again"
	id := uuid.New()
	away := fmt.Errorf("engine: %w within 5s", engine.ErrAway)
	for _, test := range []struct {
		about  string
		err    error
		detail string
	}{
		{"no answer", away, nothing},
		{"no answer, and half an append", fmt.Errorf("%w: %w", away, eventlog.ErrUncertain), unknown},
		{"no room for an append in time", fmt.Errorf("%w: %w", away, eventlog.ErrConflict), nothing},
		{"half an append", fmt.Errorf("engine: %w", eventlog.ErrUncertain), unknown},
		{"half an append that would be too large", fmt.Errorf("%w: %w", eventlog.ErrUncertain, eventlog.ErrTooLarge), unknown},
		{"no time left", context.DeadlineExceeded, nothing},
		{"nobody waits", context.Canceled, nothing},
		{"the store refuses the connection", fmt.Errorf("engine: %w", errCut), nothing},
		{"a fault of the engine", errors.New("engine: an event cannot be written down"), nothing},
		{"another log", fmt.Errorf("engine: %w", &eventlog.DivergedError{}), unknown},
		{"a log that ends early", fmt.Errorf("engine: %w", eventlog.ErrLost), unknown},
		{"a log that is damaged", fmt.Errorf("engine: %w", eventlog.ErrCorrupt), unknown},
		{"a log that failed before", fmt.Errorf("engine: %w", eventlog.ErrPoisoned), unknown},
		{"a log that is closed", fmt.Errorf("engine: %w", eventlog.ErrClosed), unknown},
		{"an engine that is closed", engine.ErrClosed, unknown},
	} {
		p := problemOf(&requestError{id, test.err}, false)
		if p.Status != 503 || !strings.Contains(p.Detail, test.detail) || strings.Contains(p.Detail, "the log") {
			t.Errorf("%s: %+v, want 503, %q, and no word of the log", test.about, p, test.detail)
		}
		if (p.ID == id) != (test.detail == unknown) {
			t.Errorf("%s: ID %s, want it where it must be repeated, and else none", test.about, p.ID)
		}
		if p := problemOf(test.err, true); p.Status != 503 || !strings.Contains(p.Detail, "ask again") || strings.Contains(p.Detail, "recorded") {
			t.Errorf("%s, read: %+v, want 503, to ask again, and no word of a record", test.about, p)
		}
		if p := problemOf(fmt.Errorf("%w: position 7: %w", errBehind, test.err), false); p.Status != 503 || !strings.Contains(p.Detail, "nothing was recorded") {
			t.Errorf("%s, before anything was done: %+v, want that nothing was recorded", test.about, p)
		}
	}
}

func TestIdempotencyKey(t *testing.T) {
	s := start(t, open(t, stores[0].make(t))...)
	id := uuid.New()
	body := `{"subject":"case-42","state":"FL","zip":"33602","languages":["en"]}`
	for range 2 {
		if a := s.call(201, "POST", "/referrals", body, "Idempotency-Key", id.String()); a.ID != id {
			t.Errorf("the referral has ID %s, want the key %s", a.ID, id)
		}
	}
	s.call(400, "POST", "/referrals", wanted(uuid.New()), "Idempotency-Key", id.String())
	if a := s.call(201, "POST", "/referrals", body); a.ID == uuid.Nil || a.ID == id {
		t.Errorf("without a key the referral has ID %s, want a new one", a.ID)
	}
}

// What a caller has not seen of the other engine it waits for, and what does not come
// in time is 503.
func TestAtLeast(t *testing.T) {
	s := start(t, open(t, stores[0].make(t))...)
	s.call(400, "GET", "/directory?state=FL", "", "Relevo-At-Least", "soon")
	if a := s.call(503, "GET", "/directory?state=FL", "", "Relevo-At-Least", "1000000"); !strings.Contains(a.Detail, "not come so far") {
		t.Errorf("%s, want that the engine has not come so far", a.text)
	}
}

// An append whose outcome is not known is told as that, with the ID under which it
// is repeated.
func TestUncertain(t *testing.T) {
	log := open(t, stores[0].make(t))[0]
	faults := []eventlogtest.Fault{eventlogtest.None} // the policy's
	for range 3 {                                     // as often as an engine tries
		faults = append(faults, eventlogtest.UncertainLost)
	}
	s := start(t, eventlogtest.Wrap(log, eventlogtest.Script(faults...)))
	body := `{"subject":"case-42","state":"FL","zip":"33602","languages":["en"]}`
	a := s.call(503, "POST", "/referrals", body)
	if a.ID == uuid.Nil || a.header.Get("Retry-After") == "" || !strings.Contains(a.Detail, "send it again") {
		t.Fatalf("%s, Retry-After: %q, want an ID to send it again with", a.text, a.header.Get("Retry-After"))
	}
	for range 2 {
		if b := s.call(201, "POST", "/referrals", body, "Idempotency-Key", a.ID.String()); b.ID != a.ID {
			t.Errorf("sent again: referral %s, want %s", b.ID, a.ID)
		}
	}
	if n := s.desks.all[0].Counts().Requested; n != 1 {
		t.Errorf("%d referrals are in the log, want 1", n)
	}
	if got := s.call(200, "GET", "/metrics", "").text; !strings.Contains(got, "\nrelevo_append_uncertain_total{engine=\"1\"} 3\n") {
		t.Errorf("the metrics do not count the 3 uncertain appends:\n%s", got)
	}
}

// A body that ends early is the caller's trouble and not the log's.
func TestHalfABody(t *testing.T) {
	s := start(t, open(t, stores[0].make(t))...)
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	io.WriteString(conn, "POST /referrals HTTP/1.1\r\nHost: desk\r\nContent-Length: 100\r\n\r\n{\"subject\":")
	conn.(*net.TCPConn).CloseWrite()
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	if text, _ := io.ReadAll(resp.Body); resp.StatusCode != 400 || !strings.Contains(string(text), "as a whole") {
		t.Errorf("half a body was answered %d %s, want 400", resp.StatusCode, text)
	}
}
