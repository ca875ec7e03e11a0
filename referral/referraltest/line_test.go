package referraltest_test

import (
	"testing"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/referraltest"
)

func TestR10(t *testing.T) {
	forever := policy(func(p *referral.Policy) { p.GiveUp = 0 })
	limit := policy(func(p *referral.Policy) { p.MaxOpenOffers = 1 })
	hold(t,
		rule{"R10: nobody in line means waiting, until giving up a day later", func(t *testing.T, d *referraltest.Desk) {
			d.WhenRequest(tampa).Then(referral.Requested{}, referral.Waiting{Until: noon.Add(24 * time.Hour)})
			d.Advance(24*time.Hour - 1).ThenNothing()
			d.Advance(1).Then(referral.Exhausted{})
			d.Eligible(ana, "FL", "33602", "es")
			d.Advance(time.Hour).ThenNothing()
		}},
		rule{"R10: everybody asked means waiting, and the day counts from then", func(t *testing.T, d *referraltest.Desk) {
			anaAndBen(d)
			d.Advance(30*time.Minute).Then(
				referral.Expired{From: ana}, referral.Offered{To: ben},
				referral.Expired{From: ben}, referral.Waiting{Until: noon.Add(24*time.Hour + 30*time.Minute)})
		}},
		rule{"R10: giving up never bounds an open offer", func(t *testing.T, d *referraltest.Desk) {
			d.Requested(tampa)
			d.Advance(24*time.Hour - time.Minute)
			d.Eligible(ana, "FL", "33602", "es")
			d.Advance(16*time.Minute).Then(referral.Expired{From: ana}, referral.Waiting{Until: noon.Add(48*time.Hour + 14*time.Minute)})
		}},
		rule{"R10: under GiveUp 0 it waits for ever", func(t *testing.T, d *referraltest.Desk) {
			d.WhenPolicy(forever).Then(referral.PolicySet{})
			id := d.Requested(tampa)
			if r := d.Referral(id); r.Status != referral.StatusWaiting || !r.Until.IsZero() {
				t.Errorf("the referral is %s until %v, want it waiting without an end", r.Status, r.Until)
			}
			d.Advance(10 * 365 * 24 * time.Hour).ThenNothing()
			d.Eligible(ana, "FL", "33602", "es")
			if to := d.Referral(id).Offer.To; to != ana {
				t.Errorf("it is offered to %s, want %s", to, ana)
			}
		}},
		rule{"R10: whoever waits is served oldest request first, by the log's order", func(t *testing.T, d *referraltest.Desk) {
			d.WhenPolicy(limit).Then(referral.PolicySet{})
			first, second := d.Requested(tampa), d.Requested(tampa)
			d.Eligible(ana, "FL", "33602", "es")
			d.WhenReferral(first, referral.Accept{By: ana}).Then(referral.Accepted{}, referral.Offered{To: ana})
			d.WhenReferral(second, referral.Accept{By: ana}).Then(referral.Accepted{})
		}},
		rule{"R10: everything that can add somebody wakes it", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33130", "es")
			d.Given(ana, agent.RemoveLicense{State: "FL", Number: "L-FL"}, agent.SetLanguages{}, agent.SetAbsence{From: noon, Until: noon.Add(time.Hour)})
			radius := policy(func(p *referral.Policy) { p.Radius = 50_000; p.Terms.CMS = "2" })
			d.WhenPolicy(radius).Then(referral.PolicySet{})
			d.Requested(tampa)
			d.When(ana, d.License("FL")).Then(agent.LicenseRecorded{})
			d.When(ana, agent.SetLanguages{Languages: []string{"es"}}).Then(agent.LanguagesSet{})
			d.Advance(time.Hour).ThenNothing()
			d.When(ana, agent.UpdateProfile{Name: "Ana Ruiz", Email: "ana@example.com", State: "FL", ZIP: "33606"}).Then(agent.ProfileUpdated{})
			d.When(ana, agent.AcceptTerms{Document: agent.CMS, Version: "2"}).Then(agent.TermsAccepted{}, referral.Offered{To: ana})
		}},
		rule{"R10: a license, a language, a return, a move and a policy each do alone", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "es")
			asked := func(why string, o *referraltest.Outcome) {
				t.Helper()
				events := o.Events()
				if last, ok := events[len(events)-1].(referral.Offered); !ok || last.To != ana {
					t.Errorf("%s: %v is recorded, want an offer at the end", why, events)
				}
			}
			d.Given(ana, agent.RemoveLicense{State: "FL", Number: "L-FL"})
			d.Requested(tampa)
			asked("a license", d.When(ana, d.License("FL")))
			d.Given(ana, agent.SetLanguages{})
			d.Requested(speaking(tampa, "ht"))
			asked("a language", d.When(ana, agent.SetLanguages{Languages: []string{"ht"}}))
			d.Given(ana, agent.SetAbsence{From: noon, Until: noon.Add(time.Minute)})
			d.Requested(speaking(tampa, "ht"))
			asked("a return", d.Advance(time.Minute))
			d.Given(ana, agent.UpdateProfile{Name: "Ana Ruiz", Email: "ana@example.com", State: "FL", ZIP: "33130"})
			d.WhenPolicy(policy(func(p *referral.Policy) { p.Radius = 50_000 })).Then(referral.PolicySet{})
			d.Requested(speaking(tampa, "ht"))
			asked("a move", d.When(ana, agent.UpdateProfile{Name: "Ana Ruiz", Email: "ana@example.com", State: "FL", ZIP: "33602"}))
			d.WhenPolicy(policy(func(p *referral.Policy) { p.Terms.CMS = "2" })).Then(referral.PolicySet{})
			d.Requested(speaking(tampa, "ht"))
			asked("a policy", d.WhenPolicy(referral.DefaultPolicy()))
		}},
	)
}

