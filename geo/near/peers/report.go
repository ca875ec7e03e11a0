package main

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

// report is what README.md says.
type report struct {
	queries, rounds, checks int
	box                     time.Duration
	machine                 string
	tables                  []table
	country, far            []wrong
	took                    time.Duration
}

func (r *report) print(to io.Writer) error {
	out := bufio.NewWriter(to)
	fmt.Fprintf(out, `# The nearest-first index beside its peers

One command makes this file anew:

    GOWORK=off go run -C geo/near/peers . -write

Everybody is asked for the first in line: the nearest agent by great circle among those who are on duty, may be found
in the state and speak the language; of several as near the one whose last offer is longest ago, then the lower ID. The
agents are those of the benchmark of geo/near: at ZIP centroids of skewed weights, with 4.3 licenses and
1.4 languages each, 30 %% off duty. "After 50" passes over the first 50 in line; "nobody" asks for a language that nobody
speaks. Measured on: %s, in %s. Read ratios, not digits.

Times are the median and the 99th percentile of a question, in µs, each the median of %d rounds, in which the contestants
take turns at %d questions. What a contestant may spend on one kind is %v, a share in each round; after it the round
ends early, so that the slow are asked only the first of its questions, and there is no percentile if those are
fewer than %d. All stand in one process, and whoever allocates sets off collections of everybody's memory. B/agent is
the heap of all that is needed to answer. Replacing is one agent by another, mostly elsewhere, at the median; an index
that can't is built anew.
`, r.machine, r.took.Round(time.Second), r.rounds, r.queries, r.box, leastForP99)
	for _, t := range r.tables {
		fmt.Fprintf(out, "\n| %s agents", count(float64(t.size)))
		for _, c := range cases {
			fmt.Fprintf(out, " | %s", c.name)
		}
		fmt.Fprintf(out, " | B/agent | replace, µs |\n|%s\n", strings.Repeat(" --- |", len(cases)+3))
		for _, w := range t.rows {
			fmt.Fprintf(out, "| %s", w.name)
			for i := range w.cases {
				fmt.Fprintf(out, " | %s", &w.cases[i])
			}
			if w.again == nil {
				fmt.Fprintf(out, " | %s | %s |\n", count(w.bytes), w.replacing())
			} else {
				fmt.Fprint(out, " | the same | the same |\n")
			}
		}
	}
	fmt.Fprintf(out, `
Trust: %s questions in two worlds are asked after every tenth agent was replaced, and each answer is held against
the linear scan's. The country is that of above with %s agents; a language is asked for as often as it is spoken. The
hard places are Alaska and the Aleutians, Guam, Saipan, American Samoa, Hawaii, both sides of 180°, latitudes above 75°, and
anywhere in Alaska and the Pacific, with %s agents. An answer is wrong if it is another agent; it is farther if
that one is not as near either, by the exact key, and so not only another of several at one place.

| contestant | country: wrong | of which farther | by, median | hard places: wrong | of which farther | by, median |
| --- | --- | --- | --- | --- | --- | --- |
`, count(float64(r.checks)), count(trustedInCountry), count(trustedFar))
	for i, c := range contestants() {
		fmt.Fprintf(out, "| %s | %s | %s |\n", c.name, r.country[i].cells(r.checks), r.far[i].cells(r.checks))
	}
	fmt.Fprintf(out, `
How each is used, and what that costs it. Those that are asked for 8 get their ties right as far as these go: nobody is
made to find more only for the order among equals. All but geo/near look an agent up in a
list beside them to see whether it fits.

| contestant | used | costs |
| --- | --- | --- |
`)
	for _, c := range contestants() {
		fmt.Fprintf(out, "| %s | %s | %s |\n", c.name, c.used, c.costs)
	}
	return out.Flush()
}

func (t *turns) String() string {
	if len(t.p50) == 0 {
		return "–"
	}
	if len(t.p99) == 0 {
		return number(median(t.p50)) + " / –"
	}
	return number(median(t.p50)) + " / " + number(median(t.p99))
}

func (w *row) replacing() string {
	if len(w.replaced.p50) == 0 {
		return fmt.Sprintf("rebuild, %.2g s", w.built.Seconds())
	}
	return number(median(w.replaced.p50))
}

// cells are three of the table.
func (w wrong) cells(of int) string {
	by := "–"
	if len(w.by) > 0 {
		by = number(median(w.by)) + " km"
	}
	return fmt.Sprintf("%s | **%s** | %s", share(w.other, of), share(w.farther, of), by)
}

func share(n, of int) string {
	if n == 0 {
		return "0"
	}
	percent := 100 * float64(n) / float64(of)
	if percent >= 10 {
		return fmt.Sprintf("%.0f %%", percent)
	}
	return fmt.Sprintf("%.2g %%", percent)
}

// number returns a number to two digits below 100, and to three from there on.
func number(x float64) string {
	if x >= 10 {
		return count(x)
	}
	digits := 1
	if x < 1 {
		digits = 2
	}
	return strconv.FormatFloat(x, 'f', digits, 64)
}

// count returns a number to three digits, with commas.
func count(x float64) string {
	if x > 0 {
		unit := math.Pow(10, math.Floor(math.Log10(x))-2)
		if unit > 1 {
			x = math.Round(x/unit) * unit
		}
	}
	s := strconv.FormatFloat(math.Round(x), 'f', 0, 64)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
