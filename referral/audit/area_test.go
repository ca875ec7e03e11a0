package audit_test

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral/audit"
	"github.com/relevo-go/relevo/referral/simulation"
)

// simulatedDay returns the records of a day in the whole country, with people on either
// side of the 180° meridian.
func simulatedDay(t testing.TB) (all []eventlog.Record) {
	t.Helper()
	var log eventlog.Memory
	if err := simulation.Run(t.Context(), &log, simulation.Options{Agents: 200, Referrals: 600, Seed: 2, Days: 1}); err != nil {
		t.Fatal(err)
	}
	for r, err := range log.Read(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

// spot is where the dumb twin takes somebody to be.
type spot struct {
	state    string
	lat, lng float64 // in 1e-7 degree, NaN if nobody knows
}

// spotOf reads a request or a profile.
func spotOf(data map[string]any) spot {
	s := spot{data["state"].(string), math.NaN(), math.NaN()}
	for _, key := range []string{"point", "resolved"} {
		if p, ok := data[key].(map[string]any); ok {
			s.lat, s.lng = p["lat_e7"].(float64), p["lng_e7"].(float64)
			break
		}
	}
	return s
}

// TestAreas compares areas with what the raw lines say of everybody, one piece of the
// map after the other.
func TestAreas(t *testing.T) {
	for name, records := range map[string][]eventlog.Record{"recorded": recorded(t), "simulated": simulatedDay(t)} {
		var consumers []spot
		offices := map[string]spot{}
		for _, l := range raw(t, records) {
			switch l.Kind {
			case "referral.requested.v1":
				consumers = append(consumers, spotOf(l.Data))
			case "agent.registered.v1":
				offices[l.Stream] = spot{"", math.NaN(), math.NaN()}
			case "agent.profile_updated.v1":
				offices[l.Stream] = spotOf(l.Data)
			}
		}
		type piece struct {
			state    string
			lat, lng float64 // of its corner
		}
		pieceOf := func(s spot) piece {
			if math.IsNaN(s.lat) {
				return piece{s.state, 9999, 9999}
			}
			return piece{s.state, math.Floor(s.lat / 2.5e6), math.Floor(s.lng / 2.5e6)}
		}
		in := map[piece][]spot{}
		asked := map[piece]int{}
		for _, s := range consumers {
			in[pieceOf(s)] = append(in[pieceOf(s)], s)
			asked[pieceOf(s)]++
		}
		for _, s := range offices {
			in[pieceOf(s)] = append(in[pieceOf(s)], s)
		}
		want := map[audit.Area]int{} // how often
		for p, people := range in {
			a := audit.Area{State: geo.State(p.state), Consumers: asked[p], Agents: len(people) - asked[p]}
			if p.lat != 9999 {
				lat, lng := 0.0, 0.0
				for _, s := range people {
					lat, lng = lat+s.lat, lng+s.lng
				}
				n := float64(len(people))
				var err error
				if a.Point, err = geo.PointE7(1e6*int32(math.Round(lat/n/1e6)), 1e6*int32(math.Round(lng/n/1e6))); err != nil {
					t.Fatal(err)
				}
			}
			want[a]++
		}
		report, err := audit.Measure(each(records), audit.Breakdown{})
		if err != nil {
			t.Fatal(err)
		}
		got := map[audit.Area]int{}
		for i, a := range report.Areas {
			got[a]++
			if i > 0 && strings.Compare(string(report.Areas[i-1].State), string(a.State)) > 0 {
				t.Errorf("%s: area %+v comes after %+v", name, a, report.Areas[i-1])
			}
		}
		if diff := cmp.Diff(want, got, points); diff != "" || len(want) < 50 {
			t.Errorf("%s: %d areas (-raw lines +measure):\n%s", name, len(want), diff)
		}
	}
}
