package engine_test

import (
	"errors"
	"testing"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
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
