package printed

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral/audit"
)

// table is a table of the page: some columns of words, and then numbers.
type table struct {
	ID, Caption string
	Part        int // of one that stands in several, from 1; 0 of a whole one
	Over        []heading
	Words       int
	Heads       []string
	Rows        [][]string
}

// IsWord reports whether a column is one of words.
func (t table) IsWord(column int) bool { return column < t.Words }

// tableOf returns the table of a grid.
func tableOf(id, caption string, g grid) table {
	return table{ID: id, Caption: caption, Over: g.over, Words: g.words, Heads: g.heads, Rows: g.rows}
}

// columns returns a long, narrow table as up to three that stand side by side.
func columns(t table) (list []table) {
	const least = 8
	n := min((len(t.Rows)+least-1)/least, 3)
	each := (len(t.Rows) + n - 1) / max(n, 1)
	for rows := range slices.Chunk(t.Rows, max(each, 1)) {
		part := t
		part.Rows, part.Part = rows, len(list)+1
		part.ID += fmt.Sprintf("-%d", part.Part)
		list = append(list, part)
	}
	return list
}

// matrix is the table of median times to accept by state and language.
type matrix struct {
	Heads []string
	Rows  []matrixRow
}

type matrixRow struct {
	Name  string
	Cells []matrixCell
}

type matrixCell struct {
	Text  string // none without a referral that was accepted
	Of    int    // how many were accepted
	Class string // "slow" or "fast" beside all, or "few"
}

// languagesAcross is how many languages have a column of their own.
const languagesAcross = 6

// matrixOf returns the medians of every state in the languages that are asked for most.
func matrixOf(r audit.Report) (m matrix) {
	byLanguage := r.By(audit.Breakdown{Language: true})
	slices.SortStableFunc(byLanguage, func(a, b audit.Figures) int { return b.Requested - a.Requested })
	byLanguage = byLanguage[:min(languagesAcross, len(byLanguage))]
	overall := r.All.ToAccept.Duration(0.5)
	cell := func(s audit.Spread) matrixCell {
		c := matrixCell{Text: spanAt(s, 0.5), Of: s.Len()}
		switch median := s.Duration(0.5); {
		case s.Len() < enough:
			c.Class = "few"
		case median > 2*overall:
			c.Class = "slow"
		case median < overall/2:
			c.Class = "fast"
		}
		return c
	}
	row := func(name string, all audit.Spread, of func(spoken.Key) audit.Spread) {
		cells := []matrixCell{cell(all)}
		for _, l := range byLanguage {
			cells = append(cells, cell(of(l.Language)))
		}
		m.Rows = append(m.Rows, matrixRow{name, cells})
	}
	m.Heads = []string{"all"}
	for _, l := range byLanguage {
		m.Heads = append(m.Heads, l.Language.English())
	}
	row("All states", r.All.ToAccept, func(k spoken.Key) audit.Spread {
		return byLanguage[slices.IndexFunc(byLanguage, func(f audit.Figures) bool { return f.Language == k })].ToAccept
	})
	both := map[audit.Group]audit.Spread{}
	for _, f := range r.By(audit.Breakdown{State: true, Language: true}) {
		both[f.Group] = f.ToAccept
	}
	for _, f := range byName(r.By(audit.Breakdown{State: true})) {
		row(stateName(f.State), f.ToAccept, func(k spoken.Key) audit.Spread {
			return both[audit.Group{State: f.State, Language: k}]
		})
	}
	return m
}

// byName orders the figures of states and languages by their names.
func byName(groups []audit.Figures) []audit.Figures {
	slices.SortStableFunc(groups, func(a, b audit.Figures) int {
		return cmp.Or(strings.Compare(stateName(a.State), stateName(b.State)), strings.Compare(languageName(a.Language), languageName(b.Language)))
	})
	return groups
}

// people returns where consumers and agents are, by state.
func people(areas []audit.Area) grid {
	type number struct{ consumers, agents int }
	in := map[geo.State]number{}
	var states []geo.State
	for _, a := range areas {
		n, known := in[a.State]
		if !known {
			states = append(states, a.State)
		}
		in[a.State] = number{n.consumers + a.Consumers, n.agents + a.Agents}
	}
	slices.SortFunc(states, func(a, b geo.State) int { return strings.Compare(stateName(a), stateName(b)) })
	g := grid{heads: []string{"state", "consumers", "agents"}, words: 1}
	for _, s := range states {
		g.rows = append(g.rows, []string{stateName(s), thousands(in[s].consumers), thousands(in[s].agents)})
	}
	return g
}
