package agent_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo/zone"
)

func shift(d time.Weekday, from, to string) agent.Shift {
	s := agent.Shift{Day: agent.Day(d)}
	if s.From.UnmarshalText([]byte(from)) != nil || s.To.UnmarshalText([]byte(to)) != nil {
		panic("a test's shift runs from " + from + " to " + to)
	}
	return s
}

// B1: weekly hours in the agent's zone, overnight and across both changes of
// daylight saving, in the states that keep their own time; override; absences.
func TestB1_Duty(t *testing.T) {
	hours := func(zone string, weekly ...agent.Shift) agent.SetHours {
		return agent.SetHours{Zone: zone, Weekly: weekly}
	}
	nine := hours("America/New_York", shift(time.Monday, "09:00", "17:00"))
	night := hours("America/New_York", shift(time.Sunday, "22:00", "06:00"))
	small := hours("America/New_York", shift(time.Sunday, "01:15", "01:45"))
	skipped := hours("America/New_York", shift(time.Sunday, "02:15", "02:45"))
	tests := []struct {
		why   string
		given []agent.Command
		at    string
		want  bool
	}{
		{"By default duty is always.", nil, "2026-11-23T03:00:00Z", true},
		{"No shifts means always.", []agent.Command{nine, hours("America/New_York")}, "2026-11-23T03:00:00Z", true},
		{"A shift begins on its first instant,", []agent.Command{nine}, "2026-11-23T14:00:00Z", true},
		{"and not a nanosecond before.", []agent.Command{nine}, "2026-11-23T13:59:59.999999999Z", false},
		{"It lasts to its last nanosecond,", []agent.Command{nine}, "2026-11-23T21:59:59.999999999Z", true},
		{"and its end is outside.", []agent.Command{nine}, "2026-11-23T22:00:00Z", false},
		{"Another weekday has its own shifts.", []agent.Command{nine}, "2026-11-24T15:00:00Z", false},
		{"In summer the same wall clock is an hour earlier.", []agent.Command{nine}, "2026-07-06T13:00:00Z", true},
		{"A whole day is 00:00 to 24:00.", []agent.Command{hours("America/New_York", shift(time.Monday, "00:00", "24:00"))}, "2026-11-24T04:59:59Z", true},
		{"It ends at midnight.", []agent.Command{hours("America/New_York", shift(time.Monday, "00:00", "24:00"))}, "2026-11-24T05:00:00Z", false},
		{"A shift to 00:00 ends at the day's end.", []agent.Command{hours("America/New_York", shift(time.Monday, "20:00", "00:00"))}, "2026-11-24T04:59:00Z", true},

		{"An overnight shift is on before midnight,", []agent.Command{night}, "2026-11-23T03:00:00Z", true},
		{"and after it, on the next day,", []agent.Command{night}, "2026-11-23T10:59:59Z", true},
		{"to its end,", []agent.Command{night}, "2026-11-23T11:00:00Z", false},
		{"and not on the morning of its own day.", []agent.Command{night}, "2026-11-22T10:00:00Z", false},
		{"A night of Saturday runs into the spring change and ends by the wall clock.",
			[]agent.Command{hours("America/New_York", shift(time.Saturday, "22:00", "03:30"))}, "2026-03-08T07:29:00Z", true},
		{"So it has an hour less.",
			[]agent.Command{hours("America/New_York", shift(time.Saturday, "22:00", "03:30"))}, "2026-03-08T07:30:00Z", false},

		{"In spring an hour is skipped: a shift within it does not happen,", []agent.Command{skipped}, "2026-03-08T07:00:00Z", false},
		{"neither as standard time", []agent.Command{skipped}, "2026-03-08T07:30:00Z", false},
		{"nor as daylight time.", []agent.Command{skipped}, "2026-03-08T06:30:00Z", false},
		{"A week later it does.", []agent.Command{skipped}, "2026-03-15T06:15:00Z", true},
		{"A shift that begins within the skipped hour begins at the skip.",
			[]agent.Command{hours("America/New_York", shift(time.Sunday, "02:30", "04:00"))}, "2026-03-08T07:00:00Z", true},
		{"One that ends within it ends at the skip.",
			[]agent.Command{hours("America/New_York", shift(time.Sunday, "01:00", "02:30"))}, "2026-03-08T07:00:00Z", false},
		{"It is on until then.",
			[]agent.Command{hours("America/New_York", shift(time.Sunday, "01:00", "02:30"))}, "2026-03-08T06:59:59Z", true},

		{"In fall an hour is repeated: a shift within it begins in the first,", []agent.Command{small}, "2026-11-01T05:15:00Z", true},
		{"lasts through the time between,", []agent.Command{small}, "2026-11-01T06:00:00Z", true},
		{"and ends in the second.", []agent.Command{small}, "2026-11-01T06:44:59Z", true},
		{"No later.", []agent.Command{small}, "2026-11-01T06:45:00Z", false},
		{"No earlier.", []agent.Command{small}, "2026-11-01T05:14:59Z", false},

		{"Arizona does not change its clock: nine in July is 16:00 UTC,", []agent.Command{hours("America/Phoenix", shift(time.Monday, "09:00", "17:00"))}, "2026-07-06T16:00:00Z", true},
		{"and not 15:59,", []agent.Command{hours("America/Phoenix", shift(time.Monday, "09:00", "17:00"))}, "2026-07-06T15:59:00Z", false},
		{"as in January.", []agent.Command{hours("America/Phoenix", shift(time.Monday, "09:00", "17:00"))}, "2026-01-05T15:59:00Z", false},
		{"Indiana changes with New York,", []agent.Command{hours("America/Indiana/Indianapolis", shift(time.Monday, "09:00", "17:00"))}, "2026-07-06T13:00:00Z", true},
		{"in winter as well,", []agent.Command{hours("America/Indiana/Indianapolis", shift(time.Monday, "09:00", "17:00"))}, "2026-01-05T13:59:00Z", false},
		{"but did not in 2005.", []agent.Command{hours("America/Indiana/Indianapolis", shift(time.Monday, "09:00", "17:00"))}, "2005-07-04T13:30:00Z", false},

		{"Off beats hours.", []agent.Command{nine, agent.SetOverride{Override: agent.OverrideOff}}, "2026-11-23T15:00:00Z", false},
		{"On beats hours.", []agent.Command{nine, agent.SetOverride{Override: agent.OverrideOn}}, "2026-11-23T03:00:00Z", true},
		{"Auto is the hours again.", []agent.Command{nine, agent.SetOverride{Override: agent.OverrideOn}, agent.SetOverride{Override: agent.OverrideAuto}}, "2026-11-23T03:00:00Z", false},
		{"An absence is off,", []agent.Command{agent.SetAbsence{From: noon, Until: noon.Add(day)}}, "2026-11-23T17:00:00Z", false},
		{"not before it,", []agent.Command{agent.SetAbsence{From: noon, Until: noon.Add(day)}}, "2026-11-23T16:59:59.999999999Z", true},
		{"and not from its end on.", []agent.Command{agent.SetAbsence{From: noon, Until: noon.Add(day)}}, "2026-11-24T17:00:00Z", true},
		{"Cleared, it is none.", []agent.Command{agent.SetAbsence{From: noon, Until: noon.Add(day)}, agent.ClearAbsence{From: noon}}, "2026-11-23T17:00:00Z", true},
		{"One of several is enough.", []agent.Command{agent.SetAbsence{From: noon.Add(2 * day), Until: noon.Add(3 * day)}, agent.SetAbsence{From: noon, Until: noon.Add(1)}}, "2026-11-23T17:00:00Z", false},
		{"The same beginning is the same absence.", []agent.Command{agent.SetAbsence{From: noon, Until: noon.Add(day)}, agent.SetAbsence{From: noon, Until: noon.Add(1)}}, "2026-11-23T18:00:00Z", true},
		{"On beats an absence.", []agent.Command{agent.SetAbsence{From: noon, Until: noon.Add(day)}, agent.SetOverride{Override: agent.OverrideOn}}, "2026-11-23T17:00:00Z", true},
	}
	for _, test := range tests {
		a := fold(t, agent.Agent{}, list(joined[:1], test.given...)...)
		if got, _ := a.Standing(anyTerms, clock(t, test.at)); got.OnDuty != test.want {
			t.Errorf("%s\nOnDuty at %s = %v, want %v", test.why, test.at, got.OnDuty, test.want)
		}
	}
}

