package engine_test

import (
	"errors"
	"testing"
	"time"

	"github.com/relevo-go/relevo/eventlog/eventlogtest"
	"github.com/relevo-go/relevo/referral"
)

// TestDueOfWhatWasRead: what an engine reads of others has its clock's part done by
// that engine too, however it came to read it, for the others may be gone by then.
func TestDueOfWhatWasRead(t *testing.T) {
	writes := []struct {
		name  string
		write func(d *desk, waiting referral.Referral) referral.Referral
		after time.Duration
		due   func(d *desk, r referral.Referral)
	}{
		{"a license that begins", func(d *desk, waiting referral.Referral) referral.Referral {
			starts := license("FL")
			starts.Effective = opening.Add(2 * time.Hour)
			d.tell(1, append(eligible(person{}), starts)...)
			return waiting
		}, 2 * time.Hour, func(d *desk, r referral.Referral) { d.offered(r, 1) }},
		{"a deadline", func(d *desk, _ referral.Referral) referral.Referral {
			d.join(person{languages: []string{"vi"}}, 1)
			return d.request(referral.Request{Subject: "case-2", State: "FL", ZIP: tampa, Languages: []string{"vi"}})
		}, 15 * time.Minute, func(d *desk, r referral.Referral) { d.stands(r, referral.StatusWaiting) }},
	}
	reads := []struct {
		name string
		read func(log *store, d *desk) error
		want error
	}{
		{"a caller who wants to read", func(_ *store, d *desk) error { return d.AtLeast(d.t.Context(), d.Position()+1) }, nil},
		{"a command that fails after a conflict", func(log *store, d *desk) error {
			answers := []error{nil, eventlogtest.ErrRefused} // the first append is the conflict
			log.set(func(s *store) {
				s.answer = func() error {
					err := answers[0]
					answers = answers[1:]
					return err
				}
			})
			defer log.set(func(s *store) { s.answer = nil })
			_, err := d.Agent(d.t.Context(), 9, eligible(person{})...)
			return err
		}, eventlogtest.ErrRefused},
	}
	for _, w := range writes {
		for _, r := range reads {
			t.Run(w.name+", read by "+r.name, func(t *testing.T) {
				log := newStore()
				writer := open(t, log, nil)
				waiting := writer.ask(tampa)
				reader := writer.again()
				reader.tick(0)
				ref := w.write(writer, waiting)
				if err := r.read(log, reader); !errors.Is(err, r.want) {
					t.Fatalf("it ended with %v, want %v", err, r.want)
				}
				if reader.Position() != writer.Position() {
					t.Fatalf("the reader stands at %d, the writer at %d", reader.Position(), writer.Position())
				}
				end := opening.Add(w.after)
				for range 10 { // as Run does
					at, ever := reader.Due()
					if !ever || at.After(end) {
						break
					}
					if at.After(reader.clock.Now()) {
						reader.clock.set(at)
					}
					reader.tick(0)
				}
				w.due(reader, ref)
				if now := reader.clock.Now(); !now.Equal(end) {
					t.Errorf("the clock is set to %v at last, want %v", now, end)
				}
			})
		}
	}
}