func TestR12(t *testing.T) {
	hold(t,
		rule{"R12: of the equally near, first who was never asked, by NPN, then who was asked longest ago by the log's order", func(t *testing.T, d *referraltest.Desk) {
			for _, n := range []agent.NPN{cho, ana, ben} {
				d.Eligible(n, "FL", "33602", "es")
			}
			for _, to := range []agent.NPN{ana, ben, cho, ana, ben, cho} {
				d.WhenRequest(tampa).Then(referral.Requested{}, referral.Offered{To: to, At: noon})
			}
		}},
		rule{"R12: the lower NPN is lower as a number", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(1000, "FL", "33602", "es")
			d.Eligible(999, "FL", "33602", "es")
			d.WhenRequest(tampa).Then(referral.Requested{}, referral.Offered{To: 999})
		}},
		rule{"R12: who was asked long ago and is nearer comes before who never was", func(t *testing.T, d *referraltest.Desk) {
			anaAndBen(d)
			d.WhenRequest(tampa).Then(referral.Requested{}, referral.Offered{To: ana})
		}},
	)
}

func TestR13(t *testing.T) {
	hold(t,
		rule{"R13: any of the consumer's languages qualifies, and distance decides among the qualified", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "en")
			d.Eligible(ben, "FL", "33606", "es")
			d.WhenRequest(speaking(tampa, "es", "en")).Then(referral.Requested{}, referral.Offered{To: ana, Language: "en"})
		}},
		rule{"R13: the offer names the consumer's earlier language, whatever the agent's order", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "ht", "en", "es")
			d.WhenRequest(speaking(tampa, "es", "en")).Then(referral.Requested{}, referral.Offered{To: ana, Language: "es"})
		}},
	)
}

func TestR14(t *testing.T) {
	hold(t,
		rule{"R14: a request without a language is refused", func(t *testing.T, d *referraltest.Desk) {
			d.WhenRequest(speaking(tampa)).ThenRejected("R14")
		}},
		rule{"R14: an agent without languages matches nobody", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602")
			id := d.Requested(tampa)
			because(t, d, id, ana, "has no languages recorded (R14)")
		}},
	)
}

// boxes is a ZIP in Florida without a centroid: it has boxes only.
const boxes geo.ZIP = "33601"

