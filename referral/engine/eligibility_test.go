package engine_test

import (
	"testing"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
)

// TestR7Rescinds: every way to lose eligibility ends the open offer at once,
// with its reason, and the next in line is asked in the same step.
func TestR7Rescinds(t *testing.T) {
	withoutHealth := license("FL")
	withoutHealth.Lines = []agent.Line{{Name: "Health", Health: true}, {Name: "Life", Active: true}}
	inactive := license("FL")
	inactive.Status = agent.Inactive
	from, ended := opening.AddDate(-1, 0, 0), opening.Add(-time.Hour)
	ways := []struct {
		sentence string
		facts    []agent.Command
		why      string
	}{
		{"display choice 4", []agent.Command{agent.ChooseDisplay{Choice: agent.DisplayNone}}, "has chosen display 4, to take no part (S8)"},
		{"display choice 3 of an agent at home elsewhere", []agent.Command{
			agent.UpdateProfile{Name: "Ana Sol", Email: "a@example.com", State: "GA", ZIP: "30303"},
			agent.ChooseDisplay{Choice: agent.DisplayHome},
		}, "has chosen display 3 and is not at home in FL (S7), has chosen display 3 and holds no valid license at home in GA (R3)"},
		{"the license removed", []agent.Command{agent.RemoveLicense{State: "FL", Number: "WFL"}}, "holds no license in FL (S14)"},
		{"the license inactive", []agent.Command{inactive}, "holds a license that is not active in FL (R21)"},
		{"no active health line", []agent.Command{withoutHealth}, "holds a license without an active health line of authority in FL (R21)"},
		{"the license ended before now", []agent.Command{until(license("FL"), opening)}, "holds a license that has ended in FL (R21)"},
		{"no training for the moment", []agent.Command{agent.CompleteTraining{PlanYear: 2027, From: from, Until: ended}}, "has no Marketplace training that covers the moment (S2)"},
		{"no registration for the moment", []agent.Command{agent.CompleteRegistration{PlanYear: 2027, From: from, Until: ended}}, "has no Marketplace registration that covers the moment (S2)"},
		{"termination for fraud", []agent.Command{agent.Terminate{Cause: agent.CauseFraud}}, "is terminated in FL (R20)"},
		{"termination in the state", []agent.Command{agent.Terminate{Cause: agent.CauseNonresidentLicense, State: "FL"}}, "is terminated in FL (R20)"},
		{"the last common language", []agent.Command{agent.SetLanguages{Languages: []string{"en"}}}, "speaks none of the consumer's languages (S14)"},
		{"no language at all", []agent.Command{agent.SetLanguages{}}, "has no languages recorded (R14)"},
	}
	for _, w := range ways {
		t.Run(w.sentence, func(t *testing.T) {
			d := open(t, nil, nil)
			d.join(person{}, 1)
			d.join(person{zip: miami}, 2)
			r := d.ask(tampa)
			d.offered(r, 1)
			at := d.Position()
			d.clock.pass(time.Minute)
			d.tell(1, w.facts...)
			lines := d.lines(at)
			want := []string{
				"15:01:00 referral/1 rescinded from 1: it " + w.why,
				"15:01:00 referral/1 offered to 2 until 15:16:00: es, 330 km away",
			}
			if got := lines[len(lines)-2:]; got[0] != want[0] || got[1] != want[1] {
				t.Errorf("the log ends\n\t%s\n\t%s\nwant\n\t%s\n\t%s", got[0], got[1], want[0], want[1])
			}
			_, err := d.Accept(t.Context(), r.ID, 1)
			refused(t, err, "R7", referral.ErrNotOffered, "rescinded")
			d.same()
			d.again().same()
		})
	}
}

// TestR7Stands: what concerns new offers only lets an open one stand, and its
// holder can accept.
func TestR7Stands(t *testing.T) {
	ways := []struct {
		sentence string
		facts    []agent.Command
		policy   *referral.Policy
	}{
		{"unticking the state", []agent.Command{agent.UntickStates{States: []geo.State{"FL"}}}, nil},
		{"going off duty by hand", []agent.Command{agent.SetOverride{Override: agent.OverrideOff}}, nil},
		{"an absence", []agent.Command{agent.SetAbsence{From: opening, Until: opening.Add(time.Hour)}}, nil},
		{"hours that end", []agent.Command{agent.SetHours{Zone: "America/New_York", Weekly: []agent.Shift{
			{Day: agent.Day(time.Monday), From: agent.MinuteOf(9, 0), To: agent.MinuteOf(10, 5)},
		}}}, nil},
		{"a new version of the terms (R19)", nil, policy(func(p *referral.Policy) { p.Terms.CMS = "2099" })},
		{"a radius that leaves the holder out", nil, policy(func(p *referral.Policy) { p.Radius = 1 })},
		{"a limit of open offers", nil, policy(func(p *referral.Policy) { p.MaxOpenOffers = 1 })},
		{"a shorter window (R30)", nil, policy(func(p *referral.Policy) { p.Window = time.Minute })},
		{"the loss of another license", []agent.Command{agent.RemoveLicense{State: "GA", Number: "WGA"}}, nil},
		{"a second license in the state after the first is gone", []agent.Command{agent.RecordLicense{
			State: "FL", Number: "W2", Residency: agent.Resident, Status: agent.Active, Effective: opening.AddDate(-1, 0, 0),
			Lines: []agent.Line{{Name: "Health", Health: true, Active: true}},
		}, agent.RemoveLicense{State: "FL", Number: "WFL"}}, nil},
		{"a move far away", []agent.Command{agent.UpdateProfile{Name: "Ana Sol", Email: "a@example.com", State: "GA", ZIP: "30303"}}, nil},
	}
	for _, w := range ways {
		t.Run(w.sentence, func(t *testing.T) {
			d := open(t, nil, nil)
			d.join(person{zip: "33603", licenses: []geo.State{"FL", "GA"}}, 1)
			r := d.ask(tampa)
			d.offered(r, 1)
			if w.facts != nil {
				d.tell(1, w.facts...)
			}
			if w.policy != nil {
				d = openAt(t, d.log, w.policy, d.clock, d.ids)
			}
			d.tick(15*time.Minute - time.Nanosecond)
			d.offered(r, 1)
			d.accept(r, 1)
			d.same()
		})
	}
}

