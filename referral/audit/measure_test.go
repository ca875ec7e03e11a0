package audit_test

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/audit"
)

// tally is what the dumb twin counts of a group: it goes through the raw lines once
// for each referral, and keeps every number.
type tally struct {
	requested, accepted, exhausted, withdrawn, offers, declined, expired, rescinded, offersWithdrawn int
	toAccept, waited, distance                                                                       []int64
}

// tallied counts the raw lines of one referral into a tally.
func (n *tally) count(lines []rawLine) {
	var requested, waits time.Time
	var meters int64
	var open, waiting, waitedAtAll bool
	var waited int64
	for _, l := range lines {
		kind := strings.TrimSuffix(strings.TrimPrefix(l.Kind, "referral."), ".v1")
		if waiting && slices.Contains([]string{"offered", "exhausted", "withdrawn"}, kind) {
			waited, waiting = waited+int64(l.Time.Sub(waits)), false
		}
		switch kind {
		case "requested":
			n.requested++
			requested = l.Time
		case "offered":
			n.offers++
			open, meters = true, -1
			if m, ok := l.Data["meters"].(float64); ok {
				meters = int64(m)
			}
		case "accepted":
			n.accepted++
			n.toAccept = append(n.toAccept, int64(l.Time.Sub(requested)))
			if meters >= 0 {
				n.distance = append(n.distance, meters)
			}
		case "declined":
			n.declined++
			open = false
		case "expired":
			n.expired++
			open = false
		case "rescinded":
			n.rescinded++
			open = false
		case "waiting":
			if !waiting {
				waits = l.Time
			}
			waiting, waitedAtAll = true, true
		case "exhausted":
			n.exhausted++
		case "withdrawn":
			n.withdrawn++
			if open {
				n.offersWithdrawn++
			}
		}
		if waitedAtAll && slices.Contains([]string{"accepted", "exhausted", "withdrawn"}, kind) {
			n.waited = append(n.waited, waited)
		}
	}
}

// middle returns the least of the numbers that at least the part q do not exceed, by
// counting.
func middle(list []int64, q float64) int64 {
	slices.Sort(list)
	for _, x := range list {
		upTo := 0
		for _, y := range list {
			if y <= x {
				upTo++
			}
		}
		if float64(upTo) >= q*float64(len(list)) {
			return x
		}
	}
	return 0
}

