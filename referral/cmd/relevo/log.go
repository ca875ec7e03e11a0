package main

import (
	"encoding/csv"
	"fmt"
	"iter"
	"strconv"
	"strings"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/audit"
	"github.com/relevo-go/relevo/referral/book"
)

var logCommand = command{
	name: "log",
	args: "LOG [filters] [-json | -csv] [-follow]",
	does: "list records, in sentences or as JSON or CSV",
	more: `Log lists the records to which every given filter applies: in sentences, each with its
position, time and stream before it and its rule behind it; with -json as the lines that
stand in the log, byte for byte, so that without filters they are a log again; or with
-csv as a table, in which a text that a spreadsheet would take for a formula has a '
before it.

A referral's records all count as from the state that its request names, and as in each
language that it asks for.
`,
	examples: `  relevo log /var/lib/desk -kind referral.offered -state FL      # offers of referrals in Florida
  relevo log /var/lib/desk -agent 9900192127 -since 2026-11-23   # of an agent, from that day on
  relevo log /var/lib/desk -language ht -csv > creole.csv
  relevo log /var/lib/desk -follow -kind referral                # what happens now
  relevo log /var/lib/desk -json | relevo verify -
`,
	run: list,
}

func list(c *call) (int, error) {
	c.zoned()
	id := c.flags.String("referral", "", "records of the referral with this `ID`")
	npn := c.flags.String("agent", "", "records of the agent with this `NPN`, and those of referrals that name it")
	kind := c.flags.String("kind", "", "records of this `KIND`, such as referral.offered, or of a family, such as agent")
	state := c.flags.String("state", "", "records of referrals from this `STATE`, and those of agents that name it")
	language := c.flags.String("language", "", "records of referrals that ask for this `LANGUAGE`, as a tag such as es,\nand those that say an agent speaks it")
	since := c.flags.String("since", "", "records from this `TIME` on")
	until := c.flags.String("until", "", "records before this `TIME`")
	asJSON := c.flags.Bool("json", false, "print the log's own lines")
	asCSV := c.flags.Bool("csv", false, "print a table with the columns\n"+strings.Join(columns, ", "))
	follow := c.flags.Bool("follow", false, "go on with what is appended to a directory, until Ctrl-C")
	err := c.parse()
	if err != nil {
		return fine, err
	}
	var f audit.Filter
	if *id != "" {
		if f.Referral, err = c.referral(*id); err != nil {
			return fine, err
		}
	}
	if *npn != "" {
		if f.Agent, err = c.agent(*npn); err != nil {
			return fine, err
		}
	}
	if *state != "" {
		if f.State, err = geo.ParseState(*state); err != nil {
			return fine, c.usage("-state: %v", err)
		}
	}
	if *language != "" {
		if f.Language, err = spoken.Parse(*language); err != nil {
			return fine, c.usage("-language: %v", err)
		}
	}
	if f.Since, err = c.time("since", *since); err != nil {
		return fine, err
	}
	if f.Until, err = c.time("until", *until); err != nil {
		return fine, err
	}
	f.Kind = *kind
	if err := f.Check(); err != nil {
		return fine, c.usage("%v", err)
	}
	if *asJSON && *asCSV {
		return fine, c.usage("-json and -csv: give one of them")
	}
	log, err := c.open(c.args[0])
	if err != nil {
		return fine, err
	}
	records := log.records()
	if *follow && log.dir != nil {
		records = log.follow()
	} else if *follow && log.input == nil {
		return fine, c.usage("-follow: %s is a file, which a desk does not append to: give the directory of the log", log.name)
	}
	entries := f.Select(records)
	if *follow && log.input != nil {
		entries = c.atOnce(entries)
	}
	switch {
	case *asJSON:
		err = c.listJSON(entries)
	case *asCSV:
		err = c.listCSV(entries)
	default:
		err = c.listSentences(entries)
	}
	if *follow && c.ctx.Err() != nil {
		return fine, nil
	}
	return fine, err
}

