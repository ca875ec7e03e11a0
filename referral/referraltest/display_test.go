package referraltest_test

import (
	"slices"
	"testing"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/referraltest"
)

func TestR3(t *testing.T) {
	hold(t,
		rule{"R3: choice 3 without a license at home takes no part, and the verdict says why", func(t *testing.T, d *referraltest.Desk) {
			inTwoStates(d, agent.DisplayHome)
			d.Given(ana, agent.RemoveLicense{State: "FL", Number: "L-FL"})
			shows(t, d, "FL")
			shows(t, d, "GA")
			home := d.Requested(tampa)
			because(t, d, home, ana, "has chosen display 3 and holds no valid license at home in FL (R3)", "holds no license in FL (S14)")
			away := d.Requested(atlanta)
			because(t, d, away, ana, "has chosen display 3 and is not at home in GA (S7)", "has chosen display 3 and holds no valid license at home in FL (R3)")
		}},
	)
}

// moveToAtlanta is ana's move out of Tampa.
var moveToAtlanta = agent.UpdateProfile{Name: "Ana Ruiz", Email: "ana@example.com", State: "GA", ZIP: "30303"}

func TestR3HomeMoves(t *testing.T) {
	hold(t,
		rule{"S7 R7: under choice 3 a move ends the offer open at the old home, and the new home is eligible with a license there", func(t *testing.T, d *referraltest.Desk) {
			inTwoStates(d, agent.DisplayHome)
			d.Requested(tampa)
			d.Requested(atlanta)
			d.When(ana, moveToAtlanta).Then(
				agent.ProfileUpdated{State: "GA"},
				referral.Rescinded{From: ana, Reasons: []agent.Reason{{Code: agent.NotHome, State: "FL"}}},
				referral.Waiting{},
				referral.Offered{To: ana},
			)
			shows(t, d, "FL")
			shows(t, d, "GA", ana)
		}},
		rule{"R3 R7: without one it is eligible nowhere", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "es")
			d.Given(ana, agent.ChooseDisplay{Choice: agent.DisplayHome})
			d.Requested(tampa)
			id := d.Requested(atlanta)
			d.When(ana, moveToAtlanta).Then(
				agent.ProfileUpdated{State: "GA"},
				referral.Rescinded{From: ana, Reasons: []agent.Reason{{Code: agent.NotHome, State: "FL"}, {Code: agent.NoHomeLicense, State: "GA"}}},
				referral.Waiting{},
			)
			because(t, d, id, ana, "has chosen display 3 and holds no valid license at home in GA (R3)", "holds no license in GA (S14)")
		}},
		rule{"S5 R7: under choice 1 a move ends nothing", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "es")
			d.Requested(tampa)
			d.When(ana, moveToAtlanta).Then(agent.ProfileUpdated{State: "GA"})
		}},
	)
}

func TestR4(t *testing.T) {
	hold(t,
		rule{"R4: 1, 3 and 1 again keeps the unticked states, dormant meanwhile", func(t *testing.T, d *referraltest.Desk) {
			inTwoStates(d, agent.DisplayAll)
			d.Given(ana, agent.UntickStates{States: []geo.State{"FL"}})
			home := d.Requested(tampa)
			because(t, d, home, ana, "has unticked referrals in FL (S11)")
			d.When(ana, agent.ChooseDisplay{Choice: agent.DisplayHome}).Then(agent.DisplayChosen{Choice: 3}, referral.Offered{To: ana})
			d.When(ana, agent.ChooseDisplay{Choice: agent.DisplayAll}).Then(agent.DisplayChosen{Choice: 1})
			d.WhenRequest(tampa).Then(referral.Requested{}, referral.Waiting{})
			if _, unticked, _ := choices(t, d, ana); !slices.Equal(unticked, []geo.State{"FL"}) {
				t.Errorf("%v are unticked, want FL", unticked)
			}
		}},
		rule{"R4: editing them while they are dormant is refused", func(t *testing.T, d *referraltest.Desk) {
			inTwoStates(d, agent.DisplayAll)
			for _, dormant := range []agent.Display{agent.DisplayHome, agent.DisplayNone} {
				d.Given(ana, agent.ChooseDisplay{Choice: dormant})
				d.When(ana, agent.UntickStates{States: []geo.State{"GA"}}).ThenRejected("R4")
				d.When(ana, agent.UntickStates{}).ThenRejected("R4")
			}
			d.When(ana, agent.ChooseDisplay{Choice: agent.DisplayNoStreet}, agent.UntickStates{States: []geo.State{"GA"}}).
				Then(agent.DisplayChosen{Choice: 2}, agent.StatesUnticked{States: geo.StatesOf("GA")})
		}},
	)
}

func TestR5(t *testing.T) {
	hold(t,
		rule{"R5: a new license is ticked, whatever else is unticked", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "es")
			d.Given(ana, agent.UntickStates{States: []geo.State{"FL"}})
			d.Requested(atlanta)
			d.When(ana, d.License("GA")).Then(agent.LicenseRecorded{State: "GA"}, referral.Offered{To: ana})
			if ticked, _, _ := choices(t, d, ana); !slices.Equal(ticked, []geo.State{"GA"}) {
				t.Errorf("%v are ticked, want GA", ticked)
			}
		}},
	)
}

