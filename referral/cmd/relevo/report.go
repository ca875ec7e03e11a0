package main

import (
	"bytes"
	"strings"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/referral/audit"
	"github.com/relevo-go/relevo/referral/audit/printed"
)

var reportCommand = command{
	name: "report",
	args: "LOG -o FILE [-referral ID]",
	does: "the same as a page with pictures, to read and to print",
	more: `Report writes the figures of relevo stats as one page of HTML: how long people wait, how
referrals end by state and language, a map, how the work is shared, and the story of one
referral, each as a picture with the table of its numbers. The page needs no network and
no script, and can be sent and printed as it is. It names agents by NPN, and consumers
not at all (R29).

The story is that of an accepted referral to which much happened, or with -referral that
of another, or of several if the flag is given several times.
`,
	examples: `  relevo report /var/lib/desk -o report.html
  relevo report /var/lib/desk -o report.html -tz America/New_York
  relevo report /var/lib/desk -o story.html -referral 01a20992-4e68-79bd-ba8a-8ec2738c994a
`,
	run: report,
}

func report(c *call) (int, error) {
	c.zoned()
	file := c.flags.String("o", "", "the `FILE` to write the page to; an earlier page there is replaced")
	var stories []uuid.UUID
	c.flags.Func("referral", "tell the story of the referral with this `ID`", func(text string) error {
		id, err := c.referral(text)
		stories = append(stories, id)
		return err
	})
	if err := c.parse(); err != nil {
		return fine, err
	}
	if *file == "" {
		return fine, c.usage("report: -o is missing: give the file to write the page to")
	}
	kept := saved{"-o", *file, isPage}
	if err := kept.allowed(); err != nil {
		return fine, err
	}
	log, err := c.open(c.args[0])
	if err != nil {
		return fine, err
	}
	r, err := audit.Measure(log.records(), audit.Breakdown{State: true, Language: true}, stories...)
	if err != nil {
		return fine, err
	}
	name := c.args[0]
	if name == "-" {
		name = "" // nobody knows
	}
	var page strings.Builder
	if err := printed.Page(&page, r, &printed.Options{Name: name, Zone: c.teller.Zone}); err != nil {
		return fine, err
	}
	if err := kept.write(page.String()); err != nil {
		return fine, err
	}
	c.printf("%s shows %s and %s, up to %s.\n", *file, count(uint64(r.All.Requested), "referral"), count(uint64(r.Fairness.Agents), "agent"), c.point(r.Head.Position, r.Head.Time))
	return fine, nil
}

// isPage reports whether a text begins as a page does.
func isPage(text []byte) bool {
	const begin = "<!doctype html"
	text = bytes.TrimSpace(text)
	return len(text) >= len(begin) && strings.EqualFold(string(text[:len(begin)]), begin)
}
