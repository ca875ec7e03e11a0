package engine_test

import (
	"context"
	"errors"
	"iter"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/eventlogtest"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/engine"
)

// bubble runs a test in a synctest bubble whose time begins at opening, with an
// engine on real time.
func bubble(t *testing.T, log eventlog.Log, test func(t *testing.T, d *desk)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(opening))
		test(t, realTime(t, log, 1))
	})
}

func realTime(t *testing.T, log eventlog.Log, seed uint64) *desk {
	t.Helper()
	ids := newIDs(seed)
	e, err := engine.Open(t.Context(), log, &engine.Options{NewID: ids})
	if err != nil {
		t.Fatal(err)
	}
	return &desk{Engine: e, t: t, log: log, clock: newClock(), ids: ids}
}

// run starts Run and returns what ends it and waits for its answer.
func run(t *testing.T, d *desk) (stop func() error) {
	ctx, cancel := context.WithCancel(t.Context())
	answer := make(chan error, 1)
	go func() { answer <- d.Run(ctx) }()
	synctest.Wait()
	return func() error {
		cancel()
		return <-answer
	}
}

// TestRunExpires: expiries come at exactly the deadlines, one after the other.
func TestRunExpires(t *testing.T) {
	bubble(t, new(eventlog.Memory), func(t *testing.T, d *desk) {
		d.join(person{}, 1, 2)
		stop := run(t, d)
		at := d.Position()
		r := d.ask(tampa)
		time.Sleep(15*time.Minute - time.Nanosecond)
		synctest.Wait()
		d.offered(r, 1)
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		d.offered(r, 2)
		time.Sleep(48 * time.Hour)
		synctest.Wait()
		if err := stop(); !errors.Is(err, context.Canceled) {
			t.Errorf("Run = %v, want context.Canceled", err)
		}
		d.says(at,
			"15:00:00 referral/1 requested from FL 33602 in es",
			"15:00:00 referral/1 offered to 1 until 15:15:00: es, 0 km away",
			"15:15:00 referral/1 expired from 1, due 15:15:00",
			"15:15:00 referral/1 offered to 2 until 15:30:00: es, 0 km away",
			"15:30:00 referral/1 expired from 2, due 15:30:00",
			"15:30:00 referral/1 waiting until Nov 24 15:30:00",
			"Nov 24 15:30:00 referral/1 exhausted")
		d.same()
	})
}

// TestRunNoticesTheClock: when the clock goes on without the timers, as while a
// machine sleeps, or is set forward, Run notices within ten seconds.
func TestRunNoticesTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(opening))
		var ahead atomic.Int64
		now := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
		log := new(eventlog.Memory)
		e, err := engine.Open(t.Context(), log, &engine.Options{Now: now, NewID: newIDs(1)})
		if err != nil {
			t.Fatal(err)
		}
		d := &desk{e, t, log, newClock(), newIDs(2)}
		d.join(person{}, 1, 2)
		stop := run(t, d)
		defer stop()
		r := d.ask(tampa)
		time.Sleep(time.Minute)
		ahead.Store(int64(14*time.Minute + time.Second))
		time.Sleep(10 * time.Second)
		synctest.Wait()
		d.offered(r, 2)
	})
}

// TestRunShift: a shift that begins wakes a waiting referral, and a license that
// ends rescinds an offer, by the clock alone (R8, R10).
func TestRunShift(t *testing.T) {
	bubble(t, new(eventlog.Memory), func(t *testing.T, d *desk) {
		d.join(person{}, 1)
		d.tell(1, agent.SetHours{Zone: "America/New_York", Weekly: []agent.Shift{
			{Day: agent.Day(time.Tuesday), From: agent.MinuteOf(9, 0), To: agent.MinuteOf(17, 0)},
		}}, until(license("FL"), time.Date(2026, 11, 24, 14, 5, 0, 0, time.UTC)))
		stop := run(t, d)
		at := d.Position()
		d.ask(tampa)
		time.Sleep(30 * time.Hour)
		synctest.Wait()
		stop()
		d.says(at,
			"15:00:00 referral/1 requested from FL 33602 in es",
			"15:00:00 referral/1 waiting until Nov 24 15:00:00",
			"Nov 24 14:00:00 referral/1 offered to 1 until Nov 24 14:15:00: es, 0 km away",
			"Nov 24 14:05:00 referral/1 rescinded from 1: it holds a license that has ended in FL (R21)",
			"Nov 24 14:05:00 referral/1 waiting until Nov 25 14:05:00")
	})
}

