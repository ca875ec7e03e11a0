package feed

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/geo/zone"
)

// person is an invented agent in the words of files. Its rows are what the dumb
// check holds the record to.
type person struct {
	npn                      int
	name, email, phone       string
	place                    int // in offices
	tags, unticked, channels []string
	display                  int
	terms                    string
	reviewed, point          bool
	hours                    bool
	first, last              time.Time // days of registration
	states                   []string  // licensed in
}

var offices = []struct{ city, state, zip string }{
	{"Tampa", "FL", "33602"}, {"Houston", "TX", "77002"}, {"Atlanta", "GA", "30303"}, {"Honolulu", "HI", "96813"}, {"Milwaukee", "WI", "53202"},
}

var tags = []string{"en", "es", "es-MX", "zh", "yue", "vi", "ht", "ase"}

func sample(r *rand.Rand, of []string, most int) []string {
	some := slices.Clone(of)
	r.Shuffle(len(some), func(i, j int) { some[i], some[j] = some[j], some[i] })
	return some[:r.IntN(most+1)]
}

func invent(r *rand.Rand, npn int) person {
	p := person{
		npn: npn, name: fmt.Sprintf("Sample Heron %04d", r.IntN(10_000)), phone: fmt.Sprintf("202-555-01%02d", r.IntN(100)), place: r.IntN(len(offices)),
		display: 1 + r.IntN(4), terms: fmt.Sprint("2026-0", 1+r.IntN(3)), reviewed: r.IntN(4) > 0, point: r.IntN(2) > 0, hours: r.IntN(2) > 0,
		first: time.Date(2026, 8, 1+r.IntN(60), 0, 0, 0, 0, time.UTC), last: time.Date(2027, 10, 31, 0, 0, 0, 0, time.UTC),
		states: sample(r, []string{"FL", "TX", "GA", "HI", "WI", "VA"}, 4),
	}
	for len(p.tags) == 0 {
		p.tags = sample(r, tags, 3)
	}
	if slices.Contains(p.tags, "es") && slices.Contains(p.tags, "es-MX") {
		p.tags = []string{"en"}
	}
	if p.email = "-"; r.IntN(3) > 0 {
		p.email = fmt.Sprintf("agent-%d@example.com", npn)
	}
	if p.display <= 2 {
		p.unticked = sample(r, []string{"FL", "TX", "GA", "HI", "WI"}, 2)
	}
	p.channels = sample(r, []string{"email", "text", "app"}, 2)
	return p
}

func cellOf(words []string) string {
	if len(words) == 0 {
		return None
	}
	return strings.Join(words, " ")
}

const personTop = "npn,name,email,phone,city,state,zip,lat,lng,languages,display,unticked,channels,cms_terms,help_on_demand_terms,reviewed,zone,hours\n"

func (p person) row() string {
	o := offices[p.place]
	unticked, lat, lng, reviewed, at, hours := cellOf(p.unticked), None, None, "N", "", None
	if p.display > 2 {
		unticked = ""
	}
	if p.point {
		lat, lng = "27.9506", "-82.4572"
	}
	if p.reviewed {
		reviewed = "Y"
	}
	if p.hours {
		at, hours = "America/Chicago", "mon-fri 09:00-17:00"
	}
	return fmt.Sprintf("%d,%s,%s,%s,%s,%s,%s,%s,%s,%s,%d,%s,%s,%s,%s,%s,%s,%s\n", p.npn, p.name, p.email, p.phone, o.city, o.state, o.zip, lat, lng,
		cellOf(p.tags), p.display, unticked, cellOf(p.channels), p.terms, p.terms, reviewed, at, hours)
}

func (p person) registration() string {
	return fmt.Sprintf("%d,2027,%s,%s,Y,\n", p.npn, p.first.Format("01/02/2006"), p.last.Format("01/02/2006"))
}

func (p person) licenses() string {
	var b strings.Builder
	for _, s := range p.states {
		fmt.Fprintf(&b, "%d,%s,%s%d,,R,Active,2020-01-01,12/31/2029,Life:inactive;Health:active:2021-01-01\n", p.npn, s, s, p.npn)
	}
	return b.String()
}

func files(people []person) []string {
	out := []string{personTop, listTop, licenseTop}
	var b [3]strings.Builder
	for _, p := range people {
		b[0].WriteString(p.row())
		b[1].WriteString(p.registration())
		b[2].WriteString(p.licenses())
	}
	for i := range out {
		out[i] += b[i].String()
	}
	return out
}

