package referral_test

import (
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
)

// eligible returns an agent with nothing against it in Florida, at a point and
// with languages of its own.
func eligible(n agent.NPN, at geo.Point, tags ...string) (a agent.Agent) {
	year := noon.AddDate(0, -2, 0)
	languages, _ := spoken.ParseAll(tags)
	for _, e := range []agent.Event{
		agent.Registered{NPN: n, Name: "Ana"},
		agent.ProfileUpdated{Name: "Ana", Email: "ana@example.com", State: "FL", ZIP: "33602", Resolved: at},
		agent.TrainingCompleted{PlanYear: 2027, From: year, Until: year.AddDate(1, 0, 0)},
		agent.RegistrationCompleted{PlanYear: 2027, From: year, Until: year.AddDate(1, 0, 0)},
		agent.TermsAccepted{Document: agent.CMS, Version: "1"}, agent.TermsAccepted{Document: agent.HelpOnDemand, Version: "1"},
		agent.LicenseRecorded{State: "FL", Number: "A", Residency: agent.Resident, Status: agent.Active, Effective: year,
			Lines: []agent.Line{{Name: "Health", Health: true, Active: true}}},
		agent.DisplayChosen{Choice: 1}, agent.LanguagesSet{Languages: languages}, agent.ProfileReviewed{},
	} {
		a = agent.Apply(a, e)
	}
	return a
}

// candidate is an agent and its load.
type candidate struct {
	agent agent.Agent
	load  referral.Load
}

func all(cs ...candidate) iter.Seq2[agent.Agent, referral.Load] {
	return func(yield func(agent.Agent, referral.Load) bool) {
		for _, c := range cs {
			if !yield(c.agent, c.load) {
				return
			}
		}
	}
}