func TestMeasureIsWhatTheRawLinesSay(t *testing.T) {
	lines := rawLines(t)
	byReferral := map[string][]rawLine{}
	var order []string
	for _, l := range lines {
		if strings.HasPrefix(l.Stream, "referral/") {
			if byReferral[l.Stream] == nil {
				order = append(order, l.Stream)
			}
			byReferral[l.Stream] = append(byReferral[l.Stream], l)
		}
	}
	for _, by := range []audit.Breakdown{{}, {State: true}, {Language: true}, {Month: true}, {State: true, Language: true, Month: true}, {Month: true, Zone: time.FixedZone("", 14*3600)}} {
		want := map[audit.Group]*tally{}
		all := new(tally)
		for _, stream := range order {
			request := byReferral[stream][0]
			var g audit.Group
			if by.State {
				g.State = geo.State(request.Data["state"].(string))
			}
			if by.Language {
				g.Language = spoken.Key(request.Data["languages"].([]any)[0].(map[string]any)["key"].(string))
			}
			if by.Month {
				zone := time.UTC
				if by.Zone != nil {
					zone = by.Zone
				}
				g.Month = request.Time.In(zone).Format("2006-01")
			}
			if want[g] == nil {
				want[g] = new(tally)
			}
			want[g].count(byReferral[stream])
			all.count(byReferral[stream])
		}
		report, err := audit.Measure(each(recorded(t)), by)
		if err != nil {
			t.Fatal(err)
		}
		if by == (audit.Breakdown{}) {
			delete(want, audit.Group{})
		}
		if len(report.Groups) != len(want) || !slices.IsSortedFunc(report.Groups, func(a, b audit.Figures) int {
			return cmp.Or(cmp.Compare(a.State, b.State), cmp.Compare(a.Language, b.Language), cmp.Compare(a.Month, b.Month))
		}) {
			t.Errorf("by %+v there are %d groups, want %d in order", by, len(report.Groups), len(want))
		}
		compare := func(f audit.Figures, n *tally) {
			t.Helper()
			got := tally{requested: f.Requested, accepted: f.Accepted, exhausted: f.Exhausted, withdrawn: f.Withdrawn, offers: f.Offers,
				declined: f.Declined, expired: f.Expired, rescinded: f.Rescinded, offersWithdrawn: f.OffersWithdrawn}
			counts := *n
			counts.toAccept, counts.waited, counts.distance = nil, nil, nil
			if diff := gocmp.Diff(counts, got, gocmp.AllowUnexported(tally{})); diff != "" {
				t.Errorf("group %+v (-raw lines +measure):\n%s", f.Group, diff)
			}
			for name, s := range map[string]struct {
				spread audit.Spread
				list   []int64
			}{"to accept": {f.ToAccept, n.toAccept}, "waited": {f.Waited, n.waited}, "distance": {f.Distance, n.distance}} {
				for _, q := range []float64{0.5, 0.9, 0.99, 1} {
					for _, limit := range []int64{s.spread.Quantile(q), s.spread.Quantile(q) + 1, s.spread.Quantile(q) - 1} {
						upTo := 0
						for _, x := range s.list {
							if x <= limit {
								upTo++
							}
						}
						if got := s.spread.UpTo(limit); got != upTo {
							t.Errorf("group %+v: %d of %d %s are up to %d, want %d", f.Group, got, s.spread.Len(), name, limit, upTo)
						}
					}
					if got, want := s.spread.Quantile(q), middle(s.list, q); got != want || s.spread.Len() != len(s.list) {
						t.Errorf("group %+v: quantile %v of %d %s is %d, want %d of %d", f.Group, q, s.spread.Len(), name, got, want, len(s.list))
					}
				}
			}
		}
		compare(report.All, all)
		for _, f := range report.Groups {
			if n := want[f.Group]; n != nil {
				compare(f, n)
			} else {
				t.Errorf("group %+v is in no raw line", f.Group)
			}
		}
	}
}

// The Gini coefficient is half the mean difference of all pairs by the mean.
func TestFairness(t *testing.T) {
	offers := map[string]int{}
	joined := map[string]bool{}
	for _, l := range rawLines(t) {
		if l.Kind == "referral.offered.v1" {
			offers[l.Data["to"].(string)]++
		}
		if l.Kind == "agent.registered.v1" {
			joined[l.Data["npn"].(string)] = true
		}
	}
	counts := make([]int, 0, len(joined))
	for npn := range joined {
		counts = append(counts, offers[npn])
	}
	pairs := func(counts []int) float64 {
		differences, sum := 0.0, 0.0
		for _, a := range counts {
			sum += float64(a)
			for _, b := range counts {
				differences += math.Abs(float64(a - b))
			}
		}
		return differences / (2 * float64(len(counts)) * sum)
	}
	var asked []int
	for _, n := range counts {
		if n > 0 {
			asked = append(asked, n)
		}
	}
	slices.Sort(counts)
	tenth := counts[len(counts)-int(math.Ceil(float64(len(counts))/10)):]
	busiest, all := 0, 0
	for _, n := range tenth {
		busiest += n
	}
	for _, n := range counts {
		all += n
	}
	report, err := audit.Measure(each(recorded(t)), audit.Breakdown{})
	if err != nil {
		t.Fatal(err)
	}
	f := report.Fairness
	near := func(a, b float64) bool { return math.Abs(a-b) < 1e-12 }
	if f.Agents != len(joined) || f.Asked != len(offers) || f.Offers.Len() != len(joined) || f.Offers.Quantile(1) != int64(counts[len(counts)-1]) ||
		!near(f.Gini, pairs(counts)) || !near(f.GiniAsked, pairs(asked)) || !near(f.BusiestTenth, float64(busiest)/float64(all)) {
		t.Errorf("fairness is %+v, want %d agents, %d asked, most %d, Gini %v and %v, busiest tenth %v",
			f, len(joined), len(offers), counts[len(counts)-1], pairs(counts), pairs(asked), float64(busiest)/float64(all))
	}
	for i := range len(counts) + 1 {
		least := 0
		for _, n := range counts[:i] {
			least += n
		}
		for between, want := range map[float64]float64{0: float64(least), 0.25: float64(least) + 0.25*float64(append(counts, 0)[i])} {
			at := (float64(i) + between) / float64(len(counts))
			if got := f.Lorenz(at); at <= 1 && !near(got, want/float64(all)) {
				t.Errorf("Lorenz(%v) = %v, want %v", at, got, want/float64(all))
			}
		}
	}
	empty, err := audit.Measure(each(nil), audit.Breakdown{State: true})
	if err != nil || empty.Fairness.Offers.Len() != 0 || empty.Fairness.Gini != 0 || empty.Fairness.Lorenz(0.5) != 0.5 || empty.Groups != nil || empty.Areas != nil || empty.Stories != nil || empty.All.OffersEach() != 0 || empty.All.ToAccept.Duration(0.5) != 0 {
		t.Errorf("of an empty log there is %+v, %v, want nothing", empty, err)
	}
}

