package referraltest_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
	"github.com/relevo-go/relevo/referral/referraltest"
)

// anaAndBen registers two agents in Tampa, of whom ana is asked first, and
// returns the referral that she is asked in.
func anaAndBen(d *referraltest.Desk) uuid.UUID {
	d.Eligible(ana, "FL", "33602", "es")
	d.Eligible(ben, "FL", "33606", "es")
	return d.Requested(tampa)
}

func TestR1(t *testing.T) {
	tooLate := []error{referral.ErrTooLate}
	hold(t,
		rule{"R1: a nanosecond before the deadline is in time", func(t *testing.T, d *referraltest.Desk) {
			id := anaAndBen(d)
			d.Pass(15*time.Minute - 1)
			d.WhenReferral(id, referral.Accept{By: ana}).Then(referral.Accepted{By: ana, At: noon.Add(15*time.Minute - 1)})
		}},
		rule{"R1: the deadline is not, even if no timer has fired", func(t *testing.T, d *referraltest.Desk) {
			id := anaAndBen(d)
			d.Pass(15 * time.Minute)
			d.WhenReferral(id, referral.Accept{By: ana}).ThenRejectedAfter("R1", tooLate, referral.Expired{From: ana}, referral.Offered{To: ben})
		}},
		rule{"R1: nor can it be declined then", func(t *testing.T, d *referraltest.Desk) {
			id := anaAndBen(d)
			d.Pass(15 * time.Minute)
			d.WhenReferral(id, referral.Decline{By: ana}).ThenRejectedAfter("R1", tooLate, referral.Expired{From: ana}, referral.Offered{To: ben})
		}},
	)
}

func TestR2(t *testing.T) {
	hold(t,
		rule{"R2: who is next is seen afresh at every step", func(t *testing.T, d *referraltest.Desk) {
			id := anaAndBen(d)
			d.Eligible(cho, "FL", "33602", "es")
			d.WhenReferral(id, referral.Decline{By: ana}).Then(referral.Declined{By: ana}, referral.Offered{To: cho})
		}},
		rule{"R2: who was next and no longer matches is passed over", func(t *testing.T, d *referraltest.Desk) {
			id := anaAndBen(d)
			d.When(ben, agent.SetLanguages{Languages: []string{"en"}}).Then(agent.LanguagesSet{})
			d.WhenReferral(id, referral.Decline{By: ana}).Then(referral.Declined{By: ana}, referral.Waiting{})
		}},
	)
}

func TestR7(t *testing.T) {
	hold(t,
		rule{"R7: the last of the consumer's languages dropped ends the open offer, and one that is not the last does not", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "es", "en", "ht")
			d.Eligible(ben, "FL", "33606", "en")
			id := d.Requested(speaking(tampa, "es", "en"))
			d.When(ana, agent.SetLanguages{Languages: []string{"en", "ht"}}).Then(agent.LanguagesSet{})
			d.When(ana, agent.SetLanguages{Languages: []string{"ht"}}).Then(
				agent.LanguagesSet{},
				referral.Rescinded{From: ana, Reasons: []agent.Reason{{Code: agent.OtherLanguages}}},
				referral.Offered{To: ben, Language: "en"},
			)
			d.WhenReferral(id, referral.Accept{By: ana}).ThenRejected("R7", referral.ErrNotOffered)
		}},
		rule{"R7: unticking the state or going off duty lets it stand", func(t *testing.T, d *referraltest.Desk) {
			id := anaAndBen(d)
			d.When(ana, agent.UntickStates{States: []geo.State{"FL"}}).Then(agent.StatesUnticked{})
			d.When(ana, agent.SetOverride{Override: agent.OverrideOff}).Then(agent.OverrideSet{})
			d.When(ana, agent.SetAbsence{From: noon, Until: noon.Add(time.Hour)}).Then(agent.AbsenceSet{})
			d.WhenReferral(id, referral.Accept{By: ana}).Then(referral.Accepted{By: ana})
		}},
	)
	from := noon.AddDate(0, -1, 0)
	inactive := func(d *referraltest.Desk) agent.Command {
		l := d.License("FL")
		l.Status = agent.Inactive
		return l
	}
	noHealth := func(d *referraltest.Desk) agent.Command {
		l := d.License("FL")
		l.Lines[0].Active = false
		return l
	}
	is := func(c agent.Command) func(*referraltest.Desk) agent.Command {
		return func(*referraltest.Desk) agent.Command { return c }
	}
	for _, loss := range []struct {
		of   string
		by   func(*referraltest.Desk) agent.Command
		code agent.Code
		in   geo.State
	}{
		{"choice 4", is(agent.ChooseDisplay{Choice: agent.DisplayNone}), agent.DisplayIsNone, ""},
		{"the license", is(agent.RemoveLicense{State: "FL", Number: "L-FL"}), agent.NoLicense, "FL"},
		{"the license's status", inactive, agent.LicenseInactive, "FL"},
		{"the health line of authority", noHealth, agent.NoHealthLine, "FL"},
		{"training", is(agent.CompleteTraining{PlanYear: 2027, From: from, Until: noon}), agent.NoTraining, ""},
		{"registration", is(agent.CompleteRegistration{PlanYear: 2027, From: from, Until: noon}), agent.NoRegistration, ""},
		{"part, by termination", is(agent.Terminate{Cause: agent.CauseResidentLicense}), agent.IsTerminated, "FL"},
		{"all languages", is(agent.SetLanguages{}), agent.NoLanguages, ""},
	} {
		hold(t, rule{"R7: losing " + loss.of + " ends the open offer at once, and the next is asked", func(t *testing.T, d *referraltest.Desk) {
			anaAndBen(d)
			o := d.When(ana, loss.by(d))
			if len(o.Events()) == 0 {
				t.Fatalf("nothing is recorded, and the answer is %v", o.Err())
			}
			o.Then(o.Events()[0], referral.Rescinded{From: ana, Reasons: []agent.Reason{{Code: loss.code, State: loss.in}}}, referral.Offered{To: ben})
		}})
	}
}

