package referraltest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/referraltest"
)

// printer stands in for the *testing.T of the examples: it prints how they fail.
type printer struct{ testing.TB }

func (printer) Helper()                           {}
func (printer) Cleanup(func())                    {}
func (printer) Errorf(format string, args ...any) { fmt.Printf(format+"\n", args...) }
func (printer) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

var opening = time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)

// A test tells what is given, what happens then, and what must follow.
func Example() {
	t := printer{} // a test has its own
	d := referraltest.New(t, opening)
	d.Eligible(1001, "FL", "33602", "es")
	d.Eligible(1002, "FL", "33606", "es", "en")
	id := d.Requested(referral.Request{Subject: "case-42", State: "FL", ZIP: "33602", Languages: []string{"es"}})

	d.Advance(15*time.Minute).Then(
		referral.Expired{From: 1001},
		referral.Offered{To: 1002, Language: "es"},
	)
	d.WhenReferral(id, referral.Accept{By: 1001}).ThenRejected("R1", referral.ErrTooLate)
	d.WhenReferral(id, referral.Accept{By: 1002}).Then(referral.Accepted{By: 1002})
	fmt.Println("held by", d.Referral(id).Holder())
	// Output:
	// held by 1002
}

// A failure shows the nearest event and the fields that differ.
func ExampleOutcome_Then() {
	t := printer{} // a test has its own
	d := referraltest.New(t, opening)
	d.Eligible(1001, "FL", "33602", "es")
	d.Requested(referral.Request{Subject: "case-42", State: "FL", ZIP: "33602", Languages: []string{"es"}})

	d.Advance(15*time.Minute).Then(
		referral.Expired{From: 1001},
		referral.Waiting{Until: opening.Add(24 * time.Hour)},
	)
	// Output:
	// recorded: referral.expired.v1, referral.waiting.v1
	//     want: referral.expired.v1, referral.waiting.v1
	// wanted event 2, referral.waiting.v1, differs from the nearest, event 2:
	//   Until: want 2026-11-24 15:00:00 +0000 UTC, got 2026-11-24 15:15:00 +0000 UTC
}

// Facts about an agent are given, or sent to see what follows from them.
func ExampleDesk_When() {
	t := printer{} // a test has its own
	d := referraltest.New(t, opening)
	d.Eligible(1001, "FL", "33602", "es")
	d.Requested(referral.Request{Subject: "case-42", State: "FL", ZIP: "33602", Languages: []string{"es"}})

	d.When(1001, agent.ChooseDisplay{Choice: agent.DisplayNone}).Then(
		agent.DisplayChosen{Choice: agent.DisplayNone},
		referral.Rescinded{From: 1001, Reasons: []agent.Reason{{Code: agent.DisplayIsNone}}},
		referral.Waiting{},
	)
	// Output:
}

// Pass moves the clock while no timer fires: a command is judged by when it
// comes, and what is due by then is recorded before it.
func ExampleDesk_Pass() {
	t := printer{} // a test has its own
	d := referraltest.New(t, opening)
	d.Eligible(1001, "FL", "33602", "es")
	id := d.Requested(referral.Request{Subject: "case-42", State: "FL", ZIP: "33602", Languages: []string{"es"}})

	d.Pass(15 * time.Minute)
	d.WhenReferral(id, referral.Accept{By: 1001}).ThenRejectedAfter("R1", []error{referral.ErrTooLate},
		referral.Expired{From: 1001}, referral.Waiting{})
	// Output:
}

// After a downtime the desk records what it missed, and goes on from there.
func ExampleDesk_Downtime() {
	t := printer{} // a test has its own
	d := referraltest.New(t, opening)
	d.Eligible(1001, "FL", "33602", "es")
	d.Requested(referral.Request{Subject: "case-42", State: "FL", ZIP: "33602", Languages: []string{"es"}})

	back := opening.Add(2 * time.Hour)
	d.Downtime(2*time.Hour).Then(
		referral.Expired{Deadline: opening.Add(15 * time.Minute), At: back},
		referral.Waiting{Until: back.Add(24 * time.Hour)},
	)
	// Output:
}
