package engine_test

import (
	"context"
	"errors"
	"iter"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/eventlogtest"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/engine"
)

// faulty opens a desk with three agents, whose log then fails as a test tells.
func faulty(t *testing.T) (d *desk, fail func(...eventlogtest.Fault)) {
	var script []eventlogtest.Fault
	log := eventlogtest.Wrap(new(eventlog.Memory), func(int) eventlogtest.Fault {
		if len(script) == 0 {
			return eventlogtest.None
		}
		f := script[0]
		script = script[1:]
		return f
	})
	d = open(t, log, nil)
	d.join(person{}, 1, 2, 3)
	return d, func(faults ...eventlogtest.Fault) { script = faults }
}

// TestRefusedAppendLeavesNoTrace: an error before anything is written leaves
// the state as it was, whatever the step held, and the next command works.
func TestRefusedAppendLeavesNoTrace(t *testing.T) {
	request := referral.Request{ID: uuid.UUID{15: 1, 6: 0x70, 8: 0x80}, Subject: "case-1", State: "FL", ZIP: tampa, Languages: []string{"es"}}
	nobody := request
	nobody.Languages = []string{"nv"}
	steps := []struct {
		name   string
		before func(d *desk) referral.Referral
		step   func(d *desk, r referral.Referral) error
		after  func(d *desk, r referral.Referral)
	}{
		{"a request that is offered", nil, func(d *desk, _ referral.Referral) error {
			_, err := d.Request(d.t.Context(), request)
			return err
		}, func(d *desk, _ referral.Referral) { d.offered(request2(request), 1) }},
		{"a request that waits", nil, func(d *desk, _ referral.Referral) error {
			_, err := d.Request(d.t.Context(), nobody)
			return err
		}, func(d *desk, _ referral.Referral) { d.stands(request2(request), referral.StatusWaiting) }},
		{"a decline and the next offer", func(d *desk) referral.Referral { return d.request(request) }, func(d *desk, r referral.Referral) error {
			_, err := d.Decline(d.t.Context(), r.ID, 1, "")
			return err
		}, func(d *desk, r referral.Referral) { d.offered(r, 2) }},
		{"an acceptance", func(d *desk) referral.Referral { return d.request(request) }, func(d *desk, r referral.Referral) error {
			_, err := d.Accept(d.t.Context(), r.ID, 1)
			return err
		}, func(d *desk, r referral.Referral) { d.stands(r, referral.StatusAccepted) }},
		{"a new agent", nil, func(d *desk, _ referral.Referral) error {
			_, err := d.Agent(d.t.Context(), 4, eligible(person{})...)
			return err
		}, func(d *desk, _ referral.Referral) {
			if a, err := d.Agent(d.t.Context(), 4); err != nil || !a.Registered() {
				t.Errorf("Agent(4) = %v, %v", a, err)
			}
		}},
		{"a rescission", func(d *desk) referral.Referral { return d.request(request) }, func(d *desk, _ referral.Referral) error {
			_, err := d.Agent(d.t.Context(), 1, agent.ChooseDisplay{Choice: agent.DisplayNone})
			return err
		}, func(d *desk, r referral.Referral) { d.offered(r, 2) }},
		{"an expiry", func(d *desk) referral.Referral {
			r := d.request(request)
			d.clock.pass(15 * time.Minute)
			return r
		}, func(d *desk, _ referral.Referral) error {
			return d.Tick(d.t.Context(), d.clock.Now())
		}, func(d *desk, r referral.Referral) { d.offered(r, 2) }},
	}
	for _, s := range steps {
		t.Run(s.name, func(t *testing.T) {
			d, fail := faulty(t)
			d.t = t
			var r referral.Referral
			if s.before != nil {
				r = s.before(d)
			}
			position, digest := d.Digest()
			fail(eventlogtest.Refused)
			if err := s.step(d, r); !errors.Is(err, eventlogtest.ErrRefused) {
				t.Fatalf("the step = %v, want the log's error", err)
			}
			if p, g := d.Digest(); p != position || g != digest {
				t.Errorf("the state at %d changed to %d without the log", position, p)
			}
			// Nothing is left over that the clock would act on.
			if err := d.Tick(t.Context(), d.clock.Now()); err != nil {
				t.Fatalf("Tick afterwards: %v", err)
			}
			if err := s.step(d, r); err != nil {
				t.Fatalf("the step again: %v", err)
			}
			s.after(d, r)
			d.same()
		})
	}
}

