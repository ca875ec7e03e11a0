package referraltest_test

import (
	"testing"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/referraltest"
)

// shift returns weekly hours of one shift, from and to as "09:30".
func shift(zone string, day time.Weekday, from, to string) agent.SetHours {
	s := agent.Shift{Day: agent.Day(day)}
	for text, m := range map[string]*agent.Minute{from: &s.From, to: &s.To} {
		if err := m.UnmarshalText([]byte(text)); err != nil {
			panic(err)
		}
	}
	return agent.SetHours{Zone: zone, Weekly: []agent.Shift{s}}
}

const (
	newYork      = "America/New_York"
	indianapolis = "America/Indiana/Indianapolis"
	phoenix      = "America/Phoenix"
)

// TestB1Clocks: hours in Indiana and Arizona across the changes of daylight
// saving, and hours that such a change skips or repeats. Daylight time begins on
// 2027-03-14 and ends on 2027-11-07, both Sundays, in Indiana as in New York;
// in Arizona it never does.
func TestB1Clocks(t *testing.T) {
	const sat, sun, mon = time.Saturday, time.Sunday, time.Monday
	for _, hours := range []struct {
		says  string
		state geo.State
		zip   geo.ZIP
		hours agent.SetHours
		on    string // the first instant on duty, and
		off   string // the first off duty behind it
	}{
		{"B1: nine to five in Indianapolis, the day before daylight time", "IN", "46204", shift(indianapolis, sat, "09:00", "17:00"), "2027-03-13T14:00:00Z", "2027-03-13T22:00:00Z"},
		{"B1: on the day it begins", "IN", "46204", shift(indianapolis, sun, "09:00", "17:00"), "2027-03-14T13:00:00Z", "2027-03-14T21:00:00Z"},
		{"B1: the day before it ends", "IN", "46204", shift(indianapolis, sat, "09:00", "17:00"), "2027-11-06T13:00:00Z", "2027-11-06T21:00:00Z"},
		{"B1: on the day it ends", "IN", "46204", shift(indianapolis, sun, "09:00", "17:00"), "2027-11-07T14:00:00Z", "2027-11-07T22:00:00Z"},
		{"B1: nine to five in Phoenix on the day daylight time begins elsewhere", "AZ", "85003", shift(phoenix, sun, "09:00", "17:00"), "2027-03-14T16:00:00Z", "2027-03-15T00:00:00Z"},
		{"B1: on the day it ends elsewhere", "AZ", "85003", shift(phoenix, sun, "09:00", "17:00"), "2027-11-07T16:00:00Z", "2027-11-08T00:00:00Z"},
		{"B1: overnight in Indianapolis into daylight time, an hour shorter", "IN", "46204", shift(indianapolis, sat, "22:00", "06:00"), "2027-03-14T03:00:00Z", "2027-03-14T10:00:00Z"},
		{"B1: overnight out of it, an hour longer", "IN", "46204", shift(indianapolis, sat, "22:00", "06:00"), "2027-11-07T02:00:00Z", "2027-11-07T11:00:00Z"},
		{"B1: overnight in Phoenix, as long as ever", "AZ", "85003", shift(phoenix, sat, "22:00", "06:00"), "2027-03-14T05:00:00Z", "2027-03-14T13:00:00Z"},
		{"B1: hours that begin inside the skipped hour begin at the skip", "FL", "33602", shift(newYork, sun, "02:30", "04:00"), "2027-03-14T07:00:00Z", "2027-03-14T08:00:00Z"},
		{"B1: hours that end inside it end at the skip", "FL", "33602", shift(newYork, sun, "01:00", "02:30"), "2027-03-14T06:00:00Z", "2027-03-14T07:00:00Z"},
		{"B1: hours around it are an hour shorter", "FL", "33602", shift(newYork, sun, "01:00", "04:00"), "2027-03-14T06:00:00Z", "2027-03-14T08:00:00Z"},
		{"B1: hours that lie in it are left out that week", "FL", "33602", shift(newYork, sun, "02:15", "02:45"), "2027-03-21T06:15:00Z", "2027-03-21T06:45:00Z"},
		{"B1: Phoenix skips no hour", "AZ", "85003", shift(phoenix, sun, "02:15", "02:45"), "2027-03-14T09:15:00Z", "2027-03-14T09:45:00Z"},
		{"B1: hours that begin inside the repeated hour begin the first time", "FL", "33602", shift(newYork, sun, "01:30", "04:00"), "2027-11-07T05:30:00Z", "2027-11-07T09:00:00Z"},
		{"B1: hours that end inside it end the second time", "FL", "33602", shift(newYork, sun, "00:00", "01:30"), "2027-11-07T04:00:00Z", "2027-11-07T06:30:00Z"},
		{"B1: hours that lie in it last through both", "FL", "33602", shift(newYork, sun, "01:15", "01:45"), "2027-11-07T05:15:00Z", "2027-11-07T06:45:00Z"},
		{"B1: Phoenix repeats none", "AZ", "85003", shift(phoenix, sun, "01:15", "01:45"), "2027-11-07T08:15:00Z", "2027-11-07T08:45:00Z"},
		{"B1: a shift to 24:00 ends at midnight", "FL", "33602", shift(newYork, mon, "18:00", "24:00"), "2026-11-23T23:00:00Z", "2026-11-24T05:00:00Z"},
	} {
		t.Run(hours.says, func(t *testing.T) {
			on, errOn := time.Parse(time.RFC3339, hours.on)
			off, errOff := time.Parse(time.RFC3339, hours.off)
			if errOn != nil || errOff != nil {
				t.Fatal(errOn, errOff)
			}
			request := referral.Request{Subject: "case-1", State: hours.state, ZIP: hours.zip, Languages: []string{"es"}}
			at := func(now time.Time) *referraltest.Desk {
				d := referraltest.New(t, now)
				d.Eligible(ana, hours.state, hours.zip, "es")
				d.Given(ana, hours.hours)
				return d
			}
			d := at(on.Add(-12 * time.Hour))
			d.WhenRequest(request).Then(referral.Requested{}, referral.Waiting{})
			d.Advance(12*time.Hour - 1).ThenNothing()
			d.Advance(1).Then(referral.Offered{To: ana, At: on})
			at(off.Add(-1)).WhenRequest(request).Then(referral.Requested{}, referral.Offered{To: ana})
			at(off).WhenRequest(request).Then(referral.Requested{}, referral.Waiting{})
		})
	}
}

