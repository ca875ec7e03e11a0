package engine_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/engine"
)

// exampleDesk opens an engine with two agents in Florida: 1001 in Tampa and
// 1002 in Miami. The examples' clock is *now.
func exampleDesk() (ctx context.Context, eng *engine.Engine, now *time.Time) {
	ctx = context.Background()
	clock := time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)
	eng, err := engine.Open(ctx, new(eventlog.Memory), &engine.Options{Now: func() time.Time { return clock }})
	if err != nil {
		panic(err)
	}
	for _, a := range []struct {
		npn agent.NPN
		agent.UpdateProfile
	}{
		{1001, agent.UpdateProfile{Name: "Ana Sol", Email: "ana@example.com", City: "Tampa", State: "FL", ZIP: "33602"}},
		{1002, agent.UpdateProfile{Name: "Luz Mar", Email: "luz@example.com", City: "Miami", State: "FL", ZIP: "33130"}},
	} {
		if _, err := eng.Agent(ctx, a.npn, append(signUp(clock), a.UpdateProfile, agent.ReviewProfile{})...); err != nil {
			panic(err)
		}
	}
	return ctx, eng, &clock
}

// signUp is what an agent does besides filling in a profile and reviewing it.
func signUp(now time.Time) []agent.Command {
	from, until := now.AddDate(0, -3, 0), now.AddDate(1, 0, 0)
	return []agent.Command{
		agent.Register{Name: "Sample Agent"},
		agent.CompleteTraining{PlanYear: 2027, From: from, Until: until},
		agent.CompleteRegistration{PlanYear: 2027, From: from, Until: until},
		agent.AcceptTerms{Document: agent.CMS, Version: "2026"},
		agent.AcceptTerms{Document: agent.HelpOnDemand, Version: "7"},
		agent.SetLanguages{Languages: []string{"es-CU", "en"}},
		agent.ChooseDisplay{Choice: agent.DisplayNoStreet},
		agent.RecordLicense{
			State: "FL", Number: "W123456", Residency: agent.Resident, Status: agent.Active, Effective: from,
			Lines: []agent.Line{{Name: "Health", Health: true, Active: true}},
		},
	}
}

func exampleRequest(ctx context.Context, eng *engine.Engine) referral.Referral {
	r, err := eng.Request(ctx, referral.Request{ID: uuid.New(), Subject: "case-42", State: "FL", ZIP: "33602", Languages: []string{"es"}})
	if err != nil {
		panic(err)
	}
	return r
}

