package engine_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/eventlogtest"
	"github.com/relevo-go/relevo/referral/engine"
)

// exchanged returns a log that has other records than another from a position on:
// n of them.
func exchanged(t *testing.T, records []eventlog.Record, from, n int) *eventlog.Memory {
	t.Helper()
	log := new(eventlog.Memory)
	ids := newIDs(77)
	for i := range n {
		e := records[min(i, len(records)-1)].Entry
		if i+1 >= from {
			e.ID = ids()
		}
		if _, err := log.Append(t.Context(), eventlog.Position(i), e); err != nil {
			t.Fatal(err)
		}
	}
	return log
}

// TestDiverged: when the store is exchanged beneath the log, and the log does not
// notice, the engine does as soon as it hears of it, stops, and names both heads.
func TestDiverged(t *testing.T) {
	record := func(d *desk) error {
		_, err := d.Agent(d.t.Context(), 1, agent.SetOverride{Override: agent.OverrideOff})
		return err
	}
	question := func(d *desk) error {
		_, err := d.Agent(d.t.Context(), 1)
		return err
	}
	tick := func(d *desk) error { return d.Tick(d.t.Context(), d.clock.Now()) }
	await := func(d *desk) error { return d.AtLeast(d.t.Context(), d.Position()+1) }
	tests := []struct {
		name  string
		by    int  // the other log is longer by so many
		fails bool // the log failed once since it was read
		do    func(*desk) error
		lost  bool // the error is ErrLost too
	}{
		{"an append to a log as long", 0, false, record, false},
		{"an append to a longer log", 2, false, record, false},
		{"an append to a shorter log", -2, false, record, true},
		{"a question to a longer log", 1, false, question, false},
		{"a tick on a longer log", 1, false, tick, false},
		{"waiting for a position of a longer log", 1, false, await, false},
		{"a question to a log as long, after an error", 0, true, question, false},
		{"a question to a shorter log, after an error", -5, true, question, true},
		{"a question to an empty log, after an error", -1000, true, question, true},
		{"an append to a log as long, after an error", 0, true, record, false},
		{"a tick on a shorter log, after an error", -1, true, tick, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			log := newStore()
			d := open(t, log, nil)
			d.join(person{}, 1)
			r := d.ask(tampa)
			known := d.Head()
			if test.fails {
				log.set(func(s *store) { s.fails = eventlogtest.ErrRefused })
				if err := question(d); !errors.Is(err, eventlogtest.ErrRefused) {
					t.Fatalf("a question to a log that fails = %v", err)
				}
				log.set(func(s *store) { s.fails = nil })
			}
			ours := log.Memory
			theirs := exchanged(t, records(t, log, 0), 3, max(0, int(known.Position)+test.by))
			log.set(func(s *store) { s.Memory = theirs })
			err := test.do(d)
			diverged, ok := errors.AsType[*eventlog.DivergedError](err)
			if !ok || !errors.Is(err, eventlog.ErrDiverged) || errors.Is(err, eventlog.ErrLost) != test.lost {
				t.Fatalf("the answer is %v, want ErrDiverged, and ErrLost: %v", err, test.lost)
			}
			if diverged.Known != known || diverged.Found.Sum == known.Sum {
				t.Errorf("it names %+v and %+v, want %+v first", diverged.Known, diverged.Found, known)
			}
			for _, sum := range []eventlog.Hash{diverged.Known.Sum, diverged.Found.Sum} {
				if !strings.Contains(err.Error(), sum.String()) {
					t.Errorf("the error is %q, want the sum %s in it", err, sum)
				}
			}
			// Only what was appended to the other log may have been recorded.
			if wrote := test.name == "an append to a log as long"; errors.Is(err, eventlog.ErrUncertain) != wrote {
				t.Errorf("the answer is %v, want ErrUncertain: %v", err, wrote)
			}
			if test.lost && int(diverged.Found.Position) != max(0, int(known.Position)+test.by) {
				t.Errorf("it says that the log ends at %d, want %d", diverged.Found.Position, int(known.Position)+test.by)
			}
			// It has stopped, also for a log that is what it was.
			log.set(func(s *store) { s.Memory = ours })
			log.counts()
			for name, do := range map[string]func(*desk) error{
				"a command": record, "a question": question, "Tick": tick, "AtLeast": await,
				"Run": func(d *desk) error { return d.Run(t.Context()) },
			} {
				if err := do(d); !errors.Is(err, eventlog.ErrDiverged) || errors.Is(err, eventlog.ErrUncertain) || !strings.Contains(err.Error(), known.Sum.String()) {
					t.Errorf("then %s = %v, want ErrDiverged", name, err)
				}
			}
			if appends, reads, waits := log.counts(); appends+reads+waits > 0 {
				t.Errorf("%d appends, %d reads and %d waits by an engine that has stopped", appends, reads, waits)
			}
			if got, err := d.Referral(r.ID); err != nil || d.Position() != known.Position {
				t.Errorf("Referral at %d = %+v, %v, want what was read before", d.Position(), got, err)
			}
			if err := d.Close(); err != nil {
				t.Errorf("Close = %v", err)
			}
		})
	}
}