// Whoever might serve a language in a state is looked for among everybody.
func TestUnserved(t *testing.T) {
	records := recorded(t)
	wanted := map[audit.Unserved]int{}
	for _, r := range records {
		if _, e := eventOf(t, r); e.Kind() == (referral.Requested{}).Kind() {
			asked := e.(referral.Requested)
			wanted[audit.Unserved{State: asked.State, Language: asked.Languages[0].Key}]++
		}
	}
	end := records[len(records)-1]
	b := stateAt(t, records, end.Position)
	policy, _ := b.Policy()
	var want []audit.Unserved
	for u, n := range wanted {
		served := false
		for a := range b.Agents() {
			why := a.Verdict(agent.Need{State: u.State, Languages: []spoken.Key{u.Language}}, policy.Terms, end.Time)
			served = served || !slices.ContainsFunc(why, func(r agent.Reason) bool { return r.Code != agent.OffDuty })
		}
		if !served {
			u.Requested = n
			want = append(want, u)
		}
	}
	slices.SortFunc(want, func(a, b audit.Unserved) int {
		return cmp.Or(cmp.Compare(b.Requested, a.Requested), cmp.Compare(a.State, b.State), cmp.Compare(a.Language, b.Language))
	})
	report, err := audit.Measure(each(records), audit.Breakdown{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(want, report.Unserved); diff != "" || len(want) == 0 || len(want) == len(wanted) {
		t.Errorf("of %d wanted, unserved are (-everybody +measure):\n%s", len(wanted), diff)
	}
}

// Groups that are counted together are those that are counted so at once.
func TestLargerGroups(t *testing.T) {
	measured := func(by audit.Breakdown) audit.Report {
		r, err := audit.Measure(each(recorded(t)), by)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	spreads := gocmp.AllowUnexported(audit.Spread{})
	finest := measured(audit.Breakdown{State: true, Language: true, Month: true})
	for _, by := range []audit.Breakdown{{State: true}, {Language: true}, {Month: true}, {State: true, Month: true}, finest.Breakdown} {
		if diff := gocmp.Diff(measured(by).Groups, finest.By(by), spreads); diff != "" {
			t.Errorf("by %+v (-at once +together):\n%s", by, diff)
		}
	}
	if diff := gocmp.Diff([]audit.Figures{finest.All}, finest.By(audit.Breakdown{}), spreads); diff != "" {
		t.Errorf("all together (-all +together):\n%s", diff)
	}
	if got := measured(audit.Breakdown{State: true}).By(audit.Breakdown{Language: true}); got != nil {
		t.Errorf("a report by state has %d groups by language, want none", len(got))
	}
}

func TestParseBreakdown(t *testing.T) {
	for text, want := range map[string]audit.Breakdown{
		"": {}, "state": {State: true}, "month,state": {State: true, Month: true}, "state, language ,month": {State: true, Language: true, Month: true},
	} {
		if got, err := audit.ParseBreakdown(text); err != nil || got != want {
			t.Errorf("ParseBreakdown(%q) = %+v, %v, want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{"zip", "state,", ",", "state,year"} {
		if got, err := audit.ParseBreakdown(text); err == nil {
			t.Errorf("ParseBreakdown(%q) = %+v, want an error", text, got)
		}
	}
}
