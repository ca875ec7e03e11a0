package main

import (
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/audit"
)

var showCommand = command{
	name: "show",
	args: "LOG referral|agent ID",
	does: "tell the story of a referral or an agent",
	more: `Show tells what was recorded of a referral, or of an agent and of the referrals that
name it, in plain sentences: each with its position and time, and the rule that it
follows from. Before that it says where the referral stands at the end of the log, or
who the agent is by then.
`,
	examples: `  relevo show /var/lib/desk referral 01a20992-4e68-79bd-ba8a-8ec2738c994a
  relevo show /var/lib/desk agent 9900192127 -tz America/New_York
`,
	run: show,
}

func show(c *call) (int, error) {
	c.zoned()
	if err := c.parse(); err != nil {
		return fine, err
	}
	switch c.args[1] {
	case "referral":
		id, err := c.referral(c.args[2])
		if err != nil {
			return fine, err
		}
		return fine, c.showReferral(id)
	case "agent":
		n, err := c.agent(c.args[2])
		if err != nil {
			return fine, err
		}
		return fine, c.showAgent(n)
	}
	return fine, c.usage("show: %.40q is neither \"referral\" nor \"agent\"", c.args[1])
}

func (c *call) showReferral(id uuid.UUID) error {
	log, err := c.open(c.args[0])
	if err != nil {
		return err
	}
	var r referral.Referral
	var story []string
	for e, err := range (audit.Filter{Referral: id}).Select(log.records()) {
		if err != nil {
			return err
		}
		if event, ok := e.Event.(referral.Event); ok {
			r = referral.Apply(r, event)
		}
		story = append(story, c.stamp(e)+"  "+c.sentence(e, ""))
	}
	if len(story) == 0 {
		return fmt.Errorf("referral %s: %w in this log, which ends at position %d", id, referral.ErrNotFound, log.last.Position)
	}
	c.printf("Referral %s, %s, as of %s:\n%s.\n\n", id, c.teller.Need(r), c.point(log.last.Position, log.last.Time), c.teller.Status(r))
	c.printf("%s\n", strings.Join(story, "\n"))
	return nil
}

func (c *call) showAgent(n agent.NPN) error {
	log, err := c.open(c.args[0])
	if err != nil {
		return err
	}
	var story []string
	past, err := audit.AsOf(audit.Filter{Agent: n}.Tap(log.records(), func(e audit.Entry) {
		about := ""
		if e.Stream.Referral != uuid.Nil {
			about = e.Record.Stream + "  "
		}
		story = append(story, c.stamp(e)+"  "+c.sentence(e, about))
	}), audit.Moment{})
	if err != nil {
		return err
	}
	a, err := past.Agent(n)
	if err != nil {
		return err
	}
	c.printf("Agent %s, as of %s:\n", n, c.point(past.Head().Position, past.Time()))
	for _, line := range c.portrait(past, a) {
		c.printf("%s\n", line)
	}
	c.printf("\n%s\n", strings.Join(story, "\n"))
	return nil
}

// portrait returns who an agent is, a line for each thing to know.
func (c *call) portrait(past *audit.Past, a agent.Agent) []string {
	policy, _ := past.Policy()
	standing, until := a.Standing(policy.Terms, past.Time())
	states := "none"
	if standing.States != 0 {
		states = strings.ReplaceAll(standing.States.String(), " ", ", ")
	}
	languages := make([]string, len(standing.Languages))
	for i, k := range standing.Languages {
		languages[i] = k.English()
	}
	duty := "off duty"
	if standing.OnDuty {
		duty = "on duty"
	}
	if !until.IsZero() {
		duty += ", and as all of this until " + c.teller.Time(until) + " if nothing is recorded before"
	}
	load := past.Load(a.NPN)
	last := "was never offered one"
	if load.LastOffer > 0 {
		last = fmt.Sprintf("was last offered one at position %d", load.LastOffer)
	}
	return []string{
		"  name       " + audit.Printable(a.Name),
		"  display    " + a.Display.String(),
		"  offers in  " + states,
		"  speaks     " + strings.Join(languages, ", "),
		"  duty       " + duty,
		fmt.Sprintf("  holds      %s; %s", count(uint64(load.Open), "open offer"), last),
	}
}

// never returns the position of an offer, or that there was none.
func never(position uint64) string {
	if position == 0 {
		return "never"
	}
	return fmt.Sprint(position)
}
