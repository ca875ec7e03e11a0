package main

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/engine"
)

// The whole job over HTTP, with each look from the other engine.
func TestReferral(t *testing.T) {
	for _, store := range stores {
		t.Run(store.name, func(t *testing.T) {
			at := store.make(t)
			s := start(t, open(t, at)...)
			s.hire(noon)
			id := uuid.New()
			path := "/referrals/" + id.String()
			engines := map[string]bool{}
			look := func(a replied, status, to string) {
				t.Helper()
				b := s.call(200, "GET", path, "")
				if a.Status != status || a.Offer.To != to || b.text != a.text {
					t.Fatalf("answered %s, and then %s, want status %s, agent %s and both the same", a.text, b.text, status, to)
				}
				if b.header.Get("Relevo-Engine") == a.header.Get("Relevo-Engine") {
					t.Errorf("engine %s answered twice in a row", b.header.Get("Relevo-Engine"))
				}
				if p := strconv.FormatUint(uint64(s.desks.newest()), 10); a.header.Get("Relevo-Position") != p {
					t.Errorf("Relevo-Position: %s of the newest answer, want %s", a.header.Get("Relevo-Position"), p)
				}
				engines[a.header.Get("Relevo-Engine")] = true
				s.desks.turn() // the other one is asked first next time
			}
			a := s.call(201, "POST", "/referrals", wanted(id))
			look(a, "offered", near)
			if got := a.header.Get("Location"); got != path || a.ID != id {
				t.Errorf("Location: %s of referral %s, want %s", got, a.ID, path)
			}
			if !strings.Contains(a.text, `"notice":"Esta referencia`) {
				t.Errorf("%s has no notice in Spanish (S3)", a.text)
			}
			look(s.call(201, "POST", "/referrals", wanted(id)), "offered", near) // as the first time (R23)
			look(s.call(200, "POST", path+"/decline", `{"by":"`+near+`","reason":"on leave"}`), "offered", next)
			if w := s.call(200, "GET", path+"/why-not/"+near, ""); !strings.Contains(w.text, `"in_line":false,"reasons":[{"rule":"R11","code":"already_asked"}]`) {
				t.Errorf("why not %s: %s, want that it was asked before", near, w.text)
			}
			if w := s.call(200, "GET", path+"/why-not/"+far, ""); !strings.Contains(w.text, `"in_line":true,"reasons":null`) {
				t.Errorf("why not %s: %s, want that it is in line", far, w.text)
			}
			look(s.call(200, "POST", path+"/accept", `{"by":"`+next+`"}`), "accepted", next)
			look(s.call(200, "POST", path+"/accept", `{"by":"`+next+`"}`), "accepted", next)
			look(s.call(200, "POST", path+"/contact", `{"by":"`+next+`"}`), "accepted", next)
			look(s.call(200, "POST", path+"/outcome", `{"by":"`+next+`","outcome":"enrolled"}`), "accepted", next)
			if len(engines) != 2 {
				t.Errorf("engines %v did it all, want both", engines)
			}

			// Nobody answers the second referral until its window closes, at both
			// engines at once. One of them records that.
			second := uuid.New()
			path = "/referrals/" + second.String()
			first := s.call(201, "POST", "/referrals", wanted(second)).Offer.To
			s.clock.add(15 * time.Minute)
			a = s.until("offered to the next", func(a replied) bool { return len(a.Past) > 0 }, "GET", path)
			if a.Offer.To == first || len(a.Past) != 1 || a.Past[0].Ending != "expired" {
				t.Errorf("after the window: %s, want an offer to another than %s", a.text, first)
			}
			look(s.call(200, "POST", path+"/withdraw", ""), "withdrawn", "")

			// Both stand at the same state.
			s.call(200, "GET", path, "")
			s.call(200, "GET", path, "")
			p, one := s.desks.all[0].Digest()
			q, two := s.desks.all[1].Digest()
			if p != q || one != two {
				t.Errorf("engine 1 is at %d with %s, and engine 2 at %d with %s", p, one, q, two)
			}
			if err := s.stop(); err != nil {
				t.Error(err)
			}
			// Nothing is left open: the next may have the log.
			if err := closeLogs(open(t, at)); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAgents(t *testing.T) {
	s := start(t, open(t, stores[0].make(t))...)
	s.hire(noon)
	if a := s.call(200, "GET", "/agents/"+near, ""); !strings.Contains(a.text, `"zip":"33602"`) {
		t.Errorf("the agent: %s, want its ZIP", a.text)
	}
	before := s.desks.newest()
	s.hire(noon)
	if after := s.desks.newest(); after != before {
		t.Errorf("facts that are known were recorded again: position %d, then %d (R23)", before, after)
	}
	// Each fact that can be told comes to the desk.
	for _, told := range []struct{ fact, want string }{
		{`"channels":["app"]`, `"channels":["app"]`},
		{`"hours":{"zone":"America/New_York","weekly":[{"day":"monday","from":"09:00","to":"17:00"}]}`, `"from":"09:00"`},
		{`"override":"on"`, `"override":"on"`},
		{`"unticked":["FL"]`, `"unticked":["FL"]`},
		{`"languages":["fr"]`, `"key":"fr"`},
		{`"display":3`, `"display":3`},
	} {
		if a := s.call(200, "PUT", "/agents/"+far, "{"+told.fact+"}"); !strings.Contains(a.text, told.want) {
			t.Errorf("told %s: %s, want %s", told.fact, a.text, told.want)
		}
	}
	// All or none: the second fact is refused, so the first is not recorded.
	s.call(422, "PUT", "/agents/"+near, `{"override":"off","languages":["not a language"]}`)
	if a := s.call(200, "GET", "/agents/"+near, ""); strings.Contains(a.text, `"override":"off"`) {
		t.Errorf("of two facts the one was refused and the other recorded: %s", a.text)
	}

	cards := s.call(200, "GET", "/directory?state=FL&zip=33602", "").text
	if i, j, k := strings.Index(cards, near), strings.Index(cards, next), strings.Index(cards, far); i < 0 || j < i || k < j {
		t.Errorf("the directory %s has not all three, the nearest first", cards)
	}
	if !strings.Contains(cards, `"kilometers":0`) || strings.Contains(cards, "lat_e7") {
		t.Errorf("the directory %s has no kilometers or a point (R28)", cards)
	}
	if cards := s.call(200, "GET", "/directory?state=TX", "").text; cards != "[]\n" {
		t.Errorf("the directory of Texas is %q, want nobody", cards)
	}
}

// The invented agents take part whenever they are registered, and once, and every
// engine knows them then.
func TestInvented(t *testing.T) {
	log, now := new(eventlog.Memory), noon.AddDate(5, 0, 0)
	desks, err := openDesks(t.Context(), []eventlog.Log{log, log}, func(int) *engine.Options {
		return &engine.Options{Now: func() time.Time { return now }}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer desks.Close()
	for range 2 {
		if err := invent(t.Context(), desks, now); err != nil {
			t.Fatal(err)
		}
		for _, d := range desks.all {
			if n := d.Counts().Agents; n < 2500 {
				t.Errorf("engine %d knows %d agents, want about 3,000", d.number, n)
			}
		}
	}
	before := desks.newest()
	r, err := desks.turn().Request(t.Context(), referral.Request{Subject: "case-42", State: "FL", ZIP: "33602", Languages: []string{"es"}})
	if after := desks.newest(); err != nil || r.Status != referral.StatusOffered || after != before+2 {
		t.Errorf("five years later: %s, %v, and the log from %d to %d, want a request and its offer", r.Status, err, before, after)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := invent(ended, desks, now); !errors.Is(err, context.Canceled) {
		t.Errorf("invent(cancelled) = %v, want that it was", err)
	}
}