// TestR7FactsTogether: facts that one command records together count as they
// stand after all of them, and every engine on the log says so: the one that
// recorded them, one that follows and one that is opened. Told one by one, the
// loss comes first and rescinds.
func TestR7FactsTogether(t *testing.T) {
	facts := []agent.Command{agent.RemoveLicense{State: "FL", Number: "WFL"}, license("FL")}
	d := open(t, nil, nil)
	d.join(person{}, 1)
	follower := openAt(t, d.log, nil, d.clock, newIDs(2))
	r := d.ask(tampa)
	at := d.Position()
	d.tell(1, facts...)
	for _, e := range []*desk{d, follower, d.again()} {
		e.tick(0)
		e.says(at, "15:00:00 agent/1 license_removed FL", "15:00:00 agent/1 license_recorded FL")
		e.offered(r, 1)
	}
	for _, fact := range facts {
		d.tell(1, fact)
	}
	d.stands(r, referral.StatusWaiting)
}

// TestR9: a holder who becomes ineligible after accepting keeps the referral,
// and leaves the directory at once.
func TestR9(t *testing.T) {
	d := open(t, nil, nil)
	d.join(person{}, 1)
	r := d.ask(tampa)
	d.accept(r, 1)
	if cards := d.Directory("FL"); len(cards) != 1 || cards[0].NPN != 1 {
		t.Errorf("Directory = %v, want agent 1", cards)
	}
	d.tell(1, agent.ChooseDisplay{Choice: agent.DisplayNone})
	d.stands(r, referral.StatusAccepted)
	if cards := d.Directory("FL"); len(cards) != 0 {
		t.Errorf("Directory = %v, want nobody", cards)
	}
	d.tick(time.Hour)
	d.stands(r, referral.StatusAccepted)
}

// TestR20: reinstatement brings no closed offer back.
func TestR20(t *testing.T) {
	d := open(t, nil, nil)
	d.join(person{}, 1)
	r := d.ask(tampa)
	d.tell(1, agent.Terminate{Cause: agent.CauseFraud})
	d.stands(r, referral.StatusWaiting)
	d.tell(1, agent.Reinstate{Cause: agent.CauseFraud})
	d.stands(r, referral.StatusWaiting)
	next := d.ask(tampa)
	d.offered(next, 1)
}

// TestR8LossAtTheDeadline: who loses eligibility at the very deadline lets the
// offer expire; a nanosecond before it is rescinded.
func TestR8LossAtTheDeadline(t *testing.T) {
	tests := []struct {
		end  time.Duration
		want referral.Ending
	}{
		{15*time.Minute - time.Nanosecond, referral.EndedRescinded},
		{15 * time.Minute, referral.EndedExpired},
		{15*time.Minute + time.Nanosecond, referral.EndedExpired},
	}
	for _, test := range tests {
		for _, restart := range []bool{false, true} {
			d := open(t, nil, nil)
			d.join(person{}, 1)
			d.tell(1, until(license("FL"), opening.Add(test.end)))
			r := d.ask(tampa)
			if restart {
				d = d.again()
			}
			d.tick(time.Hour)
			if got := d.now(r).Past; len(got) != 1 || got[0].Ending != test.want {
				t.Errorf("a license that ends %v after the offer: %v, want it %s", test.end, got, test.want)
			}
		}
	}
}

// TestVerdict: every reason against an agent, each with its rule (B2).
func TestVerdict(t *testing.T) {
	d := open(t, nil, policy(func(p *referral.Policy) { p.Radius = 100_000; p.MaxOpenOffers = 1 }))
	d.join(person{}, 1)
	d.join(person{zip: miami, languages: []string{"en"}}, 2)
	d.tell(2, agent.SetOverride{Override: agent.OverrideOff}, agent.UntickStates{States: []geo.State{"FL"}})
	r := d.ask(tampa)
	tests := []struct {
		agent agent.NPN
		want  []agent.Reason
	}{
		{1, []agent.Reason{{Code: agent.AlreadyAsked}, {Code: agent.AtLimit}}},
		{2, []agent.Reason{{Code: agent.Unticked, State: "FL"}, {Code: agent.OtherLanguages}, {Code: agent.OffDuty}, {Code: agent.BeyondRadius}}},
	}
	for _, test := range tests {
		got, err := d.Verdict(r.ID, test.agent)
		if err != nil || len(got) != len(test.want) {
			t.Errorf("Verdict(%s) = %v, %v, want %v", test.agent, got, err, test.want)
			continue
		}
		for i := range got {
			if got[i] != test.want[i] {
				t.Errorf("Verdict(%s)[%d] = %v, want %v", test.agent, i, got[i], test.want[i])
			}
		}
	}
}
