package engine_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
)

func point(t testing.TB, lat, lng float64) geo.Point {
	t.Helper()
	p, err := geo.MakePoint(lat, lng)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// everybody declines in turn and the referral is withdrawn; the order in which
// they were asked is returned.
func (d *desk) everybody(r referral.Referral) (order []agent.NPN) {
	d.t.Helper()
	for r = d.now(r); r.Status == referral.StatusOffered; r = d.now(r) {
		order = append(order, r.Offer.To)
		d.decline(r, r.Offer.To)
	}
	if _, err := d.Withdraw(d.t.Context(), r.ID); err != nil {
		d.t.Fatal(err)
	}
	return order
}

func (d *desk) order(r referral.Referral, want ...agent.NPN) {
	d.t.Helper()
	if diff := cmp.Diff(want, d.everybody(r)); diff != "" {
		d.t.Errorf("the order of offers (-want +got):\n%s", diff)
	}
}

// TestR12EqualDistance: at equal distance goes who was never offered, by the
// lower NPN as a number, and then whose last offer is longest ago in the log,
// even if all carry one time.
func TestR12EqualDistance(t *testing.T) {
	d := open(t, nil, nil)
	d.join(person{}, 100, 20, 3)
	d.accept(d.ask(tampa), 3)
	d.order(d.ask(tampa), 20, 100, 3)
	d.accept(d.ask(tampa), 20)
	d = d.again() // the order survives a restart
	d.order(d.ask(tampa), 100, 3, 20)
	d.join(person{}, 9_999_999_999)
	d.order(d.ask(tampa), 9_999_999_999, 100, 3, 20)
}

// TestR13DistanceBeforePreference: any of the consumer's languages qualifies,
// distance decides, and the offer records the consumer's earlier one.
func TestR13DistanceBeforePreference(t *testing.T) {
	d := open(t, nil, nil)
	d.join(person{zip: miami, languages: []string{"es"}}, 1)
	d.join(person{zip: tampa, languages: []string{"en"}}, 2)
	d.join(person{zip: orlando, languages: []string{"en", "es-MX"}}, 3)
	d.join(person{zip: tampa, languages: []string{"fr"}}, 4)
	r := d.request(referral.Request{Subject: "case-1", State: "FL", ZIP: tampa, Languages: []string{"es", "en"}})
	var got []string
	for r = d.now(r); r.Status == referral.StatusOffered; r = d.now(r) {
		got = append(got, fmt.Sprint(r.Offer.To, " in ", r.Offer.Language))
		d.decline(r, r.Offer.To)
	}
	if diff := cmp.Diff([]string{"2 in en", "3 in es", "1 in es"}, got); diff != "" {
		t.Errorf("offers (-want +got):\n%s", diff)
	}
}

// TestR15NoPositionLast: an agent without a position comes after all that have
// one, and its distance is unknown.
func TestR15NoPositionLast(t *testing.T) {
	d := open(t, nil, nil)
	d.join(person{zip: "33999"}, 1) // no such ZIP in the table
	d.join(person{zip: pensacola}, 2)
	r := d.ask(tampa)
	d.offered(r, 2)
	d.decline(r, 2)
	d.offered(r, 1)
	if m := d.now(r).Offer.Meters; m != -1 {
		t.Errorf("the distance to an agent without a position is %d m, want -1", m)
	}
	d.same()
}

// TestR15Meridian: distance is right across the 180° meridian: from Attu, Adak
// is nearer than Saipan, and the office point beats the ZIP's centroid.
func TestR15Meridian(t *testing.T) {
	d := open(t, nil, nil)
	d.join(person{state: "MP", zip: "96950", point: point(t, 15.186894, 145.754396), licenses: []geo.State{"AK"}}, 1)
	d.join(person{state: "AK", zip: "99546", point: point(t, 51.85567, -176.668632), licenses: []geo.State{"AK"}}, 2)
	r := d.request(referral.Request{Subject: "case-1", State: "AK", Point: point(t, 52.902, 172.909), Languages: []string{"es"}})
	d.offered(r, 2)
	if m := d.now(r).Offer.Meters; m < 716_000 || m > 716_600 {
		t.Errorf("Attu to Adak is %d m, want 716.3 km", m)
	}
	d.order(r, 2, 1)
}

// TestR23Repeats: a command repeated after it took effect answers as the first
// time and adds nothing, also after a restart.
func TestR23Repeats(t *testing.T) {
	d := open(t, nil, nil)
	d.join(person{}, 1, 2)
	c := newCase(tampa)
	c.ID = uuid.UUID{0: 7, 15: 7}
	r := d.request(c)
	d.decline(r, 1)
	d.accept(r, 2)
	d.Contact(t.Context(), r.ID, 2)
	d.RecordOutcome(t.Context(), r.ID, 2, referral.Other)
	want := d.now(r)
	at := d.Position()
	for _, restart := range []bool{false, true} {
		if restart {
			d = d.again()
			d.clock.pass(100 * time.Hour)
		}
		verbs := map[string]func() (referral.Referral, error){
			"Request":       func() (referral.Referral, error) { return d.Request(t.Context(), c) },
			"Decline":       func() (referral.Referral, error) { return d.Decline(t.Context(), r.ID, 1, "") },
			"Accept":        func() (referral.Referral, error) { return d.Accept(t.Context(), r.ID, 2) },
			"Contact":       func() (referral.Referral, error) { return d.Contact(t.Context(), r.ID, 2) },
			"RecordOutcome": func() (referral.Referral, error) { return d.RecordOutcome(t.Context(), r.ID, 2, referral.Other) },
		}
		for name, verb := range verbs {
			if got, err := verb(); err != nil || cmp.Diff(want.Status, got.Status) != "" || got.Offer.To != 2 {
				t.Errorf("%s again = %v to %s, %v; want as the first time", name, got.Status, got.Offer.To, err)
			}
		}
		for _, command := range eligible(person{}) {
			d.tell(1, command)
		}
		if p := d.Position(); p != at {
			t.Errorf("repeats added %q", d.lines(at))
		}
		other := c
		other.Subject = "case-3"
		_, err := d.Request(t.Context(), other)
		refused(t, err, "R23", referral.ErrExists)
		_, err = d.Accept(t.Context(), r.ID, 1)
		refused(t, err, "R23", referral.ErrAnswered, "declined")
		_, err = d.Decline(t.Context(), r.ID, 2, "")
		refused(t, err, "R23", referral.ErrAnswered, "accepted")
		_, err = d.Accept(t.Context(), r.ID, 3)
		refused(t, err, "R23", referral.ErrNotOffered, "3")
	}
}

// TestR30Policy: the policy stands in the log; a different one is recorded, the
// same is not, none leaves it, and an open offer keeps its deadline.
func TestR30Policy(t *testing.T) {
	d := open(t, nil, nil)
	d.says(0, "15:00:00 desk policy_set window 15m0s, give up 24h0m0s, radius 0 m, limit 0")
	d.join(person{}, 1, 2)
	r := d.ask(tampa)
	at := d.Position()
	d.again()
	same := referral.DefaultPolicy()
	openAt(t, d.log, &same, d.clock, d.ids)
	d.says(at)
	short := policy(func(p *referral.Policy) { p.Window = time.Minute })
	other := openAt(t, d.log, short, d.clock, d.ids)
	d.says(at, "15:00:00 desk policy_set window 1m0s, give up 24h0m0s, radius 0 m, limit 0")
	other.again()
	if err := d.Tick(t.Context(), d.clock.Now()); err != nil {
		t.Fatal(err)
	}
	if p := d.Policy(); p != *short {
		t.Errorf("the other engine obeys %v, want %v", p, *short)
	}
	if got, want := d.now(r).Offer.Deadline, opening.Add(15*time.Minute); !got.Equal(want) {
		t.Errorf("the open offer's deadline is %v, want %v", got, want)
	}
	d.decline(r, 1)
	if got, want := d.now(r).Offer.Deadline, opening.Add(time.Minute); !got.Equal(want) {
		t.Errorf("the new offer's deadline is %v, want %v", got, want)
	}
}

// TestR31FromTheLog: what a referral holds after a restart is what it held when
// it was decided, down to the distance and the resolved place.
func TestR31FromTheLog(t *testing.T) {
	d := open(t, nil, nil)
	d.join(person{zip: orlando}, 1)
	d.join(person{zip: "33999"}, 2)
	a, b, c := d.ask(tampa), d.ask(miami), d.ask(tampa)
	d.accept(a, 1)
	d.decline(b, 1)
	d.tick(20 * time.Minute)
	d.Withdraw(t.Context(), c.ID)
	after := d.again()
	for _, r := range []referral.Referral{a, b, c} {
		if diff := cmp.Diff(d.now(r), after.now(r), cmp.Comparer(func(x, y geo.Point) bool { return x == y })); diff != "" {
			t.Errorf("before and after a restart (-before +after):\n%s", diff)
		}
	}
	if m := after.now(a).Offer.Meters; m < 120_000 || m > 130_000 {
		t.Errorf("Tampa to Orlando is %d m, want about 125 km", m)
	}
	d.same()
}

// TestFirstIsFirst: in a few hundred random steps every offer that the index
// finds goes to the first in line that looking at everybody finds, at the
// position and time of the offer (invariant 2).
func TestFirstIsFirst(t *testing.T) {
	for seed := range uint64(3) {
		rnd := rand.New(rand.NewPCG(seed, 7))
		d := open(t, nil, policy(func(p *referral.Policy) { p.MaxOpenOffers = int(seed) * 3; p.Radius = geo.Meters(seed) * 150_000 }))
		zips := []geo.ZIP{tampa, miami, orlando, pensacola, "33603", "33999"}
		tags := [][]string{{"es"}, {"en"}, {"es", "en"}, {"fr"}}
		var refs []referral.Referral
		b := book.New()
		at := eventlog.Position(0)
		offers := 0
		for range 400 {
			n := agent.NPN(1 + rnd.IntN(25))
			switch k := rnd.IntN(10); {
			case k < 2:
				d.join(person{zip: zips[rnd.IntN(len(zips))], languages: tags[rnd.IntN(len(tags))]}, n)
			case k == 2:
				d.Agent(t.Context(), n, agent.SetOverride{Override: []agent.Override{agent.OverrideOff, agent.OverrideAuto}[rnd.IntN(2)]})
			case k == 3:
				d.Agent(t.Context(), n, agent.ChooseDisplay{Choice: agent.Display(1 + rnd.IntN(4))})
			case k == 4:
				d.tick(time.Duration(rnd.IntN(10)) * time.Minute)
			case k < 8:
				refs = append(refs, d.request(referral.Request{Subject: "case", State: "FL", ZIP: zips[rnd.IntN(4)], Languages: tags[rnd.IntN(len(tags))]}))
			case len(refs) > 0:
				if r := d.now(refs[rnd.IntN(len(refs))]); r.Status == referral.StatusOffered {
					d.decline(r, r.Offer.To)
				}
			}
			for _, rec := range records(t, d.log, at) {
				s, _ := book.ParseStream(rec.Stream)
				e, err := book.Decode(s, rec.Kind, rec.Time, rec.Data)
				if err != nil {
					t.Fatal(err)
				}
				if o, ok := e.(referral.Offered); ok {
					offers++
					r, _ := b.Referral(s.Referral)
					p, _ := b.Policy()
					if line := referral.Line(r, b.Agents(), p, rec.Time); len(line) == 0 || line[0].Agent != o.To || line[0].Language != o.Language {
						t.Fatalf("seed %d: position %d offers to %s in %s; the line is %v", seed, rec.Position, o.To, o.Language, line)
					}
				}
				b.Apply(uint64(rec.Position), rec.Time, s, e)
				at = rec.Position
			}
		}
		if offers < 100 {
			t.Errorf("seed %d: only %d offers were looked at", seed, offers)
		}
		d.same()
	}
}