func request2(c referral.Request) referral.Referral { return referral.Referral{ID: c.ID} }

// TestUncertainAppend: whatever becomes of an append whose outcome is unknown,
// its events stand in the log exactly once, and the caller who repeats the
// command is answered as if nothing had happened (R23).
func TestUncertainAppend(t *testing.T) {
	const (
		written = eventlogtest.UncertainWritten
		lost    = eventlogtest.UncertainLost
		late    = eventlogtest.UncertainLate
		refuse  = eventlogtest.Refused
	)
	scripts := []struct {
		name   string
		faults []eventlogtest.Fault
		sure   bool // the caller gets a sure answer at once
	}{
		{"written", []eventlogtest.Fault{written}, true},
		{"lost", []eventlogtest.Fault{lost}, true},
		{"late", []eventlogtest.Fault{late}, true},
		{"lost twice", []eventlogtest.Fault{lost, lost}, true},
		{"lost, then late", []eventlogtest.Fault{lost, late}, true},
		{"lost, then refused", []eventlogtest.Fault{lost, refuse}, true},
		{"lost for good", []eventlogtest.Fault{lost, lost, lost}, false},
		{"late at the end", []eventlogtest.Fault{lost, lost, late}, false},
		{"written at the end", []eventlogtest.Fault{lost, lost, written}, false},
		{"lost, and then uncertain for long", []eventlogtest.Fault{lost, lost, lost, lost, lost, lost, lost, written}, false},
	}
	settle := []struct {
		name string
		do   func(d *desk) error
	}{
		{"the same command", func(d *desk) error { return nil }},
		{"a tick", func(d *desk) error { return d.Tick(d.t.Context(), d.clock.Now()) }},
		{"another command", func(d *desk) error {
			_, err := d.Agent(d.t.Context(), 3, agent.SetOverride{Override: agent.OverrideOff})
			return err
		}},
		{"late arrival and a tick", func(d *desk) error {
			if err := d.log.(*eventlogtest.Faulty).Arrive(context.Background()); err != nil {
				return err
			}
			return d.Tick(d.t.Context(), d.clock.Now())
		}},
	}
	for _, s := range scripts {
		for _, then := range settle {
			t.Run(s.name+"/"+then.name, func(t *testing.T) {
				d, fail := faulty(t)
				d.t = t
				r := d.ask(tampa)
				begin := d.Position()
				fail(s.faults...)
				_, err := d.Decline(t.Context(), r.ID, 1, "")
				if s.sure && err != nil || !s.sure && !errors.Is(err, eventlog.ErrUncertain) {
					t.Fatalf("Decline = %v", err)
				}
				for range 3 {
					if err := then.do(d); err != nil && !errors.Is(err, eventlog.ErrUncertain) {
						t.Fatalf("then %s: %v", then.name, err)
					}
				}
				for tries := 0; ; tries++ {
					_, err := d.Decline(t.Context(), r.ID, 1, "")
					if err == nil {
						break
					}
					if !errors.Is(err, eventlog.ErrUncertain) || tries == 3 {
						t.Fatalf("Decline again = %v", err)
					}
				}
				d.offered(r, 2)
				var got []string
				for _, line := range d.lines(begin) {
					if line != "15:00:00 agent/3 override_set off" {
						got = append(got, line)
					}
				}
				if len(got) != 2 || got[0] != "15:00:00 referral/1 declined by 1" {
					t.Errorf("the log says %q, want the decline and the next offer once each", got)
				}
				d.same()
			})
		}
	}
}

