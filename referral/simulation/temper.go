package simulation

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/referral"
)

// temper is how an agent answers offers: in how many of a hundred, and how fast.
type temper struct {
	agents                  int // in a hundred have it
	accepts, declines, late int // the rest never answers
	median                  time.Duration
}

var tempers = [...]temper{
	{32, 71, 20, 1, 2 * time.Minute},
	{38, 63, 24, 3, 4 * time.Minute},
	{18, 41, 33, 6, 6 * time.Minute},
	{12, 20, 22, 6, 8 * time.Minute},
}

var declines = [...]string{
	"", "", "", "fully booked today", "with another client", "on the way", "not taking this plan year", "closing for the day", "too far away",
}

// answerOffered plans what an agent does about an offer. Who works no set hours
// sleeps at night. One in some hundred leaves instead of answering, which
// rescinds the offer (R7).
func (w *world) answerOffered(id uuid.UUID, e referral.Offered) {
	c, p := w.chance, w.person(e.To)
	now := w.clock.Now()
	t := tempers[p.temper]
	if hour := now.In(w.zone(p.state)).Hour(); p.always && (hour >= 22 || hour < 7) && c.Percent(50) {
		return
	}
	answer := c.around(t.median)
	for now.Add(answer).Compare(e.Deadline) >= 0 {
		answer /= 2
	}
	if c.Below(1000) < 4 {
		w.later(answer, w.leave(p))
		return
	}
	switch c.Weighted(t.accepts, t.declines, t.late, 100-t.accepts-t.declines-t.late) {
	case 0:
		w.later(answer, w.accept(id, e.To))
	case 1:
		reason := declines[c.Below(len(declines))]
		w.later(answer, func(ctx context.Context) error {
			_, err := w.eng.Decline(ctx, id, e.To, reason)
			return refusable(err)
		})
	case 2:
		w.plans.add(e.Deadline.Add(c.around(2*time.Minute)), w.accept(id, e.To))
	}
}

func (w *world) accept(id uuid.UUID, by agent.NPN) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := w.eng.Accept(ctx, id, by)
		return refusable(err)
	}
}

// leave takes an agent out of the service for a day or so.
func (w *world) leave(p person) func(context.Context) error {
	return func(ctx context.Context) error {
		a, err := w.eng.Agent(ctx, p.npn)
		if err != nil || a.Display == agent.DisplayNone {
			return err
		}
		w.back(p, 20*time.Hour, agent.ChooseDisplay{Choice: a.Display})
		return w.tell(p.npn, agent.ChooseDisplay{Choice: agent.DisplayNone})(ctx)
	}
}
