package main

import (
	"context"
	"sync"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/examples/roster"
)

// invent registers the invented agents of examples/roster, as if they had been
// trained for this year. Those who are known already add nothing (R23).
//
// Many at once are not for haste alone: an engine records all who wait in one
// append, so the log's time is shared.
func invent(ctx context.Context, desks *desks, now time.Time) error {
	agents, err := roster.All()
	if err != nil {
		return err
	}
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	next := make(chan roster.Agent)
	var workers sync.WaitGroup
	for range 64 {
		workers.Go(func() {
			for a := range next {
				if _, err := desks.all[0].Agent(ctx, a.NPN, lately(a.Commands(), now)...); err != nil {
					fail(err)
				}
			}
		})
	}
	for _, a := range agents {
		next <- a
	}
	close(next)
	workers.Wait()
	for _, d := range desks.all { // the others have them too before anybody asks
		if err := d.AtLeast(ctx, desks.newest()); err != nil {
			fail(err)
		}
	}
	return context.Cause(ctx)
}

// lately makes an agent's training, registration and licenses in force now,
// whenever the roster was made.
func lately(commands []agent.Command, now time.Time) []agent.Command {
	year := now.UTC().Year()
	from, until := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(year+2, 1, 1, 0, 0, 0, 0, time.UTC)
	for i, c := range commands {
		switch c := c.(type) {
		case agent.CompleteTraining:
			c.PlanYear, c.From, c.Until = year, from, until
			commands[i] = c
		case agent.CompleteRegistration:
			c.PlanYear, c.From, c.Until = year, from, until
			commands[i] = c
		case agent.RecordLicense:
			c.Expires = time.Time{}
			commands[i] = c
		}
	}
	return commands
}
