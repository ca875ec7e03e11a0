package referraltest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/geo/zcta"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/engine"
	"github.com/relevo-go/relevo/referral/referraltest"
)

func TestR25(t *testing.T) {
	hold(t,
		rule{"R25: recorded time never runs backwards, and the log's order decides", func(t *testing.T, d *referraltest.Desk) {
			id := anaAndBen(d)
			d.Advance(time.Minute)
			d.When(ben, agent.SetOverride{Override: agent.OverrideOn}).Then(agent.OverrideSet{})
			d.Advance(-90 * time.Second)
			d.WhenReferral(id, referral.Decline{By: ana}).Then(referral.Declined{At: noon.Add(time.Minute)}, referral.Offered{At: noon.Add(time.Minute)})
		}},
		rule{"R25: a log more than two minutes ahead of the clock stops commands, and names both instants", func(t *testing.T, d *referraltest.Desk) {
			id := anaAndBen(d)
			d.Advance(-2*time.Minute - 1)
			o := d.WhenReferral(id, referral.Accept{By: ana})
			o.ThenRejected("R25", engine.ErrClock)
			for _, instant := range []string{"2026-11-23T17:00:00Z", "2026-11-23T16:57:59.999999999Z"} {
				if !strings.Contains(o.Err().Error(), instant) {
					t.Errorf("the error %q does not name %s", o.Err(), instant)
				}
			}
			d.Pass(1)
			d.WhenReferral(id, referral.Accept{By: ana}).Then(referral.Accepted{By: ana, At: noon})
		}},
	)
}

func TestR29(t *testing.T) {
	hold(t,
		rule{"R29: a request carries the host's own key, of 1 to 200 bytes", func(t *testing.T, d *referraltest.Desk) {
			r := tampa
			for _, subject := range []string{"", "case\n1", strings.Repeat("x", 201), "\xff"} {
				r.Subject = subject
				d.WhenRequest(r).ThenRejected("R29")
			}
			r.Subject = strings.Repeat("x", 200)
			d.WhenRequest(r).Then(referral.Requested{Subject: r.Subject}, referral.Waiting{})
		}},
		rule{"R29: a refusal does not repeat what it was given", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "es")
			for _, c := range []agent.Command{
				agent.UpdateProfile{Name: "Ana Ruiz", Email: "secret", State: "FL", ZIP: "33602"},
				agent.UpdateProfile{Name: "Ana Ruiz", Phone: "secret\x00secret", State: "FL", ZIP: "33602"},
				agent.Register{Name: "secret"},
			} {
				if err := d.When(ana, c).Err(); err == nil || strings.Contains(err.Error(), "secret") {
					t.Errorf("%T = %v, want a refusal without what it was given", c, err)
				}
			}
		}},
	)
}

func TestR30(t *testing.T) {
	hour := policy(func(p *referral.Policy) { p.Window = time.Hour })
	hold(t,
		rule{"R30: another policy is recorded, and an open offer keeps its deadline", func(t *testing.T, d *referraltest.Desk) {
			anaAndBen(d)
			d.WhenPolicy(hour).Then(referral.PolicySet{Window: time.Hour, GiveUp: 24 * time.Hour})
			d.Advance(15*time.Minute).Then(
				referral.Expired{From: ana, Deadline: noon.Add(15 * time.Minute)},
				referral.Offered{To: ben, Deadline: noon.Add(75 * time.Minute)})
		}},
		rule{"R30: the same policy again is no news", func(t *testing.T, d *referraltest.Desk) {
			d.WhenPolicy(referral.DefaultPolicy()).ThenNothing()
			d.WhenPolicy(hour).Then(referral.PolicySet{})
			d.WhenPolicy(hour).ThenNothing()
		}},
		rule{"R30: who waits gives up when the newest policy says, counted from when waiting began", func(t *testing.T, d *referraltest.Desk) {
			giveUp := func(after time.Duration) referral.Policy {
				return policy(func(p *referral.Policy) { p.GiveUp = after })
			}
			d.WhenPolicy(giveUp(0)).Then(referral.PolicySet{})
			id := d.Requested(tampa)
			d.Advance(time.Hour).ThenNothing()
			d.WhenPolicy(giveUp(2*time.Hour)).Then(referral.PolicySet{}, referral.Waiting{Until: noon.Add(2 * time.Hour)})
			d.WhenPolicy(giveUp(3*time.Hour)).Then(referral.PolicySet{}, referral.Waiting{Until: noon.Add(3 * time.Hour)})
			d.Advance(time.Hour).ThenNothing()
			if since := d.Referral(id).Since; !since.Equal(noon) {
				t.Errorf("it waits since %s, want %s", since, noon)
			}
			d.WhenPolicy(giveUp(time.Hour)).Then(referral.PolicySet{}, referral.Waiting{Until: noon.Add(time.Hour)}, referral.Exhausted{})
		}},
		rule{"R30: every engine on the log obeys the newest, also one that was given none", func(t *testing.T, d *referraltest.Desk) {
			d.WhenPolicy(hour).Then(referral.PolicySet{})
			other, err := engine.Open(t.Context(), d.Log(), &engine.Options{Now: d.Now})
			if err != nil {
				t.Fatal(err)
			}
			defer other.Close()
			if got := other.Policy(); got != hour {
				t.Errorf("Policy() = %+v, want %+v", got, hour)
			}
		}},
	)
}

