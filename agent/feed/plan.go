package feed

import (
	"cmp"
	"slices"
	"strings"

	"github.com/relevo-go/relevo/agent"
)

// Plan is what an import changes, and what keeps it from being applied.
type Plan struct {
	// Changes are by NPN. With any problem there are none, so that nothing is
	// half applied.
	Changes []Change
	// Problems and Notes are those of the feeds and what comparing found, in
	// the order of the feeds, by line. Problems about agents who are unknown
	// and in no roster are none: they are counted in a note.
	Problems, Notes []Finding
	// Agents counts who was compared: everybody whom the feeds name and who is
	// on record or in a roster.
	Agents int
}

// Change is what an import changes about one agent. Its commands go to the desk
// in one call, so that all of them are recorded or none is.
type Change struct {
	NPN      agent.NPN
	Commands []agent.Command
	Kinds    []string // of the events, one for each command
}

// Count is how many events of a kind a plan makes, of how many agents.
type Count struct {
	Kind           string
	Events, Agents int
}

// Counts returns what the plan's changes come to, in the order of [agent.Kinds].
func (p Plan) Counts() (counts []Count) {
	of := map[string]*Count{}
	last := map[string]agent.NPN{}
	for _, c := range p.Changes {
		for _, k := range c.Kinds {
			if of[k] == nil {
				of[k] = &Count{Kind: k}
			}
			of[k].Events++
			if last[k] != c.NPN {
				of[k].Agents++
				last[k] = c.NPN
			}
		}
	}
	for _, k := range agent.Kinds() {
		if c := of[k]; c != nil {
			counts = append(counts, *c)
		}
	}
	return counts
}

// placed is a row with the feed it is from.
type placed[Row any] struct {
	feed *Feed
	line int
	row  Row
}

// where names the place to somebody who stands at another.
func (p placed[Row]) where(from placed[Row]) string {
	switch {
	case p.line == 0:
		return p.feed.Name
	case p.feed == from.feed:
		return "line " + itoa(p.line)
	}
	return p.feed.Name + ":" + itoa(p.line)
}

// entry is a row's place in its feed, for putting the rows in order of agents.
type entry struct {
	npn  agent.NPN
	feed int32
	kind Kind
	row  int32
}

// comparison is a comparison under way.
type comparison struct {
	current  func(agent.NPN) (agent.Agent, error)
	feeds    []*Feed
	complete bool
	plan     Plan
	problems map[*Feed][]Finding
	notes    map[*Feed][]Finding
	// known tells of each agent whom a problem names whether it is on record or
	// in a roster.
	known map[agent.NPN]bool
	// strangers counts the agents of each feed who are neither.
	strangers map[*Feed]int
	// The rows about one agent, in room that serves for the next.
	agents        []placed[*Agent]
	registrations []placed[*Registration]
	licenses      []placed[License]
}

// Compare compares feeds with what is on record, and returns what would have to
// be recorded so that they agree. It decides every command with [agent.Decide],
// each upon the ones before it, so that what the rules refuse is a problem now,
// and what changes nothing is left out: comparing again after the changes are
// applied finds none.
//
// current returns an agent as it stands; an error that is [agent.ErrUnknown]
// says that there is none, and any other ends the comparison. It is asked for
// every agent whom the feeds name, by this goroutine.
func Compare(current func(agent.NPN) (agent.Agent, error), feeds ...*Feed) (Plan, error) {
	c := &comparison{
		current: current, feeds: feeds,
		problems: map[*Feed][]Finding{}, notes: map[*Feed][]Finding{}, known: map[agent.NPN]bool{}, strangers: map[*Feed]int{},
	}
	var entries []entry
	for i, f := range feeds {
		for _, p := range f.Problems {
			c.known[p.NPN] = false
		}
		for row := range f.Agents {
			entries = append(entries, entry{f.Agents[row].NPN, int32(i), Roster, int32(row)})
		}
		for row := range f.Registrations {
			entries = append(entries, entry{f.Registrations[row].NPN, int32(i), Registrations, int32(row)})
		}
		for row := range f.Licenses {
			entries = append(entries, entry{f.Licenses[row].NPN, int32(i), Licenses, int32(row)})
		}
		if f.Complete && len(f.Licenses) == 0 {
			c.problem(f, 0, "", 0, "the feed is said to be complete and has no license: it would remove every license there is")
		}
		c.complete = c.complete || f.Complete
	}
	slices.SortStableFunc(entries, func(x, y entry) int {
		return cmp.Or(cmp.Compare(x.npn, y.npn), cmp.Compare(x.kind, y.kind))
	})
	for len(entries) > 0 {
		n := 1
		for n < len(entries) && entries[n].npn == entries[0].npn {
			n++
		}
		if err := c.agent(entries[:n]); err != nil {
			return Plan{}, err
		}
		entries = entries[n:]
	}
	err := c.conclude()
	return c.plan, err
}

