package engine_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/relevo-go/relevo/eventlog"
)

// small is a log that takes few entries at once.
type small struct {
	eventlog.Memory
	most  int
	waits chan struct{} // an append waits until it is closed, unless it is nil
}

func (s *small) Append(ctx context.Context, after eventlog.Position, entries ...eventlog.Entry) ([]eventlog.Record, error) {
	if s.waits != nil {
		<-s.waits
	}
	if len(entries) > s.most {
		return nil, fmt.Errorf("%d entries: %w", len(entries), eventlog.ErrTooLarge)
	}
	return s.Memory.Append(ctx, after, entries...)
}

// TestTooLarge: what is too much for one append is sent in pieces; a single
// command that is too much is refused as such, alone, and ends nothing else.
func TestTooLarge(t *testing.T) {
	log := &small{most: 12}
	d := open(t, log, nil)
	d.join(person{}, 1, 2)
	for range 40 {
		d.ask(tampa)
	}
	log.most = 6
	d.tick(time.Hour)
	d.same()
	at := d.Position()
	if _, err := d.Agent(t.Context(), 3, eligible(person{})...); !errors.Is(err, eventlog.ErrTooLarge) {
		t.Errorf("an agent's ten facts at once = %v, want ErrTooLarge", err)
	}
	if d.Position() != at {
		t.Errorf("the refused command added %d records", d.Position()-at)
	}
	for _, c := range eligible(person{}) {
		d.tell(3, c)
	}
	d.same()
}

// TestTooLargeAlone: a command that is too much for one append is refused, and
// nobody who waited with it is, though he adds nothing or is in the same step.
func TestTooLargeAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &small{most: 20}
		d := open(t, log, nil)
		d.join(person{}, 1)
		r := d.ask(tampa)
		log.most, log.waits = 6, make(chan struct{})
		calls := []struct {
			name string
			call func() error
			want error
		}{
			{"a command that keeps the log busy", func() error { _, err := d.Decline(t.Context(), r.ID, 1, ""); return err }, nil},
			{"somebody who asks for the line", func() error { _, err := d.Line(t.Context(), r.ID, 1); return err }, nil},
			{"an agent's ten facts at once", func() error { _, err := d.Agent(t.Context(), 3, eligible(person{})...); return err }, eventlog.ErrTooLarge},
			{"a request behind it", func() error { _, err := d.Request(t.Context(), newCase(tampa)); return err }, nil},
		}
		answers := make([]error, len(calls))
		var all sync.WaitGroup
		for i, c := range calls {
			all.Go(func() { answers[i] = c.call() })
			synctest.Wait()
		}
		close(log.waits)
		all.Wait()
		for i, c := range calls {
			if !errors.Is(answers[i], c.want) {
				t.Errorf("%s = %v, want %v", c.name, answers[i], c.want)
			}
		}
		d.same()
	})
}