// TestRunFollows: Run reads what another engine writes to the same log, and acts
// on it at the right time.
func TestRunFollows(t *testing.T) {
	log := new(eventlog.Memory)
	bubble(t, log, func(t *testing.T, d *desk) {
		d.join(person{}, 1, 2)
		stop := run(t, d)
		other := realTime(t, log, 2)
		time.Sleep(time.Minute)
		r := other.ask(tampa)
		synctest.Wait()
		d.offered(r, 1)
		time.Sleep(15 * time.Minute)
		synctest.Wait()
		d.offered(r, 2)
		stop()
		d.same()
	})
}

// TestRunTwo: of two engines that run on one log, one expires each offer.
func TestRunTwo(t *testing.T) {
	log := new(eventlog.Memory)
	bubble(t, log, func(t *testing.T, d *desk) {
		d.join(person{}, 1, 2, 3)
		other := realTime(t, log, 2)
		stop, stopOther := run(t, d), run(t, other)
		at := d.Position()
		d.ask(tampa)
		time.Sleep(time.Hour)
		synctest.Wait()
		stop()
		stopOther()
		d.says(at,
			"15:00:00 referral/1 requested from FL 33602 in es",
			"15:00:00 referral/1 offered to 1 until 15:15:00: es, 0 km away",
			"15:15:00 referral/1 expired from 1, due 15:15:00",
			"15:15:00 referral/1 offered to 2 until 15:30:00: es, 0 km away",
			"15:30:00 referral/1 expired from 2, due 15:30:00",
			"15:30:00 referral/1 offered to 3 until 15:45:00: es, 0 km away",
			"15:45:00 referral/1 expired from 3, due 15:45:00",
			"15:45:00 referral/1 waiting until Nov 24 15:45:00")
	})
}

// TestRunEnds: Run answers ErrClosed when the engine is closed, and the log's
// error when the log is; synctest finds any goroutine that is left.
func TestRunEnds(t *testing.T) {
	bubble(t, new(eventlog.Memory), func(t *testing.T, d *desk) {
		d.join(person{}, 1)
		answer := make(chan error, 1)
		go func() { answer <- d.Run(t.Context()) }()
		synctest.Wait()
		d.Close()
		if err := <-answer; !errors.Is(err, engine.ErrClosed) {
			t.Errorf("Run after Close = %v, want ErrClosed", err)
		}
		if err := d.Run(t.Context()); !errors.Is(err, engine.ErrClosed) {
			t.Errorf("Run of a closed engine = %v, want ErrClosed", err)
		}
		if _, err := d.Request(t.Context(), newCase(tampa)); !errors.Is(err, engine.ErrClosed) {
			t.Errorf("Request of a closed engine = %v, want ErrClosed", err)
		}
		if err := d.Tick(t.Context(), time.Now()); !errors.Is(err, engine.ErrClosed) {
			t.Errorf("Tick of a closed engine = %v, want ErrClosed", err)
		}
	})
	bubble(t, new(eventlog.Memory), func(t *testing.T, d *desk) {
		answer := make(chan error, 1)
		go func() { answer <- d.Run(t.Context()) }()
		synctest.Wait()
		d.log.Close()
		if err := <-answer; !errors.Is(err, eventlog.ErrClosed) {
			t.Errorf("Run on a closed log = %v, want eventlog.ErrClosed", err)
		}
	})
}

