package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/examples/roster"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/geo/zone"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/engine"
	"github.com/relevo-go/relevo/referral/simulation"
)

// Day is one simulated day at the desk.
type Day struct {
	eng        *engine.Engine
	clock      *simulation.Clock
	zone       *time.Location // of the clock on the wall
	noon       time.Time
	agents     map[agent.NPN]roster.Agent
	transcript *transcript
	last       uuid.UUID // the newest referral
}

// openDay opens the desk on a log, at noon of the day after the log's newest
// record, or of the first day if there is none.
func openDay(ctx context.Context, log eventlog.Log) (_ *Day, err error) {
	agents, err := roster.All()
	if err != nil {
		return nil, err
	}
	eastern, err := zone.Load("America/New_York")
	if err != nil {
		return nil, err
	}
	d := &Day{zone: eastern, agents: map[agent.NPN]roster.Agent{}}
	for _, a := range append(agents, cast...) {
		d.agents[a.NPN] = a
	}
	d.noon = time.Date(2026, time.November, 2, 12, 0, 0, 0, eastern) // a Monday, the second day of open enrollment
	d.clock = simulation.NewClock(d.noon)
	if d.eng, err = engine.Open(ctx, log, &engine.Options{Now: d.clock.Now, NewID: d.clock.NewID}); err != nil {
		return nil, fmt.Errorf("the log cannot be used: %w", err)
	}
	defer func() {
		if err != nil {
			d.eng.Close()
		}
	}()
	head := d.eng.Head()
	d.clock.Skip(uint64(head.Position))
	if d.eng.Counts().Agents > 0 {
		year, month, day := head.Time.In(eastern).Date()
		d.noon = time.Date(year, month, day+1, 12, 0, 0, 0, eastern)
		d.clock.Set(d.noon)
		if ours, err := d.known(ctx); err != nil {
			return nil, err
		} else if !ours {
			return nil, errors.New("the log there is not a quickstart's: choose another directory with -dir, or leave -dir out")
		}
	}
	if !d.noon.Before(roster.PlanUntil.AddDate(0, 0, -1)) {
		return nil, fmt.Errorf("the plan year %d is over in this log: begin another by leaving -dir out", roster.PlanYear)
	}
	return d, nil
}

// known reports whether the log has any agent of the roster or the cast.
func (d *Day) known(ctx context.Context) (bool, error) {
	for n := range d.agents {
		switch _, err := d.eng.Agent(ctx, n); {
		case err == nil:
			return true, nil
		case !errors.Is(err, agent.ErrUnknown):
			return false, err
		}
	}
	return false, nil
}

// at moves the clock to a time of the afternoon, and lets the desk do what has
// come due by then. A real desk calls Run once instead.
func (d *Day) at(ctx context.Context, hour, minute int) error {
	return d.until(ctx, d.noon.Add(time.Duration(hour-12)*time.Hour+time.Duration(minute)*time.Minute))
}

// until moves the clock to an instant.
func (d *Day) until(ctx context.Context, t time.Time) error {
	d.clock.Set(t)
	return d.eng.Tick(ctx, t)
}

// later moves the clock on.
func (d *Day) later(ctx context.Context, by time.Duration) error {
	return d.until(ctx, d.clock.Now().Add(by))
}

// morning makes the agents what the roster and the cast say. On the first day
// that is everything; on a later one only what changed since: what the log
// already says adds nothing (R23).
func (d *Day) morning(ctx context.Context) error {
	if err := d.until(ctx, d.noon); err != nil {
		return err
	}
	d.transcript.seen = d.eng.Position()
	if err := d.join(ctx); err != nil {
		return err
	}
	return d.transcript.opening(ctx)
}

// join registers all agents side by side: commands that wait for the disk share
// its next write, so this takes some fifty writes and not three thousand.
func (d *Day) join(ctx context.Context) error {
	var all sync.WaitGroup
	failed := make(chan error, len(d.agents))
	for _, a := range d.agents {
		all.Go(func() {
			if _, err := d.eng.Agent(ctx, a.NPN, a.Commands()...); err != nil {
				failed <- fmt.Errorf("agent %s: %w", a.NPN, err)
			}
		})
	}
	all.Wait()
	close(failed)
	return <-failed // nil if there is none
}

// request asks for help in a consumer's name and prints what comes of it.
func (d *Day) request(ctx context.Context, r referral.Request) (referral.Referral, error) {
	r.Subject = fmt.Sprintf("case-%s-%d", d.noon.Format("0102"), d.eng.Counts().Requested+1)
	ref, err := d.eng.Request(ctx, r)
	if err != nil {
		return ref, err
	}
	d.last = ref.ID
	return ref, d.transcript.print(ctx)
}

// accept lets the holder of the open offer accept after a while, and prints what
// the consumer is shown.
func (d *Day) accept(ctx context.Context, ref referral.Referral, after time.Duration) error {
	if err := d.later(ctx, after); err != nil {
		return err
	}
	ref, err := d.eng.Accept(ctx, ref.ID, ref.Offer.To)
	if err != nil {
		return err
	}
	if err := d.transcript.print(ctx); err != nil {
		return err
	}
	return d.transcript.shown(ctx, ref)
}

// distance returns how far an agent is from a referral's consumer, by the
// centroid of the agent's ZIP (R28).
func (d *Day) distance(ref referral.Referral, n agent.NPN) geo.Chord {
	return geo.ChordBetween(ref.Position(), d.agents[n].Point())
}

// inLine yields who is in a referral's line now and was not asked yet, by NPN.
// It asks the desk about every agent, as one may to explain an offer; the desk
// itself looks at few.
func (d *Day) inLine(ref referral.Referral) iter.Seq[agent.NPN] {
	return func(yield func(agent.NPN) bool) {
		for _, n := range slices.Sorted(maps.Keys(d.agents)) {
			if verdict, err := d.eng.Verdict(ref.ID, n); err == nil && verdict == nil && !yield(n) {
				return
			}
		}
	}
}