func TestB1(t *testing.T) {
	toSix := shift(newYork, time.Monday, "09:00", "18:00")
	hold(t,
		rule{"B1: without hours the agent is always on duty", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "es")
			d.Advance(14 * time.Hour)
			d.WhenRequest(tampa).Then(referral.Requested{}, referral.Offered{To: ana})
		}},
		rule{"B1 R7: of hours to 18:00, an offer made at 17:59 stands past 18:00", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "es")
			d.Given(ana, toSix)
			d.Advance(5*time.Hour + 59*time.Minute)
			id := d.Requested(tampa)
			d.Advance(14 * time.Minute).ThenNothing()
			d.WhenReferral(id, referral.Accept{By: ana}).Then(referral.Accepted{By: ana, At: noon.Add(6*time.Hour + 13*time.Minute)})
		}},
		rule{"B1: none is made at 18:00, and who waits is asked when the next shift begins", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "es")
			d.Given(ana, toSix)
			d.WhenPolicy(policy(func(p *referral.Policy) { p.GiveUp = 0 })).Then(referral.PolicySet{})
			d.Advance(6 * time.Hour)
			id := d.Requested(tampa)
			because(t, d, id, ana, "is off duty (B1)")
			d.Advance(7*24*time.Hour).Then(
				referral.Offered{To: ana, At: noon.AddDate(0, 0, 7).Add(-3 * time.Hour)}, referral.Expired{From: ana}, referral.Waiting{})
		}},
		rule{"B1: the override goes before hours and absences", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "es")
			d.Given(ana, agent.SetOverride{Override: agent.OverrideOff})
			d.Requested(tampa)
			d.When(ana, toSix).Then(agent.HoursSet{Zone: newYork})
			d.When(ana, agent.SetAbsence{From: noon, Until: noon.Add(time.Hour)}).Then(agent.AbsenceSet{})
			d.When(ana, agent.SetOverride{Override: agent.OverrideOn}).Then(agent.OverrideSet{}, referral.Offered{To: ana})
		}},
		rule{"B1: an absence keeps new offers away until its end", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "es")
			d.Given(ana, agent.SetAbsence{From: noon.Add(time.Minute), Until: noon.Add(2 * time.Hour)})
			id := d.Requested(tampa)
			d.Advance(time.Minute).ThenNothing()
			d.WhenReferral(id, referral.Accept{By: ana}).Then(referral.Accepted{By: ana})
			d.Requested(tampa)
			d.Advance(2*time.Hour - time.Minute - 1).ThenNothing()
			d.Advance(1).Then(referral.Offered{To: ana, At: noon.Add(2 * time.Hour)})
		}},
		rule{"B1: an absence taken back ends at once", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "es")
			d.Given(ana, agent.SetAbsence{From: noon, Until: noon.Add(2 * time.Hour)})
			d.Requested(tampa)
			d.When(ana, agent.ClearAbsence{From: noon}).Then(agent.AbsenceCleared{}, referral.Offered{To: ana})
		}},
		rule{"B1: hours are in a zone of a US jurisdiction", func(t *testing.T, d *referraltest.Desk) {
			d.Eligible(ana, "FL", "33602", "es")
			d.When(ana, shift("Europe/Paris", time.Monday, "09:00", "18:00")).ThenRejected("B1")
			d.When(ana, shift("", time.Monday, "09:00", "18:00")).ThenRejected("B1")
		}},
	)
}
