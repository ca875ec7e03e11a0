package simulation

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/geo/zcta"
)

// firstNPN begins a range that no registry has reached.
const firstNPN agent.NPN = 9_900_000_000

// person is what the simulation remembers of an agent. The rest is in the log.
type person struct {
	npn    agent.NPN
	state  geo.State
	region uint8
	temper uint8
	always bool // works no set hours
}

// person returns an agent who joined: nobody else is ever asked.
func (w *world) person(n agent.NPN) person {
	i, _ := slices.BinarySearchFunc(w.agents, n, func(p person, n agent.NPN) int { return cmp.Compare(p.npn, n) })
	return w.agents[i]
}

// planJoining plans that agents join one after another: all but a few in the hour
// before the first consumer asks, the others during the days.
func (w *world) planJoining() {
	w.agents = make([]person, 0, w.options.Agents)
	w.planNext()
}

func (w *world) planNext() {
	i, all := len(w.agents), w.options.Agents
	if i == all {
		return
	}
	early := all - all/25
	at := w.options.Begin.Add(opening * time.Duration(i) / time.Duration(early))
	if i >= early {
		days := w.options.end().Sub(w.options.Begin) - 2*opening
		at = w.options.Begin.Add(opening + days/time.Duration(all-early)*time.Duration(i-early))
	}
	w.plans.add(at.Truncate(time.Millisecond), w.join)
}

// join lets the next agent join, and plans what it will change, and who is next.
func (w *world) join(ctx context.Context) error {
	c := w.chance
	region := w.homes.roll(c)
	w.joining += 1 + agent.NPN(c.Below(99_999_000/w.options.Agents))
	p := person{npn: w.joining, region: uint8(region), state: w.country[region].State}
	shares := make([]int, len(tempers))
	for i, t := range tempers {
		shares[i] = t.agents
	}
	p.temper = uint8(c.Weighted(shares...))
	commands := w.facts(&p)
	w.agents = append(w.agents, p)
	if err := w.tell(p.npn, commands...)(ctx); err != nil {
		return err
	}
	w.planChanges(p)
	w.planNext()
	return nil
}

// tell returns what sends facts about an agent to the desk, all in one.
func (w *world) tell(n agent.NPN, commands ...agent.Command) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := w.eng.Agent(ctx, n, commands...)
		return err
	}
}

var trees = [...]string{
	"Alder", "Ash", "Aspen", "Balsam", "Beech", "Birch", "Buckeye", "Catalpa", "Cedar", "Chestnut", "Cottonwood", "Cypress",
	"Dogwood", "Elder", "Elm", "Fir", "Hackberry", "Hawthorn", "Hazel", "Hemlock", "Hickory", "Holly", "Hornbeam", "Juniper",
	"Larch", "Laurel", "Linden", "Locust", "Magnolia", "Maple", "Mulberry", "Oak", "Pecan", "Persimmon", "Pine", "Plum",
	"Poplar", "Redbud", "Redwood", "Rowan", "Sassafras", "Sequoia", "Spruce", "Sumac", "Sycamore", "Tamarack", "Tupelo", "Walnut",
	"Willow", "Yew",
}

