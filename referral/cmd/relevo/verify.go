package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral/audit"
)

var verifyCommand = command{
	name: "verify",
	args: "LOG [-head FILE] [-save FILE]",
	does: "prove that a log is whole and lawful, and goes on from where it was verified before",
	more: `Verify reads the whole log and checks that its records are one order without a hole
and one chain of sums, that every event can be read, and that every referral keeps to
invariants 1, 3 and 4: one open offer and one holder, nobody asked twice, nothing but
contact and outcome after acceptance; and that offers were rescinded only if their
holder had lost something (R7). Invariant 2, that every offer went to the first in
line, is for relevo rematch.

It prints where the log ends. Kept elsewhere, that text proves later with -head that
the log still has the records up to there: the log alone cannot show that its end was
cut off, or that all of it was written anew by somebody who computed the sums again.

The exit status is 1 if something does not hold or the log ends inside an append.
`,
	examples: `  relevo verify /var/lib/desk                                # is the log whole and lawful?
  relevo verify /var/lib/desk -save head.txt                 # and keep where it ends
  relevo verify /var/lib/desk -head head.txt -save head.txt # every night: does it go on from there?
  zcat log.jsonl.gz | relevo verify -
`,
	run: verify,
}

func verify(c *call) (int, error) {
	c.zoned()
	before := c.flags.String("head", "", "the `FILE` with what an earlier verify printed: the log must go on from there")
	save := c.flags.String("save", "", "the `FILE` to write to what is printed, if everything holds; may be that of -head")
	if err := c.parse(); err != nil {
		return fine, err
	}
	var continues []eventlog.Head
	if *before != "" {
		head, err := c.readHead(*before)
		if err != nil {
			return fine, err
		}
		continues = append(continues, head)
	}
	kept := saved{"-save", *save, isHead}
	if *save != "" {
		if err := kept.allowed(); err != nil {
			return fine, err
		}
	}
	log, err := c.open(c.args[0])
	if err != nil {
		return fine, err
	}
	v, err := audit.Verify(log.records(), continues...)
	if err != nil {
		return fine, err
	}
	text := c.proof(v)
	if len(continues) > 0 {
		text = fmt.Sprintf("It goes on from position %d of %s: nothing up to there was changed or cut off.\n", continues[0].Position, *before) + text
	}
	text = verdict(v, log.torn != nil) + text
	c.printf("%s", text)
	if log.torn != nil {
		return found, nil
	}
	if *save != "" {
		return fine, kept.write(text)
	}
	return fine, nil
}

// verdict returns what was verified, in sentences.
func verdict(v audit.Verified, torn bool) string {
	log := "The log"
	if torn {
		log = "Up to its torn end the log"
	}
	if v.Position == 0 {
		return log + " is whole and empty.\n"
	}
	n, overdue := v.Counts, ""
	if v.Overdue > 0 {
		overdue = fmt.Sprintf("At its end a step was due of %s and is not recorded: the desk stopped there, or records were taken out.\n", count(uint64(v.Overdue), "referral"))
	}
	return fmt.Sprintf("%s is whole and lawful: %s, one chain, and invariants 1, 3 and 4 hold.\n", log, count(uint64(v.Position), "record")) +
		fmt.Sprintf("It has %s and %s, with %s: %s accepted, %s exhausted, %s withdrawn.\n",
			count(uint64(n.Agents), "agent"), count(uint64(n.Requested), "referral"), count(uint64(n.Offered), "offer"),
			thousands(uint64(n.Accepted)), thousands(uint64(n.Exhausted)), thousands(uint64(n.Withdrawn))) + overdue
}

// count returns how many there are of a thing.
func count(n uint64, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return thousands(n) + " " + thing + "s"
}

// proof returns the lines that -head reads.
func (c *call) proof(v audit.Verified) string {
	return fmt.Sprintf("position %d\ntime %s\nsum %s\ndigest %s\n", v.Position, c.teller.Time(v.Time), v.Sum, v.Digest)
}

// readHead reads the lines position and sum of a text that verify printed.
func (c *call) readHead(name string) (eventlog.Head, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return eventlog.Head{}, c.usage("-head: %v: give the file to which an earlier verify was written", err)
	}
	head, ok := headIn(text)
	if !ok {
		return head, c.usage("-head: %s has no lines \"position N\" and \"sum HEX\": give a file that relevo verify -save wrote, or what it printed", name)
	}
	return head, nil
}

// headIn finds the lines position and sum in a text.
func headIn(text []byte) (head eventlog.Head, ok bool) {
	var position, sum bool
	for line := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch key {
		case "position":
			n, err := strconv.ParseUint(value, 10, 63)
			head.Position, position = eventlog.Position(n), err == nil
		case "sum":
			sum = head.Sum.UnmarshalText([]byte(value)) == nil
		}
	}
	return head, position && sum
}

func isHead(text []byte) bool { _, ok := headIn(text); return ok }
