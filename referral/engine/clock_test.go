package engine_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/geo/zone"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/engine"
)

// TestR1Boundary: the window is half-open, and an answer is judged by when the
// desk received it.
func TestR1Boundary(t *testing.T) {
	tests := []struct {
		after  time.Duration
		inTime bool
	}{
		{0, true},
		{15*time.Minute - time.Nanosecond, true},
		{15 * time.Minute, false},
		{15*time.Minute + time.Nanosecond, false},
	}
	for _, test := range tests {
		for _, verb := range []string{"accept", "decline"} {
			t.Run(fmt.Sprint(verb, " after ", test.after), func(t *testing.T) {
				d := open(t, nil, nil)
				d.join(person{}, 1)
				r := d.ask(tampa)
				at := d.Position()
				d.clock.pass(test.after)
				var err error
				if verb == "accept" {
					_, err = d.Accept(t.Context(), r.ID, 1)
				} else {
					_, err = d.Decline(t.Context(), r.ID, 1, "")
				}
				lines := d.lines(at)
				if test.inTime {
					if err != nil || lines[0] != shown(d.clock.Now())+" referral/1 "+verb+"ed by 1" && verb == "accept" {
						t.Errorf("%s %v after the offer = %v, the log says %q", verb, test.after, err, lines)
					}
					return
				}
				refused(t, err, "R1", referral.ErrTooLate, "2026-11-23T15:15:00Z")
				if want := shown(d.clock.Now()) + " referral/1 expired from 1, due 15:15:00"; lines[0] != want {
					t.Errorf("the log says %q, want the expiry first (R8): %q", lines, want)
				}
			})
		}
	}
}

// TestLocalClock: a clock that shows local time changes nothing that is
// recorded or remembered: instants are in UTC everywhere.
func TestLocalClock(t *testing.T) {
	c := &clock{now: opening.In(time.FixedZone("EST", -5*3600))}
	d := openAt(t, nil, nil, c, newIDs(1))
	d.join(person{}, 1, 2)
	r := d.ask(tampa)
	d.tick(20 * time.Minute)
	d.decline(r, 2)
	d.same()
	for _, rec := range records(t, d.log, 0) {
		if s := string(rec.Data); contains(s, "-05:00") {
			t.Errorf("position %d, %s, holds a local time: %s", rec.Position, rec.Kind, s)
		}
	}
}

// TestR25Backwards: when the clock is set back, recorded time stands still
// until the clock has caught up.
func TestR25Backwards(t *testing.T) {
	d := open(t, nil, nil)
	d.join(person{}, 1, 2)
	d.clock.pass(90 * time.Second)
	r := d.ask(tampa)
	at := d.Position()
	d.clock.pass(-90 * time.Second)
	d.decline(r, 1)
	d.clock.pass(30 * time.Second)
	d.accept(r, 2)
	d.says(at,
		"15:01:30 referral/1 declined by 1",
		"15:01:30 referral/1 offered to 2 until 15:16:30: es, 0 km away",
		"15:01:30 referral/1 accepted by 2")
	d.same()
}

// TestR25Skew: a head too far ahead of the clock stops every command and names
// both instants; at the limit it does not.
func TestR25Skew(t *testing.T) {
	d := open(t, nil, nil)
	d.join(person{}, 1)
	r := d.ask(tampa)
	at := d.Position()
	ctx := t.Context()
	d.clock.pass(-2*time.Minute - time.Nanosecond)
	commands := map[string]func() error{
		"Agent":   func() error { _, err := d.Agent(ctx, 2, eligible(person{})...); return err },
		"Request": func() error { _, err := d.Request(ctx, newCase(tampa)); return err },
		"Accept":  func() error { _, err := d.Accept(ctx, r.ID, 1); return err },
		"Tick":    func() error { return d.Tick(ctx, d.clock.Now()) },
		"Open": func() error {
			_, err := engine.Open(ctx, d.log, &engine.Options{Now: d.clock.Now, Policy: policy(func(p *referral.Policy) { p.GiveUp = 0 })})
			return err
		},
	}
	for name, command := range commands {
		t.Run(name, func(t *testing.T) {
			refused(t, command(), "R25", engine.ErrClock, "2026-11-23T15:00:00Z", "2026-11-23T14:57:59.999999999Z")
		})
	}
	if p := records(t, d.log, at); len(p) != 0 {
		t.Errorf("%d records were added", len(p))
	}
	d.clock.pass(time.Nanosecond)
	d.accept(r, 1)
}

// TestR25ShiftAndClockSetBack: a shift that began is over again when the clock
// is set back before it: no offer to an agent who is off duty by the time that
// is recorded (invariant 2).
func TestR25ShiftAndClockSetBack(t *testing.T) {
	followed := map[string]func(d *desk){
		"by a tick":              func(d *desk) { d.tick(0) },
		"by two ticks":           func(d *desk) { d.tick(0); d.tick(0) },
		"by a refused command":   func(d *desk) { d.Accept(d.t.Context(), uuid.UUID{1}, 1) },
		"by one without a trace": func(d *desk) { d.tell(2, agent.SetOverride{Override: agent.OverrideAuto}) },
	}
	for how, follow := range followed {
		t.Run(how, func(t *testing.T) {
			d := open(t, nil, nil)
			d.join(person{}, 1)
			d.join(person{zip: miami}, 2)
			d.tell(1, agent.SetAbsence{From: opening.Add(-time.Hour), Until: opening.Add(time.Minute)})
			d.clock.pass(time.Minute)
			follow(d) // 1 is back
			d.clock.pass(-30 * time.Second)
			r := d.ask(tampa)
			if got := d.now(r).Offer; got.To != 2 {
				t.Errorf("at %v the offer went to %s, who is absent until %v", got.At, got.To, opening.Add(time.Minute))
			}
		})
	}
}

