package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
)

// Agent records facts about an agent, all of them or, if one is refused, none,
// and returns the agent as it stands after them; without commands it returns the
// agent as it stands. [agent.Register] comes first.
// The engine looks up the ZIP of a profile; one that contradicts its state is
// refused (R16). Whatever follows, an offer
// rescinded (R7) or made to somebody who waited (R10), is appended with it.
//
// Errors are a [*referral.Rejection], [agent.ErrUnknown] in it for an agent that
// never registered; nothing is added then. An error of the log is returned as it
// is: after [eventlog.ErrUncertain] repeat the command, which is safe (R23).
func (e *Engine) Agent(ctx context.Context, n agent.NPN, commands ...agent.Command) (agent.Agent, error) {
	var result agent.Agent
	err := e.do(ctx, &call{
		decide: func(s *step) error {
			a, _ := s.draft.Agent(n)
			var events []agent.Event
			for _, c := range commands {
				c, err := resolveAgent(n, c)
				if err != nil {
					return err
				}
				more, err := agent.Decide(a, c)
				if err != nil {
					return err
				}
				for _, event := range more {
					a = agent.Apply(a, event)
				}
				events = append(events, more...)
			}
			if !a.Registered() {
				return &referral.Rejection{Rule: "R22", Err: fmt.Errorf("agent %s: %w", n, agent.ErrUnknown)}
			}
			for _, event := range events {
				s.stage(book.Stream{Agent: n}, event)
			}
			return nil
		},
		answer: func() { result, _ = e.book.Agent(n) },
	})
	return result, err
}

// Request asks for help and returns the referral as it stands then: offered, or
// waiting if nobody is in line (R10). A zero ID gets a new one. Repeating a
// request with the same ID and content answers as the first time (R23): after
// [eventlog.ErrUncertain] repeat it with the ID of the referral that came with
// the error.
//
// A refused request is a [*referral.Rejection] and adds nothing: a state, ZIP,
// point or language that cannot be read, a ZIP outside the state (R16), no
// language (R14), no place (R15), or [referral.ErrExists]. An ID that was
// requested long ago is [ErrArchived], whatever comes with it.
func (e *Engine) Request(ctx context.Context, c referral.Request) (referral.Referral, error) {
	resolved, err := resolveRequest(c)
	if err != nil {
		return referral.Referral{}, err
	}
	a := e.askings.Get().(*asking)
	a.prepare(e, resolved)
	err = e.do(ctx, &a.call)
	result, id := a.result, a.request.ID
	e.askings.Put(a) // not if it panicked: it is not known then what becomes of it
	if err != nil {
		result = referral.Referral{}
	}
	if errors.Is(err, eventlog.ErrUncertain) {
		result.ID = id
	}
	return result, err
}

// Accept takes the referral's open offer for the agent who holds it (S17). It is
// judged by the time at which it arrives here: from the deadline on it is
// refused with [referral.ErrTooLate], even if the expiry was not yet recorded
// (R1, R8). Repeated by the one who accepted, it answers as the first time (R23).
// Other refusals: [referral.ErrNotFound], [referral.ErrNotOffered],
// [referral.ErrAnswered], [referral.ErrEnded]. Long after its end every verb on a
// referral answers [ErrArchived].
func (e *Engine) Accept(ctx context.Context, id uuid.UUID, by agent.NPN) (referral.Referral, error) {
	return e.referral(ctx, id, by, func(s *step) referral.Command { return referral.Accept{By: by, At: s.at} })
}

// Decline turns the referral's open offer down, with a reason in the agent's
// words, at most 200 bytes without control characters, or "", and the next in
// line is asked. It is judged and refused as [Engine.Accept] is.
func (e *Engine) Decline(ctx context.Context, id uuid.UUID, by agent.NPN, reason string) (referral.Referral, error) {
	return e.referral(ctx, id, by, func(s *step) referral.Command {
		return referral.Decline{By: by, Reason: reason, At: s.at}
	})
}

// Withdraw takes the request back; an open offer ends with it (R24). A referral
// that was accepted or exhausted is refused with [referral.ErrEnded].
func (e *Engine) Withdraw(ctx context.Context, id uuid.UUID) (referral.Referral, error) {
	return e.referral(ctx, id, 0, func(s *step) referral.Command { return referral.Withdraw{At: s.at} })
}

// Contact records that the agent who accepted reached the consumer (B5).
func (e *Engine) Contact(ctx context.Context, id uuid.UUID, by agent.NPN) (referral.Referral, error) {
	return e.referral(ctx, id, by, func(s *step) referral.Command { return referral.Contact{By: by, At: s.at} })
}

// RecordOutcome records what came of an accepted referral (B5). A different
// outcome later replaces it.
func (e *Engine) RecordOutcome(ctx context.Context, id uuid.UUID, by agent.NPN, o referral.Outcome) (referral.Referral, error) {
	return e.referral(ctx, id, by, func(s *step) referral.Command {
		return referral.RecordOutcome{By: by, Outcome: o, At: s.at}
	})
}

// referral sends one command about a referral through the desk.
func (e *Engine) referral(ctx context.Context, id uuid.UUID, by agent.NPN, command func(*step) referral.Command) (referral.Referral, error) {
	var result referral.Referral
	err := e.do(ctx, &call{
		decide: func(s *step) error {
			if s.draft.Archived(id) {
				return archived(id)
			}
			err := s.tryDecide(id, command(s))
			result, _ = s.draft.Referral(id)
			if a, _ := s.draft.Agent(by); by != 0 && !a.Registered() && errors.Is(err, referral.ErrNotOffered) {
				return &referral.Rejection{Rule: "R23", Err: fmt.Errorf("%w; agent %s: %w", referral.ErrNotOffered, by, agent.ErrUnknown)}
			}
			return err
		},
		answer: func() { e.newest(&result, id) },
	})
	if err != nil {
		return referral.Referral{}, err
	}
	return result, nil
}

// newest brings a result up to date with what is durable, unless the referral has
// left since the step began, which may have taken long.
func (e *Engine) newest(result *referral.Referral, id uuid.UUID) {
	if r, _ := e.book.Referral(id); r.Status != "" {
		*result = r
	}
}