// TestDivergedWhileRunning: Run ends with the error that a command met.
func TestDivergedWhileRunning(t *testing.T) {
	log := newStore()
	bubble(t, log, func(t *testing.T, d *desk) {
		d.join(person{}, 1)
		answer := make(chan error, 1)
		go func() { answer <- d.Run(t.Context()) }()
		theirs := exchanged(t, records(t, log, 0), 3, int(d.Position()))
		log.set(func(s *store) { s.Memory = theirs })
		if _, err := d.Request(t.Context(), newCase(tampa)); !errors.Is(err, eventlog.ErrDiverged) {
			t.Errorf("Request = %v, want ErrDiverged", err)
		}
		if err := <-answer; !errors.Is(err, eventlog.ErrDiverged) {
			t.Errorf("Run = %v, want ErrDiverged", err)
		}
		if _, err := d.Request(t.Context(), newCase(tampa)); !errors.Is(err, eventlog.ErrDiverged) || errors.Is(err, engine.ErrClosed) {
			t.Errorf("the next Request = %v, want ErrDiverged", err)
		}
	})
}

// TestStoppingIsTold: an operator hears once of an error that stops the engine, who
// may not see what Run and the verbs answer; a program that closes it tells nobody.
func TestStoppingIsTold(t *testing.T) {
	for _, closes := range []bool{false, true} {
		log := newStore()
		said := &warnings{}
		e, err := engine.Open(t.Context(), log, &engine.Options{NewID: newIDs(1), Logger: said.logger()})
		if err != nil {
			t.Fatal(err)
		}
		want := 1
		if log.set(func(s *store) { s.fails = eventlog.ErrPoisoned }); closes {
			e.Close()
			want = 0
		}
		for range 3 {
			if _, err := e.Request(t.Context(), newCase(tampa)); err == nil {
				t.Error("a request is answered without a log")
			}
		}
		told := said.take()
		if n := strings.Count(told, "level=ERROR"); n != want {
			t.Errorf("closed %v: %d errors are told, want %d:\n%s", closes, n, want, told)
		}
		e.Close()
	}
}

// TestDoubtIsSettled: after an error of a log that is what it was, the engine looks
// once more at its newest record and goes on.
func TestDoubtIsSettled(t *testing.T) {
	log := newStore()
	d := open(t, log, nil)
	d.join(person{}, 1)
	for _, do := range []func() error{
		func() error { _, err := d.Agent(t.Context(), 1); return err },
		func() error { _, err := d.Request(t.Context(), newCase(tampa)); return err },
	} {
		log.set(func(s *store) { s.fails = eventlogtest.ErrRefused })
		if err := do(); !errors.Is(err, eventlogtest.ErrRefused) {
			t.Fatalf("a command on a log that fails = %v", err)
		}
		log.set(func(s *store) { s.fails = nil })
		log.counts()
		for i, want := range []int{1, 0} {
			if err := d.AtLeast(t.Context(), d.Position()); err != nil {
				t.Error(err)
			}
			d.ask(tampa)
			if _, reads, _ := log.counts(); reads != want {
				t.Errorf("command %d after an error: %d reads, want %d", i, reads, want)
			}
		}
	}
	d.same()
}
