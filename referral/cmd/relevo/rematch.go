package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/referral/audit"
)

var rematchCommand = command{
	name: "rematch",
	args: "LOG [-policy FILE] [-q]",
	does: "judge each recorded offer again, by today's rules or under another policy",
	more: `Rematch judges each recorded decision, an offer or a waiting, against what was recorded
before it: by the rules of this version of relevo, under the policy in force then or
under another one. What would have followed from another decision is not carried on.
Under the log's own policy nothing differs (invariant 2), unless the rules have changed
since or something else wrote the log. The exit status is 1 if something differs.

Another policy is a file with a JSON object that has any keys of a desk.policy_set
record. What it names is changed, and all else stays as it was in force then:

  {"radius_meters": 80000}
  {"window": "10m0s", "give_up": "2h0m0s", "max_open_offers": 3, "terms": {"cms": "2027-01"}}
`,
	examples: `  relevo rematch /var/lib/desk                      # did every offer go to the first in line?
  relevo rematch /var/lib/desk -policy radius.json  # and if agents had to be within 80 km?
  relevo rematch /var/lib/desk -policy radius.json -q
`,
	run: rematch,
}

func rematch(c *call) (int, error) {
	c.zoned()
	file := c.flags.String("policy", "", "the `FILE` with what to change in the policy that was in force")
	quiet := c.flags.Bool("q", false, "print the summary only")
	if err := c.parse(); err != nil {
		return fine, err
	}
	change, err := c.change(*file)
	if err != nil {
		return fine, err
	}
	log, err := c.open(c.args[0])
	if err != nil {
		return fine, err
	}
	var sum tally
	for j, err := range audit.Rematch(log.records(), change) {
		if err != nil {
			return fine, err
		}
		differences := sum.add(j)
		if len(differences) > 0 && !*quiet {
			c.tellJudgement(j, differences)
		}
	}
	by := "under the policy in force then"
	if change != nil {
		by = "under the policy as " + *file + " changes it"
	}
	c.printf("%s", sum.text(by, change != nil))
	if sum.differ > 0 {
		return found, nil
	}
	return fine, nil
}

// change reads what a file makes another of the policy, nil if no file is given.
func (c *call) change(file string) (audit.Change, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, c.usage("-policy: %s: %v", file, cause(err))
	}
	change, err := audit.ParseChange(text)
	if err != nil {
		return nil, c.usage("-policy: %s: %v", file, err)
	}
	return change, nil
}

// tellJudgement prints how a decision differs, and why.
func (c *call) tellJudgement(j audit.Judgement, differences []audit.Difference) {
	c.printf("%7d  %s  referral/%s\n", j.Position, c.teller.Time(j.At), j.Referral)
	c.printf("         recorded: %s\n", c.decision(j.Recorded))
	c.printf("         judged:   %s\n", c.decision(j.Judged))
	words := make([]string, len(differences))
	for i, d := range differences {
		words[i] = difference(d)
	}
	why := strings.Join(words, ", ")
	if j.Recorded.To != 0 {
		switch {
		case len(j.Against) > 0:
			reasons := make([]string, len(j.Against))
			for i, r := range j.Against {
				reasons[i] = r.String()
			}
			why += fmt.Sprintf(": agent %s %s", j.Recorded.To, strings.Join(reasons, ", and "))
		case j.Judged.To != j.Recorded.To:
			why += fmt.Sprintf(": agent %s is in line, and not the first", j.Recorded.To)
		}
	}
	c.printf("         why:      %s\n", why)
}

// decision returns a decision in words.
func (c *call) decision(d audit.Decision) string {
	if d.To == 0 {
		if d.Until.IsZero() {
			return "wait, for as long as it takes"
		}
		return "wait, until " + c.teller.Time(d.Until) + " at most"
	}
	how := "an unknown distance away"
	if d.Meters >= 0 {
		how = fmt.Sprintf("%v away", d.Meters)
	}
	return fmt.Sprintf("offer to agent %s, %s, in %s, until %s, %s", d.To, how, d.Language.English(), c.teller.Time(d.Deadline), by(d.Channels))
}

func by(channels []agent.Channel) string {
	if len(channels) == 0 {
		return "without an announcement"
	}
	words := make([]string, len(channels))
	for i, ch := range channels {
		words[i] = string(ch)
	}
	return "by " + strings.Join(words, " and ")
}

// differences are all kinds of difference, in words.
var differences = []struct {
	kind  audit.Difference
	words string
}{
	{audit.OtherAgent, "another agent is first in line"},
	{audit.WouldWait, "nobody is in line"},
	{audit.WouldOffer, "somebody is in line"},
	{audit.OtherDeadline, "the window is another"},
	{audit.OtherLanguage, "another language matches"},
	{audit.OtherDistance, "the distance is another"},
	{audit.OtherChannels, "it is announced elsewhere"},
	{audit.OtherUntil, "waiting gives up at another time"},
}

func difference(d audit.Difference) string {
	for _, known := range differences {
		if known.kind == d {
			return known.words
		}
	}
	return string(d)
}

// tally counts judgements.
type tally struct {
	offers, waits, differ uint64
	by                    map[audit.Difference]uint64
}

// add counts a judgement, and returns how it differs.
func (t *tally) add(j audit.Judgement) []audit.Difference {
	if j.Recorded.To != 0 {
		t.offers++
	} else {
		t.waits++
	}
	list := j.Differences()
	if len(list) > 0 {
		t.differ++
	}
	for _, d := range list {
		if t.by == nil {
			t.by = map[audit.Difference]uint64{}
		}
		t.by[d]++
	}
	return list
}

// text returns the summary of judging by a policy, which may be a changed one.
func (t *tally) text(by string, changed bool) string {
	all := t.offers + t.waits
	text := fmt.Sprintf("%s judged %s: %s and %s.\n", count(all, "decision"), by, count(t.offers, "offer"), count(t.waits, "wait"))
	switch {
	case t.differ == 0 && changed:
		return text + "Nothing differs.\n"
	case t.differ == 0:
		return text + "Nothing differs: every offer went to the first in line (invariant 2).\n"
	}
	verb := "differ"
	if t.differ == 1 {
		verb = "differs"
	}
	text += fmt.Sprintf("%s the same, %s %s:\n", thousands(all-t.differ), thousands(t.differ), verb)
	for _, d := range differences {
		if n := t.by[d.kind]; n > 0 {
			text += fmt.Sprintf("  %7s  %s\n", thousands(n), d.words)
		}
	}
	return text
}
