package engine

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo/near"
)

// Whatever was judged beyond an instant, and is not sure, is taken back once the
// clock says so, however long the log stood still; and it takes no more room than
// there are agents and classes.
func TestTurns(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	start := time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)
	at := func() time.Time { return start.Add(time.Duration(rng.IntN(10_000)) * time.Second) }
	for range 100 {
		var ts turns
		twin := map[turn]time.Time{} // the last instant by agent or class
		head := start
		for range 5_000 {
			switch rng.IntN(500) {
			case 0:
				if next := at(); next.After(head) && rng.IntN(4) == 0 {
					head = next
					ts.begin(head)
				}
			case 1:
				back := later(head, at())
				got, want := map[turn]bool{}, map[turn]bool{}
				for _, turned := range ts.beyond(back) {
					key := turn{agent: turned.agent, class: turned.class}
					got[key] = true
					key.at = back // it is judged anew
					ts.remember(key)
				}
				for key, last := range twin {
					if last.After(back) {
						want[key], twin[key] = true, back
					}
				}
				if diff := cmp.Diff(want, got, cmp.AllowUnexported(turn{})); diff != "" {
					t.Fatalf("beyond(%s), the head at %s (-want +got):\n%s", back, head, diff)
				}
			default:
				turned := turn{agent: agent.NPN(rng.IntN(40)), at: at()}
				if turned.agent == 0 {
					turned.class = near.Class(rng.IntN(40))
				}
				key := turn{agent: turned.agent, class: turned.class}
				ts.remember(turned)
				if turned.at.After(head) {
					twin[key] = later(twin[key], turned.at)
				}
			}
			if len(ts.all) > 1024 {
				t.Fatalf("%d turns are kept of 80 agents and classes", len(ts.all))
			}
		}
	}
}
