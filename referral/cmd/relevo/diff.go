package main

import (
	"strings"

	"github.com/relevo-go/relevo/referral/audit"
)

var diffCommand = command{
	name: "diff",
	args: "LOG -from MOMENT [-to MOMENT]",
	does: "what changed between two moments",
	more: `Diff tells what records between two moments changed: the counts, the policy, agents and
referrals. A position is the moment after its record, a time the moment after everything
recorded up to then. The exit status is 1 if something changed.
`,
	examples: `  relevo diff /var/lib/desk -from 2026-11-23 -to 2026-11-24
  relevo diff /var/lib/desk -from 1500                          # since then
`,
	run: diff,
}

func diff(c *call) (int, error) {
	c.zoned()
	from := c.flags.String("from", "", "the earlier `MOMENT`, a position or a time; 0 is before the first record")
	to := c.flags.String("to", "", "the later `MOMENT`; the end of the log if it is not given")
	if err := c.parse(); err != nil {
		return fine, err
	}
	if *from == "" {
		return fine, c.usage("diff: -from is missing: give a position or a time")
	}
	begin, err := c.moment("from", *from)
	if err != nil {
		return fine, err
	}
	end, err := c.moment("to", *to)
	if err != nil {
		return fine, err
	}
	log, err := c.open(c.args[0])
	if err != nil {
		return fine, err
	}
	d, err := audit.Compare(log.records(), begin, end)
	if err != nil {
		return fine, err
	}
	if d.From.Position == d.To.Position {
		c.printf("Nothing was recorded between the two moments: both are after position %d.\n", d.From.Position)
		return fine, nil
	}
	c.printf("From %s to %s:\n", c.point(d.From.Position, d.From.Time), c.point(d.To.Position, d.To.Time))
	c.tellDiff(d)
	return found, nil
}

func (c *call) tellDiff(d audit.Comparison) {
	if d.Before != d.After {
		c.printf("\nCounts\n")
	}
	before, after := counted(d.Before), counted(d.After)
	for i := range before {
		if before[i].n != after[i].n {
			c.printf("  %-10s %s → %s\n", after[i].name, thousands(uint64(before[i].n)), thousands(uint64(after[i].n)))
		}
	}
	if d.PolicyFrom != d.PolicyTo {
		c.printf("\nPolicy\n")
		if d.From.Position > 0 {
			c.printf("  before: %s\n", c.teller.Policy(d.PolicyFrom))
		}
		c.printf("  after:  %s\n", c.teller.Policy(d.PolicyTo))
	}
	if len(d.Agents) > 0 {
		c.printf("\nAgents: %d\n", len(d.Agents))
	}
	for _, a := range d.Agents {
		switch lines := a.Lines(); {
		case !a.Before.Registered() && a.After.Registered():
			c.printf("  %s  joined as %q\n", a.NPN, a.After.Name)
		case len(lines) == 0:
			c.printf("  %s  as before\n", a.NPN)
		default:
			c.printf("  %s  %s\n", a.NPN, strings.Join(lines, "\n"+strings.Repeat(" ", 4+len(a.NPN.String()))))
		}
	}
	if len(d.Referrals) > 0 {
		c.printf("\nReferrals: %d\n", len(d.Referrals))
	}
	for _, r := range d.Referrals {
		before, after := c.teller.Status(r.Before), c.teller.Status(r.After)
		switch {
		case r.Before.Status == "" && r.After.Status == "":
			before, after = "ended more than an hour before", strings.Join(r.Kinds, ", ")
		case r.Before.Status == "":
			before = "requested " + c.teller.Need(r.After)
		}
		c.printf("  %s  %s\n      → %s\n", r.ID, before, after)
	}
}
