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
	"", "", "", "fully booked today", "with another client", "on the way", "not taking this plan year", "closing for the day",
}

// answerOffered plans what an agent does about an offer. Of those who work no set
// hours half sleep at night. One in two hundred loses its part instead of
// answering, which rescinds the offer (R7).
func (w *world) answerOffered(id uuid.UUID, e referral.Offered) {
	c, p := w.chance, w.person(e.To)
	now := w.clock.Now()
	t := tempers[p.temper]
	if hour := now.In(w.zone(p.state)).Hour(); p.always && (hour >= 22 || hour < 7) && c.Percent(50) {
		return
	}
	answer := c.around(t.median)
	for now.Add(answer).Compare(e.Deadline) >= 0 {
		answer = (answer / 2).Truncate(time.Millisecond)
	}
	if c.Below(1000) < 5 {
		w.later(answer, w.lose(p, id))
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

// lose takes an agent out of the line of a referral that it is asked about: it
// leaves the service for a day, or the registry shows its license as inactive, or
// its part is terminated for a while.
func (w *world) lose(p person, id uuid.UUID) func(context.Context) error {
	return func(ctx context.Context) error {
		r, err := w.eng.Referral(id)
		if err != nil {
			return err
		}
		a, err := w.eng.Agent(ctx, p.npn)
		if err != nil {
			return err
		}
		switch w.chance.Weighted(60, 25, 15) {
		case 0:
			return w.change(p, (*world).leave)(ctx)
		case 1:
			for _, l := range a.Licenses {
				if l.State == r.State && l.Status == agent.Active {
					return w.tell(p.npn, w.suspended(p, l))(ctx)
				}
			}
		}
		w.back(p, 20*time.Hour, agent.Reinstate{Cause: agent.CauseNoncompliance})
		return w.tell(p.npn, agent.Terminate{Cause: agent.CauseNoncompliance})(ctx)
	}
}
