package printed

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/relevo-go/relevo/referral/audit"
)

// Options say how a report is told. Nil is as good as zero.
type Options struct {
	Name string         // of the log, as the reader knows it; none by default
	Zone *time.Location // in which times are told; UTC by default
}

func (o *Options) orDefault() Options {
	if o == nil {
		return Options{}
	}
	return *o
}

// Text writes a report for a terminal: the figures of all referrals, a line for each
// group in two tables, how offers are shared among agents, and the languages nobody
// serves. Its errors are those of w.
func Text(w io.Writer, r audit.Report, o *Options) error {
	var b strings.Builder
	b.WriteString(period(r, o.orDefault()))
	b.WriteString("\n" + gridOf([]string{""}, [][]string{append([]string{"all"}, cells(outcomes(), r.All)...)}, outcomes(), overOutcomes).String())
	b.WriteString("\n" + gridOf([]string{""}, [][]string{append([]string{"all"}, cells(times(), r.All)...)}, times(), overTimes).String())
	if by := heads(r.Breakdown); len(by) > 0 {
		for _, part := range []struct {
			title   string
			columns []column
			over    []heading
		}{{"Outcomes", outcomes(), overOutcomes}, {"Times and distances", times(), overTimes}} {
			fmt.Fprintf(&b, "\n%s by %s\n", part.title, strings.Join(by, ", "))
			b.WriteString(gridOf(by, groupRows(r.Breakdown, r.Groups, part.columns), part.columns, part.over).String())
		}
	}
	fmt.Fprintf(&b, "\nFairness across agents\n%s", fairnessText(r.Fairness))
	fmt.Fprintf(&b, "\nLanguages nobody serves\n%s", unservedText(r.Unserved))
	_, err := io.WriteString(w, b.String())
	return err
}

// period returns what log it is, from when to when.
func period(r audit.Report, o Options) string {
	if r.Head.Position == 0 {
		return "The log is empty.\n"
	}
	at := clock{o.Zone}
	name := ""
	if o.Name != "" {
		name = o.Name + ": "
	}
	return fmt.Sprintf("%s%s from %s to %s (%s)\n", name, count(int(r.Head.Position), "record"), at.minute(r.From), at.minute(r.To), at.name())
}

// cells returns what people read in some columns.
func cells(columns []column, f audit.Figures) []string {
	row := make([]string, len(columns))
	for i, c := range columns {
		row[i] = c.text(f)
	}
	return row
}

func groupRows(by audit.Breakdown, groups []audit.Figures, columns []column) (rows [][]string) {
	for _, f := range groups {
		rows = append(rows, append(names(by, f.Group), cells(columns, f)...))
	}
	return rows
}

func fairnessText(f audit.Fairness) string {
	if f.Agents == 0 {
		return "Nobody joined.\n"
	}
	return fmt.Sprintf("%s joined, %s asked, %s accepted something.\n", count(f.Agents, "agent"), wereAsked(f.Asked), thousands(f.Accepting)) +
		fmt.Sprintf("Gini coefficient of offers: %.2f among all who joined, %.2f among those who were asked (0 is even, 1 is all to one).\n", f.Gini, f.GiniAsked) +
		fmt.Sprintf("The busiest tenth had %s of the offers. Half of the agents had at most %s, and the busiest had %s.\n",
			percent(f.BusiestTenth), count(int(f.Offers.Quantile(0.5)), "offer"), thousands(f.Offers.Quantile(1)))
}

func wereAsked(n int) string {
	if n == 1 {
		return "1 was"
	}
	return thousands(n) + " were"
}

func unservedText(list []audit.Unserved) string {
	if len(list) == 0 {
		return "None: every language that somebody asked for in a state has an agent there who speaks it.\n"
	}
	g := grid{heads: []string{"state", "language", "referrals"}, words: 2}
	for _, u := range list {
		g.rows = append(g.rows, []string{stateName(u.State), languageName(u.Language), thousands(u.Requested)})
	}
	return g.String()
}