func TestR31(t *testing.T) {
	hold(t,
		rule{"R31: the log holds what was given and what it resolved to", func(t *testing.T, d *referraltest.Desk) {
			place, ok := zcta.Lookup("33602")
			if !ok {
				t.Fatal("ZIP 33602 is not in the table")
			}
			d.WhenRequest(speaking(tampa, "es-MX", "zh-HK")).Then(
				referral.Requested{ZIP: "33602", Resolved: place.Point, Languages: []spoken.Language{{Tag: "es-MX", Key: "es"}, {Tag: "zh-HK", Key: "yue"}}},
				referral.Waiting{})
			d.Given(ana, agent.Register{Name: "Ana Ruiz"})
			d.When(ana, agent.UpdateProfile{Name: "Ana Ruiz", State: "FL", ZIP: "33602"}).Then(agent.ProfileUpdated{ZIP: "33602", Resolved: place.Point})
			d.When(ana, agent.SetLanguages{Languages: []string{"es-MX"}}).Then(agent.LanguagesSet{Languages: []spoken.Language{{Tag: "es-MX", Key: "es"}}})
		}},
		rule{"R31: what a caller says it resolves to is not believed", func(t *testing.T, d *referraltest.Desk) {
			place, _ := zcta.Lookup("33602")
			r := tampa
			r.Resolved, _ = geo.MakePoint(1, 1)
			d.WhenRequest(r).Then(referral.Requested{Resolved: place.Point}, referral.Waiting{})
		}},
	)
}

func TestB2(t *testing.T) {
	hold(t,
		rule{"B2: the verdict says every reason, each with its rule, in a fixed order", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33130", "en")
			d.Given(ana, agent.UntickStates{States: []geo.State{"FL"}}, agent.SetOverride{Override: agent.OverrideOff},
				agent.Terminate{Cause: agent.CauseFraud}, agent.RemoveLicense{State: "FL", Number: "L-FL"},
				agent.CompleteTraining{PlanYear: 2027, From: noon.AddDate(0, -1, 0), Until: noon})
			d.WhenPolicy(policy(func(p *referral.Policy) { p.Radius = 50_000; p.Terms.HelpOnDemand = "2" })).Then(referral.PolicySet{})
			id := d.Requested(tampa)
			because(t, d, id, ana,
				"has no Marketplace training that covers the moment (S2)",
				"has not accepted the required version of Help On Demand's terms (R19)",
				"is terminated in FL (R20)",
				"holds no license in FL (S14)",
				"has unticked referrals in FL (S11)",
				"speaks none of the consumer's languages (S14)",
				"is off duty (B1)",
				"is beyond the radius (R33)",
			)
		}},
		rule{"B2: there is none against who is in line", func(t *testing.T, d *referraltest.Desk) {
			id := anaAndBen(d)
			because(t, d, id, ben)
		}},
	)
}

func TestB5(t *testing.T) {
	hold(t,
		rule{"B5: after accepting, the agent records contact and outcome, and the referral stays accepted", func(t *testing.T, d *referraltest.Desk) {
			id := anaAndBen(d)
			d.WhenReferral(id, referral.Accept{By: ana}).Then(referral.Accepted{By: ana})
			d.Advance(time.Hour)
			d.WhenReferral(id, referral.Contact{By: ana}).Then(referral.Contacted{By: ana, At: noon.Add(time.Hour)})
			d.WhenReferral(id, referral.Contact{By: ana}).ThenNothing()
			d.WhenReferral(id, referral.RecordOutcome{By: ana, Outcome: referral.NotReached}).Then(referral.OutcomeRecorded{Outcome: referral.NotReached})
			d.WhenReferral(id, referral.RecordOutcome{By: ana, Outcome: referral.NotReached}).ThenNothing()
			d.WhenReferral(id, referral.RecordOutcome{By: ana, Outcome: referral.Enrolled}).Then(referral.OutcomeRecorded{By: ana, Outcome: referral.Enrolled})
			if r := d.Referral(id); r.Status != referral.StatusAccepted || r.Outcome != referral.Enrolled {
				t.Errorf("the referral is %s with outcome %s, want accepted with %s", r.Status, r.Outcome, referral.Enrolled)
			}
		}},
		rule{"B5: an outcome is one of four", func(t *testing.T, d *referraltest.Desk) {
			id := anaAndBen(d)
			d.WhenReferral(id, referral.Accept{By: ana}).Then(referral.Accepted{By: ana})
			d.WhenReferral(id, referral.RecordOutcome{By: ana, Outcome: "maybe"}).ThenRejected("B5")
		}},
		rule{"B5: nobody but the holder records them, and nobody before acceptance", func(t *testing.T, d *referraltest.Desk) {
			id := anaAndBen(d)
			d.WhenReferral(id, referral.Contact{By: ana}).ThenRejected("B5", referral.ErrNotOffered)
			d.WhenReferral(id, referral.Accept{By: ana}).Then(referral.Accepted{By: ana})
			d.WhenReferral(id, referral.Contact{By: ben}).ThenRejected("B5", referral.ErrNotOffered)
			d.WhenReferral(id, referral.RecordOutcome{By: ben, Outcome: referral.Enrolled}).ThenRejected("B5", referral.ErrNotOffered)
		}},
	)
}
