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

func TestS1(t *testing.T) {
	hold(t,
		rule{"S1: whoever asks is brought together with an agent in the same step", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "es")
			d.WhenRequest(tampa).Then(referral.Requested{Subject: "case-1", At: noon}, referral.Offered{To: ana, At: noon})
		}},
	)
}

func TestS2(t *testing.T) {
	from := noon.AddDate(0, -1, 0)
	hold(t,
		rule{"S2: who has not completed training takes no part", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "es")
			d.Given(ana, agent.CompleteTraining{PlanYear: 2027, From: from, Until: noon})
			id := d.Requested(tampa)
			because(t, d, id, ana, "has no Marketplace training that covers the moment (S2)")
		}},
		rule{"S2: nor who has not completed Marketplace registration", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "es")
			d.Given(ana, agent.CompleteRegistration{PlanYear: 2027, From: from, Until: noon})
			d.WhenRequest(tampa).Then(referral.Requested{}, referral.Waiting{})
		}},
		rule{"S2: who completes both later is asked then", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "es")
			d.Given(ana, agent.CompleteTraining{PlanYear: 2027, From: from, Until: noon}, agent.CompleteRegistration{PlanYear: 2027, From: from, Until: noon})
			d.Requested(tampa)
			d.When(ana, agent.CompleteTraining{PlanYear: 2027, From: from, Until: noon.AddDate(1, 0, 0)}).Then(agent.TrainingCompleted{})
			d.When(ana, agent.CompleteRegistration{PlanYear: 2027, From: from, Until: noon.AddDate(1, 0, 0)}).
				Then(agent.RegistrationCompleted{}, referral.Offered{To: ana})
		}},
	)
}

func TestS4(t *testing.T) {
	for choice := agent.DisplayAll; choice <= agent.DisplayNone; choice++ {
		hold(t, rule{"S4: display choice " + choice.String() + " governs the directory and referrals alike", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "es")
			d.Given(ana, agent.ChooseDisplay{Choice: choice})
			if choice != agent.DisplayNone {
				shows(t, d, "FL", ana)
				d.WhenRequest(tampa).Then(referral.Requested{}, referral.Offered{To: ana})
			} else {
				shows(t, d, "FL")
				d.WhenRequest(tampa).Then(referral.Requested{}, referral.Waiting{})
			}
		}})
	}
}

// inTwoStates registers ana in Tampa with licenses in Florida and Georgia.
func inTwoStates(d *referraltest.Desk, choice agent.Display) {
	d.Eligible(ana, "FL", "33602", "es")
	georgia := d.License("GA")
	georgia.Residency = agent.Nonresident
	d.Given(ana, georgia, agent.ChooseDisplay{Choice: choice}, agent.UpdateProfile{
		Name: "Ana Ruiz", Email: "ana@example.com", Phone: "813 555 0100", Street: "1 Bay Street", City: "Tampa", State: "FL", ZIP: "33602",
	})
}

