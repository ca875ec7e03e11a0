package engine_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/eventlogtest"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/engine"
)

// TestWhatACallCosts counts the calls to the log that each command makes: on a real
// store each is a round trip.
func TestWhatACallCosts(t *testing.T) {
	off := agent.SetOverride{Override: agent.OverrideOff}
	on := agent.SetOverride{Override: agent.OverrideAuto}
	tests := []struct {
		name           string
		rival          bool // another engine writes between the decision and the append
		news           bool // another engine has written before
		do             func(*desk, referral.Referral) error
		appends, reads int
	}{
		{"a command that adds something", false, false, func(d *desk, _ referral.Referral) error { _, err := d.Agent(d.t.Context(), 1, off); return err }, 1, 0},
		{"a command that adds nothing", false, false, func(d *desk, _ referral.Referral) error { _, err := d.Agent(d.t.Context(), 1, on); return err }, 0, 1},
		{"a command that adds nothing, after news", false, true, func(d *desk, _ referral.Referral) error { _, err := d.Agent(d.t.Context(), 1, on); return err }, 0, 1},
		{"a command that adds something, with a rival between", true, false, func(d *desk, _ referral.Referral) error { _, err := d.Agent(d.t.Context(), 1, off); return err }, 2, 1},
		{"a command that adds something, after news", false, true, func(d *desk, _ referral.Referral) error { _, err := d.Agent(d.t.Context(), 1, off); return err }, 2, 1},
		{"a request, with a rival between", true, false, func(d *desk, _ referral.Referral) error {
			_, err := d.Request(d.t.Context(), newCase(tampa))
			return err
		}, 2, 1},
		{"an acceptance that a rival's withdrawal forestalls", true, false, func(d *desk, r referral.Referral) error {
			_, err := d.Accept(d.t.Context(), r.ID, 1)
			if !errors.Is(err, referral.ErrEnded) {
				return fmt.Errorf("Accept = %v, want ErrEnded", err)
			}
			return nil
		}, 1, 1},
		{"a tick when nothing is due", false, false, func(d *desk, _ referral.Referral) error { return d.Tick(d.t.Context(), d.clock.Now()) }, 0, 1},
		{"a tick after news", false, true, func(d *desk, _ referral.Referral) error { return d.Tick(d.t.Context(), d.clock.Now()) }, 0, 1},
		{"a position that is known", false, false, func(d *desk, _ referral.Referral) error { return d.AtLeast(d.t.Context(), d.Position()) }, 0, 0},
		{"a position that is not", false, true, func(d *desk, _ referral.Referral) error { return d.AtLeast(d.t.Context(), d.Position()+1) }, 0, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			log := newStore()
			d := open(t, log, nil)
			d.join(person{}, 1, 2)
			r := d.ask(tampa)
			other := openAt(t, log.Memory, nil, d.clock, newIDs(2))
			write := func() {
				if _, err := other.Withdraw(t.Context(), r.ID); err != nil {
					t.Error(err)
				}
			}
			if test.news {
				write()
			}
			if test.rival {
				log.set(func(s *store) { s.before = write })
			}
			log.counts()
			if err := test.do(d, r); err != nil {
				t.Error(err)
			}
			if appends, reads, _ := log.counts(); appends != test.appends || reads != test.reads {
				t.Errorf("%d appends and %d reads, want %d and %d", appends, reads, test.appends, test.reads)
			}
			if err := d.Tick(t.Context(), d.clock.Now()); err != nil {
				t.Error(err)
			}
			d.same()
		})
	}
}

// TestRunReadsLittle: an engine that is alone reads nothing, and followers of a
// busy one do not read every append by itself.
func TestRunReadsLittle(t *testing.T) {
	log := newStore()
	bubble(t, log, func(t *testing.T, d *desk) {
		idle := newStore()
		idle.Memory = log.Memory
		other := realTime(t, idle, 2)
		stop := run(t, d)
		stopOther := run(t, other)
		d.join(person{}, 1)
		log.counts()
		idle.counts()
		const commands = 1000
		for i := range commands {
			d.tell(1, agent.UpdateProfile{Name: "Ana Sol", Email: "ana@example.com", Street: fmt.Sprint(i, " Palm St"), State: "FL", ZIP: tampa})
			time.Sleep(time.Millisecond)
		}
		appends, reads, waits := log.counts()
		if appends != commands || reads > 0 || waits > commands/9 {
			t.Errorf("the busy engine made %d appends, %d reads and %d waits for %d commands", appends, reads, waits, commands)
		}
		appends, reads, waits = idle.counts()
		if appends != 0 || reads > commands/9 || waits > commands/9 {
			t.Errorf("the idle engine made %d appends, %d reads and %d waits while %d appends came in a second", appends, reads, waits, commands)
		}
		time.Sleep(20 * time.Millisecond)
		synctest.Wait()
		if p := other.Position(); p != d.Position() {
			t.Errorf("the idle engine stands at %d, want %d", p, d.Position())
		}
		log.counts()
		idle.counts()
		time.Sleep(time.Hour)
		if a, r, w := log.counts(); a+r+w > 0 {
			t.Errorf("in a quiet hour the engine made %d appends, %d reads and %d waits", a, r, w)
		}
		stop()
		stopOther()
	})
}

