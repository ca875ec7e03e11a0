// Command peers holds the log of files beside other stores that a Go program can
// embed: the same events, the same disk, every append durable. It prints the
// table that stands in README.md.
//
//	GOWORK=off go run -C eventlog/peers . -write
//
// It is a module of its own, outside the workspace, so that nobody else
// downloads the peers.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

func main() {
	n := flag.Int("n", 500, "how many events to append one by one; 32 times as many in groups")
	rounds := flag.Int("rounds", 24, "how often every store takes its turn")
	flips := flag.Int("flips", 400, "how many bits to flip in each store's files")
	dir := flag.String("dir", os.TempDir(), "a directory on the disk to measure")
	write := flag.Bool("write", false, "write README.md instead of printing it")
	flag.Parse()
	if flag.NArg() > 0 || *n < 1 || *rounds < 1 || *flips < 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*n, *rounds, *flips, *dir, *write); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

// contestant is a store and how it is used. Its open makes a store in a
// directory that is empty or missing, and opens one that is there. Its replay and
// lines open what another process left, as its owner does, and read all of it:
// one counts the events, the other returns their lines.
type contestant struct {
	name    string
	durable string // what makes an append durable, with a link
	checks  string // what opening and reading check
	open    func(dir string) (store, error)
	replay  func(dir string) (events int, err error)
	lines   func(dir string) ([][]byte, error)
}

// store is open for writing.
type store interface {
	append(group) error // durable when it returns
	close() error
}

// contestants are measured against the first of them.
func contestants() []contestant {
	return []contestant{floor(), fileLog(), tidwallWAL(), etcdWAL(), bboltDB(), sqliteDB()}
}

func run(n, rounds, flips int, dir string, write bool) error {
	scratch, err := os.MkdirTemp(dir, "peers-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	began := time.Now()
	all := contestants()
	r := report{n: n, rounds: rounds, flips: flips, rows: make([]row, len(all)), machine: describe(scratch)}
	single, grouped := events(n, 1), events(32*n, groupSize)
	for round := range rounds {
		for i := range all {
			i = (i + round) % len(all) // nobody always follows the same
			fmt.Fprintf(os.Stderr, "round %d of %d: %s\n", round+1, rounds, all[i].name)
			if err := r.rows[i].measure(all[i], filepath.Join(scratch, "speed"), single, grouped); err != nil {
				return fmt.Errorf("%s: %w", all[i].name, err)
			}
		}
	}
	for i, c := range all {
		fmt.Fprintf(os.Stderr, "damage: %s\n", c.name)
		r.rows[i].contestant = c
		if r.rows[i].closed, r.rows[i].died, err = flipped(c, scratch, flips); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		if r.rows[i].second, err = secondWriter(c, filepath.Join(scratch, "second")); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	r.took = time.Since(began)
	out := os.Stdout
	if write {
		if out, err = os.Create("README.md"); err != nil {
			return err
		}
		defer out.Close()
	}
	return r.print(out)
}
