package engine_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
)

// cut returns a log of the first n records, each appended alone, so that the
// log may end inside what was one append.
func cut(t *testing.T, from []eventlog.Record, n int) *eventlog.Memory {
	t.Helper()
	log := new(eventlog.Memory)
	for i, r := range from[:n] {
		if _, err := log.Append(t.Context(), eventlog.Position(i), r.Entry); err != nil {
			t.Fatal(err)
		}
	}
	return log
}

// history returns a log with every kind of turn in it.
func history(t *testing.T) []eventlog.Record {
	d := open(t, nil, policy(func(p *referral.Policy) { p.MaxOpenOffers = 2; p.GiveUp = 2 * time.Hour }))
	d.join(person{}, 1, 2)
	d.join(person{zip: miami, licenses: []geo.State{"FL", "GA"}}, 3)
	d.tell(2, until(license("FL"), opening.Add(37*time.Minute)))
	d.tell(3, agent.SetHours{Zone: "America/New_York", Weekly: []agent.Shift{
		{Day: agent.Day(time.Monday), From: agent.MinuteOf(10, 30), To: agent.MinuteOf(12, 0)},
	}})
	d.ask(tampa)
	d.ask(miami)
	d.ask(orlando)
	withdrawn := d.ask(pensacola)
	exhausted := d.request(referral.Request{Subject: "case-2", State: "TX", ZIP: "75201", Languages: []string{"es"}})
	accepted := d.ask(tampa)
	d.decline(withdrawn, 2)
	d.tick(15 * time.Minute)
	d.tick(15 * time.Minute)
	d.tick(10 * time.Minute) // the license of 2 ends, 3 comes on duty
	d.tell(1, agent.ChooseDisplay{Choice: agent.DisplayNone})
	d.join(person{}, 4)
	d.tell(1, agent.ChooseDisplay{Choice: agent.DisplayNoStreet})
	if _, err := d.Withdraw(t.Context(), withdrawn.ID); err != nil {
		t.Fatal(err)
	}
	d.accept(accepted, d.now(accepted).Offer.To)
	d.tick(2 * time.Hour)
	d.stands(exhausted, referral.StatusExhausted)
	d.ask(tampa)
	d.tick(time.Hour)
	return records(t, d.log, 0)
}

// TestEveryPrefix: every prefix of a log is a legal start, cut between records
// or inside what was one append: an engine opened on it does what is due, and
// invariants 1 to 4 and 7 hold. A second engine then finds nothing left to do.
func TestEveryPrefix(t *testing.T) {
	full := history(t)
	kinds := map[string]int{}
	for _, r := range full {
		kinds[r.Kind]++
	}
	for _, k := range []string{
		"referral.offered.v1", "referral.declined.v1", "referral.expired.v1", "referral.rescinded.v1", "referral.waiting.v1",
		"referral.exhausted.v1", "referral.withdrawn.v1", "referral.accepted.v1",
	} {
		if kinds[k] == 0 {
			t.Errorf("the history has no %s", k)
		}
	}
	for n := range len(full) + 1 {
		log := cut(t, full, n)
		c := newClock()
		if n > 0 {
			c.set(full[n-1].Time)
		}
		d := openAt(t, log, nil, c, newIDs(9))
		d.tick(0)
		d.legal(n)
		at := d.Position()
		if d.tick(0); d.Position() != at {
			t.Errorf("cut at %d: a second step at the same time added %q", n, d.lines(at))
		}
		other := d.again()
		if other.tick(0); other.Position() != at {
			t.Errorf("cut at %d: a fresh engine at the same time added %q", n, d.lines(at))
		}
		// With nothing but time passing every referral ends (invariant 7).
		for range 12 {
			d.tick(time.Hour)
		}
		d.legal(n)
		for id := range requests(t, log) {
			if r, _ := d.Referral(id); !r.Status.Ended() {
				t.Errorf("cut at %d: after twelve hours a referral is %s", n, r.Status)
			}
		}
		d.same()
	}
}

func requests(t *testing.T, log eventlog.Log) map[uuid.UUID]bool {
	ids := map[uuid.UUID]bool{}
	for _, r := range records(t, log, 0) {
		if s, err := book.ParseStream(r.Stream); err == nil && s.Referral != uuid.Nil {
			ids[s.Referral] = true
		}
	}
	return ids
}

// legal holds the invariants over the whole log by looking at everybody.
func (d *desk) legal(n int) {
	d.t.Helper()
	b := book.New()
	for _, rec := range records(d.t, d.log, 0) {
		s, err := book.ParseStream(rec.Stream)
		if err != nil {
			d.t.Fatal(err)
		}
		e, err := book.Decode(s, rec.Kind, rec.Time, rec.Data)
		if err != nil {
			d.t.Fatal(err)
		}
		r, _ := b.Referral(s.Referral)
		p, _ := b.Policy()
		switch e := e.(type) {
		case referral.Offered:
			if r.Status != referral.StatusPending && r.Status != referral.StatusWaiting {
				d.t.Errorf("cut at %d: position %d offers a referral that is %s (invariant 1)", n, rec.Position, r.Status)
			}
			if r.Asked(e.To) {
				d.t.Errorf("cut at %d: position %d asks %s twice (invariant 3)", n, rec.Position, e.To)
			}
			if line := referral.Line(r, b.Agents(), p, rec.Time); len(line) == 0 || line[0].Agent != e.To {
				d.t.Errorf("cut at %d: position %d offers to %s, the line is %v (invariant 2)", n, rec.Position, e.To, line)
			}
		case referral.Contacted, referral.OutcomeRecorded:
			if r.Status != referral.StatusAccepted {
				d.t.Errorf("cut at %d: position %d follows %s (invariant 4)", n, rec.Position, r.Status)
			}
		case referral.Event:
			if r.Status.Ended() {
				d.t.Errorf("cut at %d: position %d follows %s (invariant 4)", n, rec.Position, r.Status)
			}
		}
		b.Apply(uint64(rec.Position), rec.Time, s, e)
	}
	p, _ := b.Policy()
	now := d.clock.Now()
	for r := range b.Referrals() {
		switch {
		case r.Status == referral.StatusPending:
			d.t.Errorf("cut at %d: a referral is left between two steps (invariant 7)", n)
		case r.Status == referral.StatusOffered:
			a, _ := b.Agent(r.Offer.To)
			if why := agent.Rescinding(a.Verdict(r.Need(), p.Terms, now)); why != nil || !now.Before(r.Offer.Deadline) {
				d.t.Errorf("cut at %d: an offer is open until %v at %v to one who %v (R7)", n, r.Offer.Deadline, now, why)
			}
		case r.Status == referral.StatusWaiting:
			if line := referral.Line(r, b.Agents(), p, now); len(line) > 0 {
				d.t.Errorf("cut at %d: a referral waits with %v in line (R10)", n, line)
			}
		}
	}
}