// TestR7ManyAtOnce: an agent with 5,000 open offers leaves. All are rescinded
// in the order of the requests before anybody is asked, and then each passes on
// or waits, in that order; it takes ten appends, and no offer is left.
func TestR7ManyAtOnce(t *testing.T) {
	const n = 5000
	d := referraltest.New(t, noon)
	d.Eligible(ana, "FL", "33602", "es", "ht")
	d.Eligible(ben, "FL", "33606", "es")
	ids := make([]uuid.UUID, n)
	want := []book.Event{agent.DisplayChosen{Choice: agent.DisplayNone}}
	var then []book.Event
	for i := range ids {
		r := tampa
		r.Subject = fmt.Sprintf("case-%d", i)
		if i%2 == 1 {
			r.Languages = []string{"ht"}
			then = append(then, referral.Waiting{})
		} else {
			then = append(then, referral.Offered{To: ben})
		}
		ids[i] = d.Requested(r)
		want = append(want, referral.Rescinded{From: ana})
	}
	before := d.Engine().Position()
	d.When(ana, agent.ChooseDisplay{Choice: agent.DisplayNone}).Then(append(want, then...)...)

	appends, position := 0, 0
	for r, err := range d.Log().Read(t.Context(), before) {
		if err != nil {
			t.Fatal(err)
		}
		if r.Position == r.First {
			appends++
		}
		if position > 0 {
			if stream := "referral/" + ids[(position-1)%n].String(); r.Stream != stream {
				t.Fatalf("record %d is of %s, want %s: the oldest request comes first", r.Position, r.Stream, stream)
			}
		}
		position++
	}
	if want := 10; appends != want {
		t.Errorf("there are %d appends, want %d", appends, want)
	}
	for i, id := range ids {
		r := d.Referral(id)
		if r.Offer.To == ana || i%2 == 0 && r.Status != referral.StatusOffered || i%2 == 1 && r.Status != referral.StatusWaiting {
			t.Fatalf("referral %d is %s with an offer to %s, want none to %s", i, r.Status, r.Offer.To, ana)
		}
	}
}

func TestR8(t *testing.T) {
	endsAt := func(d *referraltest.Desk, at time.Time) {
		l := d.License("FL")
		l.Expires = at
		d.Given(ana, l)
	}
	ended := referral.Rescinded{From: ana, Reasons: []agent.Reason{{Code: agent.LicenseExpired, State: "FL"}}}
	hold(t,
		rule{"R8: a license that ends inside the window ends the offer at that instant", func(t *testing.T, d *referraltest.Desk) {
			id := anaAndBen(d)
			endsAt(d, noon.Add(10*time.Minute))
			d.Advance(10*time.Minute - 1).ThenNothing()
			ended := ended
			ended.At = noon.Add(10 * time.Minute)
			d.Advance(time.Minute).Then(ended, referral.Offered{To: ben, At: ended.At})
			d.WhenReferral(id, referral.Accept{By: ana}).ThenRejected("R7", referral.ErrNotOffered)
		}},
		rule{"R8: that is recorded before a late accept is judged, and the accept is refused", func(t *testing.T, d *referraltest.Desk) {
			id := anaAndBen(d)
			endsAt(d, noon.Add(10*time.Minute))
			d.Pass(11 * time.Minute)
			d.WhenReferral(id, referral.Accept{By: ana}).ThenRejectedAfter("R7", []error{referral.ErrNotOffered}, ended, referral.Offered{To: ben})
		}},
		rule{"R8: an accept before the license ends stands", func(t *testing.T, d *referraltest.Desk) {
			id := anaAndBen(d)
			endsAt(d, noon.Add(10*time.Minute))
			d.Pass(10*time.Minute - 1)
			d.WhenReferral(id, referral.Accept{By: ana}).Then(referral.Accepted{By: ana})
			d.Advance(time.Hour).ThenNothing()
		}},
		rule{"R8: a new license within the window keeps the offer", func(t *testing.T, d *referraltest.Desk) {
			id := anaAndBen(d)
			endsAt(d, noon.Add(10*time.Minute))
			d.Advance(5 * time.Minute)
			d.When(ana, d.License("FL")).Then(agent.LicenseRecorded{})
			d.Pass(9 * time.Minute)
			d.WhenReferral(id, referral.Accept{By: ana}).Then(referral.Accepted{By: ana})
		}},
	)
}