// away is a log that can be away for a while.
type away struct {
	eventlog.Memory
	appends, reads   atomic.Int64
	noAppend, noRead atomic.Bool
}

func (a *away) Append(ctx context.Context, after eventlog.Position, entries ...eventlog.Entry) ([]eventlog.Record, error) {
	if a.noAppend.Load() {
		if a.appends.Add(1) > 1000 {
			panic("a thousand appends without a rest")
		}
		return nil, eventlogtest.ErrRefused
	}
	return a.Memory.Append(ctx, after, entries...)
}

func (a *away) Read(ctx context.Context, after eventlog.Position) iter.Seq2[eventlog.Record, error] {
	if a.noRead.Load() {
		if a.reads.Add(1) > 1000 {
			panic("a thousand reads without a rest")
		}
		return func(yield func(eventlog.Record, error) bool) { yield(eventlog.Record{}, eventlogtest.ErrRefused) }
	}
	return a.Memory.Read(ctx, after)
}

// TestRunRests: while the log is away Run tries again, soon at first and then once
// a second, and goes on when it is back.
func TestRunRests(t *testing.T) {
	log := new(away)
	bubble(t, log, func(t *testing.T, d *desk) {
		d.join(person{}, 1, 2)
		stop := run(t, d)
		r := d.ask(tampa)
		log.noAppend.Store(true)
		time.Sleep(15*time.Minute + 10*time.Second)
		synctest.Wait()
		d.offered(r, 1)
		if n := log.appends.Load(); n < 5 || n > 16 {
			t.Errorf("%d tries in ten seconds, want about one a second", n)
		}
		log.noAppend.Store(false)
		time.Sleep(time.Second)
		synctest.Wait()
		d.offered(r, 2)

		// Reading fails while another engine's records wait to be read.
		other := realTime(t, log, 2)
		log.noRead.Store(true)
		if _, err := log.Memory.Append(t.Context(), d.Position(), eventlog.Entry{
			ID: other.ids(), Stream: "agent/9", Kind: agent.Registered{}.Kind(), Time: time.Now(), Data: []byte(`{"npn":"9","name":"Eva Rey"}`),
		}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if n := log.reads.Load(); n < 5 || n > 16 {
			t.Errorf("%d reads in ten seconds, want about one a second", n)
		}
		log.noRead.Store(false)
		time.Sleep(time.Second)
		synctest.Wait()
		if n := d.Counts().Agents; n != 3 {
			t.Errorf("%d agents are known, want 3", n)
		}
		stop()
	})
}

// TestRunSkew: an engine whose clock is far behind the log's head goes on trying
// and adds nothing (R25).
func TestRunSkew(t *testing.T) {
	log := new(eventlog.Memory)
	bubble(t, log, func(t *testing.T, d *desk) {
		d.join(person{}, 1)
		slow, err := engine.Open(t.Context(), log, &engine.Options{NewID: newIDs(2), Now: func() time.Time { return time.Now().Add(-time.Hour) }})
		if err != nil {
			t.Fatal(err)
		}
		behind := &desk{Engine: slow, t: t, log: log}
		stop := run(t, behind)
		d.ask(tampa)
		time.Sleep(30 * time.Minute)
		synctest.Wait()
		if p := behind.Position(); p != d.Position() {
			t.Errorf("the engine behind stands at %d, want %d: it reads on", p, d.Position())
		}
		if err := stop(); !errors.Is(err, context.Canceled) {
			t.Errorf("Run = %v", err)
		}
	})
}

// TestRunQuiet: with nothing due Run does nothing: not a record is added in a
// quiet month.
func TestRunQuiet(t *testing.T) {
	bubble(t, new(eventlog.Memory), func(t *testing.T, d *desk) {
		d.join(person{}, 1)
		r := d.ask(tampa)
		d.accept(r, 1)
		at := d.Position()
		stop := run(t, d)
		time.Sleep(30 * 24 * time.Hour)
		synctest.Wait()
		stop()
		d.says(at)
		d.stands(r, referral.StatusAccepted)
	})
}