func TestR6(t *testing.T) {
	hold(t,
		rule{"R6: unticked, lost and regained, a license is still unticked", func(t *testing.T, d *referraltest.Desk) {
			inTwoStates(d, agent.DisplayAll)
			d.Given(ana, agent.UntickStates{States: []geo.State{"GA"}})
			d.When(ana, agent.RemoveLicense{State: "GA", Number: "L-GA"}).Then(agent.LicenseRemoved{State: "GA"})
			d.Requested(atlanta)
			d.When(ana, d.License("GA")).Then(agent.LicenseRecorded{State: "GA"})
			if _, unticked, _ := choices(t, d, ana); !slices.Equal(unticked, []geo.State{"GA"}) {
				t.Errorf("%v are unticked, want GA", unticked)
			}
		}},
	)
}

func TestR26(t *testing.T) {
	hold(t,
		rule{"R26: a choice not yet made is invisible and gets no offers", func(t *testing.T, d *referraltest.Desk) {
			d.Given(ana, agent.Register{Name: "Ana Ruiz"}, d.License("FL"), agent.SetLanguages{Languages: []string{"es"}},
				agent.CompleteTraining{PlanYear: 2027, From: noon, Until: noon.AddDate(1, 0, 0)},
				agent.CompleteRegistration{PlanYear: 2027, From: noon, Until: noon.AddDate(1, 0, 0)},
				agent.UpdateProfile{Name: "Ana Ruiz", Email: "ana@example.com", State: "FL", ZIP: "33602"},
				agent.AcceptTerms{Document: agent.CMS, Version: "1"}, agent.AcceptTerms{Document: agent.HelpOnDemand, Version: "1"}, agent.ReviewProfile{})
			shows(t, d, "FL")
			id := d.Requested(tampa)
			because(t, d, id, ana, "has made no display choice (R26)")
			d.When(ana, agent.ChooseDisplay{Choice: agent.DisplayHome}).Then(agent.DisplayChosen{Choice: 3}, referral.Offered{To: ana})
		}},
		rule{"R26: a choice that is not 1 to 4 is refused", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "es")
			for _, choice := range []agent.Display{0, 5, 255} {
				d.When(ana, agent.ChooseDisplay{Choice: choice}).ThenRejected("R26")
			}
		}},
	)
}

func TestR28(t *testing.T) {
	hold(t,
		rule{"R28: under choice 2 matching uses the office point, and the card shows nothing of it", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "es")
			d.Eligible(ben, "FL", "33606", "es")
			point, err := geo.MakePoint(27.9536, -82.4563)
			if err != nil {
				t.Fatal(err)
			}
			d.Given(ben, agent.ChooseDisplay{Choice: agent.DisplayNoStreet}, agent.UpdateProfile{
				Name: "Ben Low", Email: "ben@example.com", Street: "2 Bay Street", State: "FL", ZIP: "33606", Point: point,
			})
			request := tampa
			request.Point = point
			d.WhenRequest(request).Then(referral.Requested{}, referral.Offered{To: ben})
			if c, ok := known(t, d, ben).Card("FL", noon); !ok || c.Street != "" || c.ZIP != "33606" {
				t.Errorf("Card(FL) = %+v, %t, want the ZIP and no street", c, ok)
			}
		}},
	)
}

func TestR32(t *testing.T) {
	from := noon.AddDate(0, -1, 0)
	hold(t,
		rule{"R32: preferences, terms, channels and duty keep nobody out of the directory", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "es")
			d.Given(ana, agent.UntickStates{States: []geo.State{"FL"}}, agent.SetOverride{Override: agent.OverrideOff},
				agent.SetAbsence{From: noon, Until: noon.Add(time.Hour)}, agent.UpdateProfile{Name: "Ana Ruiz", State: "FL", ZIP: "33602"})
			d.WhenPolicy(policy(func(p *referral.Policy) { p.Terms = agent.Terms{CMS: "2", HelpOnDemand: "2"} })).Then(referral.PolicySet{})
			shows(t, d, "FL", ana)
			id := d.Requested(tampa)
			because(t, d, id, ana,
				"has not accepted the required version of CMS's terms (R19)", "has not accepted the required version of Help On Demand's terms (R19)",
				"has unticked referrals in FL (S11)", "has no channel and no e-mail address for an offer (R34)", "is off duty (B1)")
		}},
		rule{"R32: nor does a review that is not done", func(t *testing.T, d *referraltest.Desk) {
			d.Given(ana, agent.Register{Name: "Ana Ruiz"}, d.License("FL"), agent.ChooseDisplay{Choice: agent.DisplayAll},
				agent.CompleteTraining{PlanYear: 2027, From: from, Until: noon.AddDate(1, 0, 0)},
				agent.CompleteRegistration{PlanYear: 2027, From: from, Until: noon.AddDate(1, 0, 0)})
			shows(t, d, "FL", ana)
		}},
		rule{"R32: display choice, license, training, registration and termination do", func(t *testing.T, d *referraltest.Desk) {
			for _, out := range []agent.Command{
				agent.ChooseDisplay{Choice: agent.DisplayNone},
				agent.RemoveLicense{State: "FL", Number: "L-FL"},
				agent.CompleteTraining{PlanYear: 2027, From: from, Until: noon},
				agent.CompleteRegistration{PlanYear: 2027, From: from, Until: noon},
				agent.Terminate{Cause: agent.CauseNoncompliance},
			} {
				d.Eligible(ana, "FL", "33602", "es")
				shows(t, d, "FL", ana)
				d.Given(ana, out)
				shows(t, d, "FL")
			}
		}},
	)
}
