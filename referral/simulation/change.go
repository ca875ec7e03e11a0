package simulation

import (
	"context"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo"
)

// change is something that agents do or suffer during the days: how many of a
// thousand, and what it is, decided from the facts as they stand then.
type change struct {
	agents int
	facts  func(w *world, p person, a agent.Agent) []agent.Command
}

var changes = [...]change{
	{40, (*world).gainLicense},
	{15, (*world).suspendLicense},
	{12, (*world).loseLicense},
	{35, (*world).chooseDisplay},
	{80, (*world).goAway},
	{45, (*world).untick},
	{100, (*world).switchOff},
	{60, (*world).switchOn},
	{20, (*world).chooseChannels},
	{25, (*world).chooseHours},
	{10, (*world).learn},
	{12, (*world).move},
	{8, (*world).endPart},
	{200, (*world).finish}, // only who left something out has something to finish
}

// planChanges plans what an agent will change, by day where it lives, and when it
// accepts the new terms, if ever.
func (w *world) planChanges(p person) {
	c, zone := w.chance, w.zone(p.state)
	left := w.options.end().Sub(w.clock.Now())
	for _, kind := range changes {
		if c.Below(1000) < kind.agents {
			w.plans.add(w.daytime(w.clock.Now().Add(opening/2+c.upTo(left)), zone), w.change(p, kind.facts))
		}
	}
	at := w.newTermsAt().Add(c.upTo(w.newPolicyAt().Sub(w.newTermsAt())))
	switch c.Weighted(80, 15, 5) {
	case 1:
		at = w.newPolicyAt().Add(c.around(10 * time.Hour))
	case 2:
		return
	}
	if now := w.clock.Now(); at.Before(now) {
		at = now
	}
	w.plans.add(w.daytime(at, zone), w.tell(p.npn, agent.AcceptTerms{Document: agent.CMS, Version: w.secondTerms()}))
}

// change returns what makes a change of an agent.
func (w *world) change(p person, facts func(*world, person, agent.Agent) []agent.Command) func(context.Context) error {
	return func(ctx context.Context) error {
		a, err := w.eng.Agent(ctx, p.npn)
		if err != nil {
			return err
		}
		if commands := facts(w, p, a); len(commands) > 0 {
			return w.tell(p.npn, commands...)(ctx)
		}
		return nil
	}
}

// back plans that an agent takes back a change, about some time from now and
// within two days.
func (w *world) back(p person, median time.Duration, commands ...agent.Command) {
	w.plans.add(w.daytime(w.clock.Now().Add(min(w.chance.around(median), 48*time.Hour)), w.zone(p.state)), w.tell(p.npn, commands...))
}

func (w *world) gainLicense(p person, a agent.Agent) []agent.Command {
	return []agent.Command{w.license(p, w.another(licensed(a)))}
}

func (w *world) suspendLicense(p person, a agent.Agent) []agent.Command {
	l, ok := w.elsewhere(p, a)
	if !ok || l.Status != agent.Active {
		return nil
	}
	return []agent.Command{w.suspended(p, l)}
}

// suspended returns a license as inactive, and plans half of the time that it is
// active again.
func (w *world) suspended(p person, l agent.License) agent.RecordLicense {
	r := agent.RecordLicense{
		State: l.State, Number: l.Number, Residency: l.Residency, Status: l.Status, Effective: l.Effective, Expires: l.Expires, Lines: l.Lines,
	}
	if w.chance.Percent(50) {
		w.back(p, 20*time.Hour, r)
	}
	r.Status = agent.Inactive
	return r
}

func (w *world) loseLicense(p person, a agent.Agent) []agent.Command {
	l, ok := w.elsewhere(p, a)
	if !ok {
		return nil
	}
	return []agent.Command{agent.RemoveLicense{State: l.State, Number: l.Number}}
}

// elsewhere draws a license that is not of the home state.
func (w *world) elsewhere(p person, a agent.Agent) (agent.License, bool) {
	var all []agent.License
	for _, l := range a.Licenses {
		if l.State != p.state {
			all = append(all, l)
		}
	}
	if len(all) == 0 {
		return agent.License{}, false
	}
	return all[w.chance.Below(len(all))], true
}

// licensed returns where an agent has a license, of whatever worth.
func licensed(a agent.Agent) (set geo.States) {
	for _, l := range a.Licenses {
		set = set.With(l.State)
	}
	return set
}

