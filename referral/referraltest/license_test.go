package referraltest_test

import (
	"testing"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/geo/zone"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/referraltest"
)

func TestR19(t *testing.T) {
	cms2 := policy(func(p *referral.Policy) { p.Terms = agent.Terms{CMS: "2", HelpOnDemand: "1"} })
	both2 := policy(func(p *referral.Policy) { p.Terms = agent.Terms{CMS: "2", HelpOnDemand: "2"} })
	hold(t,
		rule{"R19 S13: one of two required terms is not enough", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "es")
			d.WhenPolicy(both2).Then(referral.PolicySet{})
			id := d.Requested(tampa)
			d.When(ana, agent.AcceptTerms{Document: agent.HelpOnDemand, Version: "2"}).Then(agent.TermsAccepted{Document: agent.HelpOnDemand})
			because(t, d, id, ana, "has not accepted the required version of CMS's terms (R19)")
			d.When(ana, agent.AcceptTerms{Document: agent.CMS, Version: "2"}).Then(agent.TermsAccepted{Document: agent.CMS}, referral.Offered{To: ana})
		}},
		rule{"R19: acceptance is per document", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "es")
			d.Given(ana, agent.AcceptTerms{Document: agent.HelpOnDemand, Version: "2"})
			d.WhenPolicy(cms2).Then(referral.PolicySet{})
			d.WhenRequest(tampa).Then(referral.Requested{}, referral.Waiting{})
		}},
		rule{"R19: a new required version lets an open offer stand, and keeps new ones away until it is accepted", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "es")
			id := d.Requested(tampa)
			d.WhenPolicy(cms2).Then(referral.PolicySet{Terms: cms2.Terms})
			d.Requested(tampa)
			d.WhenReferral(id, referral.Accept{By: ana}).Then(referral.Accepted{By: ana})
			d.Advance(time.Hour).ThenNothing()
			d.When(ana, agent.AcceptTerms{Document: agent.CMS, Version: "2"}).Then(agent.TermsAccepted{Version: "2"}, referral.Offered{To: ana})
		}},
		rule{"R19: an older version accepted before is good again when it is required again", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "es")
			d.WhenPolicy(cms2).Then(referral.PolicySet{})
			d.Requested(tampa)
			d.WhenPolicy(policy(func(p *referral.Policy) { p.Terms.CMS = "1" })).Then(referral.PolicySet{}, referral.Offered{To: ana})
		}},
	)
}

func TestR20(t *testing.T) {
	georgia := agent.Terminate{Cause: agent.CauseNonresidentLicense, State: "GA"}
	hold(t,
		rule{"R20: a nonresident-license cause takes out that state only, and the offer open there", func(t *testing.T, d *referraltest.Desk) {
			inTwoStates(d, agent.DisplayAll)
			home, away := d.Requested(tampa), d.Requested(atlanta)
			d.When(ana, georgia).Then(
				agent.Terminated{Cause: agent.CauseNonresidentLicense, State: "GA"},
				referral.Rescinded{From: ana, Reasons: []agent.Reason{{Code: agent.IsTerminated, State: "GA"}}},
				referral.Waiting{},
			)
			if r := d.Referral(away); r.Status != referral.StatusWaiting {
				t.Errorf("the referral in GA is %s, want it waiting", r.Status)
			}
			shows(t, d, "FL", ana)
			shows(t, d, "GA")
			d.WhenReferral(home, referral.Accept{By: ana}).Then(referral.Accepted{By: ana})
		}},
		rule{"R20: reinstatement ends it, and brings no closed offer back", func(t *testing.T, d *referraltest.Desk) {
			inTwoStates(d, agent.DisplayAll)
			away := d.Requested(atlanta)
			d.Given(ana, georgia)
			d.When(ana, agent.Reinstate{Cause: agent.CauseNonresidentLicense, State: "GA"}).Then(agent.Reinstated{State: "GA"})
			d.WhenReferral(away, referral.Accept{By: ana}).ThenRejected("R7", referral.ErrNotOffered)
			because(t, d, away, ana, "was asked before in this referral (R11)")
			shows(t, d, "GA", ana)
			d.WhenRequest(atlanta).Then(referral.Requested{}, referral.Offered{To: ana})
		}},
		rule{"R20: each of two terminations must end", func(t *testing.T, d *referraltest.Desk) {
			inTwoStates(d, agent.DisplayAll)
			d.Given(ana, georgia, agent.Terminate{Cause: agent.CauseNoncompliance})
			d.Requested(atlanta)
			d.When(ana, agent.Reinstate{Cause: agent.CauseNoncompliance}).Then(agent.Reinstated{Cause: agent.CauseNoncompliance})
			d.When(ana, agent.Reinstate{Cause: agent.CauseNonresidentLicense, State: "GA"}).Then(agent.Reinstated{}, referral.Offered{To: ana})
		}},
	)
	for _, cause := range []agent.Cause{agent.CauseFraud, agent.CauseNoncompliance, agent.CauseResidentLicense} {
		hold(t, rule{"R20: " + string(cause) + " takes the whole agent out", func(t *testing.T, d *referraltest.Desk) {
			inTwoStates(d, agent.DisplayAll)
			d.Requested(tampa)
			d.Requested(atlanta)
			rescinded := func(in geo.State) referral.Rescinded {
				return referral.Rescinded{From: ana, Reasons: []agent.Reason{{Code: agent.IsTerminated, State: in}}}
			}
			d.When(ana, agent.Terminate{Cause: cause}).Then(
				agent.Terminated{Cause: cause}, rescinded("FL"), rescinded("GA"), referral.Waiting{}, referral.Waiting{})
			shows(t, d, "FL")
			shows(t, d, "GA")
			d.When(ana, agent.Reinstate{Cause: cause}).Then(agent.Reinstated{Cause: cause})
			d.WhenRequest(tampa).Then(referral.Requested{}, referral.Offered{To: ana})
		}})
	}
}

