// Package referraltest is a kit for tests that read like the rules: given these
// facts, at this time, when this command comes, then these events follow, or
// this rejection.
//
//	d := referraltest.New(t, noon)
//	d.Eligible(ana, "FL", "33602", "es")
//	d.Eligible(ben, "FL", "33606", "es")
//	id := d.Requested(referral.Request{Subject: "case-1", State: "FL", ZIP: "33602", Languages: []string{"es"}})
//
//	d.Advance(15 * time.Minute).Then(
//		referral.Expired{From: ana},
//		referral.Offered{To: ben, Language: "es"},
//	)
//	d.WhenReferral(id, referral.Accept{By: ana}).ThenRejected("R1", referral.ErrTooLate)
//
// A [Desk] is a real engine on a log in memory, under a clock that stands still
// until the test moves it: [Desk.Advance] with everything done as it comes due,
// [Desk.Pass] with nothing done before the next command, [Desk.Downtime] with
// nobody there until the end. An [Outcome] is everything that was recorded since,
// in order; what it is compared with may leave fields out.
package referraltest
