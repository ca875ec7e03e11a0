package engine_test

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/geo/zcta"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
)

// planYearEnds is when the training and registration of a country's agents end,
// and of seven in ten begin again.
var planYearEnds = time.Date(2027, 1, 1, 5, 0, 0, 0, time.UTC)

// nine is when three in ten of a country's agents come on duty, every weekday.
const nine = 14 * time.Hour // in UTC, of New York in winter

// country makes agents and requests for measuring: they live where the weights of
// ZIP Code areas, which are skewed, have them, with 4.3 licenses and 1.4 languages
// each. All of it is invented, and the same at every run.
type country struct {
	*rand.Rand
	places []zcta.Place
	zips   []geo.ZIP
	upTo   []float64 // the weight of an area and of all before it
}

func newCountry() *country {
	c := &country{Rand: rand.New(rand.NewPCG(1, 2))}
	total := 0.0
	for zip, place := range zcta.All() {
		total += math.Exp(1.5 * c.NormFloat64())
		c.zips, c.places, c.upTo = append(c.zips, zip), append(c.places, place), append(c.upTo, total)
	}
	return c
}

// area returns a ZIP and one of the states that it lies in.
func (c *country) area() (geo.ZIP, geo.State) {
	at := c.Float64() * c.upTo[len(c.upTo)-1]
	i, _ := slices.BinarySearchFunc(c.upTo, at, func(upTo, at float64) int { return cmp.Compare(upTo, at) })
	for s := range c.places[i].States.All() {
		return c.zips[i], s
	}
	panic("an area without a state")
}

// rareTongues are spoken by few.
var rareTongues = []string{"es", "es", "es", "zh", "vi", "tl", "ko", "ru", "ht", "pt", "ar", "fr", "pl", "hi"}

// commands makes an agent who gets offers.
func (c *country) commands(n int) []agent.Command {
	zip, state := c.area()
	name := fmt.Sprintf("Sample Heron %d", n)
	commands := []agent.Command{
		agent.Register{Name: name},
		agent.UpdateProfile{
			Name: name, Email: fmt.Sprintf("heron%d@example.com", n), Phone: fmt.Sprintf("555-01%05d", n%100_000),
			Street: fmt.Sprintf("%d Palm Street", 1+n%9999), City: "Springfield", State: state, ZIP: zip, Resolved: c.places[c.index(zip)].Point,
		},
		agent.CompleteTraining{PlanYear: 2026, From: opening.AddDate(0, 0, -c.IntN(300)), Until: planYearEnds},
		agent.CompleteRegistration{PlanYear: 2026, From: opening.AddDate(0, 0, -c.IntN(300)), Until: planYearEnds},
		agent.AcceptTerms{Document: agent.CMS, Version: "2026"},
		agent.AcceptTerms{Document: agent.HelpOnDemand, Version: "7"},
		agent.ChooseDisplay{Choice: agent.DisplayAll},
		agent.SetChannels{Channels: []agent.Channel{agent.Email, agent.Text}},
	}
	if c.IntN(10) < 7 {
		commands = append(commands,
			agent.CompleteTraining{PlanYear: 2027, From: planYearEnds, Until: planYearEnds.AddDate(1, 0, 0)},
			agent.CompleteRegistration{PlanYear: 2027, From: planYearEnds, Until: planYearEnds.AddDate(1, 0, 0)})
	}
	in := geo.StatesOf(state)
	for c.IntN(1000) < 790 { // 3.6 more, of which some are not new
		_, other := c.area()
		in = in.With(other)
	}
	for s := range in.All() {
		l := license(s)
		l.Number = fmt.Sprintf("%s%07d", s, c.IntN(10_000_000))
		l.Expires = opening.AddDate(0, 1+c.IntN(24), c.IntN(28))
		commands = append(commands, l)
	}
	languages := []string{"en"}
	for c.IntN(100) < 31 {
		languages = append(languages, rareTongues[c.IntN(len(rareTongues))])
	}
	commands = append(commands, agent.SetLanguages{Languages: languages})
	if hours := c.hours(); hours.Zone != "" {
		commands = append(commands, hours)
	}
	return append(commands, agent.ReviewProfile{})
}

// hours returns the hours of three in ten, from nine to five in New York, or of
// another thirty kinds, or none.
func (c *country) hours() agent.SetHours {
	zone, from, to := "America/New_York", 9, 17
	switch c.IntN(10) {
	case 0, 1, 2:
	case 3, 4:
		return agent.SetHours{}
	default:
		zone = []string{"America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "Pacific/Honolulu"}[c.IntN(5)]
		from, to = 7+c.IntN(3), 16+c.IntN(2)
	}
	h := agent.SetHours{Zone: zone}
	for day := agent.Day(time.Monday); day <= agent.Day(time.Friday); day++ {
		h.Weekly = append(h.Weekly, agent.Shift{Day: day, From: agent.MinuteOf(from, 0), To: agent.MinuteOf(to, 0)})
	}
	return h
}

func (c *country) index(zip geo.ZIP) int {
	i, _ := slices.BinarySearch(c.zips, zip)
	return i
}

// request asks for help in a language from anywhere.
func (c *country) request(language string) referral.Request {
	zip, state := c.area()
	return referral.Request{Subject: "case-1", State: state, ZIP: zip, Languages: []string{language}}
}

// log returns a log with the events of so many agents, recorded before opening.
func (c *country) log(b testing.TB, agents int) *eventlog.Memory {
	log, head := new(eventlog.Memory), eventlog.Position(0)
	ids := newIDs(9)
	var group []eventlog.Entry
	add := func(stream book.Stream, e book.Event) {
		data, err := book.Encode(e)
		if err != nil {
			b.Fatal(err)
		}
		group = append(group, eventlog.Entry{ID: ids(), Stream: stream.String(), Kind: e.Kind(), Time: opening.Add(-time.Hour), Data: data})
	}
	flush := func() {
		sealed, err := log.Append(b.Context(), head, group...)
		if err != nil {
			b.Fatal(err)
		}
		head += eventlog.Position(len(sealed))
		group = group[:0]
	}
	add(book.Stream{}, referral.PolicySet(referral.DefaultPolicy()))
	for n := range agents {
		npn := npnOf(n)
		var a agent.Agent
		for i, command := range c.commands(n) {
			if i == 0 {
				command = agent.Register{NPN: npn, Name: command.(agent.Register).Name}
			}
			events, err := agent.Decide(a, command)
			if err != nil {
				b.Fatalf("agent %d, %T: %v", n, command, err)
			}
			for _, e := range events {
				add(book.Stream{Agent: npn}, e)
				a = agent.Apply(a, e)
			}
		}
		if len(group) > 1000 {
			flush()
		}
	}
	flush()
	return log
}

// npnOf returns the NPN of a country's agent by number.
func npnOf(n int) agent.NPN { return agent.NPN(1_000_000 + 17*n) }