func TestR21(t *testing.T) {
	hold(t,
		rule{"R21: an expiry in 2999 or 9999 is no end", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "es")
			for _, perpetual := range []time.Time{
				{}, time.Date(2999, 12, 31, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC),
			} {
				d.Given(ana, agent.RemoveLicense{State: "GA", Number: "L-GA"})
				l := d.License("GA")
				l.Expires = perpetual
				events := d.When(ana, l).Events()
				if got, ok := events[0].(agent.LicenseRecorded); !ok || !got.Expires.IsZero() {
					t.Errorf("an expiry of %v is recorded as %v, want none", perpetual, events)
				}
				if !known(t, d, ana).StateChoices(time.Date(3500, 1, 1, 0, 0, 0, 0, time.UTC))[1].Ticked {
					t.Errorf("a license that expires at %v is not valid in 3500", perpetual)
				}
			}
			d.WhenRequest(atlanta).Then(referral.Requested{}, referral.Offered{To: ana})
		}},
		rule{"R21: of two licenses in one state, one that is valid is enough", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "es")
			old := d.License("FL")
			old.Number, old.Expires = "L-OLD", noon.AddDate(0, -1, 0)
			d.Given(ana, old)
			d.WhenRequest(tampa).Then(referral.Requested{}, referral.Offered{To: ana})
			d.When(ana, agent.RemoveLicense{State: "FL", Number: "L-FL"}).Then(agent.LicenseRemoved{},
				referral.Rescinded{Reasons: []agent.Reason{{Code: agent.LicenseExpired, State: "FL"}}}, referral.Waiting{})
		}},
		rule{"R21: the one that ends hands over to the one that begins then", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "es")
			turn := noon.Add(5 * time.Minute)
			first, second := d.License("FL"), d.License("FL")
			first.Expires, second.Number, second.Effective = turn, "L-NEW", turn
			d.Given(ana, first, second)
			d.Requested(tampa)
			d.Advance(15*time.Minute).Then(referral.Expired{From: ana}, referral.Waiting{})
		}},
		rule{"R21: it runs from its first instant up to, and not including, its end", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "es")
			l := d.License("FL")
			l.Effective, l.Expires = noon.Add(time.Hour), noon.Add(2*time.Hour)
			d.Given(ana, l)
			d.Requested(tampa)
			d.Advance(time.Hour - 1).ThenNothing()
			d.Advance(1).Then(referral.Offered{To: ana})
			d.Advance(time.Hour - 1)
			d.WhenRequest(tampa).Then(referral.Requested{}, referral.Offered{To: ana})
			d.Advance(1).Then(referral.Rescinded{From: ana}, referral.Waiting{})
		}},
		rule{"R21: a health line counts from when it is issued", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "es")
			l := d.License("FL")
			l.Lines = []agent.Line{{Name: "Life", Active: true}, {Name: "Health", Health: true, Active: true, Issued: noon.Add(time.Hour)}}
			d.Given(ana, l)
			id := d.Requested(tampa)
			because(t, d, id, ana, "holds a license without an active health line of authority in FL (R21)")
			d.Advance(time.Hour).Then(referral.Offered{To: ana})
		}},
	)
}

