package engine_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/engine"
)

// TestChanges: events come from a position on, then the new ones as they become
// durable, and the context's error is the last pair.
func TestChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := open(t, nil, nil)
		d.join(person{}, 1)
		at := d.Position()
		r := d.ask(tampa)
		ctx, cancel := context.WithCancel(t.Context())
		var kinds []string
		ended := make(chan error, 1)
		go func() {
			for c, err := range d.Changes(ctx, at) {
				if err != nil {
					ended <- err
					continue
				}
				if c.Stream.Referral != r.ID || c.Event.Kind() != c.Record.Kind {
					t.Errorf("position %d: stream %v, event %s, record %s", c.Record.Position, c.Stream, c.Event.Kind(), c.Record.Kind)
				}
				kinds = append(kinds, c.Record.Kind)
			}
			close(ended)
		}()
		synctest.Wait()
		if diff := cmp.Diff([]string{"referral.requested.v1", "referral.offered.v1"}, kinds); diff != "" {
			t.Errorf("what was there (-want +got):\n%s", diff)
		}
		d.accept(r, 1)
		synctest.Wait()
		if diff := cmp.Diff([]string{"referral.requested.v1", "referral.offered.v1", "referral.accepted.v1"}, kinds); diff != "" {
			t.Errorf("after another event (-want +got):\n%s", diff)
		}
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("the last pair's error is %v, want context.Canceled", err)
		}
		if err, more := <-ended; more {
			t.Errorf("a pair after the last: %v", err)
		}
	})
}

// TestChangesBrokenOff: breaking out leaves nothing behind (synctest would find
// it), and beginning again yields the same IDs.
func TestChangesBrokenOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := open(t, nil, nil)
		d.join(person{}, 1, 2)
		read := func(from eventlog.Position, n int) (ids []uuid.UUID) {
			for c, err := range d.Changes(t.Context(), from) {
				if err != nil {
					t.Fatal(err)
				}
				if ids = append(ids, c.Record.ID); len(ids) == n {
					break
				}
			}
			return ids
		}
		n := int(d.Position())
		all := read(0, n)
		if diff := cmp.Diff(all[5:], read(5, n-5)); diff != "" {
			t.Errorf("from position 5 (-want +got):\n%s", diff)
		}
		seen := map[uuid.UUID]bool{}
		for _, id := range all {
			if seen[id] {
				t.Errorf("ID %s comes twice", id)
			}
			seen[id] = true
		}
	})
}

// TestUnreadable: a record that is not of this rulebook keeps an engine from
// opening; the error names the position and what is wrong, and the log is left.
func TestUnreadable(t *testing.T) {
	tests := []struct {
		name  string
		entry eventlog.Entry
		words []string
	}{
		{"an unknown kind", eventlog.Entry{Stream: "agent/1", Kind: "agent.retired.v1", Data: []byte(`{}`)},
			[]string{"position 1", `"agent.retired.v1"`, `"agent.registered.v1"`, "newer"}},
		{"a kind of a later version", eventlog.Entry{Stream: "agent/1", Kind: "agent.registered.v2", Data: []byte(`{}`)},
			[]string{"position 1", `"agent.registered.v2"`, `"agent.registered.v1"`}},
		{"no stream", eventlog.Entry{Stream: "agents/1", Kind: "agent.registered.v1", Data: []byte(`{"npn":"1","name":"Ana"}`)},
			[]string{"position 1", `"agents/1"`, "agent/<npn>"}},
		{"an NPN with a zero", eventlog.Entry{Stream: "agent/01", Kind: "agent.registered.v1", Data: []byte(`{"npn":"1","name":"Ana"}`)},
			[]string{"position 1", `"agent/01"`}},
		{"another's stream", eventlog.Entry{Stream: "agent/2", Kind: "agent.registered.v1", Data: []byte(`{"npn":"1","name":"Ana"}`)},
			[]string{"position 1", "agent/2"}},
		{"a referral's event in an agent's stream", eventlog.Entry{Stream: "agent/1", Kind: "referral.withdrawn.v1", Data: []byte(`{}`)},
			[]string{"position 1", "agent/1"}},
		{"data with a key that is not known", eventlog.Entry{Stream: "agent/1", Kind: "agent.registered.v1", Data: []byte(`{"npn":"1","name":"Ana","age":7}`)},
			[]string{"position 1", "agent.registered.v1", "age"}},
		{"a policy that no rule allows", eventlog.Entry{Stream: "desk", Kind: referral.PolicySet{}.Kind(), Data: []byte(`{"window":"0s","give_up":"0s","radius_meters":0,"max_open_offers":0,"terms":{"cms":"","help_on_demand":""}}`)},
			[]string{"position 1", "S17"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			log := new(eventlog.Memory)
			test.entry.ID, test.entry.Time = uuid.UUID{1}, opening
			if _, err := log.Append(t.Context(), 0, test.entry); err != nil {
				t.Fatal(err)
			}
			_, err := engine.Open(t.Context(), log, &engine.Options{Now: newClock().Now})
			if err == nil {
				t.Fatal("Open = nil, want an error")
			}
			for _, w := range test.words {
				if !contains(err.Error(), w) {
					t.Errorf("Open = %q, want that it says %s", err, w)
				}
			}
			if n := len(records(t, log, 0)); n != 1 {
				t.Errorf("the log has %d records, want it left as it is", n)
			}
		})
	}
}
