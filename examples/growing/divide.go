package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral/audit"
	"github.com/relevo-go/relevo/referral/book"
)

// divided is what became of a log that was divided by state.
type divided struct {
	logs    int
	records map[geo.State]int // of each state's log
	judged  int               // decisions
	differs map[audit.Difference]int
}

// divide makes a log for each state in which somebody asked, one after the other,
// and judges the decisions in it by what it knows.
func divide(ctx context.Context, whole eventlog.Log, h homes) (*divided, error) {
	d := &divided{records: map[geo.State]int{}, differs: map[audit.Difference]int{}}
	asked := map[geo.State]bool{}
	for _, state := range h.referrals {
		asked[state] = true
	}
	for _, state := range slices.Sorted(maps.Keys(asked)) {
		part, err := partition(ctx, whole, h, state)
		if err != nil {
			return nil, err
		}
		d.logs++
		for _, err := range part.Read(ctx, 0) {
			if err != nil {
				return nil, err
			}
			d.records[state]++
		}
		for j, err := range audit.Rematch(part.Read(ctx, 0), nil) {
			if err != nil {
				return nil, err
			}
			d.judged++
			for _, difference := range j.Differences() {
				d.differs[difference]++
			}
		}
		part.Close()
	}
	return d, nil
}

// partition returns the log that a state's desk would have had. What was appended
// together stays together.
func partition(ctx context.Context, whole eventlog.Log, h homes, state geo.State) (*eventlog.Memory, error) {
	var part eventlog.Memory
	var head eventlog.Position
	var group []eventlog.Entry
	for r, err := range whole.Read(ctx, 0) {
		if err != nil {
			return nil, err
		}
		stream, err := book.ParseStream(r.Stream)
		if err != nil {
			return nil, err
		}
		if states, all := h.of(stream); all || slices.Contains(states, state) {
			group = append(group, r.Entry)
		}
		if r.Position < r.Last || len(group) == 0 {
			continue
		}
		sealed, err := part.Append(ctx, head, group...)
		if err != nil {
			return nil, err
		}
		head, group = sealed[len(sealed)-1].Position, group[:0]
	}
	return &part, nil
}

func (d *divided) print(w io.Writer, c *counted) {
	all, largest := 0, geo.State("")
	for _, state := range slices.Sorted(maps.Keys(d.records)) {
		all += d.records[state]
		if largest == "" || d.records[state] > d.records[largest] {
			largest = state
		}
	}
	homes := 0
	for _, states := range c.homes.agents {
		homes += len(states)
	}
	fmt.Fprintf(w, "\nDivided into %d logs, one for each state\n", d.logs)
	fmt.Fprintf(w, "  an agent's facts           stand in %.1f logs\n", float64(homes)/float64(len(c.homes.agents)))
	fmt.Fprintf(w, "  records in all             %d, %.2f times as many\n", all, float64(all)/float64(c.records))
	fmt.Fprintf(w, "  the largest, %s            %.1f %% of the referrals, %d records\n", largest, 100*float64(c.requests[largest])/float64(len(c.homes.referrals)), d.records[largest])
	fmt.Fprintf(w, "  decisions                  %d, of which such a log would decide otherwise:\n", d.judged)
	for _, difference := range slices.Sorted(maps.Keys(d.differs)) {
		n := d.differs[difference]
		fmt.Fprintf(w, "    another %-17s  %d, %.2f %%\n", difference, n, 100*float64(n)/float64(d.judged))
	}
}
