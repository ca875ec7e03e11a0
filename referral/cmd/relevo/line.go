package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral/audit"
)

var lineCommand = command{
	name: "line",
	args: "LOG ID [-at MOMENT] [-n N]",
	does: "who stood in line for a referral, in order",
	more: `Line lists who could be offered a referral just before its latest offer (or before it
began to wait, if it never got one), or at another moment: the nearest first, then who was not
asked for longest, then the lower NPN (S15, R12). A position is the moment after its
record, a time the moment after everything recorded up to then.
`,
	examples: `  relevo line /var/lib/desk 01a20992-4e68-79bd-ba8a-8ec2738c994a -n 5
  relevo line /var/lib/desk 01a20992-4e68-79bd-ba8a-8ec2738c994a -at 1150
  relevo line /var/lib/desk 01a20992-4e68-79bd-ba8a-8ec2738c994a -at "2026-11-23 13:00" -tz America/New_York
`,
	run: line,
}

func line(c *call) (int, error) {
	c.zoned()
	at := c.flags.String("at", "", "the `MOMENT` to look at, a position or a time; just before the latest offer if it is\nnot given, or without any before it began to wait")
	most := c.flags.Int("n", 0, "list the first `N` only")
	if err := c.parse(); err != nil {
		return fine, err
	}
	if *most < 0 {
		return fine, c.usage("-n %d: give how many to list, or leave it out for all", *most)
	}
	m, err := c.moment("at", *at)
	if err != nil {
		return fine, err
	}
	id, err := c.referral(c.args[1])
	if err != nil {
		return fine, err
	}
	log, err := c.open(c.args[0])
	if err != nil {
		return fine, err
	}
	l, err := audit.Line(log.records(), id, m)
	if err != nil {
		return fine, err
	}
	c.printf("Referral %s, %s,\n%s:\n", id, c.teller.Need(l.Referral), c.moments(l.View))
	if l.Offer == 0 && l.Wait == 0 {
		c.printf("%s.\n", c.teller.Status(l.Referral))
	}
	if len(l.Line) == 0 {
		c.printf("\nNobody stood in line.\n")
		return fine, nil
	}
	shown := l.Line
	if *most > 0 && *most < len(shown) {
		shown = shown[:*most]
	}
	c.printf("\n")
	c.rows(shown)
	if left := len(l.Line) - len(shown); left > 0 {
		c.printf("and %d more\n", left)
	}
	return fine, nil
}

// moments returns what a question looked at, in words.
func (c *call) moments(v audit.View) string {
	if v.Offer > 0 {
		return fmt.Sprintf("just before agent %s was offered it at position %d (%s)", v.Made.To, v.Offer, c.teller.Time(v.At))
	}
	if v.Wait > 0 {
		return fmt.Sprintf("just before it began to wait at position %d (%s)", v.Wait, c.teller.Time(v.At))
	}
	return "as of " + c.point(v.Position, v.At)
}

// rows prints places of a line as a table.
func (c *call) rows(places []audit.Standing) {
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "RANK\tNPN\tNAME\tDISTANCE\tLANGUAGE\tLAST OFFER\n")
	for i, s := range places {
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\n", i+1, s.Place.Agent, audit.Printable(s.Name), away(s), s.Language.English(), never(s.LastOffer))
	}
	w.Flush()
}

// away returns how far an agent is from the consumer.
func away(s audit.Standing) string {
	if s.Chord == geo.Unreachable {
		return "unknown"
	}
	return s.Meters().String()
}
