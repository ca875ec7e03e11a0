package printed

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/examples/logs"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/geo/zcta"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/audit"
)

// measured is the report of the recorded log.
func measured(t *testing.T) audit.Report {
	t.Helper()
	log, err := logs.FirstAfternoon()
	if err != nil {
		t.Fatal(err)
	}
	r, err := audit.Measure(log.Records(), audit.Breakdown{State: true, Language: true})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// numbers returns what an expression finds, as numbers.
func numbers(t *testing.T, expression, text string) (list [][]float64) {
	t.Helper()
	for _, m := range regexp.MustCompile(expression).FindAllStringSubmatch(text, -1) {
		var row []float64
		for _, s := range m[1:] {
			x, err := strconv.ParseFloat(s, 64)
			if err != nil {
				t.Fatal(err)
			}
			row = append(row, x)
		}
		list = append(list, row)
	}
	return list
}

func TestBarsAreAsLongAsTheirNumbers(t *testing.T) {
	groups := []audit.Figures{
		{Group: audit.Group{State: "TX"}, Requested: 8, Accepted: 4, Exhausted: 2, Withdrawn: 1},
		{Group: audit.Group{State: "FL"}, Requested: 10, Accepted: 10},
	}
	for range 20 {
		groups = append(groups, audit.Figures{Group: audit.Group{State: "GA"}, Requested: 3, Exhausted: 1})
	}
	bars := barsOf(groups, func(g audit.Group) string { return string(g.State) })
	if len(bars) != most || bars[0].name != "FL" || bars[1].name != "TX" || bars[most-1].name != "11 others" || bars[most-1].Requested != 33 || bars[most-1].Open() != 22 {
		t.Fatalf("the bars are %+v", bars)
	}
	svg := string(outcomeBars("x", "", bars[:2]).HTML())
	var got []string
	for _, m := range regexp.MustCompile(`<rect class="(\w+)" x="([\d.]+)%" y="([\d.]+)" width="([\d.]+)%"`).FindAllStringSubmatch(svg, -1) {
		got = append(got, strings.Join(m[1:], " "))
	}
	want := "accepted 0 20 100, accepted 0 70 50, exhausted 50 70 25, withdrawn 75 70 12.5, open 87.5 70 12.5"
	got = regexp.MustCompile(`stripe[^,]*, `).Split(strings.Join(got, ", "), -1)
	if strings.Join(got, "") != want {
		t.Errorf("the bars are %v, want %s", got, want)
	}
}

// Where the curve crosses a part, the time is that quantile.
func TestCurveGoesThroughItsQuantiles(t *testing.T) {
	s := measured(t).All.ToAccept
	c := scaleOf(s)
	if c.from > s.Duration(0) || c.to < s.Duration(1) {
		t.Errorf("the scale goes from %v to %v, the durations from %v to %v", c.from, c.to, s.Duration(0), s.Duration(1))
	}
	steps := numbers(t, `H([\d.]+)V([\d.]+)`, curvePath(s, c))
	for _, q := range []float64{0.1, 0.5, 0.9, 1} {
		x := 0.0
		for _, step := range steps { // the first that is as high
			if 1000*(1-step[1]/1000) >= 1000*q-0.1 {
				x = step[0]
				break
			}
		}
		if want := 10 * float64(c.at(s.Duration(q))); math.Abs(x-want) > 0.1 {
			t.Errorf("the curve has %v at %v, want at %v", q, x, want)
		}
	}
	for d, want := range map[time.Duration]percents{time.Second: 0, 10 * time.Second: 50, 100 * time.Second: 100} {
		if got := (scale{time.Second, 100 * time.Second}).at(d); math.Abs(float64(got-want)) > 1e-9 {
			t.Errorf("%v is at %v of a second to 100 seconds, want %v", d, got, want)
		}
	}
}

func TestLorenzGoesFromCornerToCorner(t *testing.T) {
	f := measured(t).Fairness
	points := numbers(t, `L(\d+) ([\d.]+)`, string(lorenz(f).HTML()))[:100]
	for i, p := range points {
		if want := 1000 * (1 - f.Lorenz(float64(i+1)/100)); p[0] != float64(10*(i+1)) || math.Abs(p[1]-want) > 0.06 {
			t.Errorf("point %d of the curve is %v, want %d, %v", i, p, 10*(i+1), want)
		}
	}
	if points[99][1] != 0 {
		t.Errorf("the curve ends at %v, want at the top", points[99])
	}
}

// The spherical example of J. P. Snyder, Map Projections: A Working Manual (1987), p. 291.
func TestAlbers(t *testing.T) {
	p, err := geo.MakePoint(35, -75)
	if err != nil {
		t.Fatal(err)
	}
	x, y := newAlbers(29.5, 45.5, 23, -96, 1, 0, 0).at(p)
	if math.Abs(x-0.2952720) > 1e-6 || math.Abs(y+0.2416774) > 1e-6 {
		t.Errorf("the point is at %v, %v, want 0.2952720, -0.2416774", x, y)
	}
}

// Every ZIP has its place on the map, and no part of the country lies on another.
func TestEverybodyIsOnTheMap(t *testing.T) {
	where, lost := pieces(), 0
	owner := map[spot]*piece{}
	for z, place := range zcta.All() {
		for s := range place.States.All() {
			at, ok := spotOf(where[s], place.Point)
			if !ok {
				lost++
				t.Logf("%s in %s at %v is not on the map", z, s, place.Point)
			} else if owner[at] != nil && owner[at] != where[s] {
				t.Errorf("%s in %s lies on %q", z, s, owner[at].name)
			} else {
				owner[at] = where[s]
			}
			break
		}
	}
	if lost > 0 {
		t.Errorf("%d ZIPs are not on the map", lost)
	}
	// American Samoa and the Aleutians are on the other side of the 180° meridian from Guam.
	west, err := geo.MakePoint(52, 177)
	if err != nil {
		t.Fatal(err)
	}
	if at, ok := spotOf(where["AK"], west); !ok || at.column > 20 {
		t.Errorf("Kiska is at %v, %v, want at the left edge of Alaska", at, ok)
	}
}

func TestPensGrowWithTheNumber(t *testing.T) {
	for _, greatest := range []int{1, 40, 5_000, 1_000_000} {
		last := 0
		for n := 1; n <= greatest; n = n*3/2 + 1 {
			size := pen(n, greatest)
			if size < last || size < 1 || size > sizes {
				t.Errorf("%d of %d has the pen %d after %d", n, greatest, size, last)
			}
			last = size
		}
		if size := pen(greatest, greatest); greatest >= 40 && size != sizes {
			t.Errorf("the greatest number, %d, has the pen %d, want %d", greatest, size, sizes)
		}
	}
}

func TestTimeline(t *testing.T) {
	begin := time.Date(2026, time.November, 2, 13, 50, 0, 0, time.UTC)
	at := func(minutes int) time.Time { return begin.Add(time.Duration(minutes) * time.Minute) }
	offer := func(n agent.NPN, from int) referral.Offer {
		return referral.Offer{To: n, At: at(from), Language: "es", Meters: 1500}
	}
	s := audit.Story{
		Referral: referral.Referral{
			Requested: begin, Status: referral.StatusAccepted, Offer: offer(9_900_000_003, 60),
			Past: []referral.PastOffer{
				{Offer: offer(9_900_000_001, 0), Ending: referral.EndedExpired, EndedAt: at(15)},
				{Offer: offer(9_900_000_002, 15), Ending: referral.EndedRescinded, EndedAt: at(20), Reasons: []agent.Reason{{Code: agent.NoLicense, State: "TX"}}},
			},
		},
		Waits: []audit.Wait{{From: at(20), To: at(60)}}, Ended: at(100),
	}
	steps := stepsOf(s, at(200))
	svg := string(timeline("x", s, steps, clock{}).HTML())
	got := numbers(t, `<rect class="(?:expired|rescinded|waited|accepted)" x="([\d.]+)%" y="[\d.]+" width="([\d.]+)%"`, svg)
	for i, want := range [][]float64{{0, 15}, {15, 5}, {20, 40}, {60, 40}} {
		if i >= len(got) || got[i][0] != want[0] || got[i][1] != want[1] {
			t.Errorf("the steps are at %v, want step %d at %v", got, i, want)
		}
	}
	for _, text := range []string{"Agent 9900000001", "expired, 15 min", "rescinded: the agent holds no license in TX (S14), 5 min", "waited, 40 min", ">14:00<", ">14:30<", ">15:00<", ">15:30<"} {
		if !strings.Contains(svg, text) {
			t.Errorf("the picture does not say %q", text)
		}
	}
	// In a zone whose hours do not begin with those of UTC, round is what its clocks show.
	half := clock{time.FixedZone("", 5*3600+45*60)}
	for _, tick := range round(begin, at(100), half) {
		if m := half.in(tick).Minute(); m != 0 && m != 30 {
			t.Errorf("%v is no round time in Kathmandu", half.in(tick))
		}
	}
	s.Referral.Status, s.Ended = referral.StatusOffered, time.Time{}
	if steps = stepsOf(s, at(200)); steps[3].class != "open" || !steps[3].to.Equal(at(200)) {
		t.Errorf("an open offer is %+v, want to the end of the log", steps[3])
	}
}