// Where no clock changes, an agent is on duty when the wall clock says so.
func TestB1_DutyAgreesWithTheWallClock(t *testing.T) {
	phoenix, err := zone.Load("America/Phoenix")
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	on := 0
	for range 300 {
		c := agent.SetHours{Zone: "America/Phoenix"}
		for range 1 + rng.IntN(3) {
			s := agent.Shift{Day: agent.Day(rng.IntN(7)), From: agent.Minute(rng.IntN(1440)), To: agent.Minute(rng.IntN(1441))}
			if s.From != s.To {
				c.Weekly = append(c.Weekly, s)
			}
		}
		a := fold(t, agent.Agent{}, joined[0], c)
		for range 100 {
			at := noon.Add(time.Duration(rng.IntN(60*24*60)) * time.Minute)
			if len(c.Weekly) > 0 && rng.IntN(2) == 0 { // a boundary, or a minute beside one
				local := time.Date(2026, 12, 1+rng.IntN(30), 0, int(c.Weekly[0].From)+rng.IntN(3)-1, 0, 0, phoenix)
				at = local.UTC()
			}
			local := at.In(phoenix)
			minute := agent.MinuteOf(local.Hour(), local.Minute())
			want := len(c.Weekly) == 0
			for _, s := range c.Weekly {
				today, yesterday := int(s.Day) == int(local.Weekday()), (int(s.Day)+1)%7 == int(local.Weekday())
				if s.From < s.To {
					want = want || today && s.From <= minute && minute < s.To
				} else {
					want = want || today && s.From <= minute || yesterday && minute < s.To
				}
			}
			if want {
				on++
			}
			if got, _ := a.Standing(anyTerms, at); got.OnDuty != want {
				t.Fatalf("%+v: OnDuty at %s = %v, want %v", c.Weekly, local, got.OnDuty, want)
			}
		}
	}
	if on < 3_000 || on > 27_000 {
		t.Errorf("on duty at %d of 30,000 instants: the sample shows too little", on)
	}
}

func TestShiftText(t *testing.T) {
	for _, s := range []string{"00:00", "09:30", "23:59", "24:00"} {
		var m agent.Minute
		if err := m.UnmarshalText([]byte(s)); err != nil || m.String() != s {
			t.Errorf("Minute %q reads as %v, %v", s, m, err)
		}
	}
	for _, s := range []string{"", "9:30", "24:01", "23:60", "-1:30", "00:-1", "0930", "09:30 ", " 9:30", "09:30:00", "99:99", "+9:30", "09:3x"} {
		var m agent.Minute
		if err := m.UnmarshalText([]byte(s)); err == nil {
			t.Errorf("Minute %q reads as %v, want an error", s, m)
		}
	}
	for _, s := range []string{"Monday", "mon", "", "noday"} {
		var d agent.Day
		if err := d.UnmarshalText([]byte(s)); err == nil {
			t.Errorf("Day %q reads as %v, want an error", s, d)
		}
	}
	if b, err := agent.Day(7).MarshalText(); err == nil {
		t.Errorf("Day(7) writes %q, want an error", b)
	}
	if b, err := agent.Minute(-1).MarshalText(); err == nil {
		t.Errorf("Minute(-1) writes %q, want an error", b)
	}
}
