package simulation

import (
	"fmt"
	"time"

	"github.com/relevo-go/relevo/eventlog"
)

// The most that can be simulated, and for how long.
const (
	MaxAgents    = 1_000_000
	MaxReferrals = 10_000_000
	MaxDays      = 28
)

// Options say what is simulated. Agents and Referrals are required.
type Options struct {
	Agents    int // how many agents join, at most MaxAgents
	Referrals int // how many consumers ask, at most MaxReferrals
	Seed      uint64
	// Begin is when the first agent joins, to the second; 2026-11-02 08:00 in New
	// York by default, the first Monday of open enrollment. The first consumer asks
	// an hour later. The years are 2014, the Marketplace's first, to 2100.
	Begin time.Time
	// Days is how long consumers go on asking; 7 by default, at most MaxDays.
	Days int
	// Progress is told where the log ends after each step, if it is not nil.
	Progress func(eventlog.Head)
}

// Check returns what is wrong with the options, or nil.
func (o Options) Check() error {
	_, err := o.withDefaults()
	return err
}

// withDefaults returns the options with nothing left open, or says what is wrong
// with them.
func (o Options) withDefaults() (Options, error) {
	if o.Begin.IsZero() {
		o.Begin = time.Date(2026, time.November, 2, 13, 0, 0, 0, time.UTC)
	}
	if o.Days == 0 {
		o.Days = 7
	}
	o.Begin = o.Begin.UTC().Truncate(time.Second)
	switch year := o.Begin.Year(); {
	case o.Agents < 1 || o.Agents > MaxAgents:
		return o, fmt.Errorf("simulation: %d agents cannot be simulated: give 1 to %d", o.Agents, MaxAgents)
	case o.Referrals < 1 || o.Referrals > MaxReferrals:
		return o, fmt.Errorf("simulation: %d referrals cannot be simulated: give 1 to %d", o.Referrals, MaxReferrals)
	case o.Days < 1 || o.Days > MaxDays:
		return o, fmt.Errorf("simulation: consumers cannot ask for %d days: give 1 to %d", o.Days, MaxDays)
	case year < 2014 || year > 2100:
		return o, fmt.Errorf("simulation: the simulation cannot begin in the year %d: give an instant from 2014 to 2100", year)
	}
	return o, nil
}

// end is when the last consumer has asked.
func (o Options) end() time.Time { return o.Begin.Add(time.Duration(o.Days) * 24 * time.Hour) }