func TestR15(t *testing.T) {
	hold(t,
		rule{"R15: the consumer's point counts before the ZIP's centroid, and so does the agent's", func(t *testing.T, d *referraltest.Desk) {
			anaAndBen(d)
			r := tampa
			r.Point, _ = geo.MakePoint(27.9440, -82.4740) // of 33606
			d.WhenRequest(r).Then(referral.Requested{Point: r.Point}, referral.Offered{To: ben})
			d.Given(ana, agent.UpdateProfile{Name: "Ana Ruiz", Email: "ana@example.com", State: "FL", ZIP: "33602", Point: r.Point})
			d.WhenRequest(r).Then(referral.Requested{}, referral.Offered{To: ana})
		}},
		rule{"R15: who has no position comes after all that have one", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", boxes, "es")
			d.Eligible(ben, "FL", "33130", "es")
			id := d.Requested(tampa)
			o := d.WhenReferral(id, referral.Decline{By: ben})
			o.Then(referral.Declined{By: ben}, referral.Offered{To: ana, Meters: -1})
		}},
		rule{"R15: a request without a place is refused", func(t *testing.T, d *referraltest.Desk) {
			r := tampa
			r.ZIP = ""
			d.WhenRequest(r).ThenRejected("R15")
			r.ZIP = boxes
			d.WhenRequest(r).ThenRejected("R15")
		}},
	)
}

func TestR16(t *testing.T) {
	hold(t,
		rule{"R16: a ZIP outside the state is refused, of a consumer and of an agent", func(t *testing.T, d *referraltest.Desk) {
			r := tampa
			r.State = "GA"
			d.WhenRequest(r).ThenRejected("R16")
			d.Eligible(ana, "FL", "33602", "es")
			d.When(ana, agent.UpdateProfile{Name: "Ana Ruiz", State: "GA", ZIP: "33602"}).ThenRejected("R16")
		}},
		rule{"R16: of a ZIP in two states, the consumer's state counts", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "MA", "02861", "es")
			d.Eligible(ben, "RI", "02861", "es")
			d.WhenRequest(referral.Request{Subject: "case-1", State: "RI", ZIP: "02861", Languages: []string{"es"}}).
				Then(referral.Requested{}, referral.Offered{To: ben})
		}},
	)
}

func TestR17(t *testing.T) {
	limit := policy(func(p *referral.Policy) { p.MaxOpenOffers = 1 })
	hold(t,
		rule{"R17: without a limit one agent may hold any number of open offers", func(t *testing.T, d *referraltest.Desk) {
			anaAndBen(d)
			for range 20 {
				d.WhenRequest(tampa).Then(referral.Requested{}, referral.Offered{To: ana})
			}
		}},
		rule{"R17 R12: of two referrals with one nearest agent, under a limit of one, the second goes to the next, and a freed place wakes who waits", func(t *testing.T, d *referraltest.Desk) {
			d.WhenPolicy(limit).Then(referral.PolicySet{})
			first := anaAndBen(d)
			second := d.Requested(tampa)
			if to := d.Referral(second).Offer.To; to != ben {
				t.Errorf("the second is offered to %s, want %s", to, ben)
			}
			third := d.Requested(tampa)
			because(t, d, third, ana, "holds as many open offers as one agent may (R17)")
			d.WhenReferral(first, referral.Accept{By: ana}).Then(referral.Accepted{By: ana}, referral.Offered{To: ana})
			d.WhenReferral(third, referral.Accept{By: ana}).Then(referral.Accepted{By: ana})
			d.WhenReferral(second, referral.Decline{By: ben}).Then(referral.Declined{By: ben}, referral.Offered{To: ana})
		}},
		rule{"R17: an expiry and a withdrawal free a place, too", func(t *testing.T, d *referraltest.Desk) {
			d.WhenPolicy(limit).Then(referral.PolicySet{})
			d.Eligible(ana, "FL", "33602", "es")
			first := d.Requested(tampa)
			d.Requested(tampa)
			d.Requested(tampa)
			d.WhenReferral(first, referral.Withdraw{}).Then(referral.Withdrawn{}, referral.Offered{To: ana})
			d.Advance(15*time.Minute).Then(referral.Expired{From: ana}, referral.Waiting{}, referral.Offered{To: ana})
		}},
	)
}

