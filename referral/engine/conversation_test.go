package engine_test

import (
	"testing"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
)

// TestConversations plays whole conversations and compares the log they leave
// with testdata, where each can be read. Write them anew with -engine.write.
func TestConversations(t *testing.T) {
	conversations := []struct {
		name   string
		policy *referral.Policy
		play   func(d *desk) eventlog.Position // returns where the reading begins
	}{
		{"passed_on", nil, func(d *desk) eventlog.Position {
			d.join(person{zip: miami}, 3)
			d.join(person{zip: orlando}, 2)
			d.join(person{zip: tampa}, 1)
			at := d.Position()
			r := d.ask(tampa)
			d.tick(15 * time.Minute) // 1 lets it pass
			d.clock.pass(time.Minute)
			d.decline(r, 2)
			d.clock.pass(time.Minute)
			d.accept(r, 3)
			d.clock.pass(time.Hour)
			d.Contact(d.t.Context(), r.ID, 3)
			d.RecordOutcome(d.t.Context(), r.ID, 3, referral.NotReached)
			d.clock.pass(time.Hour)
			d.RecordOutcome(d.t.Context(), r.ID, 3, referral.Enrolled)
			return at
		}},
		{"gives_up", nil, func(d *desk) eventlog.Position {
			at := d.Position()
			d.ask(tampa)
			d.tick(24*time.Hour - time.Nanosecond)
			d.tick(time.Nanosecond)
			d.join(person{}, 1) // too late
			return at
		}},
		{"never_gives_up", policy(func(p *referral.Policy) { p.GiveUp = 0 }), func(d *desk) eventlog.Position {
			at := d.Position()
			d.ask(tampa)
			d.tick(10 * 365 * 24 * time.Hour)
			return at
		}},
		{"woken_by_a_new_agent", nil, func(d *desk) eventlog.Position {
			at := d.Position()
			d.ask(tampa)
			d.clock.pass(time.Minute)
			d.join(person{}, 1)
			return at
		}},
		{"woken_by_a_license", nil, func(d *desk) eventlog.Position {
			d.join(person{licenses: []geo.State{"GA"}}, 1)
			at := d.Position()
			d.ask(tampa)
			d.clock.pass(time.Minute)
			d.tell(1, license("FL"))
			return at
		}},
		{"woken_by_a_language", nil, func(d *desk) eventlog.Position {
			d.join(person{languages: []string{"en"}}, 1)
			at := d.Position()
			d.ask(tampa)
			d.clock.pass(time.Minute)
			d.tell(1, agent.SetLanguages{Languages: []string{"en", "es-CU"}})
			return at
		}},
		{"woken_by_return_from_absence", nil, func(d *desk) eventlog.Position {
			d.join(person{}, 1)
			d.tell(1, agent.SetAbsence{From: opening.Add(-time.Hour), Until: opening.Add(3 * time.Hour)})
			at := d.Position()
			d.ask(tampa)
			d.tick(3*time.Hour - time.Nanosecond)
			d.tick(time.Nanosecond)
			return at
		}},
		{"woken_by_an_override", nil, func(d *desk) eventlog.Position {
			d.join(person{}, 1)
			d.tell(1, agent.SetOverride{Override: agent.OverrideOff})
			at := d.Position()
			d.ask(tampa)
			d.clock.pass(time.Hour)
			d.tell(1, agent.SetOverride{Override: agent.OverrideAuto})
			return at
		}},
		{"woken_by_hours", nil, func(d *desk) eventlog.Position {
			d.join(person{}, 1)
			d.tell(1, agent.SetHours{Zone: "America/New_York", Weekly: []agent.Shift{
				{Day: agent.Day(time.Monday), From: agent.MinuteOf(22, 0), To: agent.MinuteOf(2, 0)},
			}})
			at := d.Position()
			d.ask(tampa)
			d.tick(11*time.Hour + 59*time.Minute)
			d.tick(time.Minute)
			return at
		}},
		{"woken_by_a_freed_place", policy(func(p *referral.Policy) { p.MaxOpenOffers = 1 }), func(d *desk) eventlog.Position {
			d.join(person{}, 1)
			at := d.Position()
			first := d.ask(tampa)
			d.ask(tampa)
			d.ask(tampa)
			d.clock.pass(time.Minute)
			d.accept(first, 1)
			return at
		}},
		{"woken_by_a_policy", policy(func(p *referral.Policy) { p.Radius = 10_000 }), func(d *desk) eventlog.Position {
			d.join(person{zip: miami}, 1)
			at := d.Position()
			d.ask(tampa)
			d.clock.pass(time.Minute)
			openAt(d.t, d.log, policy(func(p *referral.Policy) { p.Radius = 500_000 }), d.clock, d.ids)
			d.tick(0)
			return at
		}},
		{"woken_by_accepted_terms", policy(func(p *referral.Policy) { p.Terms.CMS = "2027" }), func(d *desk) eventlog.Position {
			d.join(person{}, 1)
			at := d.Position()
			d.ask(tampa)
			d.clock.pass(time.Minute)
			d.tell(1, agent.AcceptTerms{Document: agent.CMS, Version: "2027"})
			return at
		}},
		{"woken_by_a_move", policy(func(p *referral.Policy) { p.Radius = 50_000 }), func(d *desk) eventlog.Position {
			d.join(person{zip: miami}, 1)
			at := d.Position()
			d.ask(tampa)
			d.clock.pass(time.Minute)
			d.tell(1, agent.UpdateProfile{Name: "Ana Sol", Email: "ana@example.com", State: "FL", ZIP: tampa})
			return at
		}},
		{"oldest_request_first", policy(func(p *referral.Policy) { p.MaxOpenOffers = 1 }), func(d *desk) eventlog.Position {
			at := d.Position()
			d.ask(tampa)
			d.clock.pass(time.Minute)
			d.ask(miami)
			d.clock.pass(time.Minute)
			d.join(person{zip: miami}, 1)
			return at
		}},
		{"withdrawn", nil, func(d *desk) eventlog.Position {
			at := d.Position()
			waiting := d.ask(tampa)
			d.Withdraw(d.t.Context(), waiting.ID)
			d.join(person{}, 1)
			offered := d.ask(tampa)
			d.Withdraw(d.t.Context(), offered.ID)
			d.Withdraw(d.t.Context(), offered.ID) // again changes nothing (R23)
			accepted := d.ask(tampa)
			d.accept(accepted, 1)
			_, err := d.Withdraw(d.t.Context(), accepted.ID)
			refused(d.t, err, "R24", referral.ErrEnded, "accepted")
			exhausted := d.request(referral.Request{Subject: "case-9", State: "TX", ZIP: "75201", Languages: []string{"es"}})
			d.tick(24 * time.Hour)
			_, err = d.Withdraw(d.t.Context(), exhausted.ID)
			refused(d.t, err, "R24", referral.ErrEnded, "exhausted")
			return at
		}},
		{"license_ends_in_the_window", nil, func(d *desk) eventlog.Position {
			d.join(person{zip: miami}, 2)
			d.join(person{}, 1)
			d.tell(1, until(license("FL"), opening.Add(10*time.Minute)))
			at := d.Position()
			r := d.ask(tampa)
			d.clock.pass(10 * time.Minute)
			_, err := d.Accept(d.t.Context(), r.ID, 1)
			refused(d.t, err, "R7", referral.ErrNotOffered, "rescinded", "FL")
			d.accept(r, 2)
			return at
		}},
		{"license_ends_at_the_deadline", nil, func(d *desk) eventlog.Position {
			d.join(person{zip: miami}, 2)
			d.join(person{}, 1)
			d.tell(1, until(license("FL"), opening.Add(15*time.Minute)))
			at := d.Position()
			d.ask(tampa)
			d.tick(15 * time.Minute)
			return at
		}},
		{"lost_and_regained_while_down", nil, func(d *desk) eventlog.Position {
			d.join(person{zip: miami}, 2)
			d.join(person{}, 1)
			later := license("FL")
			later.Number, later.Effective = "W2", opening.Add(8*time.Minute)
			d.tell(1, until(license("FL"), opening.Add(5*time.Minute)), later)
			at := d.Position()
			d.ask(tampa)
			*d = *d.again()
			d.tick(10 * time.Minute)
			return at
		}},
	}
	for _, c := range conversations {
		t.Run(c.name, func(t *testing.T) {
			d := open(t, nil, c.policy)
			after := c.play(d)
			d.golden(after, c.name)
		})
	}
}