// TestUncertainAndUnreadable: if an append may have been written and reading
// back fails, the answer is that the outcome is unknown, not that it failed.
func TestUncertainAndUnreadable(t *testing.T) {
	log := &blind{Faulty: eventlogtest.Wrap(new(eventlog.Memory), eventlogtest.Script(
		eventlogtest.None, eventlogtest.None, eventlogtest.None, eventlogtest.UncertainWritten))}
	d := open(t, log, nil)
	d.join(person{}, 1)
	r := d.ask(tampa)
	at := d.Position()
	log.blind = true
	_, err := d.Accept(t.Context(), r.ID, 1)
	if !errors.Is(err, eventlog.ErrUncertain) {
		t.Errorf("Accept = %v, want ErrUncertain", err)
	}
	log.blind = false
	d.accept(r, 1)
	d.says(at, "15:00:00 referral/1 accepted by 1")
	d.same()
}

// blind is a log that cannot be read now and then.
type blind struct {
	*eventlogtest.Faulty
	blind bool
}

func (b *blind) Read(ctx context.Context, after eventlog.Position) iter.Seq2[eventlog.Record, error] {
	if b.blind {
		return func(yield func(eventlog.Record, error) bool) { yield(eventlog.Record{}, eventlogtest.ErrRefused) }
	}
	return b.Faulty.Read(ctx, after)
}

// TestR23UncertainRequestIsRepeated: a request without an ID whose outcome is
// not known comes with the ID under which to repeat it, and is made once.
func TestR23UncertainRequestIsRepeated(t *testing.T) {
	for _, fault := range []eventlogtest.Fault{eventlogtest.UncertainWritten, eventlogtest.UncertainLost, eventlogtest.UncertainLate} {
		t.Run(fault.String(), func(t *testing.T) {
			d, fail := faulty(t)
			fail(fault, eventlogtest.UncertainLost, eventlogtest.UncertainLost)
			c := referral.Request{Subject: "case-1", State: "FL", ZIP: tampa, Languages: []string{"es"}}
			r, err := d.Request(t.Context(), c)
			for try := 0; errors.Is(err, eventlog.ErrUncertain); try++ {
				if c.ID = r.ID; c.ID == uuid.Nil || try > 9 {
					t.Fatalf("Request = %s, %v after %d tries, want an ID to repeat it with", r.ID, err, try)
				}
				r, err = d.Request(t.Context(), c)
			}
			if err != nil || r.ID == uuid.Nil {
				t.Fatalf("Request = %s, %v, want the referral", r.ID, err)
			}
			if n := d.Counts().Requested; n != 1 {
				t.Errorf("%d referrals were requested, want 1", n)
			}
		})
	}
}

// panicky is a log whose Append panics once, as a host's own log may.
type panicky struct {
	eventlog.Memory
	armed bool
}

func (p *panicky) Append(ctx context.Context, after eventlog.Position, entries ...eventlog.Entry) ([]eventlog.Record, error) {
	if p.armed {
		p.armed = false
		panic("the host's log")
	}
	return p.Memory.Append(ctx, after, entries...)
}

// TestHostPanics: a panic in what the host gave goes to the caller who leads,
// and ends the engine, whose state is not to be trusted; nothing hangs.
func TestHostPanics(t *testing.T) {
	tell := func(d *desk) error {
		_, err := d.Agent(t.Context(), 7, agent.Register{Name: "Luz Mar"})
		return err
	}
	recovered := func(d *desk) (got any) {
		defer func() { got = recover() }()
		tell(d)
		return nil
	}
	log := new(panicky)
	d := open(t, log, nil)
	log.armed = true
	if got := recovered(d); got != "the host's log" {
		t.Errorf("a panic in Append comes out as %v", got)
	}
	if err := tell(d); !errors.Is(err, engine.ErrClosed) || errors.Is(err, eventlog.ErrUncertain) {
		t.Errorf("the next command = %v, want ErrClosed, and nothing uncertain", err)
	}
	if err := d.Tick(t.Context(), time.Now()); !errors.Is(err, engine.ErrClosed) {
		t.Errorf("Tick = %v, want ErrClosed", err)
	}
	if err := d.Close(); err != nil {
		t.Errorf("Close = %v", err)
	}
	again, err := engine.Open(t.Context(), log, nil)
	if err != nil || again.Position() != 1 {
		t.Errorf("the log opens at %d, %v, want the policy alone", again.Position(), err)
	}
}

