package storm

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
	"github.com/relevo-go/relevo/referral/engine"
	"github.com/relevo-go/relevo/referral/referraltest"
)

const (
	firstAgent = agent.NPN(9_900_000_001)
	agents     = 48
	// pause is about how long a caller rests between two commands.
	pause = 90 * time.Millisecond
)

var (
	places    = []geo.ZIP{"33602", "33130", "32801", "33186", "32502"}
	languages = []string{"es", "en", "zh", "vi", "ko", "ru", "fr", "ht", "ar", "tl", "pt", "pl"} // few agents each, so that lines end
)

// caller gives commands, one after the other. The facts of some agents are its
// own, so that nobody else takes back what it records.
type caller struct {
	*life
	number int
	rnd    *rand.Rand
	made   int // how many commands
}

// act is a command, and what is in the log once it is acknowledged.
type act struct {
	deed string
	send func() error
}

// call registers the caller's agents, if need be, and then gives commands until
// ctx is over.
func (c *caller) call(ctx context.Context) error {
	for n := range c.own() {
		facts := referraltest.Eligible(n, time.Now(), "FL", pick(c, places), c.tags()...)
		stream := book.Stream{Agent: n}
		if err := c.insist(ctx, act{deed(stream, agent.Registered{}), func() error {
			if _, err := c.Agent(ctx, n); !errors.Is(err, agent.ErrUnknown) {
				return err
			}
			_, err := c.Agent(ctx, n, facts...)
			return err
		}}); err != nil {
			return err
		}
	}
	for ctx.Err() == nil {
		if err := c.insist(ctx, c.choose()); err != nil {
			return err
		}
		rest(ctx, pause/2+time.Duration(c.rnd.Int64N(int64(pause))))
	}
	return nil
}

// insist gives a command until it is answered, and reports what it is told.
func (c *caller) insist(ctx context.Context, a act) error {
	for {
		err := a.send()
		r := report{Verb: done, Deed: a.deed}
		switch _, rejected := errors.AsType[*referral.Rejection](err); {
		case err == nil:
		case rejected, errors.Is(err, engine.ErrArchived):
			r = report{Verb: refused}
		case ctx.Err() != nil || hopeless(err):
			return err
		case errors.Is(err, eventlog.ErrUncertain):
			r = report{Verb: unsure, Error: err.Error()}
		default:
			r = report{Verb: failed, Error: err.Error()}
		}
		if err := c.tell(r); err != nil {
			return err
		}
		if r.Error == "" {
			return nil
		}
		rest(ctx, pause)
	}
}

// own yields the caller's agents.
func (c *caller) own() func(func(agent.NPN) bool) {
	return func(yield func(agent.NPN) bool) {
		for n := c.number; n < agents; n += callers {
			if !yield(firstAgent + agent.NPN(n)) {
				return
			}
		}
	}
}

func (c *caller) tags() []string {
	tags := []string{pick(c, languages)}
	if c.rnd.IntN(4) == 0 {
		tags = append(tags, pick(c, languages))
	}
	return tags
}

func pick[T any](c *caller, list []T) T { return list[c.rnd.IntN(len(list))] }

// choose returns something to do. Commands are repeated as they are, with the
// same IDs, so whatever may be asked for again is fixed here.
func (c *caller) choose() act {
	ctx := context.Background() // whoever is told to stop waits for its last answer
	c.made++
	r := c.some()
	id, stream := r.ID, book.Stream{Referral: r.ID}
	by := r.Holder()
	if by == 0 {
		by = r.Offer.To
	}
	switch k := c.rnd.IntN(20); {
	case k < 5 || id == uuid.Nil:
		request := referral.Request{ID: uuid.Must(uuid.NewV7()), Subject: "case", State: "FL", ZIP: pick(c, places), Languages: c.tags()}
		return act{deed(book.Stream{Referral: request.ID}, referral.Requested{}), func() error { _, err := c.Request(ctx, request); return err }}
	case k < 9:
		return act{deed(stream, referral.Accepted{By: by}), func() error { _, err := c.Accept(ctx, id, by); return err }}
	case k < 13:
		return act{deed(stream, referral.Declined{By: by}), func() error { _, err := c.Decline(ctx, id, by, "away"); return err }}
	case k == 13:
		return act{deed(stream, referral.Withdrawn{}), func() error { _, err := c.Withdraw(ctx, id); return err }}
	case k < 17:
		return act{deed(stream, referral.Contacted{By: by}), func() error { _, err := c.Contact(ctx, id, by); return err }}
	}
	return c.move(ctx)
}

// some returns one of the newest referrals, rather one that somebody may answer.
func (c *caller) some() (r referral.Referral) {
	for range 4 {
		r, _ = c.Referral(c.recent(c.rnd))
		if r.Status == referral.StatusOffered {
			break
		}
	}
	return r
}

// move changes what is known of one of the caller's agents: it moves to a new
// address, which tells this command from every other, and now and then what it
// speaks or whether it is shown changes with it, so that its offers are rescinded.
func (c *caller) move(ctx context.Context) act {
	n := firstAgent + agent.NPN(c.number)
	if c.number+callers < agents && c.rnd.IntN(2) == 0 {
		n += callers
	}
	address := fmt.Sprintf("%d Palm St, unit %d", c.made, c.Life)
	facts := []agent.Command{
		agent.UpdateProfile{Name: "Agent " + n.String(), Email: "agent@example.com", Street: address, State: "FL", ZIP: pick(c, places)},
		agent.ChooseDisplay{Choice: agent.DisplayAll},
	}
	switch c.rnd.IntN(8) {
	case 0:
		facts[1] = agent.ChooseDisplay{Choice: agent.DisplayNone}
	case 1:
		facts = append(facts, agent.SetLanguages{Languages: c.tags()})
	}
	return act{deed(book.Stream{Agent: n}, agent.ProfileUpdated{Street: address}), func() error { _, err := c.Agent(ctx, n, facts...); return err }}
}
