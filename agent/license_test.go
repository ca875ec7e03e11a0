package agent_test

import (
	"testing"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/geo"
)

// R21: a half-open interval, plus status, plus an active health line issued by
// then; one valid license of several is enough.
func TestR21_ValidityOfALicense(t *testing.T) {
	life := agent.Line{Name: "Life", Active: true}
	lapsed := agent.Line{Name: "Health", Health: true}
	future := agent.Line{Name: "Health", Health: true, Active: true, Issued: noon}
	tests := []struct {
		why   string
		given []agent.RecordLicense
		at    time.Duration // from noon
		want  bool
	}{
		{"An active license with an active health line is valid.", []agent.RecordLicense{license("FL")}, 0, true},
		{"It is from its first nanosecond.", []agent.RecordLicense{changed(func(c *agent.RecordLicense) { c.Effective = noon })}, 0, true},
		{"It is not before.", []agent.RecordLicense{changed(func(c *agent.RecordLicense) { c.Effective = noon })}, -1, false},
		{"It is until the last nanosecond before it expires.", []agent.RecordLicense{changed(func(c *agent.RecordLicense) { c.Expires = noon })}, -1, true},
		{"It is not from there on.", []agent.RecordLicense{changed(func(c *agent.RecordLicense) { c.Expires = noon })}, 0, false},
		{"A perpetual one does not end.", []agent.RecordLicense{license("FL")}, 100 * 365 * day, true},
		{"An inactive one is not.", []agent.RecordLicense{changed(func(c *agent.RecordLicense) { c.Status = agent.Inactive })}, 0, false},
		{"One without a line is not.", []agent.RecordLicense{changed(func(c *agent.RecordLicense) { c.Lines = nil })}, 0, false},
		{"A life line is none.", []agent.RecordLicense{changed(func(c *agent.RecordLicense) { c.Lines = []agent.Line{life} })}, 0, false},
		{"A lapsed health line is none.", []agent.RecordLicense{changed(func(c *agent.RecordLicense) { c.Lines = []agent.Line{life, lapsed} })}, 0, false},
		{"One health line among others is enough.", []agent.RecordLicense{changed(func(c *agent.RecordLicense) { c.Lines = []agent.Line{life, lapsed, health} })}, 0, true},
		{"A line issued later is none yet.", []agent.RecordLicense{changed(func(c *agent.RecordLicense) { c.Lines = []agent.Line{future} })}, -1, false},
		{"It is one from its issue on.", []agent.RecordLicense{changed(func(c *agent.RecordLicense) { c.Lines = []agent.Line{future} })}, 0, true},
		{"Of two licenses in a state one that is valid is enough.", []agent.RecordLicense{
			license("FL"), changed(func(c *agent.RecordLicense) { c.Number, c.Status = "B2", agent.Inactive })}, 0, true},
		{"It may be the second.", []agent.RecordLicense{
			changed(func(c *agent.RecordLicense) { c.Expires = noon }), changed(func(c *agent.RecordLicense) { c.Number = "B2" })}, 0, true},
		{"The same number is the same license, as it was recorded last.", []agent.RecordLicense{
			license("FL"), changed(func(c *agent.RecordLicense) { c.Status = agent.Inactive })}, 0, false},
	}
	for _, test := range tests {
		a := fold(t, agent.Agent{}, ready...)
		a = fold(t, a, agent.RemoveLicense{State: "FL", Number: "A1"})
		for _, l := range test.given {
			a = fold(t, a, l)
		}
		a = fold(t, a, agent.CompleteTraining{PlanYear: 2028, From: noon.AddDate(-200, 0, 0), Until: noon.AddDate(200, 0, 0)},
			agent.CompleteRegistration{PlanYear: 2028, From: noon.AddDate(-200, 0, 0), Until: noon.AddDate(200, 0, 0)})
		if got := a.Verdict(florida, anyTerms, noon.Add(test.at)); (got == nil) != test.want {
			t.Errorf("%s\nVerdict at noon%+d = %v, want a valid license: %v", test.why, test.at, got, test.want)
		}
	}
}

