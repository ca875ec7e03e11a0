package simulation

import (
	"testing"
	"time"

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

func TestAroundFollowsTheLogNormal(t *testing.T) {
	for _, median := range []time.Duration{2 * time.Minute, 20 * time.Hour} {
		c, below, beyond := NewChance(4), 0, 0
		for range 10_000 {
			d := c.around(median)
			if d < median/12 || d > 12*median || d%time.Millisecond != 0 {
				t.Fatalf("around(%v) = %v, want whole milliseconds from a twelfth to twelve times of it", median, d)
			}
			if d < median {
				below++
			}
			if d > 3*median {
				beyond++
			}
		}
		if below < 4_800 || below > 5_200 || beyond < 1_200 || beyond > 1_500 {
			t.Errorf("of 10000 draws around %v %d are below it and %d beyond three times, want about 5000 and 1360", median, below, beyond)
		}
	}
}

func TestUpTo(t *testing.T) {
	c := NewChance(5)
	if got := c.upTo(time.Microsecond); got != 0 {
		t.Errorf("upTo(1µs) = %v, want 0", got)
	}
	var most time.Duration
	for range 1_000 {
		most = max(most, c.upTo(28*24*time.Hour))
	}
	if most < 27*24*time.Hour || most >= 28*24*time.Hour {
		t.Errorf("the longest of 1000 draws up to 28 days is %v", most)
	}
}

func TestDieFallsByItsWeights(t *testing.T) {
	c, counts, d := NewChance(6), [4]int{}, newDie([]int{0, 10, 0, 30})
	for range 10_000 {
		counts[d.roll(c)]++
	}
	if counts[0]+counts[2] != 0 || counts[1] < 2_300 || counts[1] > 2_700 {
		t.Errorf("10000 rolls by the weights 0, 10, 0, 30 = %v, want about 0, 2500, 0, 7500", counts)
	}
}