// TestExpiriesOnce: three engines that run fire the same expiries at the same
// instant, and each is recorded once.
func TestExpiriesOnce(t *testing.T) {
	log := newStore()
	bubble(t, log, func(t *testing.T, d *desk) {
		const offers = 200
		d.join(person{}, 1, 2)
		stops := []func() error{run(t, d)}
		desks := []*desk{d}
		for i := range 2 {
			e := realTime(t, log, uint64(2+i))
			desks = append(desks, e)
			stops = append(stops, run(t, e))
		}
		for range offers {
			d.ask(tampa)
		}
		time.Sleep(time.Minute)
		log.counts()
		time.Sleep(20 * time.Minute)
		synctest.Wait()
		expired := map[string]int{}
		for _, r := range records(t, log, 0) {
			if r.Kind == (referral.Expired{}).Kind() {
				expired[r.Stream]++
			}
		}
		for stream, n := range expired {
			if n != 1 {
				t.Errorf("%s expired %d times", stream, n)
			}
		}
		if len(expired) != offers {
			t.Errorf("%d of %d offers expired", len(expired), offers)
		}
		if appends, _, _ := log.counts(); appends > 3*2 {
			t.Errorf("%d appends of three engines, want 3 for each step at most", appends)
		}
		for i, e := range desks {
			if err := stops[i](); !errors.Is(err, context.Canceled) {
				t.Errorf("Run = %v", err)
			}
			if e.Position() != d.Position() {
				t.Errorf("engine %d stands at %d, want %d", i, e.Position(), d.Position())
			}
			e.same()
		}
	})
}

// TestAtLeast: what was written on one engine is read on another, whether it runs
// or not; positions to come are waited for.
func TestAtLeast(t *testing.T) {
	for _, runs := range []bool{false, true} {
		t.Run(fmt.Sprint("runs=", runs), func(t *testing.T) {
			log := newStore()
			bubble(t, log, func(t *testing.T, d *desk) {
				d.join(person{}, 1)
				other := realTime(t, log, 2)
				if runs {
					stop := run(t, other)
					defer stop()
				}
				for range 5 {
					r := d.ask(tampa)
					if err := other.AtLeast(t.Context(), d.Position()); err != nil {
						t.Fatal(err)
					}
					other.offered(r, 1)
					d.accept(r, 1)
				}
				// A position to come.
				known := make(chan error, 1)
				next := d.Position() + 2
				go func() { known <- other.AtLeast(t.Context(), next) }()
				for i := range 2 {
					time.Sleep(time.Hour)
					select {
					case err := <-known:
						t.Fatalf("AtLeast(%d) = %v at %d", next, err, d.Position())
					default:
					}
					d.tell(1, agent.SetLanguages{Languages: []string{walkTags[i], "vi"}})
				}
				if err := <-known; err != nil || other.Position() < next {
					t.Errorf("AtLeast(%d) = %v at %d", next, err, other.Position())
				}
			})
		})
	}
}

// TestAtLeastFails: errors of the context, the engine and the log come through, and
// a log that promises records and has none is not asked all the time.
func TestAtLeastFails(t *testing.T) {
	log := newStore()
	bubble(t, log, func(t *testing.T, d *desk) {
		d.join(person{}, 1)
		next := d.Position() + 1
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		log.counts()
		if err := d.AtLeast(ctx, next); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("AtLeast under a context that ends = %v", err)
		}
		if appends, reads, waits := log.counts(); appends+reads+waits > 2 {
			t.Errorf("%d appends, %d reads and %d waits for nothing", appends, reads, waits)
		}
		log.set(func(s *store) { s.fails = eventlogtest.ErrRefused })
		if err := d.AtLeast(t.Context(), next); !errors.Is(err, eventlogtest.ErrRefused) {
			t.Errorf("AtLeast on a log that fails = %v", err)
		}
		log.set(func(s *store) { s.fails, s.hangs = nil, true })
		wantAway(t, d.AtLeast(t.Context(), next), false)
		log.set(func(s *store) { s.hangs = false })

		liar := realTime(t, hasty{log}, 2)
		log.counts()
		lied, over := context.WithTimeout(t.Context(), time.Minute)
		defer over()
		if err := liar.AtLeast(lied, next); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("AtLeast on a log that has nothing = %v", err)
		}
		stop := run(t, liar)
		time.Sleep(time.Minute)
		stop()
		if _, reads, _ := log.counts(); reads > 200 {
			t.Errorf("%d reads in two minutes of a log that has nothing new", reads)
		}

		ended := make(chan error, 1)
		go func() { ended <- d.AtLeast(t.Context(), next) }()
		synctest.Wait()
		d.Close()
		if err := <-ended; !errors.Is(err, engine.ErrClosed) {
			t.Errorf("AtLeast of an engine that is closed = %v, want ErrClosed", err)
		}
		if err := d.AtLeast(t.Context(), next); !errors.Is(err, engine.ErrClosed) {
			t.Errorf("AtLeast of a closed engine = %v, want ErrClosed", err)
		}
	})
}

// hasty is a log that says at once that there is more.
type hasty struct{ *store }

func (hasty) Wait(context.Context, eventlog.Position) error { return nil }
