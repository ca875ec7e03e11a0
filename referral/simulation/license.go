package simulation

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo"
)

// licenses draws an agent's licenses, 4.3 on average: at home, and for three in
// five in other states, populous ones more often.
func (w *world) licenses(p person) []agent.RecordLicense {
	c := w.chance
	more := [...]int{0, 1 + c.Below(3), 3 + c.Below(6), 9 + c.Below(16)}[c.Weighted(39, 30, 22, 9)]
	states := geo.StatesOf(p.state)
	for range more {
		states = states.With(w.another(states))
	}
	list := []agent.RecordLicense{w.license(p, p.state)}
	for s := range states.Without(p.state).All() {
		list = append(list, w.license(p, s))
	}
	return list
}

// another draws a state that is not among some, if one can be found.
func (w *world) another(than geo.States) geo.State {
	for {
		s := w.country[w.homes.roll(w.chance)].State
		if !than.Has(s) || than == geo.EveryState {
			return s
		}
	}
}

// license draws a license as a registry shows it. Nine in ten are valid during
// the whole simulation; of the others some begin or end within it.
func (w *world) license(p person, s geo.State) agent.RecordLicense {
	c := w.chance
	l := agent.RecordLicense{
		State: s, Number: licenseNumber(s, p.npn), Residency: agent.Nonresident, Status: agent.Active, Lines: w.authority(),
	}
	if s == p.state {
		l.Residency = agent.Resident
	}
	begin := w.options.Begin.AddDate(0, 0, -60-c.Below(3000))
	end := time.Date(w.options.Begin.Year(), w.options.Begin.Month()+time.Month(3+c.Below(22)), 0, 0, 0, 0, 0, time.UTC)
	within := w.options.Begin.AddDate(0, 0, c.Below(w.options.Days))
	switch flaw := c.Below(1000); {
	case flaw < 25:
		l.Status = agent.Inactive
	case flaw < 40:
		end = w.options.Begin.AddDate(0, 0, -1-c.Below(30))
	case flaw < 55:
		end = within
	case flaw < 70:
		begin = within.AddDate(0, 0, 1)
	case flaw < 85:
		l.Lines = []agent.Line{{Name: "Life", Active: true}}
	}
	// No state and no day here is one that the rules cannot read.
	l.Effective, _ = agent.RegistryBegin(s, begin.Format(time.DateOnly))
	if !c.Percent(6) { // the others are perpetual
		l.Expires, _ = agent.RegistryEnd(s, end.Format(time.DateOnly))
	}
	return l
}

func licenseNumber(s geo.State, n agent.NPN) string { return fmt.Sprintf("%s-%s", s, n) }

// authority draws lines of authority with health among them.
func (w *world) authority() []agent.Line {
	health := agent.Line{Name: "Accident & Health", Health: true, Active: true}
	if w.chance.Percent(60) {
		return []agent.Line{health}
	}
	return []agent.Line{health, {Name: "Life", Active: true}}
}

// unticked draws states other than home that the agent wants no referrals from,
// for one in five of those who have several; nil for the rest.
func (w *world) unticked(p person, facts []agent.Command) *agent.UntickStates {
	var others []geo.State
	for _, f := range facts {
		if l, ok := f.(agent.RecordLicense); ok && l.State != p.state {
			others = append(others, l.State)
		}
	}
	if len(others) < 2 || !w.chance.Percent(20) {
		return nil
	}
	slices.SortFunc(others, cmp.Compare)
	u := &agent.UntickStates{States: []geo.State{others[w.chance.Below(len(others))]}}
	if len(others) > 4 {
		u.States = append(u.States, others[w.chance.Below(len(others))])
	}
	return u
}
