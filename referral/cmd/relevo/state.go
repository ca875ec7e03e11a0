package main

import (
	"fmt"
	"time"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/audit"
	"github.com/relevo-go/relevo/referral/book"
)

var stateCommand = command{
	name: "state",
	args: "LOG [-at MOMENT] [-json]",
	does: "everything as of a moment: counts, policy, open offers, waiting referrals, digest",
	more: `State rebuilds everything as of the end of the log or of another moment. A position is the
moment after its record, a time the moment after everything recorded up to then. With
-json it prints the whole state, a line for each agent and each referral that has not
ended: the SHA-256 of that is the digest.
`,
	examples: `  relevo state /var/lib/desk
  relevo state /var/lib/desk -at "2026-11-23 13:00" -tz America/New_York
  relevo state /var/lib/desk -at 1500 -json | sha256sum        # the digest as of position 1500
`,
	run: state,
}

func state(c *call) (int, error) {
	c.zoned()
	at := c.flags.String("at", "", "the `MOMENT` to look at, a position or a time; the end of the log if it is not given")
	asJSON := c.flags.Bool("json", false, "print the whole state as JSON lines, whose SHA-256 is the digest")
	if err := c.parse(); err != nil {
		return fine, err
	}
	m, err := c.moment("at", *at)
	if err != nil {
		return fine, err
	}
	log, err := c.open(c.args[0])
	if err != nil {
		return fine, err
	}
	past, err := audit.AsOf(log.records(), m)
	if err != nil {
		return fine, err
	}
	if *asJSON {
		past.WriteCanonical(c.out) // its errors are those of the output
		return fine, nil
	}
	c.printf("As of %s:\n\n", c.point(past.Head().Position, past.Time()))
	for _, n := range counted(past.Counts()) {
		c.printf("  %-10s %s\n", n.name, thousands(uint64(n.n)))
	}
	if policy, ok := past.Policy(); ok {
		c.printf("\nPolicy: %s.\n", c.teller.Policy(policy))
	}
	var offers, waiting, pending []string
	for r := range past.Live() {
		text := fmt.Sprintf("  %s  %s, %s\n", r.ID, c.teller.Status(r), c.teller.Need(r))
		switch r.Status {
		case referral.StatusOffered:
			offers = append(offers, text)
		case referral.StatusWaiting:
			waiting = append(waiting, text)
		default:
			pending = append(pending, text)
		}
	}
	c.section("Open offers", offers)
	c.section("Waiting", waiting)
	if len(pending) > 0 {
		c.section("Between two steps", pending)
	}
	c.printf("\ndigest %s\n", past.Digest())
	return fine, nil
}

// section prints lines under a title with their number.
func (c *call) section(title string, lines []string) {
	c.printf("\n%s: %d\n", title, len(lines))
	for _, line := range lines {
		c.printf("%s", line)
	}
}

type counting struct {
	name string
	n    int
}

// counted returns counts with what they count.
func counted(n book.Counts) []counting {
	return []counting{
		{"agents", n.Agents}, {"requests", n.Requested}, {"offers", n.Offered},
		{"accepted", n.Accepted}, {"exhausted", n.Exhausted}, {"withdrawn", n.Withdrawn},
	}
}

// point returns a position with the time there.
func (c *call) point(p eventlog.Position, at time.Time) string {
	if p == 0 {
		return "position 0 (before the first record)"
	}
	return fmt.Sprintf("position %d (%s)", p, c.teller.Time(at))
}
