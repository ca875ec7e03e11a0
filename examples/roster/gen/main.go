// Command gen writes roster.csv, the invented agents that the examples share.
// From the folder examples/roster:
//
//	go run ./gen > roster.csv
//
// The same source gives the same bytes on every machine.
package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral/simulation"
)

const (
	seed   = 20261102
	agents = 3000 // about: every jurisdiction has at least atLeast
	// atLeast keeps the small territories on the map.
	atLeast = 3
	// firstNPN begins a range that no registry has reached.
	firstNPN = 9_900_000_000
)

var birds = []string{
	"Avocet", "Bittern", "Bunting", "Coot", "Crane", "Curlew", "Dipper", "Dunlin", "Eider", "Falcon",
	"Finch", "Gannet", "Godwit", "Grebe", "Grosbeak", "Gull", "Harrier", "Heron", "Ibis", "Jacana",
	"Kestrel", "Kite", "Lark", "Limpkin", "Loon", "Merlin", "Murre", "Nuthatch", "Oriole", "Osprey",
	"Petrel", "Pipit", "Plover", "Puffin", "Rail", "Sandpiper", "Siskin", "Snipe", "Sora", "Stilt",
	"Swift", "Tanager", "Teal", "Tern", "Thrasher", "Towhee", "Veery", "Vireo", "Warbler", "Wren",
}

func main() {
	w := bufio.NewWriter(os.Stdout)
	write(w)
	if err := w.Flush(); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

// row is one invented agent.
type row struct {
	npn       uint64
	name      string
	state     geo.State
	zip       geo.ZIP
	display   int
	languages []string
	licenses  geo.States
	unticked  geo.States
}

// write writes the roster. Its errors are left to the Flush of w.
func write(w io.Writer) {
	rows := draw(simulation.NewChance(seed))
	fmt.Fprintln(w, "npn,name,state,zip,display,languages,licenses,unticked")
	for _, r := range rows {
		fmt.Fprintf(w, "%d,%s,%s,%s,%d,%s,%s,%s\n",
			r.npn, r.name, r.state, r.zip, r.display, strings.Join(r.languages, " "), r.licenses, r.unticked)
	}
}

// draw returns the rows by NPN, which says nothing about where an agent lives.
func draw(c *simulation.Chance) []row {
	country, total := simulation.Country(), 0
	for _, p := range country {
		total += p.Thousands
	}
	var rows []row
	for _, p := range country {
		for range max(atLeast, agents*p.Thousands/total) {
			r := row{state: p.State, zip: p.ZIPs[c.Weighted(p.Crowds...)], display: drawDisplay(c), languages: drawLanguages(c)}
			r.licenses = drawLicenses(c, country, p.State)
			r.unticked = drawUnticked(c, r)
			rows = append(rows, r)
		}
	}
	for i := len(rows) - 1; i > 0; i-- {
		j := c.Below(i + 1)
		rows[i], rows[j] = rows[j], rows[i]
	}
	npn := uint64(firstNPN)
	for i := range rows {
		npn += 1 + uint64(c.Below(30_000))
		rows[i].npn = npn
		rows[i].name = fmt.Sprintf("Sample %s %04d", birds[c.Below(len(birds))], i+1)
	}
	return rows
}

// drawDisplay draws choice 1, 2 or 3; choice 4 would take no part.
func drawDisplay(c *simulation.Chance) int { return 1 + c.Weighted(70, 21, 9) }

// drawLanguages draws English for nearly everybody, and one or two languages
// beside it for nearly half.
func drawLanguages(c *simulation.Chance) []string {
	weights := make([]int, len(tongues))
	for i, t := range tongues {
		weights[i] = t.thousand
	}
	var list []string
	for range c.Weighted(55, 40, 5) {
		i := c.Weighted(weights...)
		weights[i] = 0
		list = append(list, tongues[i].tags[c.Below(len(tongues[i].tags))])
	}
	if len(list) == 0 || c.Percent(96) {
		list = append([]string{"en"}, list...)
	}
	return list
}

// drawLicenses draws the home state, and for about half a few others, populous
// ones more often.
func drawLicenses(c *simulation.Chance, country []simulation.Region, home geo.State) geo.States {
	set := geo.StatesOf(home)
	weights := make([]int, len(country))
	for i, p := range country {
		weights[i] = p.Thousands
	}
	more := [...]int{0, c.Below(3) + 1, c.Below(6) + 3, c.Below(16) + 9}[c.Weighted(48, 30, 18, 4)]
	for range more {
		set = set.With(country[c.Weighted(weights...)].State)
	}
	return set
}

// drawUnticked draws a state other than home for one in five of those who could
// untick it.
func drawUnticked(c *simulation.Chance, r row) geo.States {
	others := slices.SortedFunc(r.licenses.Without(r.state).All(), cmp.Compare)
	if r.display > 2 || len(others) < 2 || !c.Percent(20) {
		return 0
	}
	return geo.StatesOf(others[c.Below(len(others))])
}
