package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/filelog"
	"github.com/relevo-go/relevo/referral/simulation"
)

var simulateCommand = command{
	name: "simulate",
	args: "-o DIR [-agents N] [-referrals M] [-seed S]",
	does: "make a realistic log of invented people, to try all of this on",
	more: `Simulate plays a desk under a clock that jumps: agents join, consumers ask, people answer
fast, slowly or never. The same numbers and the same seed give the same log, byte for
byte. Everybody in it is invented.
`,
	examples: `  relevo simulate -o week                                       # 2,000 agents, 5,000 referrals
  relevo simulate -agents 500 -referrals 10000 -seed 7 -o busy
  relevo simulate -days 2 -begin "2026-12-14 08:00" -tz America/New_York -o december
`,
	run: simulate,
}

func simulate(c *call) (int, error) {
	c.zoned()
	var o simulation.Options
	dir := c.flags.String("o", "", "the `DIR` to make the log in, which is empty or not there yet")
	c.flags.IntVar(&o.Agents, "agents", 2_000, "how many agents join: `N`, 2000 if it is not given")
	c.flags.IntVar(&o.Referrals, "referrals", 5_000, "how many consumers ask: `M`, 5000 if it is not given")
	c.flags.Uint64Var(&o.Seed, "seed", 1, "another `S` gives another log; 1 if it is not given")
	c.flags.IntVar(&o.Days, "days", 0, "for how many days consumers ask: `N`, 7 if it is not given")
	begin := c.flags.String("begin", "", "the `TIME` when the first agent joins; 2026-11-02T08:00:00-05:00 if it is not given")
	err := c.parse()
	if err != nil {
		return fine, err
	}
	if o.Begin, err = c.time("begin", *begin); err != nil {
		return fine, err
	}
	if *dir == "" {
		return fine, c.usage("simulate: -o is missing: give the directory to make the log in")
	}
	if err := o.Check(); err != nil {
		return fine, c.usage("%s", strings.TrimPrefix(err.Error(), "simulation: "))
	}
	if names, err := os.ReadDir(*dir); err == nil && len(names) > 0 {
		return fine, fmt.Errorf("%s is not empty: give a directory that is, or that is not there yet", *dir)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fine, fmt.Errorf("no log can be made in %s: %w", *dir, cause(err))
	}
	log, err := filelog.Open(*dir, &filelog.Options{NoSync: true})
	if err != nil {
		return fine, fmt.Errorf("no log can be made in %s: %w", *dir, cause(err))
	}
	var end eventlog.Head
	c.progress.start("records", 0)
	o.Progress = func(h eventlog.Head) {
		end = h
		c.progress.at(uint64(h.Position))
	}
	err = errors.Join(simulation.Run(c.ctx, log, o), log.Close())
	c.progress.erase()
	if errors.Is(err, context.Canceled) {
		return fine, fmt.Errorf("stopped: %s has %s, a whole log and not the whole simulation", *dir, count(uint64(end.Position), "record"))
	}
	if err != nil {
		return fine, err
	}
	c.printf("%s has %s: %s and %s, up to %s.\n", *dir, count(uint64(end.Position), "record"),
		count(uint64(o.Agents), "agent"), count(uint64(o.Referrals), "referral"), c.teller.Time(end.Time))
	c.printf("position %d\ntime %s\nsum %s\n", end.Position, c.teller.Time(end.Time), end.Sum)
	return fine, nil
}

// cause returns the error that the system gave, without what was tried.
func cause(err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err
	}
	return errors.New(strings.TrimPrefix(plain(err), "open: "))
}