func TestR9(t *testing.T) {
	hold(t,
		rule{"R9: a holder who becomes ineligible after accepting keeps the referral and leaves the directory at once", func(t *testing.T, d *referraltest.Desk) {
			id := anaAndBen(d)
			d.WhenReferral(id, referral.Accept{By: ana}).Then(referral.Accepted{By: ana})
			d.When(ana, agent.Terminate{Cause: agent.CauseFraud}).Then(agent.Terminated{Cause: agent.CauseFraud})
			shows(t, d, "FL", ben)
			if holder := d.Referral(id).Holder(); holder != ana {
				t.Errorf("Holder() = %s, want %s", holder, ana)
			}
			d.WhenReferral(id, referral.Contact{By: ana}).Then(referral.Contacted{By: ana})
		}},
	)
}

func TestR11(t *testing.T) {
	hold(t,
		rule{"R11: nobody is asked twice in one referral, and everybody is in the next", func(t *testing.T, d *referraltest.Desk) {
			id := anaAndBen(d)
			d.WhenReferral(id, referral.Decline{By: ana}).Then(referral.Declined{}, referral.Offered{To: ben})
			d.Advance(15*time.Minute).Then(referral.Expired{From: ben}, referral.Waiting{})
			d.When(ana, agent.SetOverride{Override: agent.OverrideOn}).Then(agent.OverrideSet{})
			because(t, d, id, ana, "was asked before in this referral (R11)")
			d.WhenRequest(tampa).Then(referral.Requested{}, referral.Offered{To: ana})
		}},
	)
}

func TestR18(t *testing.T) {
	hold(t,
		rule{"R18: an expiry names the deadline it missed, and the next offer starts when the desk is back", func(t *testing.T, d *referraltest.Desk) {
			anaAndBen(d)
			back := noon.Add(2 * time.Hour)
			d.Downtime(2*time.Hour).Then(
				referral.Expired{From: ana, Deadline: noon.Add(15 * time.Minute), At: back},
				referral.Offered{To: ben, At: back, Deadline: back.Add(15 * time.Minute)},
			)
		}},
		rule{"R18: several that are due at once are recorded by deadline, then by request", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "es", "ht", "fr")
			d.Eligible(ben, "FL", "33606", "en")
			first := d.Requested(speaking(tampa, "en"))
			second := d.Requested(speaking(tampa, "es"))
			third := d.Requested(speaking(tampa, "ht"))
			d.Advance(time.Minute)
			d.WhenReferral(first, referral.Decline{By: ben}).Then(referral.Declined{}, referral.Waiting{})
			d.When(ana, agent.SetLanguages{Languages: []string{"es", "ht", "en"}}).Then(agent.LanguagesSet{}, referral.Offered{To: ana})
			before := d.Engine().Position()
			d.Downtime(time.Hour).Then(
				referral.Expired{Deadline: noon.Add(15 * time.Minute)}, referral.Expired{Deadline: noon.Add(15 * time.Minute)},
				referral.Expired{Deadline: noon.Add(16 * time.Minute)}, referral.Waiting{}, referral.Waiting{}, referral.Waiting{},
			)
			inOrder(t, d, before, second, third, first, first, second, third)
		}},
	)
}

// inOrder holds the records after a position to be of these referrals.
func inOrder(t *testing.T, d *referraltest.Desk, after eventlog.Position, want ...uuid.UUID) {
	t.Helper()
	i := 0
	for r, err := range d.Log().Read(t.Context(), after) {
		if err != nil || i >= len(want) || r.Stream != "referral/"+want[i].String() {
			t.Fatalf("record %d after position %d is of %s, %v, want the referrals %v in order", i+1, after, r.Stream, err, want)
		}
		i++
	}
}