// agent compares all rows about one agent.
func (c *comparison) agent(entries []entry) error {
	npn := entries[0].npn
	agents, registrations, held := c.agents[:0], c.registrations[:0], c.licenses[:0]
	for _, e := range entries {
		f := c.feeds[e.feed]
		switch e.kind {
		case Roster:
			r := &f.Agents[e.row]
			agents = append(agents, placed[*Agent]{f, r.Line, r})
		case Registrations:
			r := &f.Registrations[e.row]
			registrations = append(registrations, placed[*Registration]{f, r.Line, r})
		case Licenses:
			held = append(held, placed[License]{f, f.Licenses[e.row].Line, f.Licenses[e.row]})
		}
	}
	c.agents, c.registrations, c.licenses = agents, registrations, held
	if npn == 0 {
		for _, p := range agents {
			(&draft{comparison: c, a: agent.Agent{NPN: 1, Name: "unnamed"}}).nobody(p)
		}
		return nil
	}
	a, err := c.current(npn)
	switch {
	case err != nil && !unknown(err):
		return err
	case len(agents) == 0 && !a.Registered():
		for i, e := range entries {
			if i == 0 || e.feed != entries[i-1].feed {
				c.strangers[c.feeds[e.feed]]++
			}
		}
		return nil
	}
	c.plan.Agents++
	if _, named := c.known[npn]; named {
		c.known[npn] = true
	}
	d := &draft{comparison: c, a: a, change: Change{NPN: npn}}
	if len(agents) > 0 {
		first := agents[0]
		for _, p := range agents[1:] {
			if !p.row.same(first.row) {
				c.problem(p.feed, p.line, "npn", npn, "agent "+npn.String()+" stands in "+first.where(p)+" too, and the two differ: leave the one that holds")
			}
		}
		d.given(first)
	}
	d.registered(registrations)
	d.licensed(held)
	d.terminated(registrations)
	if len(agents) > 0 {
		d.chosen(agents[0])
	}
	if len(d.change.Commands) > 0 && len(c.problems) == 0 {
		c.plan.Changes = append(c.plan.Changes, d.change)
	}
	return nil
}

// conclude gathers the findings, and leaves no changes beside a problem.
func (c *comparison) conclude() error {
	for _, f := range c.feeds {
		nobodys := 0
		found := c.problems[f]
		for _, p := range f.Problems {
			mine := p.NPN == 0 && f.Kind != Registrations || p.Line == 0 || p.Column == "" || f.Kind == Roster
			if !mine && p.NPN != 0 && !c.known[p.NPN] {
				a, err := c.current(p.NPN)
				if err != nil && !unknown(err) {
					c.plan = Plan{}
					return err
				}
				c.known[p.NPN] = err == nil && a.Registered()
			}
			if mine || p.NPN != 0 && c.known[p.NPN] {
				found = append(found, p)
			} else {
				nobodys++
			}
		}
		slices.SortStableFunc(found, func(x, y Finding) int {
			return cmp.Or(cmp.Compare(x.Line, y.Line), cmp.Compare(f.place(x), f.place(y)))
		})
		c.plan.Problems = append(c.plan.Problems, found...)

		c.plan.Notes = append(c.plan.Notes, f.Notes...)
		slices.SortStableFunc(c.notes[f], func(x, y Finding) int { return cmp.Compare(x.Line, y.Line) })
		c.plan.Notes = append(c.plan.Notes, c.notes[f]...)
		if n := c.strangers[f]; n > 0 {
			c.plan.Notes = append(c.plan.Notes, f.finding(0, "", 0, "agents passed over who are neither on record nor in a roster: "+itoa(n)))
		}
		if nobodys > 0 {
			c.plan.Notes = append(c.plan.Notes, f.finding(0, "", 0, "values passed over that cannot be read, about nobody on record or in a roster: "+itoa(nobodys)))
		}
	}
	if len(c.plan.Problems) > 0 {
		c.plan.Changes = nil
	}
	return nil
}

func (c *comparison) problem(f *Feed, line int, column string, npn agent.NPN, text string) {
	c.problems[f] = append(c.problems[f], f.finding(line, column, npn, text))
}

func (c *comparison) note(f *Feed, line int, column string, npn agent.NPN, text string) {
	c.notes[f] = append(c.notes[f], f.finding(line, column, npn, text))
}

// reason returns the text of a refusal without the name of the package behind it.
func reason(err error) string {
	text := err.Error()
	for _, p := range []string{"agent: ", "geo: ", "spoken: ", "zone: "} {
		text = strings.TrimPrefix(text, p)
	}
	return text
}
