package main

import (
	"context"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/examples/roster"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
)

// scene is one consumer's afternoon, or two.
type scene struct {
	title, about string
	play         func(context.Context, *Day) error
}

var story = []scene{
	{
		"A Spanish speaker in Tampa",
		"The nearest agent who speaks the language and is licensed in the state is asked (S14, S15), " +
			"and after 15 minutes without an answer the next in line (S17).",
		tampa,
	},
	{
		"A Cantonese speaker in San Francisco",
		"Cantonese is not Mandarin (R27): who speaks only the one is no match for the other.",
		sanFrancisco,
	},
	{
		"An Alaskan on Attu",
		"Attu lies west of the 180° meridian and Adak east of it; distance is taken on the globe (R15).",
		attu,
	},
	{
		"Every state but Wisconsin",
		"Licensed in AK, AL, AR, AZ, UT, WI and WY, and willing in all of them but WI (S10, S11).",
		allButWisconsin,
	},
	{
		"Second thoughts in Houston",
		"Display choice 4 takes no part (S8): an offer held then is rescinded and goes on at once (R7).",
		houston,
	},
	{
		"Nobody speaks Navajo",
		"A referral with nobody in line waits (R10), and is offered in the step that adds somebody.",
		navajo,
	},
}

// tampa shows an offer's three ways to end: by the clock, by a no, by a yes.
func tampa(ctx context.Context, d *Day) error {
	if err := d.at(ctx, 13, 0); err != nil {
		return err
	}
	ref, err := d.request(ctx, referral.Request{State: "FL", ZIP: "33602", Languages: []string{"es-MX"}})
	if err != nil {
		return err
	}

	// Nobody answers. What the clock makes due is derived from the referral.
	deadline, _ := referral.Due(ref)
	if err := d.until(ctx, deadline); err != nil {
		return err
	}
	if ref, err = d.eng.Referral(ref.ID); err != nil {
		return err
	}
	if err := d.transcript.print(ctx); err != nil {
		return err
	}

	// The next in line says no.
	if err := d.later(ctx, 4*time.Minute); err != nil {
		return err
	}
	if ref, err = d.eng.Decline(ctx, ref.ID, ref.Offer.To, "no time before next week"); err != nil {
		return err
	}
	if err := d.transcript.print(ctx); err != nil {
		return err
	}

	// The third says yes, reaches the consumer, and tells how it ended (B5).
	if err := d.accept(ctx, ref, 2*time.Minute); err != nil {
		return err
	}
	if err := d.later(ctx, 20*time.Minute); err != nil {
		return err
	}
	if ref, err = d.eng.Referral(ref.ID); err != nil {
		return err
	}
	if _, err = d.eng.Contact(ctx, ref.ID, ref.Holder()); err != nil {
		return err
	}
	if _, err = d.eng.RecordOutcome(ctx, ref.ID, ref.Holder(), referral.Enrolled); err != nil {
		return err
	}
	return d.transcript.print(ctx)
}

// sanFrancisco asks the desk why an agent is not in line.
func sanFrancisco(ctx context.Context, d *Day) error {
	if err := d.at(ctx, 14, 0); err != nil {
		return err
	}
	ref, err := d.request(ctx, referral.Request{State: "CA", ZIP: "94108", Languages: []string{"yue"}})
	if err != nil {
		return err
	}
	if err := d.transcript.whyNot(ref, crane); err != nil {
		return err
	}
	return d.accept(ctx, ref, 3*time.Minute)
}

// attu has a consumer without a ZIP: a point says where she is.
func attu(ctx context.Context, d *Day) error {
	if err := d.at(ctx, 14, 30); err != nil {
		return err
	}
	home, err := geo.MakePoint(52.902, 172.909)
	if err != nil {
		return err
	}
	ref, err := d.request(ctx, referral.Request{State: "AK", Point: home, Languages: []string{"en"}})
	if err != nil {
		return err
	}
	d.transcript.flatMap(ref)
	return d.accept(ctx, ref, 5*time.Minute)
}

// allButWisconsin has two consumers for one agent: next door, and far away in a
// state where the agent is willing.
func allButWisconsin(ctx context.Context, d *Day) error {
	if err := d.at(ctx, 15, 0); err != nil {
		return err
	}
	if err := d.transcript.preferences(ctx, grouse); err != nil {
		return err
	}
	ref, err := d.request(ctx, referral.Request{State: "WI", ZIP: "54401", Languages: []string{"hmn", "en"}})
	if err != nil {
		return err
	}
	if err := d.transcript.whyNot(ref, grouse); err != nil {
		return err
	}
	if err := d.accept(ctx, ref, time.Minute); err != nil {
		return err
	}

	if err := d.at(ctx, 15, 15); err != nil {
		return err
	}
	if ref, err = d.request(ctx, referral.Request{State: "WY", ZIP: "82601", Languages: []string{"hmn"}}); err != nil {
		return err
	}
	return d.accept(ctx, ref, 6*time.Minute)
}

// houston has an agent who leaves while holding an offer. One append carries the
// choice, the rescission and the next offer: no reader ever sees only a part.
func houston(ctx context.Context, d *Day) error {
	if err := d.at(ctx, 15, 45); err != nil {
		return err
	}
	ref, err := d.request(ctx, referral.Request{State: "TX", ZIP: "77036", Languages: []string{"vi"}})
	if err != nil {
		return err
	}
	if err := d.later(ctx, 7*time.Minute); err != nil {
		return err
	}
	listed := len(d.eng.Directory("TX"))
	if _, err := d.eng.Agent(ctx, ref.Offer.To, agent.ChooseDisplay{Choice: agent.DisplayNone}); err != nil {
		return err
	}
	if err := d.transcript.print(ctx); err != nil {
		return err
	}
	d.transcript.note("The directory of TX (R32) listed %d agents and lists %d now.", listed, len(d.eng.Directory("TX")))
	if ref, err = d.eng.Referral(ref.ID); err != nil {
		return err
	}
	return d.accept(ctx, ref, 2*time.Minute)
}

// navajo waits for a license. It is for this day only, so that the next day
// begins without it: an end by the clock alone needs no event (R35).
func navajo(ctx context.Context, d *Day) error {
	if err := d.at(ctx, 16, 15); err != nil {
		return err
	}
	ref, err := d.request(ctx, referral.Request{State: "AZ", ZIP: "86504", Languages: []string{"nv"}})
	if err != nil {
		return err
	}
	if err := d.transcript.whyNot(ref, roadrunner); err != nil {
		return err
	}
	if err := d.later(ctx, 25*time.Minute); err != nil {
		return err
	}
	year, month, day := d.noon.Date()
	today, tomorrow := roster.Day("AZ", year, month, day), roster.Day("AZ", year, month, day+1)
	if _, err := d.eng.Agent(ctx, roadrunner, d.agents[roadrunner].License("AZ", today, tomorrow)); err != nil {
		return err
	}
	if err := d.transcript.print(ctx); err != nil {
		return err
	}
	if ref, err = d.eng.Referral(ref.ID); err != nil {
		return err
	}
	return d.accept(ctx, ref, time.Minute)
}
