package main

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strconv"
	"time"
)

// report is what README.md says.
type report struct {
	n, rounds, flips int
	machine          string
	rows             []row
	took             time.Duration
}

func (r *report) print(to io.Writer) error {
	out := bufio.NewWriter(to)
	fmt.Fprintf(out, `# The log of files beside its peers

One command makes this file anew:

    GOWORK=off go run -C eventlog/peers . -write

Every store gets the same events, whose lines have %d bytes, on the same disk, and every append is durable when
it returns. They take turns, %d rounds of them; the numbers are medians, and the ratios medians of each round's
ratio to the floor, which writes the same lines to a file and syncs it. Everything is read back and compared.
One round appends %s events one by one, and %s in groups of %d with one sync a group, which are then
opened and read again. Only the log of files makes its lines and their sums within that time; the others are handed
the lines. A store that writes into room made in advance, as etcd's wal does, has less to sync than the
floor and can be faster. Measured on: %s, in %s. Read ratios, not digits.

| store | single appends/s | of the floor | groups of %d, events/s | of the floor | opened and read, events/s | of the floor |
| --- | --- | --- | --- | --- | --- | --- |
`, lineBytes, r.rounds, count(float64(r.n)), count(float64(32*r.n)), groupSize, r.machine, r.took.Round(time.Second), groupSize)
	first := r.rows[0]
	for _, w := range r.rows {
		fmt.Fprintf(out, "| %s | %s | %.2f | %s | %.2f | %s | %.2f |\n", w.name,
			count(median(w.single)), ratio(w.single, first.single),
			count(median(w.grouped)), ratio(w.grouped, first.grouped),
			count(median(w.replayed)), ratio(w.replayed, first.replayed))
	}
	fmt.Fprintf(out, `
Trust: one bit is flipped in the files of %d events, at %d places spread evenly over their bytes, and the store is
opened and read. A flip is silent if no error came and events are changed or missing. It is harmless if
every event is as it was: it hit a byte that nobody reads. The files are those that a clean close leaves, and then
those of a process that dies behind its last append.

| store | closed: silent (changed, missing) | noticed | harmless | died: silent (changed, missing) | noticed | harmless | a second writer |
| --- | --- | --- | --- | --- | --- | --- | --- |
`, flipEvents, r.flips)
	for _, w := range r.rows {
		fmt.Fprintf(out, "| %s | %s | %s | %s |\n", w.name, w.closed, w.died, w.second)
	}
	fmt.Fprintf(out, `
How each is made durable, and what it checks as it opens and reads:

| store | durable by | checks |
| --- | --- | --- |
`)
	for _, w := range r.rows {
		fmt.Fprintf(out, "| %s | %s | %s |\n", w.name, w.durable, w.checks)
	}
	return out.Flush()
}

// String is three cells of the table.
func (t tally) String() string {
	noticed := fmt.Sprint(t.refused)
	if t.hung > 0 {
		noticed += fmt.Sprintf(", and %d never answered", t.hung)
	}
	return fmt.Sprintf("**%d** (%d, %d) | %s | %d", t.silent(), t.changed, t.short, noticed, t.harmless)
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
