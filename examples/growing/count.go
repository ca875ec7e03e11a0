package main

import (
	"fmt"
	"io"
	"iter"
	"slices"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
	"github.com/relevo-go/relevo/referral/simulation"
)

// counted is what a log holds, by what takes part in it.
type counted struct {
	records, appends, bytes int
	ofAgents, ofReferrals   int // records

	homes    homes
	requests map[geo.State]int

	perMinute map[time.Time]int // records of referrals
	live      int               // referrals that had not ended, at most at once
}

// homes says in which states' logs a stream stands: a referral in one, and an agent
// in each where it ever had a license. The desk's own stands in all.
type homes struct {
	agents    map[agent.NPN][]geo.State
	referrals map[book.Stream]geo.State
}

// of returns the states of a stream, and whether it stands in all.
func (h homes) of(s book.Stream) (states []geo.State, all bool) {
	switch {
	case s.Agent != 0:
		return h.agents[s.Agent], false
	case s == book.Stream{}:
		return nil, true
	}
	return []geo.State{h.referrals[s]}, false
}

// count reads a log from its first record on.
func count(records iter.Seq2[eventlog.Record, error]) (*counted, error) {
	c := &counted{
		homes:    homes{agents: map[agent.NPN][]geo.State{}, referrals: map[book.Stream]geo.State{}},
		requests: map[geo.State]int{}, perMinute: map[time.Time]int{},
	}
	var line []byte
	live := 0
	for r, err := range records {
		if err != nil {
			return nil, err
		}
		stream, err := book.ParseStream(r.Stream)
		if err != nil {
			return nil, err
		}
		event, err := book.Decode(stream, r.Kind, r.Time, r.Data)
		if err != nil {
			return nil, err
		}
		line = r.AppendLine(line[:0])
		c.records++
		c.bytes += len(line) + 1
		if r.Position == r.First {
			c.appends++
		}
		switch e := event.(type) {
		case agent.LicenseRecorded:
			if states := c.homes.agents[stream.Agent]; !slices.Contains(states, e.State) {
				c.homes.agents[stream.Agent] = append(states, e.State)
			}
		case referral.Requested:
			c.homes.referrals[stream] = e.State
			c.requests[e.State]++
			live++
		case referral.Accepted, referral.Exhausted, referral.Withdrawn:
			live--
		}
		c.live = max(c.live, live)
		if stream.Agent != 0 {
			c.ofAgents++
		} else if stream != (book.Stream{}) {
			c.ofReferrals++
			c.perMinute[r.Time.Truncate(time.Minute)]++
		}
	}
	return c, nil
}

// print says what was counted, and what it makes of an open enrolment.
func (c *counted) print(w io.Writer, o simulation.Options) {
	asked := len(c.homes.referrals)
	each := float64(c.ofReferrals) / float64(asked)
	busiest := 0
	for _, n := range c.perMinute {
		busiest = max(busiest, n)
	}
	mean := float64(c.ofReferrals) / (float64(o.Days) * 24 * 60)
	fmt.Fprintf(w, "One log: %d agents, %d referrals in %d days\n", len(c.homes.agents), asked, o.Days)
	fmt.Fprintf(w, "  records                    %d, of %.0f bytes, in %d appends\n", c.records, float64(c.bytes)/float64(c.records), c.appends)
	fmt.Fprintf(w, "  records of an agent        %.1f\n", float64(c.ofAgents)/float64(len(c.homes.agents)))
	fmt.Fprintf(w, "  records of a referral      %.1f\n", each)
	fmt.Fprintf(w, "  live referrals, at most    %d\n", c.live)
	fmt.Fprintf(w, "  busiest minute             %d records of referrals, %.1f times the mean\n", busiest, float64(busiest)/mean)

	const selections, days = 15.8e6, 76
	perSecond := selections / (days * 24 * 3600)
	all := selections * each
	fmt.Fprintf(w, "\nOpen enrolment: 15.8 million plan selections in 76 days, if each came of a referral\n")
	fmt.Fprintf(w, "  requests                   %.1f a second on average, %.0f in the busiest minute of such a day\n", perSecond, perSecond*float64(busiest)/mean)
	fmt.Fprintf(w, "  records                    %.0f a second on average, %.0f in that minute\n", perSecond*each, perSecond*each*float64(busiest)/mean)
	fmt.Fprintf(w, "  in all                     %.0f million records, %.0f GB\n", all/1e6, all*float64(c.bytes)/float64(c.records)/1e9)
}