func TestR27(t *testing.T) {
	for _, pair := range []struct {
		says, agent, consumer string
		match                 bool
	}{
		{"R27: Spanish is Spanish, of Mexico or of Cuba", "es-MX", "es-CU", true},
		{"R27: script is ignored, for it is spoken", "sr-Latn", "sr-Cyrl", true},
		{"R27: Haitian Creole is not French", "fr", "ht", false},
		{"R27: Cantonese is not Mandarin", "zh-CN", "zh-HK", false},
		{"R27: English is not American Sign Language", "en", "ase", false},
	} {
		hold(t, rule{pair.says, func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", pair.agent)
			if o := d.WhenRequest(speaking(tampa, pair.consumer)); pair.match {
				o.Then(referral.Requested{}, referral.Offered{To: ana})
			} else {
				o.Then(referral.Requested{}, referral.Waiting{})
			}
		}})
	}
	hold(t, rule{"R27: what is no language tag is refused", func(t *testing.T, d *referraltest.Desk) {
		d.WhenRequest(speaking(tampa, "Spanish")).ThenRejected("R27")
		d.Eligible(ana, "FL", "33602", "es")
		d.When(ana, agent.SetLanguages{Languages: []string{"Spanish"}}).ThenRejected("R27")
	}})
}

func TestR33(t *testing.T) {
	radius := policy(func(p *referral.Policy) { p.Radius = 100_000 })
	hold(t,
		rule{"R33: without a radius any distance will do", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33130", "es")
			d.WhenRequest(tampa).Then(referral.Requested{}, referral.Offered{To: ana})
		}},
		rule{"R33: beyond it, or without a position, nobody is in line", func(t *testing.T, d *referraltest.Desk) {
			d.WhenPolicy(radius).Then(referral.PolicySet{})
			d.Eligible(ana, "FL", "33130", "es")
			d.Eligible(ben, "FL", boxes, "es")
			id := d.Requested(tampa)
			because(t, d, id, ana, "is beyond the radius (R33)")
			because(t, d, id, ben, "has no position, and a radius is set (R33)")
			d.When(ben, agent.UpdateProfile{Name: "Ben Low", Email: "ben@example.com", State: "FL", ZIP: "33606"}).
				Then(agent.ProfileUpdated{}, referral.Offered{To: ben})
		}},
		rule{"R33: an office point is a position whatever the ZIP", func(t *testing.T, d *referraltest.Desk) {
			d.WhenPolicy(radius).Then(referral.PolicySet{})
			d.Eligible(ana, "FL", boxes, "es")
			point, _ := geo.MakePoint(27.95, -82.46)
			d.Given(ana, agent.UpdateProfile{Name: "Ana Ruiz", Email: "ana@example.com", State: "FL", ZIP: boxes, Point: point})
			d.WhenRequest(tampa).Then(referral.Requested{}, referral.Offered{To: ana})
		}},
	)
}

func TestR34(t *testing.T) {
	without := agent.UpdateProfile{Name: "Ana Ruiz", State: "FL", ZIP: "33602"}
	hold(t,
		rule{"R34: without a chosen channel the offer goes by e-mail if an address is known", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "es")
			d.WhenRequest(tampa).Then(referral.Requested{}, referral.Offered{Channels: []agent.Channel{agent.Email}})
		}},
		rule{"R34: without either the agent is not in line, until a channel is chosen", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "es")
			d.Given(ana, without)
			id := d.Requested(tampa)
			because(t, d, id, ana, "has no channel and no e-mail address for an offer (R34)")
			d.When(ana, agent.SetChannels{Channels: []agent.Channel{agent.Text}}).Then(agent.ChannelsSet{}, referral.Offered{Channels: []agent.Channel{agent.Text}})
		}},
		rule{"R34 R7: losing the address lets an open offer stand", func(t *testing.T, d *referraltest.Desk) {
			id := anaAndBen(d)
			d.When(ana, without).Then(agent.ProfileUpdated{})
			d.WhenReferral(id, referral.Accept{By: ana}).Then(referral.Accepted{By: ana})
		}},
	)
}