// holds compares the fold of an agent's events with what its rows say, by other
// means than the package's own.
func (p person) holds(t *testing.T, a agent.Agent) {
	t.Helper()
	o := offices[p.place]
	check := func(what string, got, want any) {
		if !cmp.Equal(got, want) {
			t.Errorf("agent %d: %s is %v, want %v", p.npn, what, got, want)
		}
	}
	check("NPN", int(a.NPN), p.npn)
	check("name", a.Profile.Name, p.name)
	check("email", a.Profile.Email, strings.TrimPrefix(p.email, "-"))
	check("phone", a.Profile.Phone, p.phone)
	check("office", []string{a.Profile.City, string(a.Profile.State), string(a.Profile.ZIP)}, []string{o.city, o.state, o.zip})
	check("point", a.Profile.Point.Known(), p.point)
	var spoken []string
	for _, l := range a.Languages {
		spoken = append(spoken, l.Tag)
	}
	check("languages", spoken, p.tags)
	check("display", int(a.Display), p.display)
	if p.display <= 2 {
		for s := range geo.AllStates() {
			check("unticked "+string(s), a.Unticked.Has(s), slices.Contains(p.unticked, string(s)))
		}
	}
	check("channels", len(a.Channels), len(p.channels))
	for _, d := range []agent.Document{agent.CMS, agent.HelpOnDemand} {
		check("terms", slices.Contains(a.Accepted, agent.Acceptance{Document: d, Version: p.terms}), true)
	}
	check("hours", len(a.Hours.Weekly) == 5, p.hours)
	east, _ := zone.Load("America/New_York")
	check("registrations", len(a.Registration), 1)
	check("registered from", a.Registration[0].From.In(east).Format(time.DateTime), p.first.Format(time.DateOnly)+" 00:00:00")
	check("registered until", a.Registration[0].Until.In(east).Format(time.DateTime), p.last.AddDate(0, 0, 1).Format(time.DateOnly)+" 00:00:00")
	check("training", a.Training, a.Registration)
	for _, s := range p.states {
		i := slices.IndexFunc(a.Licenses, func(l agent.License) bool { return string(l.State) == s })
		if i < 0 {
			t.Errorf("agent %d has no license in %s", p.npn, s)
			continue
		}
		local, _ := zone.Of(geo.State(s))
		check("license from", a.Licenses[i].Effective.In(local).Format(time.DateTime), "2020-01-01 00:00:00")
		check("license until", a.Licenses[i].Expires.In(local).Format(time.DateTime), "2030-01-01 00:00:00")
		check("valid", a.Licenses[i].Valid(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)), true)
	}
}

// Random agents: what is imported is on record as the rows say, the same files
// again plan nothing, and one changed row is one agent's events.
func TestImportsAgain(t *testing.T) {
	rounds := 40
	if testing.Short() {
		rounds = 10
	}
	for seed := range uint64(rounds) {
		r := rand.New(rand.NewPCG(seed, 1))
		d := desk{}
		people := make([]person, 1+r.IntN(30))
		for i := range people {
			people[i] = invent(r, 9_900_000_001+7*i)
		}
		for range 3 {
			r.Shuffle(len(people), func(i, j int) { people[i], people[j] = people[j], people[i] })
			imported(t, d, files(people)...)
			for _, p := range people {
				p.holds(t, d[agent.NPN(p.npn)])
			}
			if again := imported(t, d, files(people)...); len(again.Changes) > 0 || again.Agents != len(people) {
				t.Fatalf("seed %d: a second import of %d agents plans %v", seed, again.Agents, kinds(again))
			}
			one := &people[r.IntN(len(people))]
			next := invent(r, one.npn)
			next.states = slices.Compact(slices.Sorted(slices.Values(append(next.states, one.states...)))) // nothing takes a license away
			next.phone = "202-555-0199 x" + fmt.Sprint(r.IntN(1000))
			*one = next
			p := imported(t, d, files(people)...)
			if len(p.Changes) != 1 || int(p.Changes[0].NPN) != one.npn {
				t.Fatalf("seed %d: one changed row of agent %d plans %v", seed, one.npn, kinds(p))
			}
			one.holds(t, d[agent.NPN(one.npn)])
		}
	}
}