func TestS5toS8(t *testing.T) {
	hold(t,
		rule{"S5: choice 1 shows all contact information in every state with a valid health license", func(t *testing.T, d *referraltest.Desk) {
			inTwoStates(d, agent.DisplayAll)
			for _, state := range []geo.State{"FL", "GA"} {
				c, ok := known(t, d, ana).Card(state, noon)
				if !ok || c.Name != "Ana Ruiz" || c.Email != "ana@example.com" || c.Phone != "813 555 0100" || c.Street != "1 Bay Street" || c.City != "Tampa" {
					t.Errorf("Card(%s) = %+v, %t, want all contact information", state, c, ok)
				}
			}
			shows(t, d, "AL")
			d.WhenRequest(atlanta).Then(referral.Requested{}, referral.Offered{To: ana})
		}},
		rule{"S6: choice 2 is choice 1 without the street", func(t *testing.T, d *referraltest.Desk) {
			inTwoStates(d, agent.DisplayNoStreet)
			for _, state := range []geo.State{"FL", "GA"} {
				c, ok := known(t, d, ana).Card(state, noon)
				if !ok || c.Email != "ana@example.com" || c.Phone != "813 555 0100" || c.Street != "" || c.City != "Tampa" {
					t.Errorf("Card(%s) = %+v, %t, want all but the street", state, c, ok)
				}
			}
			d.WhenRequest(atlanta).Then(referral.Requested{}, referral.Offered{To: ana})
		}},
		rule{"S7: choice 3 shows all contact information, in the home state only", func(t *testing.T, d *referraltest.Desk) {
			inTwoStates(d, agent.DisplayHome)
			if c, ok := known(t, d, ana).Card("FL", noon); !ok || c.Street != "1 Bay Street" {
				t.Errorf("Card(FL) = %+v, %t, want the street", c, ok)
			}
			shows(t, d, "GA")
			d.WhenRequest(tampa).Then(referral.Requested{}, referral.Offered{To: ana})
			d.WhenRequest(atlanta).Then(referral.Requested{}, referral.Waiting{})
		}},
		rule{"S8: choice 4 takes no part until the choice is changed", func(t *testing.T, d *referraltest.Desk) {
			inTwoStates(d, agent.DisplayNone)
			shows(t, d, "FL")
			d.WhenRequest(tampa).Then(referral.Requested{}, referral.Waiting{})
			d.Advance(time.Hour).ThenNothing()
			d.When(ana, agent.ChooseDisplay{Choice: agent.DisplayNoStreet}).Then(agent.DisplayChosen{Choice: 2}, referral.Offered{To: ana})
			shows(t, d, "FL", ana)
		}},
	)
}

func TestS9(t *testing.T) {
	hold(t,
		rule{"S9: preferences narrow referrals under choices 1 and 2", func(t *testing.T, d *referraltest.Desk) {
			for _, choice := range []agent.Display{agent.DisplayAll, agent.DisplayNoStreet} {
				inTwoStates(d, choice)
				d.Given(ana, agent.UntickStates{States: []geo.State{"GA"}})
				d.WhenRequest(atlanta).Then(referral.Requested{}, referral.Waiting{})
			}
		}},
		rule{"S9: they do not exist under choices 3 and 4", func(t *testing.T, d *referraltest.Desk) {
			inTwoStates(d, agent.DisplayAll)
			d.Given(ana, agent.UntickStates{States: []geo.State{"FL", "GA"}})
			d.Given(ana, agent.ChooseDisplay{Choice: agent.DisplayHome})
			if list := known(t, d, ana).StateChoices(noon); list != nil {
				t.Errorf("StateChoices() = %v, want none", list)
			}
			d.WhenRequest(tampa).Then(referral.Requested{}, referral.Offered{To: ana})
		}},
	)
}

// sevenStates are those of the source's worked example, each with a ZIP.
var sevenStates = []struct {
	state geo.State
	zip   geo.ZIP
}{{"AK", "99501"}, {"AL", "35203"}, {"AR", "72201"}, {"AZ", "85003"}, {"UT", "84101"}, {"WI", "53202"}, {"WY", "82001"}}

// inSevenStates registers ana in Phoenix with a license in each of the seven.
func inSevenStates(d *referraltest.Desk) {
	d.Eligible(ana, "AZ", "85003", "es")
	for _, s := range sevenStates {
		d.Given(ana, d.License(s.state))
	}
}

func TestS10(t *testing.T) {
	hold(t,
		rule{"S10: the list shows every state with a valid health license, ticked", func(t *testing.T, d *referraltest.Desk) {
			inSevenStates(d)
			ticked, unticked, missing := choices(t, d, ana)
			if !slices.Equal(ticked, []geo.State{"AK", "AL", "AR", "AZ", "UT", "WI", "WY"}) || unticked != nil || len(missing) > 0 {
				t.Errorf("the list is %v ticked, %v unticked, %v missing; want all seven ticked", ticked, unticked, missing)
			}
		}},
	)
}