// TestR18Down: after two hours without an engine, 500 expiries are recorded by
// (deadline, request position), each names the deadline it missed and has the
// time of its record, and the next offers start now.
func TestR18Down(t *testing.T) {
	d := open(t, nil, nil)
	d.join(person{}, 1, 2)
	var refs []referral.Referral
	for i := range 500 {
		if i%3 == 0 {
			d.clock.pass(time.Second)
		}
		refs = append(refs, d.ask(tampa))
	}
	d.clock.pass(2 * time.Hour)
	at := d.Position()
	d = d.again()
	d.tick(0)
	position := map[uuid.UUID]int{}
	for i, r := range refs {
		position[r.ID] = i
	}
	var expiries []int
	offers := 0
	for c, err := range engineChanges(t, d, at) {
		if err != nil {
			t.Fatal(err)
		}
		if !c.Record.Time.Equal(d.clock.Now()) {
			t.Fatalf("position %d is recorded at %v, want %v", c.Record.Position, c.Record.Time, d.clock.Now())
		}
		switch e := c.Event.(type) {
		case referral.Expired:
			r := refs[position[c.Stream.Referral]]
			if !e.Deadline.Equal(r.Offer.Deadline) || e.From != r.Offer.To {
				t.Fatalf("the expiry says %v from %s, want %v from %s", e.Deadline, e.From, r.Offer.Deadline, r.Offer.To)
			}
			if offers > 0 {
				t.Fatalf("position %d: an expiry after the next offers", c.Record.Position)
			}
			expiries = append(expiries, position[c.Stream.Referral])
		case referral.Offered:
			offers++
			if want := d.clock.Now().Add(15 * time.Minute); !e.Deadline.Equal(want) {
				t.Fatalf("the next offer is open until %v, want %v: it starts now", e.Deadline, want)
			}
		}
	}
	for i, p := range expiries {
		if i != p {
			t.Fatalf("expiry %d is of request %d: the order is (deadline, request position)", i, p)
		}
	}
	if len(expiries) != 500 || offers != 500 {
		t.Errorf("%d expiries and %d offers, want 500 of each", len(expiries), offers)
	}
	d.same()
}

// TestR10GiveUpBeforeReturn: whoever turns up after giving up was due does not
// save the referral, whether the engine was running, slow or restarted.
func TestR10GiveUpBeforeReturn(t *testing.T) {
	for _, restart := range []bool{false, true} {
		t.Run(fmt.Sprint("restart ", restart), func(t *testing.T) {
			d := open(t, nil, nil)
			d.join(person{}, 1)
			d.tell(1, agent.SetAbsence{From: opening, Until: opening.Add(25 * time.Hour)})
			r := d.ask(tampa)
			d.stands(r, referral.StatusWaiting)
			if restart {
				d = d.again()
			}
			d.tick(30 * time.Hour)
			d.stands(r, referral.StatusExhausted)
		})
	}
}

// TestR10ReturnBeforeGiveUp: whoever turned up before giving up was due, and is
// still there, gets the offer even if the engine comes late.
func TestR10ReturnBeforeGiveUp(t *testing.T) {
	for _, restart := range []bool{false, true} {
		t.Run(fmt.Sprint("restart ", restart), func(t *testing.T) {
			d := open(t, nil, nil)
			d.join(person{}, 1)
			d.tell(1, agent.SetAbsence{From: opening, Until: opening.Add(23 * time.Hour)})
			r := d.ask(tampa)
			if restart {
				d = d.again()
			}
			d.tick(30 * time.Hour)
			d.offered(r, 1)
		})
	}
}

// What is recorded of the clock is an instant: whatever its zone, and though it has
// a monotonic reading, the state is the fold of the log, and so is every answer.
func TestR25_ClockOfAnyZone(t *testing.T) {
	ny, err := zone.Load("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	clock := newClock()
	for says, now := range map[string]func() time.Time{
		"in New York":   func() time.Time { return clock.Now().In(ny) },
		"of the system": time.Now,
	} {
		log := new(eventlog.Memory)
		e, err := engine.Open(t.Context(), log, &engine.Options{Now: now, NewID: newIDs(1)})
		if err != nil {
			t.Fatal(err)
		}
		d := &desk{e, t, log, clock, newIDs(2)}
		d.join(person{}, 11)
		clock.pass(time.Minute)
		r := d.ask(tampa)
		if want := r.Requested.UTC().Round(0); r.Requested != want {
			t.Errorf("the clock %s: requested at %s, want %s", says, r.Requested, want)
		}
		_, digest := e.Digest()
		if want := fold(t, log).Digest(); digest != want {
			t.Errorf("the clock %s: the state is %s, and that of the log %s", says, digest, want)
		}
	}
}