func ExampleOpen() {
	ctx := context.Background()
	log := new(eventlog.Memory) // or filelog.Open(dir, nil)
	policy := referral.DefaultPolicy()
	policy.MaxOpenOffers = 3
	eng, err := engine.Open(ctx, log, &engine.Options{Policy: &policy})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer eng.Close()
	fmt.Println(eng.Position(), eng.Policy().Window, eng.Policy().MaxOpenOffers)

	// Another engine on the log obeys the same policy (R30).
	other, err := engine.Open(ctx, log, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(other.Position(), other.Policy().MaxOpenOffers)
	// Output:
	// 1 15m0s 3
	// 1 3
}

func ExampleEngine_Agent() {
	ctx, eng, _ := exampleDesk()
	a, err := eng.Agent(ctx, 1001, agent.SetChannels{Channels: []agent.Channel{agent.Text, agent.App}})
	fmt.Println(a.Name, a.OfferChannels(), err)

	// All or none: the second fact is refused, so the first is not recorded.
	_, err = eng.Agent(ctx, 1001, agent.SetChannels{}, agent.ChooseDisplay{Choice: 5})
	fmt.Println(err)
	a, _ = eng.Agent(ctx, 1001)
	fmt.Println(a.OfferChannels())
	// Output:
	// Sample Agent [text app] <nil>
	// display choice 5 is not one of 1, 2, 3, 4 (R26)
	// [text app]
}

func ExampleEngine_Request() {
	ctx, eng, _ := exampleDesk()
	ref, err := eng.Request(ctx, referral.Request{
		ID: uuid.New(), Subject: "case-42", State: "FL", ZIP: "33602", Languages: []string{"es-MX"},
	})
	fmt.Println(ref.Status, "to", ref.Offer.To, "until", ref.Offer.Deadline.Format("15:04"), err)

	_, err = eng.Request(ctx, referral.Request{Subject: "case-43", State: "GA", ZIP: "33602", Languages: []string{"es"}})
	fmt.Println(err)
	// Output:
	// offered to 1001 until 15:15 <nil>
	// ZIP 33602 lies in FL, not in GA: give the ZIP and the state of the same residence (R16)
}

func ExampleEngine_Accept() {
	ctx, eng, now := exampleDesk()
	ref := exampleRequest(ctx, eng)
	*now = now.Add(15 * time.Minute) // the window is half-open (R1)
	_, err := eng.Accept(ctx, ref.ID, ref.Offer.To)
	fmt.Println(errors.Is(err, referral.ErrTooLate))

	ref, _ = eng.Referral(ref.ID) // it went on to the next in line
	ref, err = eng.Accept(ctx, ref.ID, ref.Offer.To)
	fmt.Println(ref.Status, "by", ref.Holder(), err)
	// Output:
	// true
	// accepted by 1002 <nil>
}

func ExampleEngine_Decline() {
	ctx, eng, _ := exampleDesk()
	ref := exampleRequest(ctx, eng)
	ref, err := eng.Decline(ctx, ref.ID, ref.Offer.To, "fully booked")
	fmt.Println(ref.Past[0].To, ref.Past[0].Ending, "and", ref.Status, "to", ref.Offer.To, err)
	ref, err = eng.Decline(ctx, ref.ID, ref.Offer.To, "")
	fmt.Println(ref.Status, "until", ref.Until.Format(time.DateTime), err)
	// Output:
	// 1001 declined and offered to 1002 <nil>
	// waiting until 2026-11-24 15:00:00 <nil>
}

func ExampleEngine_Withdraw() {
	ctx, eng, _ := exampleDesk()
	ref := exampleRequest(ctx, eng)
	to := ref.Offer.To
	ref, err := eng.Withdraw(ctx, ref.ID)
	fmt.Println(ref.Status, err)
	_, err = eng.Accept(ctx, ref.ID, to)
	fmt.Println(err)
	// Output:
	// withdrawn <nil>
	// the referral has ended: it is withdrawn (R24)
}

func ExampleEngine_Contact() {
	ctx, eng, now := exampleDesk()
	ref := exampleRequest(ctx, eng)
	ref, _ = eng.Accept(ctx, ref.ID, ref.Offer.To)
	*now = now.Add(5 * time.Minute)
	ref, err := eng.Contact(ctx, ref.ID, ref.Holder())
	fmt.Println(ref.Contacted.Format("15:04"), err)
	// Output: 15:05 <nil>
}

func ExampleEngine_RecordOutcome() {
	ctx, eng, _ := exampleDesk()
	ref := exampleRequest(ctx, eng)
	ref, _ = eng.Accept(ctx, ref.ID, ref.Offer.To)
	ref, err := eng.RecordOutcome(ctx, ref.ID, ref.Holder(), referral.Enrolled)
	fmt.Println(ref.Status, ref.Outcome, err)
	// Output: accepted enrolled <nil>
}

func ExampleEngine_Tick() {
	ctx, eng, now := exampleDesk()
	ref := exampleRequest(ctx, eng)
	*now = now.Add(2 * time.Hour) // nobody was here for two hours (R18)
	if err := eng.Tick(ctx, *now); err != nil {
		fmt.Println(err)
		return
	}
	ref, _ = eng.Referral(ref.ID)
	past := ref.Past[0]
	fmt.Println(past.To, past.Ending, "due", past.Deadline.Format("15:04"), "recorded", past.EndedAt.Format("15:04"))
	fmt.Println(ref.Offer.To, "has until", ref.Offer.Deadline.Format("15:04"))
	// Output:
	// 1001 expired due 15:15 recorded 17:00
	// 1002 has until 17:15
}

func ExampleEngine_Changes() {
	ctx, eng, _ := exampleDesk()
	after := eng.Position()
	ref := exampleRequest(ctx, eng)
	eng.Accept(ctx, ref.ID, ref.Offer.To)
	for change, err := range eng.Changes(ctx, after) {
		if err != nil {
			fmt.Println(err)
			return
		}
		switch e := change.Event.(type) {
		case referral.Offered:
			fmt.Println("tell", e.To, "by", e.Channels)
		case referral.Accepted:
			fmt.Println("tell the consumer that", e.By, "will call")
			return // or go on for ever, from change.Record.Position
		}
	}
	// Output:
	// tell 1001 by [email]
	// tell the consumer that 1001 will call
}

func ExampleEngine_Digest() {
	ctx := context.Background()
	log := new(eventlog.Memory)
	one, _ := engine.Open(ctx, log, nil)
	one.Agent(ctx, 1001, agent.Register{Name: "Ana Sol"})
	two, _ := engine.Open(ctx, log, nil)
	p, digest := one.Digest()
	q, same := two.Digest()
	fmt.Println(p, q, digest == same)
	// Output: 2 2 true
}

func ExampleEngine_Directory() {
	_, eng, _ := exampleDesk()
	for _, card := range eng.Directory("FL") {
		fmt.Println(card.NPN, card.Name, card.City)
	}
	fmt.Println(len(eng.Directory("GA")))
	// Output:
	// 1001 Ana Sol Tampa
	// 1002 Luz Mar Miami
	// 0
}

func ExampleEngine_Verdict() {
	ctx, eng, _ := exampleDesk()
	ref := exampleRequest(ctx, eng)
	eng.Agent(ctx, 1002, agent.SetLanguages{Languages: []string{"en"}}, agent.SetOverride{Override: agent.OverrideOff})
	why, err := eng.Verdict(ref.ID, 1002)
	for _, reason := range why {
		fmt.Println("agent 1002", reason)
	}
	fmt.Println(err)
	// Output:
	// agent 1002 speaks none of the consumer's languages (S14)
	// agent 1002 is off duty (B1)
	// <nil>
}

func ExampleEngine_Line() {
	ctx, eng, _ := exampleDesk()
	ref := exampleRequest(ctx, eng) // 1001 is asked
	line, err := eng.Line(ctx, ref.ID, 10)
	for _, place := range line {
		fmt.Println(place.Agent, place.Chord.Meters())
	}
	fmt.Println(err)
	// Output:
	// 1002 330.1 km
	// <nil>
}

// Two engines are behind one address. The browser that made a request on one of
// them comes back with the position at which it was answered, and asks the other.
func ExampleEngine_AtLeast() {
	ctx := context.Background()
	log := new(eventlog.Memory) // or one that machines share
	one, _ := engine.Open(ctx, log, nil)
	two, _ := engine.Open(ctx, log, nil)

	ref := exampleRequest(ctx, one)
	answered := one.Position()

	_, err := two.Referral(ref.ID)
	fmt.Println(errors.Is(err, referral.ErrNotFound))
	if err := two.AtLeast(ctx, answered); err != nil {
		fmt.Println(err)
	}
	ref, err = two.Referral(ref.ID)
	fmt.Println(ref.Status, err)
	// Output:
	// true
	// waiting <nil>
}