func TestS11(t *testing.T) {
	hold(t,
		rule{"S11: licensed in AK, AL, AR, AZ, UT, WI, WY and wanting all but WI, the agent is offered in each of the six and not in WI", func(t *testing.T, d *referraltest.Desk) {
			inSevenStates(d)
			d.When(ana, agent.UntickStates{States: []geo.State{"WI"}}).Then(agent.StatesUnticked{States: geo.StatesOf("WI")})
			for _, s := range sevenStates {
				asks := d.WhenRequest(referral.Request{Subject: "case-" + string(s.state), State: s.state, ZIP: s.zip, Languages: []string{"es"}})
				if s.state == "WI" {
					asks.Then(referral.Requested{State: s.state}, referral.Waiting{})
				} else {
					asks.Then(referral.Requested{State: s.state}, referral.Offered{To: ana})
				}
			}
			ticked, unticked, missing := choices(t, d, ana)
			if !slices.Equal(ticked, []geo.State{"AK", "AL", "AR", "AZ", "UT", "WY"}) || !slices.Equal(unticked, []geo.State{"WI"}) || len(missing) > 0 {
				t.Errorf("the list is %v ticked, %v unticked, %v missing; want all ticked but WI", ticked, unticked, missing)
			}
		}},
		rule{"S11: ticking WI again brings whoever waits there", func(t *testing.T, d *referraltest.Desk) {
			inSevenStates(d)
			d.Given(ana, agent.UntickStates{States: []geo.State{"WI"}})
			d.Requested(referral.Request{Subject: "case-1", State: "WI", ZIP: "53202", Languages: []string{"es"}})
			d.When(ana, agent.UntickStates{}).Then(agent.StatesUnticked{}, referral.Offered{To: ana})
		}},
	)
}

func TestS12(t *testing.T) {
	hold(t,
		rule{"S12: a state that the registry shows and the list lacks says why, and whom to write to", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "es")
			life := d.License("GA")
			life.Lines = []agent.Line{{Name: "Life", Active: true}}
			d.Given(ana, life)
			list := known(t, d, ana).StateChoices(noon)
			want := agent.Reason{Code: agent.NoHealthLine, State: "GA"}
			if len(list) != 2 || list[1].State != "GA" || !slices.Equal(list[1].Missing, []agent.Reason{want}) || list[1].Support != "FFMProducer-Assister@cms.hhs.gov" {
				t.Errorf("StateChoices() = %+v, want GA to be missing: it %s", list, want)
			}
			if list[0].Support != "" || !list[0].Ticked {
				t.Errorf("StateChoices() = %+v, want FL on it", list)
			}
		}},
		rule{"S12: the agent cannot add it by ticking", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "es")
			d.When(ana, agent.UntickStates{}).ThenNothing()
			d.WhenRequest(atlanta).Then(referral.Requested{}, referral.Waiting{})
		}},
	)
}

func TestS13(t *testing.T) {
	hold(t,
		rule{"S13: the agent is asked once registration, both terms and the review are done, and not before", func(t *testing.T, d *referraltest.Desk) {
			year := agent.Completion{PlanYear: 2027, From: noon.AddDate(0, -1, 0), Until: noon.AddDate(1, 0, 0)}
			d.Requested(tampa)
			d.When(ana, agent.AcceptTerms{Document: agent.CMS, Version: "1"}).ThenRejected("R22", agent.ErrUnknown)
			steps := []agent.Command{
				agent.Register{Name: "Ana Ruiz"},
				agent.CompleteTraining{PlanYear: year.PlanYear, From: year.From, Until: year.Until},
				agent.CompleteRegistration{PlanYear: year.PlanYear, From: year.From, Until: year.Until},
				agent.UpdateProfile{Name: "Ana Ruiz", Email: "ana@example.com", State: "FL", ZIP: "33602"},
				agent.SetLanguages{Languages: []string{"es"}},
				agent.ChooseDisplay{Choice: agent.DisplayAll},
				d.License("FL"),
				agent.AcceptTerms{Document: agent.CMS, Version: "1"},
			}
			for _, s := range steps {
				if events := d.When(ana, s).Events(); len(events) != 1 {
					t.Errorf("%T recorded %v, want itself and nothing that follows", s, events)
				}
			}
			d.When(ana, agent.ReviewProfile{}).ThenRejected("S13")
			d.When(ana, agent.AcceptTerms{Document: agent.HelpOnDemand, Version: "1"}).Then(agent.TermsAccepted{Document: agent.HelpOnDemand})
			d.When(ana, agent.ReviewProfile{}).Then(agent.ProfileReviewed{}, referral.Offered{To: ana})
		}},
		rule{"S13: one of the two terms is not enough", func(t *testing.T, d *referraltest.Desk) {
			d.Given(ana, agent.Register{Name: "Ana Ruiz"}, agent.AcceptTerms{Document: agent.HelpOnDemand, Version: "1"})
			id := d.Requested(tampa)
			reasons, err := d.Engine().Verdict(id, ana)
			if err != nil || !slices.Contains(reasons, agent.Reason{Code: agent.TermsCMS}) || slices.Contains(reasons, agent.Reason{Code: agent.TermsHelpOnDemand}) {
				t.Errorf("Verdict = %v, %v, want CMS's terms in it and not Help On Demand's", reasons, err)
			}
		}},
	)
}

