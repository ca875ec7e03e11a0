package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/examples/roster"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
)

// The policies of the two halves of the afternoon. The second asks for a version
// of CMS's terms that nobody has accepted yet (R19).
var (
	morningPolicy = referral.Policy{Window: 15 * time.Minute, GiveUp: 2 * time.Hour}
	secondPolicy  = referral.Policy{
		Window: 10 * time.Minute, GiveUp: 90 * time.Minute, Radius: 500_000, MaxOpenOffers: 2,
		Terms: agent.Terms{CMS: "2026-11"},
	}
)

// after returns an instant of the afternoon, in hours and minutes since noon.
func after(hours, minutes int) time.Time {
	return noon.Add(time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute)
}

// planMorning plans that the agents join, and that some say when and how they
// want offers.
func (a *afternoon) planMorning() {
	for i, row := range a.agents {
		commands := row.Commands()
		switch i % 12 {
		case 3:
			commands = append(commands, agent.SetChannels{Channels: []agent.Channel{agent.Text, agent.App}})
		case 6:
			commands = append(commands, agent.SetHours{Zone: "America/New_York", Weekly: weekdays(agent.MinuteOf(9, 0), agent.MinuteOf(17, 0))})
		case 9:
			commands = append(commands, agent.SetAbsence{From: after(1, 0), Until: after(24, 0)})
		}
		a.plans.add(noon.Add(time.Duration(i)*time.Second), a.do(row.NPN, commands...))
	}
}

func weekdays(from, to agent.Minute) (week []agent.Shift) {
	for d := time.Monday; d <= time.Friday; d++ {
		week = append(week, agent.Shift{Day: agent.Day(d), From: from, To: to})
	}
	return week
}

// planRequests plans the consumers: each lives near some agent, and most speak
// what some agent speaks.
func (a *afternoon) planRequests() {
	for i := range 60 {
		near, like := a.agents[a.chance.Below(len(a.agents))], a.agents[a.chance.Below(len(a.agents))]
		r := referral.Request{Subject: fmt.Sprintf("case-%03d", i+1), State: near.State, ZIP: near.ZIP, Languages: like.Languages}
		switch {
		case i == 20:
			r.Languages = []string{"wo"} // nobody ever speaks it here, so it is exhausted
		case i == 40:
			r.Languages = []string{"am"} // until somebody learns it
		case i%9 == 4:
			lat, lng := near.Point().E7()
			if p, err := geo.PointE7(lat+int32(a.chance.Below(900_000))-450_000, lng+int32(a.chance.Below(900_000))-450_000); err == nil {
				r.ZIP, r.Point = "", p
			}
		}
		at := after(1, 0).Add(time.Duration(i)*4*time.Minute + time.Duration(a.chance.Below(240))*time.Second)
		a.plans.add(at, func(ctx context.Context) error {
			_, err := a.eng.Request(ctx, r)
			return err
		})
	}
}

// planMoments plans what happens once: to agents who hold an offer, so that it is
// rescinded (R7), to agents by themselves, and to the policy (R30).
func (a *afternoon) planMoments() {
	a.planForHolder(after(1, 30), after(3, 0),
		func(referral.Referral) agent.Command { return agent.ChooseDisplay{Choice: agent.DisplayNone} },
		func(referral.Referral) agent.Command { return agent.ChooseDisplay{Choice: agent.DisplayAll} })
	a.planForHolder(after(2, 0), after(3, 15),
		func(referral.Referral) agent.Command { return agent.Terminate{Cause: agent.CauseNoncompliance} },
		func(referral.Referral) agent.Command { return agent.Reinstate{Cause: agent.CauseNoncompliance} })
	a.planForHolder(after(2, 20), after(3, 45),
		func(r referral.Referral) agent.Command {
			return agent.RemoveLicense{State: r.State, Number: fmt.Sprintf("%s-%s", r.State, r.Offer.To)}
		},
		func(r referral.Referral) agent.Command {
			return a.row(r.Offer.To).License(r.State, noon, noon.AddDate(2, 0, 0))
		})
	a.planForHolder(after(2, 40), after(4, 0),
		func(r referral.Referral) agent.Command {
			return agent.Terminate{Cause: agent.CauseNonresidentLicense, State: r.State}
		},
		func(r referral.Referral) agent.Command {
			return agent.Reinstate{Cause: agent.CauseNonresidentLicense, State: r.State}
		})

	// The absences of planMorning: one is taken back.
	a.plans.add(after(2, 10), a.do(a.agents[9].NPN, agent.ClearAbsence{From: after(1, 0)}))
	a.plans.add(after(1, 20), a.do(a.agents[1].NPN, agent.SetOverride{Override: agent.OverrideOff}))
	a.plans.add(after(4, 20), a.do(a.agents[1].NPN, agent.SetOverride{Override: agent.OverrideAuto}))
	a.plans.add(after(2, 30), a.do(a.agents[2].NPN, a.moved(a.agents[2].NPN)))

	a.plans.add(after(3, 30), func(ctx context.Context) error { return a.open(ctx, secondPolicy) })
	for i, row := range a.agents {
		if i%8 != 7 { // the others accept it another day
			a.plans.add(after(3, 35).Add(time.Duration(a.chance.Below(40*60))*time.Second),
				a.do(row.NPN, agent.AcceptTerms{Document: agent.CMS, Version: "2026-11"}))
		}
	}
	for _, row := range a.agents[:20] {
		a.plans.add(after(4, 45), a.do(row.NPN, agent.SetLanguages{Languages: append(slices.Clone(row.Languages), "am")}))
	}
}

// planForHolder plans a command for whoever holds the oldest open offer at a
// time, and another that puts it back later. If no offer is open then, it is
// tried again every minute.
func (a *afternoon) planForHolder(at, back time.Time, command, undo func(referral.Referral) agent.Command) {
	a.plans.add(at, func(ctx context.Context) error {
		for _, id := range a.asked {
			r, err := a.eng.Referral(id)
			if err != nil {
				return err
			}
			if r.Status == referral.StatusOffered {
				a.plans.add(back, a.do(r.Offer.To, undo(r)))
				return a.do(r.Offer.To, command(r))(ctx)
			}
		}
		if !at.Before(back) {
			return errors.New("no offer was open in time")
		}
		a.planForHolder(at.Add(time.Minute), back, command, undo)
		return nil
	})
}

// row returns the roster's row of an agent.
func (a *afternoon) row(n agent.NPN) (row roster.Agent) {
	for _, row = range a.agents {
		if row.NPN == n {
			break
		}
	}
	return row
}

// moved returns the profile of an agent with a new office, whose point is known.
func (a *afternoon) moved(n agent.NPN) agent.UpdateProfile {
	row := a.row(n)
	lat, lng := row.Point().E7()
	office, _ := geo.PointE7(lat+30_000, lng-20_000)
	return agent.UpdateProfile{
		Name: row.Name, Email: fmt.Sprintf("agent-%s@example.com", n), Phone: "202-555-0199",
		Street: "1 New Sample Street", City: "Sampleville", State: row.State, ZIP: row.ZIP, Point: office,
	}
}
