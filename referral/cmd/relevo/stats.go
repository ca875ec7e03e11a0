package main

import (
	"github.com/relevo-go/relevo/referral/audit"
	"github.com/relevo-go/relevo/referral/audit/printed"
)

var statsCommand = command{
	name: "stats",
	args: "LOG [-by state,language,month] [-csv]",
	does: "how long people wait, how offers end, and how fairly they are shared",
	more: `Stats counts what happened in a whole log: how referrals and offers ended, the time from
the request to the acceptance, the time in which nobody was in line, the distance of the
agent who accepted, how offers are shared among agents, and the languages that somebody
asked for in a state and nobody there speaks. Half of the numbers are no greater than
p50, nine in ten than p90, and 99 in 100 than p99.

With -by it counts groups apart too: by the consumer's state, by the first language that
the consumer asks for, by the month of the request, or by some of them together. With
-csv it prints one row for each group, in counts, seconds and meters, or one for all.
`,
	examples: `  relevo stats /var/lib/desk
  relevo stats /var/lib/desk -by state,language                  # who waits longest?
  relevo stats /var/lib/desk -by month -tz America/New_York -csv > months.csv
`,
	run: stats,
}

func stats(c *call) (int, error) {
	c.zoned()
	by := c.flags.String("by", "", "count groups apart, by the `PARTS` state, language and month, with commas between")
	asCSV := c.flags.Bool("csv", false, "print a table with a row for each group")
	if err := c.parse(); err != nil {
		return fine, err
	}
	breakdown, err := audit.ParseBreakdown(*by)
	if err != nil {
		return fine, c.usage("-by: %v", err)
	}
	breakdown.Zone = c.teller.Zone
	log, err := c.open(c.args[0])
	if err != nil {
		return fine, err
	}
	r, err := audit.Measure(log.records(), breakdown)
	if err != nil {
		return fine, err
	}
	// Errors of printing are those of the output.
	if *asCSV {
		printed.CSV(c.out, r)
	} else {
		printed.Text(c.out, r, &printed.Options{Zone: c.teller.Zone})
	}
	return fine, nil
}
