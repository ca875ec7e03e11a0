package agent_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
)

// R7, R8: a loss is the first boundary of the standing with a verdict that ends
// an open offer, and no loss is none until the end.
func TestR8_Loss(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 13))
	found := map[string]int{}
	for range 20_000 {
		a := randomAgent(t, rng)
		from := moment(rng)
		until := from.Add(time.Duration(rng.IntN(60*24)) * time.Hour)
		need := agent.Need{State: pick(rng, someStates), Languages: []spoken.Key{pick(rng, []spoken.Key{"en", "es", "ht"})}}
		var wantAt time.Time
		var want []agent.Reason
		for at := from; at.Before(until) && want == nil; {
			if want = agent.Rescinding(a.Verdict(need, anyTerms, at)); want != nil {
				wantAt = at
			}
			_, at = a.Standing(anyTerms, at)
			if at.IsZero() {
				break
			}
		}
		at, why := a.Loss(need, from, until)
		if !at.Equal(wantAt) || !cmp.Equal(why, want) {
			t.Fatalf("Loss(%+v, %s, %s) = %s, %v, want %s, %v\n%+v", need, from, until, at, why, wantAt, want, a)
		}
		switch {
		case want == nil:
			found["none"]++
		case wantAt.Equal(from):
			found["at once"]++
		default:
			found["later"]++
		}
	}
	if found["none"] < 200 || found["later"] < 100 {
		t.Errorf("found %v: the sample shows too little", found)
	}
}