func TestR23(t *testing.T) {
	hold(t,
		rule{"R23: a repeated accept answers as the first time, also after a restart", func(t *testing.T, d *referraltest.Desk) {
			id := anaAndBen(d)
			d.WhenReferral(id, referral.Accept{By: ana}).Then(referral.Accepted{By: ana})
			d.WhenReferral(id, referral.Accept{By: ana}).ThenNothing()
			d.Downtime(time.Hour).ThenNothing()
			d.WhenReferral(id, referral.Accept{By: ana}).ThenNothing()
		}},
		rule{"R23: a repeated decline does, too", func(t *testing.T, d *referraltest.Desk) {
			id := anaAndBen(d)
			d.WhenReferral(id, referral.Decline{By: ana}).Then(referral.Declined{}, referral.Offered{To: ben})
			d.WhenReferral(id, referral.Decline{By: ana}).ThenNothing()
		}},
		rule{"R23: a repeated request answers as the first time, and is refused with other content", func(t *testing.T, d *referraltest.Desk) {
			anaAndBen(d)
			r := tampa
			r.ID = uuid.MustParse("01990000-0000-7000-8000-000000000001")
			d.WhenRequest(r).Then(referral.Requested{ID: r.ID}, referral.Offered{To: ana})
			d.WhenRequest(r).ThenNothing()
			d.WhenRequest(speaking(r, "es", "en")).ThenRejected("R23", referral.ErrExists)
		}},
		rule{"R23: a command that would change nothing succeeds and adds nothing", func(t *testing.T, d *referraltest.Desk) {
			anaAndBen(d)
			d.When(ana, agent.ChooseDisplay{Choice: agent.DisplayAll}, agent.SetLanguages{Languages: []string{"es"}}, d.License("FL")).ThenNothing()
		}},
		rule{"R23: accept after decline, decline after accept, and accept by another are refused, and the error says which", func(t *testing.T, d *referraltest.Desk) {
			id := anaAndBen(d)
			d.WhenReferral(id, referral.Accept{By: ben}).ThenRejected("R23", referral.ErrNotOffered)
			d.WhenReferral(id, referral.Decline{By: ana}).Then(referral.Declined{}, referral.Offered{To: ben})
			d.WhenReferral(id, referral.Accept{By: ana}).ThenRejected("R23", referral.ErrAnswered)
			d.WhenReferral(id, referral.Accept{By: ben}).Then(referral.Accepted{By: ben})
			d.WhenReferral(id, referral.Decline{By: ben}).ThenRejected("R23", referral.ErrAnswered)
			d.WhenReferral(id, referral.Accept{By: cho}).ThenRejected("R23", referral.ErrNotOffered, agent.ErrUnknown)
			if err := d.WhenReferral(uuid.UUID{15: 99}, referral.Accept{By: ana}).Err(); !errors.Is(err, referral.ErrNotFound) {
				t.Errorf("Accept of no referral = %v, want %v", err, referral.ErrNotFound)
			}
		}},
	)
}

func TestR24(t *testing.T) {
	hold(t,
		rule{"R24: a consumer withdraws, and the open offer ends with it", func(t *testing.T, d *referraltest.Desk) {
			id := anaAndBen(d)
			d.WhenReferral(id, referral.Withdraw{}).Then(referral.Withdrawn{At: noon})
			d.WhenReferral(id, referral.Withdraw{}).ThenNothing()
			d.WhenReferral(id, referral.Accept{By: ana}).ThenRejected("R24", referral.ErrEnded)
			d.Advance(48 * time.Hour).ThenNothing()
		}},
		rule{"R24: a consumer withdraws while nobody is in line", func(t *testing.T, d *referraltest.Desk) {
			id := d.Requested(tampa)
			d.WhenReferral(id, referral.Withdraw{}).Then(referral.Withdrawn{})
			d.Eligible(ana, "FL", "33602", "es")
			d.Advance(48 * time.Hour).ThenNothing()
		}},
		rule{"R24: not after acceptance", func(t *testing.T, d *referraltest.Desk) {
			id := anaAndBen(d)
			d.WhenReferral(id, referral.Accept{By: ana}).Then(referral.Accepted{})
			d.WhenReferral(id, referral.Withdraw{}).ThenRejected("R24", referral.ErrEnded)
		}},
		rule{"R24: nor once it is exhausted", func(t *testing.T, d *referraltest.Desk) {
			id := d.Requested(tampa)
			d.Advance(24 * time.Hour).Then(referral.Exhausted{})
			d.WhenReferral(id, referral.Withdraw{}).ThenRejected("R24", referral.ErrEnded)
		}},
	)
}