// atOnce yields entries, and prints each before it waits for the next.
func (c *call) atOnce(entries iter.Seq2[audit.Entry, error]) iter.Seq2[audit.Entry, error] {
	return func(yield func(audit.Entry, error) bool) {
		for e, err := range entries {
			if !yield(e, err) {
				return
			}
			c.out.Flush()
		}
	}
}

func (c *call) listSentences(entries iter.Seq2[audit.Entry, error]) error {
	for e, err := range entries {
		if err != nil {
			return err
		}
		c.printf("%s  %s\n", c.stamp(e), c.sentence(e, e.Record.Stream+"  "))
	}
	return nil
}

// stamp returns an entry's position and time.
func (c *call) stamp(e audit.Entry) string {
	return fmt.Sprintf("%7d  %s", e.Record.Position, c.teller.Time(e.Record.Time))
}

// sentence returns an entry's sentence with its rule, behind a text.
func (c *call) sentence(e audit.Entry, before string) string {
	sentence, rule := c.teller.Tell(e)
	if rule != "" {
		sentence += " (" + rule + ")"
	}
	return before + sentence
}

func (c *call) listJSON(entries iter.Seq2[audit.Entry, error]) error {
	var line []byte
	for e, err := range entries {
		if err != nil {
			return err
		}
		line = append(e.Record.AppendLine(line[:0]), '\n')
		c.out.Write(line)
	}
	return nil
}

// columns are the columns of the table.
var columns = []string{"position", "time", "stream", "kind", "agent", "state", "languages", "meters", "sentence", "rule", "data"}

func (c *call) listCSV(entries iter.Seq2[audit.Entry, error]) error {
	w := csv.NewWriter(c.out)
	w.Write(columns)
	w.Flush()
	for e, err := range entries {
		if err != nil {
			return err
		}
		row := c.row(e)
		for i := range row {
			row[i] = noFormula(row[i])
		}
		w.Write(row)
		w.Flush()
	}
	return nil
}

// row returns an entry as a row of the table.
func (c *call) row(e audit.Entry) []string {
	sentence, rule := c.teller.Tell(e)
	named := audit.Named(e.Event)
	if e.Stream.Agent != 0 {
		named = []agent.NPN{e.Stream.Agent}
	}
	who := make([]string, len(named))
	for i, n := range named {
		who[i] = n.String()
	}
	state, languages, meters := facts(e.Event)
	return []string{
		strconv.FormatUint(uint64(e.Record.Position), 10), c.teller.Time(e.Record.Time), e.Record.Stream, e.Record.Kind,
		strings.Join(who, " "), state, strings.Join(languages, " "), meters, sentence, rule, string(e.Record.Data),
	}
}

// facts returns what an event says of a state, of languages and of a distance.
func facts(event book.Event) (state string, languages []string, meters string) {
	keys := func(list []spoken.Language) (texts []string) {
		for _, k := range spoken.Keys(list) {
			texts = append(texts, string(k))
		}
		return texts
	}
	switch e := event.(type) {
	case referral.Requested:
		return string(e.State), keys(e.Languages), ""
	case referral.Offered:
		if e.Meters >= 0 {
			meters = strconv.FormatInt(int64(e.Meters), 10)
		}
		return "", []string{string(e.Language)}, meters
	case agent.LanguagesSet:
		return "", keys(e.Languages), ""
	case agent.ProfileUpdated:
		return string(e.State), nil, ""
	case agent.LicenseRecorded:
		return string(e.State), nil, ""
	case agent.LicenseRemoved:
		return string(e.State), nil, ""
	case agent.StatesUnticked:
		return e.States.String(), nil, ""
	case agent.Terminated:
		return string(e.State), nil, ""
	case agent.Reinstated:
		return string(e.State), nil, ""
	}
	return "", nil, ""
}

// noFormula returns a cell so that no spreadsheet takes it for a formula.
func noFormula(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
