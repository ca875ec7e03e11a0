package main

import (
	"cmp"
	"context"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/engine"
)

// shown is a referral as it is answered, with the notice that goes with it wherever
// a person is shown one (S3).
type shown struct {
	referral.Referral
	Notice string `json:"notice"`
}

func show(r referral.Referral, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return shown{r, referral.Notice(r.Languages[0].Tag)}, nil
}

// request is POST /referrals. Sent again with the same id it answers as the first
// time, so whoever got no answer repeats it (R23).
func request(desk *engine.Engine, in *input) (any, error) {
	var body struct {
		ID, Subject string
		State       geo.State
		ZIP         geo.ZIP
		Point       geo.Point
		Languages   []string
	}
	in.read(&body)
	id, key := in.id("id", body.ID), in.id("Idempotency-Key", in.Header.Get("Idempotency-Key"))
	switch {
	case in.err != nil:
		return nil, in.err
	case id != uuid.Nil && key != uuid.Nil && id != key:
		return nil, &inputError{"id", "is another than the Idempotency-Key"}
	case id == uuid.Nil && key == uuid.Nil:
		// The engine would choose one, and tell it only with ErrUncertain.
		key = uuid.Must(uuid.NewV7())
	}
	id = cmp.Or(id, key)
	r, err := desk.Request(in.Context(), referral.Request{
		ID: id, Subject: body.Subject, State: body.State, ZIP: body.ZIP, Point: body.Point, Languages: body.Languages,
	})
	if err != nil {
		return nil, &requestError{id, err}
	}
	answer, err := show(r, nil)
	return created{"/referrals/" + r.ID.String(), answer}, err
}

// find is GET /referrals/{id}, as the engine that is asked knows it.
func find(desk *engine.Engine, in *input) (any, error) {
	id := in.referral()
	if in.err != nil {
		return nil, in.err
	}
	return show(desk.Referral(id))
}

// byAgent is POST /referrals/{id}/accept, by the holder of the offer and in time (R1),
// and POST /referrals/{id}/contact, when that agent reached the consumer.
func byAgent(do func(*engine.Engine, context.Context, uuid.UUID, agent.NPN) (referral.Referral, error)) verb {
	return func(desk *engine.Engine, in *input) (any, error) {
		var body struct{ By string }
		in.read(&body)
		id, by := in.referral(), in.npn("by", body.By)
		if in.err != nil {
			return nil, in.err
		}
		return show(do(desk, in.Context(), id, by))
	}
}

// decline is POST /referrals/{id}/decline: the next in line is asked.
func decline(desk *engine.Engine, in *input) (any, error) {
	var body struct{ By, Reason string }
	in.read(&body)
	id, by := in.referral(), in.npn("by", body.By)
	if in.err != nil {
		return nil, in.err
	}
	return show(desk.Decline(in.Context(), id, by, body.Reason))
}

// withdraw is POST /referrals/{id}/withdraw, without a body: the consumer's word.
func withdraw(desk *engine.Engine, in *input) (any, error) {
	id := in.referral()
	if in.err != nil {
		return nil, in.err
	}
	return show(desk.Withdraw(in.Context(), id))
}

// outcome is POST /referrals/{id}/outcome: what came of it.
func outcome(desk *engine.Engine, in *input) (any, error) {
	var body struct {
		By      string
		Outcome referral.Outcome
	}
	in.read(&body)
	id, by := in.referral(), in.npn("by", body.By)
	if in.err != nil {
		return nil, in.err
	}
	return show(desk.RecordOutcome(in.Context(), id, by, body.Outcome))
}

// whyNot is GET /referrals/{id}/why-not/{npn}: every reason why the agent is not in
// the referral's line, or none if it is (B2).
func whyNot(desk *engine.Engine, in *input) (any, error) {
	id, n := in.referral(), in.npn("npn", in.PathValue("npn"))
	if in.err != nil {
		return nil, in.err
	}
	reasons, err := desk.Verdict(id, n)
	if err != nil {
		return nil, err
	}
	sentences := make([]string, len(reasons))
	for i, r := range reasons {
		sentences[i] = r.Sentence("en")
	}
	return map[string]any{"in_line": len(reasons) == 0, "reasons": reasons, "sentences": sentences}, nil
}
