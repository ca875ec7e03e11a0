package referral_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
)

// A request is offered, and its holder answers a second too late.
func ExampleDecide() {
	at := time.Date(2026, time.November, 23, 17, 0, 0, 0, time.UTC)
	tampa, _ := geo.MakePoint(27.9506, -82.4572)
	var r referral.Referral
	for _, c := range []referral.Command{
		referral.Request{ID: uuid.MustParse("01938f6e-0000-7000-8000-000000000001"), Subject: "case-42", State: "FL", Point: tampa, Languages: []string{"es"}, At: at},
		referral.MakeOffer{To: 17, Deadline: at.Add(15 * time.Minute), Language: "es", Meters: 850, Channels: []agent.Channel{agent.Email}, At: at},
		referral.Accept{By: 17, At: at.Add(15 * time.Minute)},
	} {
		events, err := referral.Decide(r, c)
		if errors.Is(err, referral.ErrTooLate) {
			fmt.Println(err)
		}
		for _, e := range events {
			data, _ := referral.Encode(e)
			fmt.Printf("%s %s\n", e.Kind(), data)
			r = referral.Apply(r, e)
		}
	}
	fmt.Println(r.Status, r.Offer.To)
	// Output:
	// referral.requested.v1 {"subject":"case-42","state":"FL","point":{"lat_e7":279506000,"lng_e7":-824572000},"languages":[{"tag":"es","key":"es"}]}
	// referral.offered.v1 {"to":"17","deadline":"2026-11-23T17:15:00Z","language":"es","meters":850,"channels":["email"]}
	// the offer has expired: the offer to agent 17 was open until 2026-11-23T17:15:00Z (R1)
	// offered 17
}

// The line is everybody without a reason against them: the nearest first, then
// who was not asked for longest.
func ExampleLine() {
	agents := all(
		candidate{eligible(1, miami, "es"), referral.Load{}},
		candidate{eligible(2, tampa, "es"), referral.Load{LastOffer: 512}},
		candidate{eligible(3, tampa, "es", "en"), referral.Load{LastOffer: 64}},
		candidate{eligible(4, tampa, "en"), referral.Load{}},
	)
	for _, p := range referral.Line(after(requested), agents, referral.DefaultPolicy(), noon) {
		fmt.Println(p.Agent, p.Chord.Meters(), p.Language)
	}
	// Output:
	// 3 0 m es
	// 2 0 m es
	// 1 331.3 km es
}

// The text goes with a referral wherever a person is shown one.
func ExampleNotice() {
	fmt.Println(referral.Notice("es-MX"))
	fmt.Println(referral.Notice("vi"))
	// Output:
	// Esta referencia la hace este servicio, no el gobierno, y no significa que se recomiende o respalde al agente.
	// This referral is made by this service, not by the government, and is not an endorsement of the agent.
}
