package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral/audit"
)

var whyCommand = command{
	name: "why",
	args: "LOG ID NPN [-at MOMENT]",
	does: "why an agent was offered a referral, or was not",
	more: `Why gives every reason why an agent was not in line for a referral, each with its rule,
or its place in line and who stood before it: just before the agent's own offer of the
referral, or if it had none before the latest one, or at another moment. A referral that
was never offered is looked at just before it last began to wait. How the agent stood at
the offers before that one comes last.
`,
	examples: `  relevo why /var/lib/desk 01a20992-4e68-79bd-ba8a-8ec2738c994a 9900192127
  relevo why /var/lib/desk 01a20992-4e68-79bd-ba8a-8ec2738c994a 9900192127 -at 1150
`,
	run: why,
}

func why(c *call) (int, error) {
	c.zoned()
	at := c.flags.String("at", "", "the `MOMENT` to look at, a position or a time; just before the agent's own offer if it is\nnot given, or else before the latest one, or before it began to wait")
	if err := c.parse(); err != nil {
		return fine, err
	}
	m, err := c.moment("at", *at)
	if err != nil {
		return fine, err
	}
	id, err := c.referral(c.args[1])
	if err != nil {
		return fine, err
	}
	n, err := c.agent(c.args[2])
	if err != nil {
		return fine, err
	}
	log, err := c.open(c.args[0])
	if err != nil {
		return fine, err
	}
	w, err := audit.Why(log.records(), id, n, m)
	if err != nil {
		return fine, err
	}
	c.printf("Referral %s, %s,\n%s:\n\n", id, c.teller.Need(w.Referral), c.moments(w.View))
	c.tellWhy(n, w)
	c.tellEarlier(w)
	return fine, nil
}

// tellEarlier prints how an agent stood before, where that was otherwise.
func (c *call) tellEarlier(w audit.Answer) {
	same := 0
	for i, g := range w.Earlier {
		if g.Rank == 0 && slices.Equal(g.Reasons, w.Reasons) {
			same++
			continue
		}
		if i == same {
			c.printf("\nBefore that:\n\n")
		}
		asked := "it began to wait"
		if g.To != 0 {
			asked = fmt.Sprintf("it was offered to agent %s", g.To)
		}
		how := fmt.Sprintf("stood %s of %d in line", ordinal(g.Rank), g.Of)
		if g.Rank == 0 {
			reasons := make([]string, len(g.Reasons))
			for i, r := range g.Reasons {
				reasons[i] = r.String()
			}
			how = "was not in line: it " + strings.Join(reasons, ", and ")
		}
		c.printf("%7d  %s  %s; this agent %s.\n", g.Position, c.teller.Time(g.At), asked, how)
	}
	if same > 0 {
		c.printf("\nNor was it in line %s before that, for the same reasons.\n", count(uint64(same), "time"))
	}
}

func (c *call) tellWhy(n agent.NPN, w audit.Answer) {
	name := fmt.Sprintf("Agent %s", n)
	if w.Agent.Name != "" {
		name += fmt.Sprintf(" (%s)", audit.Printable(w.Agent.Name))
	}
	if w.Rank == 0 {
		others := fmt.Sprintf("%d others were", len(w.Line))
		switch len(w.Line) {
		case 0:
			others = "nobody was"
		case 1:
			others = "1 other was"
		}
		c.printf("%s was not in line, and %s:\n", name, others)
		for _, r := range w.Reasons {
			c.printf("  %s\n", r.Sentence("en"))
		}
		return
	}
	verb := "stood"
	if w.Offer > 0 && w.Made.To == n {
		verb = "was offered it: it stood"
	}
	c.printf("%s %s %s of %d in line, %s, %s.\n", name, verb, ordinal(w.Rank), len(w.Line), distance(w.Place), lastOffer(w.Place))
	if w.Rank == 1 {
		c.printf("Nobody stood before it: the nearest comes first (S15), then who was not asked for longest,\nthen the lower NPN (R12).\n")
		return
	}
	c.printf("Before it stood, the nearest first (S15), then who was not asked for longest, then the lower\nNPN (R12):\n\n")
	c.rows(w.Line[:w.Rank-1])
}

func distance(s audit.Standing) string {
	if s.Chord == geo.Unreachable {
		return "an unknown distance away"
	}
	return away(s) + " away"
}

func lastOffer(s audit.Standing) string {
	if s.LastOffer == 0 {
		return "never offered one before"
	}
	return fmt.Sprintf("last offered one at position %d", s.LastOffer)
}

// ordinal returns 1 as "1st".
func ordinal(n int) string {
	ending := "th"
	if n/10%10 != 1 {
		switch n % 10 {
		case 1:
			ending = "st"
		case 2:
			ending = "nd"
		case 3:
			ending = "rd"
		}
	}
	return fmt.Sprint(n) + ending
}
