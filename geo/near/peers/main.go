// Command peers holds the nearest-first index beside other Go libraries that
// find what is near: the same agents, the same questions, and the answers held
// against a look at everybody. It prints the tables that stand in README.md.
//
//	GOWORK=off go run -C geo/near/peers . -write
//
// It is a module of its own, outside the workspace, so that nobody else
// downloads the peers.
package main

import (
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

func main() {
	sizes := flag.String("sizes", "10000,100000,1000000", "how many agents, one number or several with commas")
	queries := flag.Int("queries", 500, "how many questions of each kind a round has")
	rounds := flag.Int("rounds", 5, "how often every contestant takes its turn")
	box := flag.Duration("box", 1500*time.Millisecond, "what a contestant may spend on one kind of question in all rounds")
	checks := flag.Int("checks", 2000, "how many answers of each contestant are checked, in both worlds")
	write := flag.Bool("write", false, "write README.md instead of printing it")
	flag.Parse()
	numbers, ok := parseSizes(*sizes)
	if flag.NArg() > 0 || !ok || *queries < 1 || *rounds < 1 || *box <= 0 || *checks < 1 {
		flag.Usage()
		os.Exit(2)
	}
	r := report{queries: *queries, rounds: *rounds, box: *box, checks: *checks}
	if err := run(&r, numbers, *write); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

func parseSizes(list string) (sizes []int, ok bool) {
	for s := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			return nil, false
		}
		sizes = append(sizes, n)
	}
	return sizes, true
}

// contestant is a library and how it is used.
type contestant struct {
	name  string
	used  string // how, with a link
	costs string // what this costs it
	build func(agents) index
	// again, if not nil, asks the index of the contestant before it in another
	// way, so that what takes long to build is measured once.
	again func(index) index
}

// index finds the first in line.
type index interface {
	first(*query) (id uint64, ok bool)
}

// writable is an index that can be written; others are built anew.
type writable interface {
	replace(n int, a agent) // the agent with this number is a
}

func contestants() []contestant {
	return []contestant{linear(), geoNear(), tidwallRtree(), kyroyKDTree(), golangGeo(), dhconnellyRtreego(), paulmachOrbNearest(), paulmachOrbEight()}
}

func run(r *report, sizes []int, write bool) error {
	began := time.Now()
	r.machine = describe()
	c := newCountry()
	before := c.agents(trustedInCountry)
	r.country = check("country", before, replaced(before, c.agent), func() query { return c.query(spoken(c.Rand)) }, r.checks)
	h := newHardPlaces()
	before = h.agents(trustedFar)
	r.far = check("hard places", before, replaced(before, h.agent), h.query, r.checks)
	for _, size := range sizes {
		r.tables = append(r.tables, measure(newCountry(), size, r.queries, r.rounds, r.box))
	}
	r.took = time.Since(began)
	out := os.Stdout
	if write {
		var err error
		if out, err = os.Create("README.md"); err != nil {
			return err
		}
		defer out.Close()
	}
	return r.print(out)
}