// TestR25VerdictBehind: an engine whose clock is behind the log judges by the
// log's time, as its offers do.
func TestR25VerdictBehind(t *testing.T) {
	d := open(t, new(eventlog.Memory), nil)
	d.join(person{}, 1)
	r := d.request(referral.Request{Subject: "case-1", State: "FL", ZIP: tampa, Languages: []string{"es"}})
	d.join(person{}, 2)
	from := d.clock.Now().Add(30 * time.Second)
	d.tell(2, agent.RecordLicense{
		State: "FL", Number: "WFL", Residency: agent.Resident, Status: agent.Active, Effective: from,
		Lines: []agent.Line{{Name: "Health", Health: true, Active: true}},
	})
	d.tick(time.Minute)
	d.tell(1, agent.SetChannels{Channels: []agent.Channel{agent.App}})
	d.clock.set(d.clock.Now().Add(-time.Minute))
	line, err := d.Line(t.Context(), r.ID, 9)
	if err != nil {
		t.Fatal(err)
	}
	why, err := d.Verdict(r.ID, 2)
	if err != nil || (len(why) == 0) != (len(line) == 1) {
		t.Errorf("Verdict = %v, %v; Line = %v: they contradict each other", why, err, line)
	}
	if cards := d.Directory("FL"); len(cards) != 2 {
		t.Errorf("Directory(FL) has %d cards, want 2", len(cards))
	}
}

// panics is a log whose appends panic once it is told to.
type panics struct {
	eventlog.Log
	on bool
}

func (p *panics) Append(ctx context.Context, after eventlog.Position, entries ...eventlog.Entry) ([]eventlog.Record, error) {
	if p.on {
		panic("the store is broken")
	}
	return p.Log.Append(ctx, after, entries...)
}

// TestPanicLeavesOthersUncertain: when an append panics, one caller has the panic,
// and those whose commands are in it are not told that nothing was recorded.
func TestPanicLeavesOthersUncertain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newStore()
		d := open(t, log, nil)
		d.join(person{}, 1)
		r := d.ask(tampa)
		log.set(func(s *store) {
			s.before = func() { time.Sleep(time.Second) } // others come meanwhile
		})
		go d.Agent(t.Context(), 1, agent.SetLanguages{Languages: []string{"es", "vi"}})
		synctest.Wait()
		log.set(func(s *store) { s.before = func() { panic("the host's log") } })
		answers, panics := make(chan error, 2), make(chan any, 2)
		for range 2 {
			go func() {
				defer func() { panics <- recover() }()
				_, err := d.Accept(t.Context(), r.ID, 1)
				answers <- err
			}()
		}
		if one, two := <-panics, <-panics; (one == nil) == (two == nil) {
			t.Fatalf("panics of two callers: %v and %v, want one", one, two)
		}
		if err := <-answers; !errors.Is(err, engine.ErrClosed) || !errors.Is(err, eventlog.ErrUncertain) {
			t.Errorf("the other's command = %v, want ErrClosed and ErrUncertain", err)
		}
	})
}

// A program that lives through a panic of its store, as a server does, gets no
// answer to a request that belongs to another one.
func TestPanicAnswersNobody(t *testing.T) {
	for range 50 {
		log := &panics{Log: new(eventlog.Memory)}
		d := open(t, log, nil)
		d.join(person{}, 11)
		d.ask(tampa)
		log.on = true
		func() {
			defer func() { recover() }()
			d.Request(t.Context(), newCase(tampa))
			t.Error("the panic of a store is swallowed")
		}()
		got, err := d.Request(t.Context(), referral.Request{Subject: "case-3", State: "FL", ZIP: miami, Languages: []string{"es"}})
		if !errors.Is(err, engine.ErrClosed) {
			t.Fatalf("a request after the panic is answered with %+v, %v, want ErrClosed", got, err)
		}
	}
}

// What a caller does to an answer's lists, which it must not, reaches nobody else.
func TestAnswersShareNoChannels(t *testing.T) {
	d := open(t, nil, nil)
	d.join(person{}, 11, 12)
	r := d.ask(tampa)
	r.Offer.Channels[0] = "fax"
	if next := d.ask(tampa); next.Status != referral.StatusOffered || next.Offer.Channels[0] != agent.Email {
		t.Errorf("after another answer was changed a request is %s, by %v", next.Status, next.Offer.Channels)
	}
}