// R21: registry files write a perpetual expiry as 2999 or 9999.
func TestR21_PerpetualExpiry(t *testing.T) {
	zone := time.FixedZone("", -5*60*60)
	tests := []struct {
		expires time.Time
		want    bool // perpetual
	}{
		{time.Time{}, true},
		{time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC), true},
		{time.Date(2999, 12, 31, 0, 0, 0, 0, time.UTC), true},
		{time.Date(9999, 12, 31, 23, 59, 59, 0, zone), true}, // already year 10000 in UTC
		{time.Date(2998, 12, 31, 23, 59, 59, 0, zone), true}, // already year 2999 in UTC
		{time.Date(2998, 12, 31, 0, 0, 0, 0, time.UTC), false},
		{time.Date(2027, 12, 31, 0, 0, 0, 0, time.UTC), false},
	}
	for _, test := range tests {
		events, err := agent.Decide(fold(t, agent.Agent{}, joined...), changed(func(c *agent.RecordLicense) { c.Expires = test.expires }))
		if err != nil || len(events) != 1 {
			t.Fatalf("RecordLicense expiring %v: %v, %v, want one event", test.expires, events, err)
		}
		if got := events[0].(agent.LicenseRecorded).Expires; got.IsZero() != test.want {
			t.Errorf("a license expiring %v is recorded with %v, want perpetual: %v", test.expires, got, test.want)
		}
		data, err := agent.Encode(events[0])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := agent.Decode(events[0].Kind(), data); err != nil {
			t.Errorf("a license expiring %v is recorded as %s, which reads as %v", test.expires, data, err)
		}
	}
}

// R5, R6: a wish outlives the license, and a new license is ticked.
func TestR5R6_LicensesComeAndGo(t *testing.T) {
	a := fold(t, agent.Agent{}, list(ready, license("TX"), agent.UntickStates{States: []geo.State{"TX"}})...)
	steps := []struct {
		why  string
		then agent.Command
		fl   bool
		tx   bool
		ga   bool
	}{
		{"R5: a license in Georgia is ticked though Texas is not.", license("GA"), true, false, true},
		{"R6: the license in Texas is lost.", agent.RemoveLicense{State: "TX", Number: "A1"}, true, false, true},
		{"R6: and regained: Texas is still unticked.", license("TX"), true, false, true},
		{"S11: ticked again, it is in.", agent.UntickStates{}, true, true, true},
	}
	for _, step := range steps {
		a = fold(t, a, step.then)
		for _, in := range []struct {
			state geo.State
			want  bool
		}{{"FL", step.fl}, {"TX", step.tx}, {"GA", step.ga}} {
			if got := a.Verdict(agent.Need{State: in.state, Languages: []spoken.Key{"en"}}, anyTerms, noon); (got == nil) != in.want {
				t.Errorf("%s\nVerdict in %s = %v, want in line: %v", step.why, in.state, got, in.want)
			}
		}
	}
}

// What is recorded is not changed by whoever gave the command, nor the command by
// what is recorded.
func TestRecordedLinesAreOwned(t *testing.T) {
	for _, name := range []string{"Health", " Health "} {
		c := license("TX")
		c.Lines = []agent.Line{{Name: name, Health: true, Active: true}}
		events, err := agent.Decide(fold(t, agent.Agent{}, joined...), c)
		if err != nil || c.Lines[0].Name != name {
			t.Fatalf("RecordLicense: %v, and its line is now %q, want %q", err, c.Lines[0].Name, name)
		}
		c.Lines[0].Name = "Life"
		if got := events[0].(agent.LicenseRecorded).Lines[0].Name; got != "Health" {
			t.Errorf("the recorded line is %q after the command changed, want Health", got)
		}
	}
}