// facts draws all that an agent says of itself as it joins: who it is and where,
// what it may do and what it wants. A few leave something out.
func (w *world) facts(p *person) []agent.Command {
	c := w.chance
	from, until, year := w.planYear()
	name := fmt.Sprintf("Sample %s %05d", trees[c.Below(len(trees))], len(w.agents)+1)
	missing := w.leftOut()
	var list []agent.Command
	unless := func(part int, command agent.Command) {
		if missing != part {
			list = append(list, command)
		}
	}
	list = append(list, agent.Register{Name: name})
	unless(noTraining, agent.CompleteTraining{PlanYear: year, From: from, Until: until})
	unless(noRegistration, agent.CompleteRegistration{PlanYear: year, From: from, Until: until})
	list = append(list, agent.AcceptTerms{Document: agent.CMS, Version: w.firstTerms()})
	unless(noTerms, agent.AcceptTerms{Document: agent.HelpOnDemand, Version: w.firstTerms()})
	list = append(list, w.profile(*p, name), agent.SetLanguages{Languages: w.spokenByAgent(p.state)})
	for _, l := range w.licenses(*p) {
		list = append(list, l)
	}
	display := agent.Display(1 + c.Weighted(66, 21, 9, 4))
	unless(noDisplay, agent.ChooseDisplay{Choice: display})
	if u := w.unticked(*p, list); missing != noDisplay && display.Narrows() && u != nil {
		list = append(list, *u)
	}
	if c.Percent(35) {
		list = append(list, agent.SetChannels{Channels: w.channels()})
	}
	p.always = !c.Percent(45)
	if !p.always {
		list = append(list, w.hours(p.state))
	}
	if c.Percent(3) {
		list = append(list, w.absence())
	}
	if missing != noTerms {
		unless(noReview, agent.ReviewProfile{})
	}
	return list
}

// What an agent may leave out.
const (
	nothing = iota
	noTraining
	noRegistration
	noTerms
	noReview
	noDisplay
	parts
)

// leftOut draws what an agent never finished, nothing for most.
func (w *world) leftOut() int {
	if !w.chance.Percent(6) {
		return nothing
	}
	return 1 + w.chance.Below(parts-1)
}

// planYear returns the plan year of the whole simulation, and from when until
// when training and registration for it are in force.
func (w *world) planYear() (from, until time.Time, year int) {
	year = w.options.Begin.Year()
	day := func(year int, m time.Month, d int) time.Time { return time.Date(year, m, d, 4, 0, 0, 0, time.UTC) }
	if !w.options.Begin.Before(day(year, time.July, 15)) {
		year++
	}
	return day(year-1, time.July, 15), day(year, time.November, 1), year
}

// profile draws an agent's office, with a point for one in four.
func (w *world) profile(p person, name string) agent.UpdateProfile {
	c, zip := w.chance, w.zip(int(p.region))
	u := agent.UpdateProfile{
		Name: name, Email: fmt.Sprintf("agent-%s@example.com", p.npn), Phone: fmt.Sprintf("202-555-01%02d", c.Below(100)),
		Street: fmt.Sprintf("%d Sample Street", 1+c.Below(9000)), City: "Sampleville", State: p.state, ZIP: zip,
	}
	if c.Percent(25) {
		u.Point = w.near(zip, 200_000)
	}
	return u
}

// near returns a point near the centroid of a ZIP, within a square so many units
// of 1e-7 degree wide; unknown where the earth has none.
func (w *world) near(z geo.ZIP, wide int) geo.Point {
	place, _ := zcta.Lookup(z)
	lat, lng := place.Point.E7()
	p, _ := geo.PointE7(lat+int32(w.chance.Below(wide)-wide/2), lng+int32(w.chance.Below(wide)-wide/2))
	return p
}

// spokenByAgent draws English for nearly everybody and, for two in five, another
// language or two.
func (w *world) spokenByAgent(home geo.State) []string {
	c := w.chance
	if home == "PR" {
		if c.Percent(40) {
			return []string{c.tag(spanish)}
		}
		return []string{c.tag(spanish), c.tag(english)}
	}
	var list []string
	first := -1
	for range c.Weighted(62, 34, 4) {
		if i := w.others.roll(c); i != first {
			list = append(list, c.tag(i))
			first = i
		}
	}
	if len(list) == 0 || c.Percent(97) {
		list = append(list, c.tag(english))
	}
	return list
}

func (w *world) channels() []agent.Channel {
	all := [...][]agent.Channel{
		{agent.Text}, {agent.App}, {agent.Email, agent.Text}, {agent.Text, agent.App}, {agent.Email, agent.Text, agent.App},
	}
	return all[w.chance.Below(len(all))]
}
