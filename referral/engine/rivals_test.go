package engine_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/eventlogtest"
	"github.com/relevo-go/relevo/referral/engine"
)

// TestAlwaysSecond: an engine to whose appends a rival is first each time gives up
// after a while, with nothing recorded, and goes on once there is room. Its clock is
// not blamed for what the rival wrote meanwhile.
func TestAlwaysSecond(t *testing.T) {
	log := newStore()
	bubble(t, log, func(t *testing.T, rival *desk) {
		rival.join(person{}, 1)
		e, err := engine.Open(t.Context(), log, &engine.Options{NewID: newIDs(2), MaxSkew: time.Second})
		if err != nil {
			t.Fatal(err)
		}
		d := &desk{e, t, log, rival.clock, newIDs(3)}
		var busyUntil time.Time
		theirs := realTime(t, log.Memory, 4) // past what the store does
		n := 0
		log.set(func(s *store) {
			s.answer = func() error {
				time.Sleep(100 * time.Millisecond)
				if time.Now().Before(busyUntil) {
					n++
					theirs.tell(1, agent.SetLanguages{Languages: []string{walkTags[n%2], "es"}})
				}
				return nil
			}
		})

		busyUntil = time.Now().Add(9 * time.Second)
		began := time.Now()
		r := d.ask(tampa)
		d.offered(r, 1)
		if took := time.Since(began); took < 8*time.Second || n < 50 {
			t.Errorf("it was answered after %v and %d appends of the rival, want 9s", took, n)
		}

		began = time.Now()
		busyUntil = began.Add(time.Hour)
		_, err = d.Accept(t.Context(), r.ID, 1)
		if !errors.Is(err, engine.ErrAway) || errors.Is(err, eventlog.ErrUncertain) || !contains(err.Error(), "others were first") {
			t.Errorf("Accept = %v, want ErrAway, for others were first", err)
		}
		if took := time.Since(began); took < 9*time.Second || took > 12*time.Second {
			t.Errorf("it gave up after %v, want about 10s", took)
		}
		busyUntil = time.Now()
		d.accept(r, 1)
		d.same()
	})
}

// TestTurnsOnPoorLogs: engines take turns also on a log that cannot be waited for, or
// says at once that there is more, or never says so: nobody asks it all the time.
func TestTurnsOnPoorLogs(t *testing.T) {
	for name, wait := range map[string]func(ctx context.Context) error{
		"fails":   func(context.Context) error { return eventlogtest.ErrRefused },
		"at once": func(context.Context) error { return nil },
		"never":   func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
	} {
		t.Run(name, func(t *testing.T) {
			log := newStore()
			bubble(t, log, func(t *testing.T, rival *desk) {
				rival.join(person{}, 1)
				d := realTime(t, &poor{log, wait}, 2)
				log.set(func(s *store) {
					s.answer = func() error { time.Sleep(time.Millisecond); return nil }
				})
				log.counts()
				began := time.Now()
				for i := range 20 {
					rival.tell(1, agent.SetLanguages{Languages: []string{walkTags[i%2], "es"}})
					d.tell(1, agent.SetChannels{Channels: []agent.Channel{[]agent.Channel{agent.Email, agent.App}[i%2]}})
				}
				if took := time.Since(began); took > time.Second {
					t.Errorf("20 turns of each took %v", took)
				}
				if _, reads, _ := log.counts(); reads > 200 {
					t.Errorf("%d reads for 20 turns of each", reads)
				}
				d.same()
			})
		})
	}
}

// poor is a log of which only appends and reads are as they should be.
type poor struct {
	*store
	wait func(context.Context) error
}

func (p *poor) Wait(ctx context.Context, _ eventlog.Position) error { return p.wait(ctx) }

// TestPanicWhileGivingWay: a log that panics while the engine waits for rivals ends
// the engine, as any panic of its does.
func TestPanicWhileGivingWay(t *testing.T) {
	log := newStore()
	bubble(t, log, func(t *testing.T, rival *desk) {
		rival.join(person{}, 1)
		d := realTime(t, &poor{log, func(context.Context) error { panic("the host's log") }}, 2)
		log.set(func(s *store) {
			s.answer = func() error { time.Sleep(time.Millisecond); return nil }
		})
		rival.tell(1, agent.SetLanguages{Languages: []string{"es", "vi"}})
		d.ask(tampa)
		func() {
			defer func() {
				if got := recover(); got != "the host's log" {
					t.Errorf("the panic comes out as %v", got)
				}
			}()
			d.ask(tampa)
		}()
		if _, err := d.Request(t.Context(), newCase(tampa)); !errors.Is(err, engine.ErrClosed) {
			t.Errorf("the next request = %v, want ErrClosed", err)
		}
		if n := len(records(t, log, d.Position())); n != 0 {
			t.Errorf("%d records came behind the panic", n)
		}
	})
}
