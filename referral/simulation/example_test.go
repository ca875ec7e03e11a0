package simulation_test

import (
	"context"
	"fmt"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral/book"
	"github.com/relevo-go/relevo/referral/simulation"
)

// A day of thirty agents and a hundred consumers, and what came of it.
func ExampleRun() {
	var log eventlog.Memory
	err := simulation.Run(context.Background(), &log, simulation.Options{Agents: 30, Referrals: 100, Seed: 1, Days: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	state := book.New()
	for r, err := range log.Read(context.Background(), 0) {
		if err == nil {
			err = state.Replay(uint64(r.Position), r.Time, r.Stream, r.Kind, r.Data)
		}
		if err != nil {
			fmt.Println(err)
			return
		}
	}
	n := state.Counts()
	fmt.Println(n.Agents, "agents,", n.Requested, "referrals:", n.Accepted, "accepted,", n.Exhausted, "exhausted,", n.Withdrawn, "withdrawn")
	// Output: 30 agents, 100 referrals: 73 accepted, 22 exhausted, 5 withdrawn
}
