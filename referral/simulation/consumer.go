package simulation

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/geo/zone"
	"github.com/relevo-go/relevo/referral"
)

// opening is how long after the beginning the first consumer asks.
const opening = time.Hour

// When people ask, by the hour of their day and by the day of their week, Sunday
// first. It is a guess: little at night, much in the evening, less on weekends.
var (
	hourly = [24]int{6, 3, 2, 1, 1, 2, 5, 12, 25, 42, 52, 54, 50, 48, 50, 50, 52, 56, 64, 72, 74, 62, 38, 16}
	daily  = [7]int{50, 110, 105, 100, 95, 85, 55}
)

// settle gets ready to say where people live, and what their clocks show.
func (w *world) settle() {
	people := make([]int, len(w.country))
	for i, r := range w.country {
		people[i] = r.Thousands
		w.zips = append(w.zips, newDie(r.Crowds))
		w.zones[r.State.Index()], _ = zone.Of(r.State)
	}
	w.homes = newDie(people)
}

// zone returns the time zone of most of a state's people.
func (w *world) zone(s geo.State) *time.Location { return w.zones[s.Index()] }

// zip returns where in a region somebody lives.
func (w *world) zip(region int) geo.ZIP { return w.country[region].ZIPs[w.zips[region].roll(w.chance)] }

// planArrivals says in which hour and region how many consumers ask, and plans
// the first hour. Who they are is drawn when it comes, so that what is planned
// does not grow with the referrals.
func (w *world) planArrivals() {
	slots := 24 * w.options.Days
	hours := make([]die, len(w.country))
	for i, r := range w.country {
		weights := make([]int, slots)
		for h := int(opening / time.Hour); h < slots; h++ {
			local := w.options.Begin.Add(time.Duration(h) * time.Hour).In(w.zone(r.State))
			weights[h] = hourly[local.Hour()] * daily[local.Weekday()]
		}
		hours[i] = newDie(weights)
	}
	w.arrivals = make([]int, slots*len(w.country))
	for range w.options.Referrals {
		region := w.homes.roll(w.chance)
		w.arrivals[hours[region].roll(w.chance)*len(w.country)+region]++
	}
	w.planHour(0)
}

// planHour plans that the consumers of an hour ask, and then the next hour.
func (w *world) planHour(hour int) {
	begin := w.options.Begin.Add(time.Duration(hour) * time.Hour)
	if !begin.Before(w.options.end()) {
		return
	}
	w.plans.add(begin, func(context.Context) error {
		for region := range w.country {
			for range w.arrivals[hour*len(w.country)+region] {
				w.plans.add(begin.Add(w.chance.upTo(time.Hour)), func(ctx context.Context) error { return w.ask(ctx, region) })
			}
		}
		w.planHour(hour + 1)
		return nil
	})
}

// ask lets a consumer of a region ask.
func (w *world) ask(ctx context.Context, region int) error {
	w.asked++
	zip := w.zip(region)
	r := referral.Request{
		Subject: fmt.Sprintf("case-%07d", w.asked), State: w.country[region].State, ZIP: zip, Languages: w.spokenBy(region),
	}
	if w.chance.Percent(12) { // who let the browser say where they are
		r.Point = w.near(zip, 400_000)
		if r.Point.Known() && w.chance.Percent(50) {
			r.ZIP = ""
		}
	}
	_, err := w.eng.Request(ctx, r)
	return err
}

// spokenBy draws the languages of a consumer: one, or another beside it, which for
// most is English. Nearly everybody in Puerto Rico, which the survey of the 50 states leaves
// out, speaks Spanish.
func (w *world) spokenBy(region int) []string {
	c := w.chance
	first := w.tongues.roll(c)
	if w.country[region].State == "PR" {
		first = spanish
		if c.Percent(5) {
			first = english
		}
	}
	list := []string{c.tag(first)}
	switch {
	case first != english && c.Percent(30):
		list = append(list, c.tag(english))
	case first == english && c.Percent(2):
		list = append(list, c.tag(w.others.roll(c)))
	}
	return list
}

// answerRequested plans that some consumers think better of it.
func (w *world) answerRequested(id uuid.UUID) {
	if w.chance.Percent(7) {
		w.later(w.chance.around(40*time.Minute), w.withdraw(id))
	}
}

// answerWaiting plans that some consumers do not wait to the end.
func (w *world) answerWaiting(id uuid.UUID) {
	if w.chance.Percent(15) {
		w.later(w.chance.around(3*time.Hour), w.withdraw(id))
	}
}

func (w *world) withdraw(id uuid.UUID) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := w.eng.Withdraw(ctx, id)
		return refusable(err)
	}
}

// answerAccepted plans that the agent calls, by day, and what comes of it.
func (w *world) answerAccepted(id uuid.UUID, by agent.NPN) {
	c, zone := w.chance, w.zone(w.person(by).state)
	called := c.Percent(86)
	at := w.daytime(w.clock.Now().Add(2*time.Minute+c.around(35*time.Minute)), zone)
	if called {
		w.plans.add(at, func(ctx context.Context) error {
			_, err := w.eng.Contact(ctx, id, by)
			return err
		})
	}
	outcome, asked := w.outcome(called)
	if !asked {
		return
	}
	at = w.daytime(at.Add(20*time.Minute+min(c.around(5*time.Hour), 24*time.Hour)), zone)
	w.plans.add(at, func(ctx context.Context) error {
		if outcome == referral.Other && c.Percent(40) { // the newest counts
			w.plans.add(w.daytime(at.Add(c.around(4*time.Hour)), zone), w.record(id, by, referral.Enrolled))
		}
		return w.record(id, by, outcome)(ctx)
	})
}

// outcome draws what comes of a referral, if the agent ever says so.
func (w *world) outcome(called bool) (referral.Outcome, bool) {
	c := w.chance
	if !called {
		return referral.NotReached, c.Percent(55)
	}
	all := [...]referral.Outcome{referral.Enrolled, referral.NotInterested, referral.Other, referral.NotReached}
	return all[c.Weighted(64, 20, 13, 3)], c.Percent(82)
}

func (w *world) record(id uuid.UUID, by agent.NPN, o referral.Outcome) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := w.eng.RecordOutcome(ctx, id, by, o)
		return err
	}
}