// S15: the nearest first; R12: then whose last offer is longest ago, then the
// lower NPN; R15: who has no position comes last, in the same order.
func TestR12_LineOrder(t *testing.T) {
	cs := []candidate{
		{eligible(90, tampa, "es"), referral.Load{LastOffer: 3}},
		{eligible(9, tampa, "es"), referral.Load{LastOffer: 3}},
		{eligible(100, tampa, "es"), referral.Load{}},
		{eligible(80, tampa, "es"), referral.Load{LastOffer: 2}},
		{eligible(2, miami, "es"), referral.Load{}},
		{eligible(5, geo.Point{}, "es"), referral.Load{LastOffer: 1}},
		{eligible(6, geo.Point{}, "es"), referral.Load{}},
		{eligible(1, tampa, "en"), referral.Load{}},
	}
	want := []agent.NPN{100, 80, 9, 90, 2, 6, 5}
	r := after(requested)
	for range len(cs) { // whatever the order in which they are looked at
		cs = append(cs[1:], cs[0])
		var got []agent.NPN
		for _, p := range referral.Line(r, all(cs...), referral.DefaultPolicy(), noon) {
			got = append(got, p.Agent)
			if (p.Chord == geo.Unreachable) != (p.Agent == 5 || p.Agent == 6) || p.Language != "es" {
				t.Errorf("R15: the place of agent %s is %+v", p.Agent, p)
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("Line = %v, want %v", got, want)
		}
	}
}

// R13: any of the consumer's languages qualifies, distance decides among the
// qualified, and the offer names the consumer's earlier one.
func TestR13_DistanceBeforePreference(t *testing.T) {
	e := requested
	e.Languages = []spoken.Language{{Tag: "ht", Key: "ht"}, {Tag: "es", Key: "es"}}
	line := referral.Line(after(e), all(
		candidate{eligible(1, miami, "ht"), referral.Load{}},
		candidate{eligible(2, tampa, "es"), referral.Load{}},
		candidate{eligible(3, tampa, "es", "ht"), referral.Load{LastOffer: 1}},
	), referral.DefaultPolicy(), noon)
	var got []string
	for _, p := range line {
		got = append(got, p.Agent.String()+" "+string(p.Language))
	}
	if want := []string{"2 es", "3 ht", "1 ht"}; !slices.Equal(got, want) {
		t.Errorf("Line = %q, want %q", got, want)
	}
}

// R15: the consumer's point, or else the ZIP's centroid, to the agent's office
// point, or else its ZIP's centroid.
func TestR15_PointBeforeCentroid(t *testing.T) {
	with := func(given, resolved geo.Point) (referral.Referral, agent.Agent) {
		e, p := requested, agent.ProfileUpdated{Name: "Ana", State: "FL", ZIP: "33602", Point: given, Resolved: resolved}
		e.Point, e.Resolved = given, resolved
		return after(e), agent.Apply(eligible(1, geo.Point{}, "es"), p)
	}
	home := after(requested)
	for _, test := range []struct{ given, resolved, want geo.Point }{
		{miami, tampa, miami}, {geo.Point{}, miami, miami}, {miami, geo.Point{}, miami}, {geo.Point{}, geo.Point{}, geo.Point{}},
	} {
		r, a := with(test.given, test.resolved)
		if r.Position() != test.want || a.Profile.Position() != test.want {
			t.Errorf("given %s, resolved %s: the consumer is at %s, the agent at %s, want %s", test.given, test.resolved, r.Position(), a.Profile.Position(), test.want)
		}
		if got, want := referral.PlaceOf(home, a, referral.Load{}).Chord, geo.ChordBetween(tampa, test.want); got != want {
			t.Errorf("given %s, resolved %s: the agent is at chord %d, want %d", test.given, test.resolved, got, want)
		}
	}
}

// B2: what the referral and the policy add to an agent's own reasons.
func TestVerdict(t *testing.T) {
	near := geo.ChordBetween(tampa, miami).Meters()
	asked := []referral.Event{requested, offered(1, 0)}
	policy := func(change func(*referral.Policy)) referral.Policy {
		p := referral.DefaultPolicy()
		change(&p)
		return p
	}
	tests := []struct {
		why   string
		given []referral.Event
		agent agent.Agent
		load  referral.Load
		p     referral.Policy
		want  []agent.Reason
	}{
		{"S14: nothing is against one who speaks Spanish and is licensed in Florida.", asked[:1], eligible(1, miami, "es"), referral.Load{}, referral.DefaultPolicy(), nil},
		{"R11: who holds the offer was asked.", asked, eligible(1, miami, "es"), referral.Load{Open: 1}, referral.DefaultPolicy(), []agent.Reason{{Code: agent.AlreadyAsked}}},
		{"R11: who declined was.", list(asked, referral.Declined{By: 1, At: noon}), eligible(1, miami, "es"), referral.Load{}, referral.DefaultPolicy(), []agent.Reason{{Code: agent.AlreadyAsked}}},
		{"R11: who let it expire was.", list(asked, referral.Expired{From: 1, At: noon}), eligible(1, miami, "es"), referral.Load{}, referral.DefaultPolicy(), []agent.Reason{{Code: agent.AlreadyAsked}}},
		{"R11: whose offer was rescinded was, though eligible again.", list(asked, referral.Rescinded{From: 1, Reasons: lost, At: noon}), eligible(1, miami, "es"), referral.Load{}, referral.DefaultPolicy(), []agent.Reason{{Code: agent.AlreadyAsked}}},
		{"R11: another was not.", list(asked, referral.Declined{By: 1, At: noon}), eligible(2, miami, "es"), referral.Load{}, referral.DefaultPolicy(), nil},
		{"R17: by default one may hold any number of offers.", asked[:1], eligible(1, miami, "es"), referral.Load{Open: 1000}, referral.DefaultPolicy(), nil},
		{"R17: a limit of two lets a second come.", asked[:1], eligible(1, miami, "es"), referral.Load{Open: 1}, policy(func(p *referral.Policy) { p.MaxOpenOffers = 2 }), nil},
		{"R17: and no third.", asked[:1], eligible(1, miami, "es"), referral.Load{Open: 2}, policy(func(p *referral.Policy) { p.MaxOpenOffers = 2 }), []agent.Reason{{Code: agent.AtLimit}}},
		{"R33: on the radius is within it.", asked[:1], eligible(1, miami, "es"), referral.Load{}, policy(func(p *referral.Policy) { p.Radius = near + 1 }), nil},
		{"R33: beyond it is out.", asked[:1], eligible(1, miami, "es"), referral.Load{}, policy(func(p *referral.Policy) { p.Radius = near - 1 }), []agent.Reason{{Code: agent.BeyondRadius}}},
		{"R33: without a position too.", asked[:1], eligible(1, geo.Point{}, "es"), referral.Load{}, policy(func(p *referral.Policy) { p.Radius = near }), []agent.Reason{{Code: agent.NoPosition}}},
		{"R33: with no radius that is no reason.", asked[:1], eligible(1, geo.Point{}, "es"), referral.Load{}, referral.DefaultPolicy(), nil},
		{"R19: the policy's terms are required.", asked[:1], eligible(1, miami, "es"), referral.Load{}, policy(func(p *referral.Policy) { p.Terms.HelpOnDemand = "2" }), []agent.Reason{{Code: agent.TermsHelpOnDemand}}},
		{"B2: every reason is listed, in order.", asked, eligible(1, miami, "en"), referral.Load{Open: 1},
			policy(func(p *referral.Policy) { p.MaxOpenOffers, p.Radius, p.Terms.CMS = 1, 1, "2" }),
			[]agent.Reason{{Code: agent.TermsCMS}, {Code: agent.OtherLanguages}, {Code: agent.AlreadyAsked}, {Code: agent.BeyondRadius}, {Code: agent.AtLimit}}},
	}
	for _, test := range tests {
		got := referral.Verdict(after(test.given...), test.agent, test.load, test.p, noon)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s\nVerdict (-want +got):\n%s", test.why, diff)
		}
		line := referral.Line(after(test.given...), all(candidate{test.agent, test.load}), test.p, noon)
		if (len(line) == 1) != (test.want == nil) {
			t.Errorf("%s\nLine = %v, want it to agree with the verdict", test.why, line)
		}
	}
}

// R2: the line is computed afresh: at another instant it is another.
func TestR2_LineIsComputedAfresh(t *testing.T) {
	r, a := after(requested), eligible(1, tampa, "es")
	for _, test := range []struct {
		at   time.Time
		want int
	}{{noon, 1}, {noon.AddDate(0, 10, 0).Add(-1), 1}, {noon.AddDate(0, 10, 0), 0}, {noon.AddDate(0, -2, 0).Add(-1), 0}} {
		if got := referral.Line(r, all(candidate{a, referral.Load{}}), referral.DefaultPolicy(), test.at); len(got) != test.want {
			t.Errorf("Line at %s = %v, want %d in it", test.at, got, test.want)
		}
	}
}
