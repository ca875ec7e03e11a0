package printed

import (
	"encoding/csv"
	"io"

	"github.com/relevo-go/relevo/referral/audit"
)

// CSV writes the figures as a table: a row for each group, or one for all without a
// breakdown. Its columns are what groups are told apart by (a state and a language by
// their codes), counts, seconds and meters. A cell is empty where there is no number.
// How offers are shared among agents, and languages nobody serves, are in [Text].
func CSV(w io.Writer, r audit.Report) error {
	columns := append(outcomes(), times()...)
	row := heads(r.Breakdown)
	for _, c := range columns {
		row = append(row, c.name)
	}
	table := csv.NewWriter(w)
	table.Write(row)
	groups := r.Groups
	if len(heads(r.Breakdown)) == 0 {
		groups = []audit.Figures{r.All}
	}
	for _, f := range groups {
		row = row[:0]
		for _, code := range []struct {
			is   bool
			text string
		}{{r.Breakdown.State, string(f.State)}, {r.Breakdown.Language, string(f.Language)}, {r.Breakdown.Month, f.Month}} {
			if code.is {
				row = append(row, code.text)
			}
		}
		for _, c := range columns {
			row = append(row, c.raw(f))
		}
		table.Write(row)
	}
	table.Flush()
	return table.Error()
}
