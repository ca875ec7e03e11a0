// Command growing measures what one log carries for a country, and what dividing it
// by state would cost:
//
//	go run ./examples/growing
//	go run ./examples/growing -agents 83000 -referrals 208000 -days 1 -memory
//
// It simulates a desk, counts its records, divides the log into one for each state,
// as eventlog/GROWING.md describes, and judges every decision again by what its
// state's log alone knows. The second line is an average day of open enrolment, and
// takes some minutes and 4 GB.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral/simulation"
)

func main() {
	o := simulation.Options{Begin: time.Date(2026, time.December, 14, 13, 0, 0, 0, time.UTC), Seed: 1}
	flag.IntVar(&o.Agents, "agents", 2000, "how many agents join")
	flag.IntVar(&o.Referrals, "referrals", 5000, "how many consumers ask")
	flag.IntVar(&o.Days, "days", 1, "for how many days they ask")
	memory := flag.Bool("memory", false, "measure what an engine on the log holds, too")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "growing: %q is not understood: it takes -agents, -referrals, -days and -memory alone\n", flag.Arg(0))
		os.Exit(1)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, o, *memory); err != nil {
		fmt.Fprintln(os.Stderr, "growing:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, w io.Writer, o simulation.Options, memory bool) error {
	if o.Days < 1 { // 0 is a week to the simulation, and no day to what is printed of it
		return fmt.Errorf("-days is %d: give at least 1", o.Days)
	}
	var whole eventlog.Memory
	if err := simulation.Run(ctx, &whole, o); err != nil {
		return err
	}
	c, err := count(whole.Read(ctx, 0))
	if err != nil {
		return err
	}
	c.print(w, o)
	if memory {
		if err := c.memory(ctx, w, &whole); err != nil {
			return err
		}
	}
	d, err := divide(ctx, &whole, c.homes)
	if err != nil {
		return err
	}
	d.print(w, c)
	return nil
}
