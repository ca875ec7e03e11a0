package simulation

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestASeedDrawsTheSameForEver(t *testing.T) {
	c := NewChance(1)
	var got []int
	for range 8 {
		got = append(got, c.Below(1000))
	}
	want := []int{465, 519, 590, 235, 761, 48, 45, 533}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("eight draws of seed 1 (-want +got):\n%s", diff)
	}
}

func TestWeightedFollowsItsWeights(t *testing.T) {
	c, counts := NewChance(2), [3]int{}
	for range 10_000 {
		counts[c.Weighted(10, 0, 30)]++
	}
	if counts[1] != 0 || counts[0] < 2_300 || counts[0] > 2_700 {
		t.Errorf("10000 draws by the weights 10, 0, 30 = %v, want about 2500, 0, 7500", counts)
	}
}

func TestNothingToDrawFrom(t *testing.T) {
	if got := NewChance(3).Below(0) + NewChance(3).Weighted() + NewChance(3).Weighted(0, 0); got != 0 {
		t.Errorf("draws from nothing sum up to %d, want 0", got)
	}
}
