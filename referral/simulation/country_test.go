package simulation

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/geo/zcta"
)

// crowds counts by looking at every pair of ZIPs of a state.
func crowds(s geo.State) (zips []geo.ZIP, counts []int) {
	var vectors []geo.Vector
	for z, place := range zcta.All() {
		if place.States.Has(s) {
			zips, vectors = append(zips, z), append(vectors, place.Point.Vector())
		}
	}
	near := geo.ChordWithin(within)
	counts = make([]int, len(zips))
	for i, v := range vectors {
		for _, w := range vectors {
			if v.Chord(w) <= near {
				counts[i]++
			}
		}
	}
	return zips, counts
}

func TestCountryCountsCrowds(t *testing.T) {
	regions := Country()
	if len(regions) != geo.NumStates {
		t.Errorf("Country has %d regions, want all %d", len(regions), geo.NumStates)
	}
	total := 0
	for i, r := range regions {
		total += r.Thousands
		if i > 0 && regions[i-1].State >= r.State {
			t.Errorf("region %s comes after %s, want the order of codes", r.State, regions[i-1].State)
		}
		if testing.Short() && i%5 != 0 {
			continue
		}
		zips, counts := crowds(r.State)
		if diff := cmp.Diff(Region{r.State, r.Thousands, zips, counts}, r); diff != "" {
			t.Errorf("%s is not what looking at every pair says (-want +got):\n%s", r.State, diff)
		}
	}
	if total < 334_000 || total > 336_000 {
		t.Errorf("%d thousand people live in the country, want some 335 million", total)
	}
}

func BenchmarkCountry(b *testing.B) {
	for b.Loop() {
		Country()
	}
}
