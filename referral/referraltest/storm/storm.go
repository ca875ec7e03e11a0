package storm

import (
	"context"
	"flag"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/relevo-go/relevo/eventlog"
)

var (
	rounds = flag.Int("storm.rounds", 20, "how many rounds a storm has; at most 3 under -short")
	seed   = flag.Uint64("storm.seed", 1, "the seed of a storm")
)

// Storm is what a store goes through.
type Storm struct {
	// Where is what Open is given, here and in every engine's process.
	Where string
	// Open connects to the log, which is empty when the storm begins. Closing the
	// log frees what Open took. It is the function that [Main] was given.
	Open func(ctx context.Context, where string) (eventlog.Log, error)
	// Faults strike one a round, all of them in turn. Without any, engines are
	// killed and nothing else happens.
	Faults []Fault
	// Resume is within what time every living engine must have answered again,
	// once a fault is mended or it is started; 20 seconds by default.
	Resume time.Duration
}

// Fault is something that happens to a store.
type Fault struct {
	// Name says what happens, as in "the server is killed".
	Name string
	// Strike makes it happen. What it returns mends it, which comes up to a
	// second later; nil if there is nothing to mend. An error of either ends the
	// storm: it is the test's own.
	Strike func(rnd *rand.Rand) (mend func() error, err error)
}

const (
	engines    = 3
	callers    = 32
	roundTime  = 2 * time.Second
	window     = time.Second // how long an offer stays open
	giveUp     = time.Second // how long a referral waits
	openOffers = 4
)

// Run lets a storm rage, and ends the test if anything does not hold. The message
// says how to repeat it, and the log is kept as a JSON Lines file in the test's
// artifacts. What was measured is logged. [Main] must have been called with the
// same Open in TestMain.
func Run(t *testing.T, s Storm) {
	t.Helper()
	n := *rounds
	if testing.Short() {
		n = min(n, 3)
	}
	if s.Resume <= 0 {
		s.Resume = 20 * time.Second
	}
	w := begin(t, s)
	for w.number = range n {
		w.round()
	}
	w.end()
	t.Log(w.tally.String())
}
