package printed

import (
	"strings"
	"unicode/utf8"
)

// grid is a table of text: some columns of words, and then numbers.
type grid struct {
	over  []heading // over the columns of numbers, may be none
	heads []string
	words int // how many columns are words, on the left
	rows  [][]string
}

// heading stands over some columns of numbers.
type heading struct {
	Text string
	Span int
}

// String returns the grid with its columns two spaces apart, numbers on the right of
// theirs.
func (g grid) String() string {
	widths := make([]int, len(g.heads))
	for _, row := range append([][]string{g.heads}, g.rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	column := g.words
	for _, h := range g.over { // a heading that is wider than its columns widens the first
		have := 2 * (h.Span - 1)
		for _, w := range widths[column : column+h.Span] {
			have += w
		}
		widths[column] += max(0, utf8.RuneCountInString(h.Text)+1-have)
		column += h.Span
	}
	var b strings.Builder
	if len(g.over) > 0 {
		var line strings.Builder
		for _, w := range widths[:g.words] {
			line.WriteString(strings.Repeat(" ", w+2))
		}
		column = g.words
		for _, h := range g.over {
			wide := 2 * (h.Span - 1)
			for _, w := range widths[column : column+h.Span] {
				wide += w
			}
			line.WriteString(strings.Repeat("─", max(0, wide-utf8.RuneCountInString(h.Text)-1)) + " " + h.Text + "  ")
			column += h.Span
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	for _, row := range append([][]string{g.heads}, g.rows...) {
		var line strings.Builder
		for i, cell := range row {
			space := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if i < g.words {
				line.WriteString(cell + space + "  ")
			} else {
				line.WriteString(space + cell + "  ")
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}

// gridOf returns the table of some columns of figures.
func gridOf(heads []string, rows [][]string, columns []column, over []heading) grid {
	g := grid{over: over, heads: append([]string{}, heads...), words: len(heads), rows: rows}
	for _, c := range columns {
		g.heads = append(g.heads, c.head)
	}
	return g
}

// The headings over the columns of outcomes and times.
var (
	overOutcomes = []heading{{"referrals", 5}, {"offers", 7}}
	overTimes    = []heading{{"time to accept", 4}, {"nobody in line", 4}, {"distance", 4}}
)