func TestR22(t *testing.T) {
	newYear := time.Date(2027, 1, 1, 5, 0, 0, 0, time.UTC) // midnight in New York
	training := func(year int, from, until time.Time) agent.Command {
		return agent.CompleteTraining{PlanYear: year, From: from, Until: until}
	}
	registration := func(year int, from, until time.Time) agent.Command {
		return agent.CompleteRegistration{PlanYear: year, From: from, Until: until}
	}
	lastYear, nextYear := newYear.AddDate(-1, 0, 0), newYear.AddDate(1, 0, 0)
	hold(t,
		rule{"R22: training for one year and registration for another is not enough; both must cover the moment", func(t *testing.T, d *referraltest.Desk) {
			d.WhenPolicy(policy(func(p *referral.Policy) { p.GiveUp = 0 })).Then(referral.PolicySet{})
			d.Eligible(ana, "FL", "33602", "es")
			d.Given(ana, training(2027, newYear, nextYear), registration(2027, lastYear, newYear))
			id := d.Requested(tampa)
			because(t, d, id, ana, "has no Marketplace training that covers the moment (S2)")
			d.Advance(newYear.Sub(noon)).ThenNothing()
			because(t, d, id, ana, "has no Marketplace registration that covers the moment (S2)")
			d.When(ana, registration(2028, newYear, nextYear)).Then(agent.RegistrationCompleted{PlanYear: 2028}, referral.Offered{To: ana})
		}},
		rule{"R22 R8: the turn of the plan year inside a window ends the offer", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "es")
			d.Given(ana, training(2027, lastYear, newYear), registration(2027, lastYear, newYear))
			d.Advance(newYear.Sub(noon) - 10*time.Minute)
			d.WhenRequest(tampa).Then(referral.Requested{}, referral.Offered{To: ana})
			d.Advance(15*time.Minute).Then(
				referral.Rescinded{From: ana, Reasons: []agent.Reason{{Code: agent.NoTraining}, {Code: agent.NoRegistration}}, At: newYear},
				referral.Waiting{})
		}},
		rule{"R22: with the next year's done it does not", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "es")
			d.Given(ana, training(2027, lastYear, newYear), registration(2027, lastYear, newYear),
				training(2028, newYear, nextYear), registration(2028, newYear, nextYear))
			d.Advance(newYear.Sub(noon) - 10*time.Minute)
			id := d.Requested(tampa)
			d.Advance(14 * time.Minute).ThenNothing()
			d.WhenReferral(id, referral.Accept{By: ana}).Then(referral.Accepted{By: ana})
		}},
		rule{"R22: joining Help On Demand happens once", func(t *testing.T, d *referraltest.Desk) {
			d.Given(ana, agent.Register{Name: "Ana Ruiz"})
			d.When(ana, agent.Register{Name: "Ana Ruiz"}).ThenNothing()
			d.When(ana, agent.Register{Name: "Ana Maria Ruiz"}).ThenRejected("R22")
			d.When(ana, agent.Register{NPN: ben, Name: "Ana Ruiz"}).ThenRejected("R22")
		}},
	)
}

func TestR35(t *testing.T) {
	for _, place := range []struct {
		says  string
		state geo.State
		zip   geo.ZIP
		last  time.Time // the license's last day, as a registry writes it
		ends  string    // when it ends
	}{
		{"R35: a license in Indiana ends with its last day in Indianapolis, in winter", "IN", "46204", time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC), "2027-01-01T05:00:00Z"},
		{"R35: and in summer", "IN", "46204", time.Date(2027, 6, 30, 0, 0, 0, 0, time.UTC), "2027-07-01T04:00:00Z"},
		{"R35: also where it is an hour earlier, in Gary", "IN", "46402", time.Date(2027, 6, 30, 0, 0, 0, 0, time.UTC), "2027-07-01T04:00:00Z"},
		{"R35: a license in Arizona ends with its last day in Phoenix, in winter", "AZ", "85003", time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC), "2027-01-01T07:00:00Z"},
		{"R35: and in summer, without daylight time", "AZ", "85003", time.Date(2027, 6, 30, 0, 0, 0, 0, time.UTC), "2027-07-01T07:00:00Z"},
		{"R35: the day on which daylight time begins has 23 hours", "IN", "46204", time.Date(2027, 3, 14, 0, 0, 0, 0, time.UTC), "2027-03-15T04:00:00Z"},
	} {
		hold(t, rule{place.says, func(t *testing.T, d *referraltest.Desk) {
			there, ok := zone.Of(place.state)
			ends, err := time.Parse(time.RFC3339, place.ends)
			if !ok || err != nil {
				t.Fatal(place.state, err)
			}
			d.Eligible(ana, place.state, place.zip, "es")
			l := d.License(place.state)
			l.Expires = time.Date(place.last.Year(), place.last.Month(), place.last.Day()+1, 0, 0, 0, 0, there)
			d.Given(ana, l)
			d.Advance(ends.Sub(noon) - 1)
			request := referral.Request{Subject: "case-1", State: place.state, ZIP: place.zip, Languages: []string{"es"}}
			d.WhenRequest(request).Then(referral.Requested{}, referral.Offered{To: ana})
			d.Advance(1).Then(referral.Rescinded{From: ana, At: ends}, referral.Waiting{})
		}})
	}
}