// chooseDisplay makes another display choice. Of those who leave most come back.
func (w *world) chooseDisplay(p person, a agent.Agent) []agent.Command {
	next := agent.Display(1 + w.chance.Weighted(30, 25, 20, 25))
	if next == agent.DisplayNone && w.chance.Percent(70) {
		return w.leave(p, a)
	}
	return []agent.Command{agent.ChooseDisplay{Choice: next}}
}

// leave takes an agent out of the service and back.
func (w *world) leave(p person, a agent.Agent) []agent.Command {
	if a.Display.Valid() && a.Display != agent.DisplayNone {
		w.back(p, 20*time.Hour, agent.ChooseDisplay{Choice: a.Display})
	}
	return []agent.Command{agent.ChooseDisplay{Choice: agent.DisplayNone}}
}

// goAway plans an absence, of which one in four is taken back.
func (w *world) goAway(p person, _ agent.Agent) []agent.Command {
	away := w.absence()
	if w.chance.Percent(25) {
		w.back(p, 5*time.Hour, agent.ClearAbsence{From: away.From})
	}
	return []agent.Command{away}
}

// untick adds a state to those that are unticked, or ticks all of them again.
func (w *world) untick(p person, a agent.Agent) []agent.Command {
	l, ok := w.elsewhere(p, a)
	if !a.Display.Narrows() || !ok {
		return nil
	}
	next := agent.UntickStates{}
	if a.Unticked == 0 || w.chance.Percent(60) {
		for s := range a.Unticked.With(l.State).All() {
			next.States = append(next.States, s)
		}
	}
	return []agent.Command{next}
}

func (w *world) switchOff(p person, _ agent.Agent) []agent.Command {
	w.back(p, 3*time.Hour, agent.SetOverride{Override: agent.OverrideAuto})
	return []agent.Command{agent.SetOverride{Override: agent.OverrideOff}}
}

func (w *world) switchOn(p person, _ agent.Agent) []agent.Command {
	w.later(2*time.Hour+w.chance.upTo(3*time.Hour), w.tell(p.npn, agent.SetOverride{Override: agent.OverrideAuto}))
	return []agent.Command{agent.SetOverride{Override: agent.OverrideOn}}
}

func (w *world) chooseChannels(person, agent.Agent) []agent.Command {
	return []agent.Command{agent.SetChannels{Channels: w.channels()}}
}

func (w *world) chooseHours(p person, a agent.Agent) []agent.Command {
	if len(a.Hours.Weekly) == 0 { // who has always been there goes on so
		return nil
	}
	return []agent.Command{w.hours(p.state)}
}

// learn adds a language.
func (w *world) learn(_ person, a agent.Agent) []agent.Command {
	var next agent.SetLanguages
	for _, l := range a.Languages {
		next.Languages = append(next.Languages, l.Tag)
	}
	next.Languages = append(next.Languages, w.chance.tag(w.others.roll(w.chance)))
	return []agent.Command{next}
}

// move changes the office within the state.
func (w *world) move(p person, a agent.Agent) []agent.Command {
	return []agent.Command{w.profile(p, a.Name)}
}

// endPart terminates an agent's part, in one state or everywhere (R20). Two in
// three are reinstated.
func (w *world) endPart(p person, a agent.Agent) []agent.Command {
	causes := [...]agent.Cause{agent.CauseNoncompliance, agent.CauseNonresidentLicense, agent.CauseResidentLicense, agent.CauseFraud}
	end := agent.Terminate{Cause: causes[w.chance.Weighted(40, 35, 15, 10)]}
	if end.Cause == agent.CauseNonresidentLicense {
		l, ok := w.elsewhere(p, a)
		if !ok {
			return nil
		}
		end.State = l.State
	}
	if w.chance.Percent(66) {
		w.back(p, 20*time.Hour, agent.Reinstate{Cause: end.Cause, State: end.State})
	}
	return []agent.Command{end}
}

// finish does what an agent left out.
func (w *world) finish(_ person, a agent.Agent) (list []agent.Command) {
	from, until, year := w.planYear()
	if len(a.Training) == 0 {
		list = append(list, agent.CompleteTraining{PlanYear: year, From: from, Until: until})
	}
	if len(a.Registration) == 0 {
		list = append(list, agent.CompleteRegistration{PlanYear: year, From: from, Until: until})
	}
	if a.Display == 0 {
		list = append(list, agent.ChooseDisplay{Choice: agent.DisplayAll})
	}
	if !a.Reviewed {
		list = append(list, agent.AcceptTerms{Document: agent.HelpOnDemand, Version: w.firstTerms()}, agent.ReviewProfile{})
	}
	return list
}