func TestS14(t *testing.T) {
	hold(t,
		rule{"S14: a match speaks the consumer's language and is licensed where the consumer resides", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "en")
			d.Eligible(ben, "GA", "30303", "es")
			d.Eligible(cho, "FL", "33130", "es")
			d.WhenRequest(tampa).Then(referral.Requested{}, referral.Offered{To: cho, Language: "es"})
		}},
		rule{"S14: where the agent resides does not matter", func(t *testing.T, d *referraltest.Desk) {
			inTwoStates(d, agent.DisplayAll)
			d.WhenRequest(atlanta).Then(referral.Requested{State: "GA"}, referral.Offered{To: ana})
		}},
	)
}

func TestS15(t *testing.T) {
	hold(t,
		rule{"S15: among matches the nearest is asked, then the next nearest", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33130", "es")
			d.Eligible(ben, "FL", "32801", "es")
			d.Eligible(cho, "FL", "33606", "es")
			id := d.Requested(tampa)
			d.WhenReferral(id, referral.Decline{By: cho}).Then(referral.Declined{By: cho}, referral.Offered{To: ben})
			d.WhenReferral(id, referral.Decline{By: ben}).Then(referral.Declined{By: ben}, referral.Offered{To: ana})
		}},
	)
}

func TestS16(t *testing.T) {
	hold(t,
		rule{"S16: the offer goes out by the channels the agent chose", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "es")
			d.Given(ana, agent.SetChannels{Channels: []agent.Channel{agent.App, agent.Text}})
			d.WhenRequest(tampa).Then(referral.Requested{}, referral.Offered{Channels: []agent.Channel{agent.Text, agent.App}})
		}},
	)
}

func TestS17(t *testing.T) {
	hold(t,
		rule{"S17: after 15 minutes it passes to the next in line", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "es")
			d.Eligible(ben, "FL", "33606", "es")
			d.WhenRequest(tampa).Then(referral.Requested{}, referral.Offered{To: ana, Deadline: noon.Add(15 * time.Minute)})
			d.Advance(15*time.Minute - 1).ThenNothing()
			d.Advance(1).Then(referral.Expired{From: ana}, referral.Offered{To: ben, Deadline: noon.Add(30 * time.Minute)})
		}},
		rule{"S17: the agent accepts or declines within them", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "es")
			d.Eligible(ben, "FL", "33606", "es")
			id := d.Requested(tampa)
			d.Advance(5 * time.Minute)
			d.WhenReferral(id, referral.Decline{By: ana, Reason: "away"}).Then(referral.Declined{By: ana, Reason: "away"}, referral.Offered{To: ben})
			d.Advance(5 * time.Minute)
			d.WhenReferral(id, referral.Accept{By: ben}).Then(referral.Accepted{By: ben})
			d.Advance(24 * time.Hour).ThenNothing()
		}},
	)
}
