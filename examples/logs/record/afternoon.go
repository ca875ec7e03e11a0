package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/examples/logs"
	"github.com/relevo-go/relevo/examples/roster"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
	"github.com/relevo-go/relevo/referral/engine"
	"github.com/relevo-go/relevo/referral/simulation"
)

// noon is when the afternoon begins, in UTC: a Monday in open enrollment.
var noon = time.Date(2026, time.November, 23, 17, 0, 0, 0, time.UTC)

// afternoon is a desk and the people who write to it.
type afternoon struct {
	log    *eventlog.Memory
	eng    *engine.Engine
	clock  *simulation.Clock
	chance *simulation.Chance
	plans  schedule
	agents []roster.Agent
	asked  []uuid.UUID // every request so far
	seen   eventlog.Position
}

// recordFirstAfternoon plays the first afternoon to its end, when every referral
// has ended and nothing is planned any more.
func recordFirstAfternoon(ctx context.Context) (logs.Recording, error) {
	agents, err := southeast()
	if err != nil {
		return logs.Recording{}, err
	}
	a := &afternoon{log: &eventlog.Memory{}, clock: simulation.NewClock(noon), chance: simulation.NewChance(1), agents: agents}
	if err := a.open(ctx, morningPolicy); err != nil {
		return logs.Recording{}, err
	}
	a.planMorning()
	a.planMoments()
	a.planRequests()
	for p, ok := a.plans.next(); ok; p, ok = a.plans.next() {
		if p.at.After(a.clock.Now()) { // a new policy may have ended a wait before now
			a.clock.Set(p.at)
		}
		if err := a.step(ctx, p.do); err != nil {
			return logs.Recording{}, fmt.Errorf("at %s: %w", p.at.Format(time.TimeOnly), err)
		}
	}
	return a.recording(ctx)
}

// open opens the desk with a policy, in the place of the one before.
func (a *afternoon) open(ctx context.Context, p referral.Policy) (err error) {
	if a.eng != nil {
		if err := a.eng.Close(); err != nil {
			return err
		}
	}
	a.eng, err = engine.Open(ctx, a.log, &engine.Options{Policy: &p, Now: a.clock.Now, NewID: a.clock.NewID})
	return err
}

// step lets the desk do what is due, does what is planned, and plans what
// follows from it. A command that comes too late is refused, as it should be.
func (a *afternoon) step(ctx context.Context, do func(context.Context) error) error {
	if err := a.eng.Tick(ctx, a.clock.Now()); err != nil {
		return err
	}
	if do != nil {
		err := do(ctx)
		if _, refused := errors.AsType[*referral.Rejection](err); err != nil && !refused {
			return err
		}
	}
	return a.follow(ctx)
}

// follow reads the new events and plans how people answer them.
func (a *afternoon) follow(ctx context.Context) error {
	for r, err := range a.log.Read(ctx, a.seen) {
		if err != nil {
			return err
		}
		a.seen = r.Position
		stream, err := book.ParseStream(r.Stream)
		if err != nil {
			return err
		}
		event, err := book.Decode(stream, r.Kind, r.Time, r.Data)
		if err != nil {
			return err
		}
		a.answer(stream.Referral, event)
	}
	return nil
}

// answer plans what people do about an event.
func (a *afternoon) answer(id uuid.UUID, event book.Event) {
	switch e := event.(type) {
	case referral.Requested:
		a.asked = append(a.asked, id)
		if a.chance.Percent(12) {
			a.later(3, 25, func(ctx context.Context) error {
				_, err := a.eng.Withdraw(ctx, id)
				return err
			})
		}
	case referral.Offered:
		a.plans.add(e.Deadline, nil)
		switch a.chance.Weighted(52, 22, 26) {
		case 0:
			a.later(1, 16, func(ctx context.Context) error {
				_, err := a.eng.Accept(ctx, id, e.To)
				return err
			})
		case 1:
			reason := []string{"", "fully booked", "on the way to another client"}[a.chance.Below(3)]
			a.later(1, 12, func(ctx context.Context) error {
				_, err := a.eng.Decline(ctx, id, e.To, reason)
				return err
			})
		}
	case referral.Waiting:
		a.plans.add(e.Until, nil)
	case referral.Accepted:
		if a.chance.Percent(85) {
			a.later(5, 40, func(ctx context.Context) error {
				_, err := a.eng.Contact(ctx, id, e.By)
				return err
			})
		}
		if a.chance.Percent(80) {
			outcome := []referral.Outcome{referral.Enrolled, referral.NotReached, referral.NotInterested, referral.Other}[a.chance.Weighted(60, 15, 15, 10)]
			a.later(41, 90, func(ctx context.Context) error {
				_, err := a.eng.RecordOutcome(ctx, id, e.By, outcome)
				return err
			})
		}
	}
}

// later plans something for between from and to minutes from now.
func (a *afternoon) later(from, to int, do func(context.Context) error) {
	seconds := from*60 + a.chance.Below((to-from)*60)
	a.plans.add(a.clock.Now().Add(time.Duration(seconds)*time.Second), do)
}

// recording returns the log as it stands.
func (a *afternoon) recording(ctx context.Context) (logs.Recording, error) {
	head, err := eventlog.Verify(a.log.Read(ctx, 0))
	if err != nil {
		return logs.Recording{}, err
	}
	var lines strings.Builder
	for r, err := range a.log.Read(ctx, 0) {
		if err != nil {
			return logs.Recording{}, err
		}
		lines.Write(append(r.AppendLine(nil), '\n'))
	}
	position, digest := a.eng.Digest()
	return logs.Recording{Lines: lines.String(), Position: position, Sum: head.Sum, Digest: digest}, a.eng.Close()
}

// southeast returns some agents of the roster's southeast, with no more than two
// licenses each, of that region.
func southeast() ([]roster.Agent, error) {
	all, err := roster.All()
	if err != nil {
		return nil, err
	}
	region := geo.StatesOf("AL", "FL", "GA", "PR", "SC")
	var some []roster.Agent
	for i, a := range all {
		if !region.Has(a.State) || i%4 == 0 || len(some) == 110 {
			continue
		}
		licenses := []geo.State{a.State}
		for _, s := range a.Licenses {
			if region.Has(s) && s != a.State && len(licenses) < 2 {
				licenses = append(licenses, s)
			}
		}
		a.Licenses = licenses
		if len(licenses) == 1 {
			a.Unticked = nil
		}
		some = append(some, a)
	}
	return some, nil
}

// do returns what sends commands about an agent to the desk.
func (a *afternoon) do(n agent.NPN, commands ...agent.Command) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := a.eng.Agent(ctx, n, commands...)
		return err
	}
}
