package feed

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo"
)

const (
	listTop    = "npn,applicable_plan_year,individual_registration_completion_date,individual_registration_completion_end_date,npn_valid_current_plan_year_only,status\n"
	licenseTop = "npn,state,number,class,residency,status,effective,expiry,lines\n"
)

// The three templates are a desk that takes referrals.
func TestTemplates(t *testing.T) {
	d := desk{}
	p := imported(t, d, Roster.Template(), Registrations.Template(), Licenses.Template())
	if len(p.Notes) > 0 || p.Agents != 2 || len(p.Changes) != 2 {
		t.Errorf("the templates plan %d changes of %d agents, with notes %q", len(p.Changes), p.Agents, written(p.Notes))
	}
	at := time.Date(2026, time.November, 23, 17, 0, 0, 0, time.UTC)
	for npn, state := range map[agent.NPN]geo.State{9900000001: "FL", 9900000002: "TX"} {
		s, _ := d[npn].Standing(agent.Terms{CMS: "2026-07", HelpOnDemand: "2026-07"}, at)
		if !s.States.Has(state) || !s.OnDuty || len(s.Languages) != 2 || !s.Point.Known() {
			t.Errorf("agent %s of the templates stands as %+v", npn, s)
		}
	}
	if p := compare(t, d, read(t, "r", Roster.Template()), read(t, "g", Registrations.Template()), read(t, "l", Licenses.Template())); len(p.Changes)+len(p.Problems) > 0 {
		t.Errorf("a second import plans %v, problems %q", kinds(p), written(p.Problems))
	}
	if Kind(0).Template() != "" {
		t.Error("no kind has a template")
	}
}

// What a row says becomes the fold of its events, and what it does not say stays.
func TestRowsAndRecord(t *testing.T) {
	const top = "npn,name,email,phone,street,city,state,zip,lat,lng,languages,display,unticked,channels,cms_terms,help_on_demand_terms,reviewed,zone,hours\n"
	const ana = "77,Sample Heron,h@example.com,202-555-0101,1 Sample St,Tampa,FL,33602,27.95,-82.45,en es,2,GA,email,1,1,y,America/New_York,mon 09:00-17:00\n"
	steps := []struct {
		why, file string
		want      []string
	}{
		{"R22: whoever is unknown is registered by its name, and the review is last (S13)", top + ana, []string{
			"77 registered", "77 terms_accepted", "77 terms_accepted", "77 profile_updated", "77 languages_set", "77 channels_set", "77 hours_set",
			"77 display_chosen", "77 states_unticked", "77 profile_reviewed",
		}},
		{"R23: the same again is nothing", top + ana, nil},
		{"what is empty stays", top + "77,,,,,,,,,,,,,,,,,,\n", nil},
		{"what the file lacks stays", "npn,name\n77,Sample Heron\n", nil},
		{"one value", "npn,phone\n77,202-555-0102\n", []string{"77 profile_updated"}},
		{"R19: another version beside the first", "npn,cms_terms\n77,2\n", []string{"77 terms_accepted"}},
		{"the first is accepted still", "npn,cms_terms\n77,1\n", nil},
		{"none", "npn,email,phone,street,city,lat,lng,languages,unticked,channels,hours\n77,-,-,-,-,-,-,-,-,-,-\n",
			[]string{"77 profile_updated", "77 languages_set", "77 channels_set", "77 hours_set", "77 states_unticked"}},
		{"none is none still", "npn,email,phone,street,city,lat,lng,languages,unticked,channels,hours\n77,-,-,-,-,-,-,-,-,-,-\n", nil},
		{"S9: states before a narrower display", "npn,display,unticked\n77,1,WI TX\n", []string{"77 display_chosen", "77 states_unticked"}},
		{"R4: dormant states that are as on record are no change", "npn,display,unticked\n77,3,TX WI\n", []string{"77 display_chosen"}},
		{"hours without a zone take the one on record", "npn,hours\n77,sun 10:00-12:00; mon 09:00-17:00\n", []string{"77 hours_set"}},
		{"the order of the shifts is nothing", "npn,hours\n77,mon 09:00-17:00; sun 10:00-12:00\n", nil},
		{"a zone alone keeps the hours", "npn,zone\n77,America/Chicago\n", []string{"77 hours_set"}},
		{"N takes no review back", "npn,reviewed\n77,N\n", nil},
		{"N is no review", "npn,name,state,zip,cms_terms,help_on_demand_terms,reviewed\n78,Sample Owl,FL,33602,1,1,N\n",
			[]string{"78 registered", "78 terms_accepted", "78 terms_accepted", "78 profile_updated"}},
		{"another name, and an office elsewhere", "npn,name,state,zip\n77,Sample Egret,TX,77002\n", []string{"77 profile_updated"}},
	}
	d := desk{}
	for _, s := range steps {
		if diff := cmp.Diff(s.want, kinds(imported(t, d, s.file)), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", s.why, diff)
		}
	}
	a := d[77]
	if a.Name != "Sample Heron" || a.Profile.Name != "Sample Egret" || a.Profile.Email != "" || a.Profile.Point.Known() || !a.Profile.Resolved.Known() ||
		a.Unticked != geo.StatesOf("TX", "WI") || a.Hours.Zone != "America/Chicago" || len(a.Hours.Weekly) != 2 || len(a.Accepted) != 3 {
		t.Errorf("in the end the agent is %+v", a)
	}
}

// R31: a ZIP's point and a tag's key are as recorded until something is changed.
func TestR31_NewerTablesChangeNothing(t *testing.T) {
	d := desk{}
	imported(t, d, Roster.Template())
	a := d[9900000001]
	a.Profile.Resolved = geo.Point{}
	a.Languages[1].Key = "fr"
	d[a.NPN] = a
	if p := imported(t, d, Roster.Template()); len(p.Changes) > 0 {
		t.Errorf("R31: the same file plans %v", kinds(p))
	}
	imported(t, d, "npn,city\n9900000001,Ybor City\n")
	if !d[9900000001].Profile.Resolved.Known() {
		t.Error("R31: a profile that is recorded anew has the point of its ZIP")
	}
}

func day(y int, m time.Month, d, hour int) time.Time {
	return time.Date(y, m, d, hour, 0, 0, 0, time.UTC)
}

func TestRegistrations(t *testing.T) {
	d := desk{}
	imported(t, d, "npn,name,state,zip\n77,Sample Heron,HI,96813\n")
	steps := []struct {
		why, rows string
		want      []string
	}{
		{"S2: registered, and so trained", "77,2027,08/14/2026,10/31/2027,Y,\n", []string{"77 training_completed", "77 registration_completed"}},
		{"R23: the same again", "77,2027,8/14/2026,10/31/2027,Y,\n", nil},
		{"SHOP alone registers nobody", "77,2026,-,,-,\n", nil},
		{"several rows are one registration", "77,2027,09/01/2026,10/30/2027,-,\n77,2027,08/14/2026,10/29/2027,-,\n77,2027,08/20/2026,10/31/2027,-,\n", nil},
		{"a new day moves both", "77,2027,08/14/2026,11/30/2027,Y,\n", []string{"77 training_completed", "77 registration_completed"}},
		{"R20: T4 takes the agent out", "77,2027,08/14/2026,11/30/2027,Y,T4\n", []string{"77 terminated"}},
		{"R20: of an older plan year R4 counts no more", "77,2026,08/14/2025,10/31/2026,-,R4\n77,2027,08/14/2026,11/30/2027,Y,\n", []string{"77 training_completed", "77 registration_completed"}},
		{"R20: R4 gives it back", "77,2027,08/14/2026,11/30/2027,Y,r4\n", []string{"77 reinstated"}},
		{"R20: R3 gives back nothing that is not taken", "77,2027,08/14/2026,11/30/2027,Y,R3\n", nil},
	}
	for _, s := range steps {
		p := imported(t, d, listTop+s.rows)
		if diff := cmp.Diff(s.want, kinds(p), cmpopts.EquateEmpty()); diff != "" || len(p.Notes) > 0 {
			t.Errorf("%s: notes %q (-want +got):\n%s", s.why, written(p.Notes), diff)
		}
	}
	both := listTop + "77,2027,08/14/2026,11/30/2027,Y,R3\n77,2027,08/14/2026,11/30/2027,Y,T3\n"
	if p := imported(t, d, both); !slices.Equal(kinds(p), []string{"77 terminated"}) || len(p.Notes) != 1 {
		t.Errorf("R20: T3 and R3 in one plan year: %v, notes %q, want the termination and a note", kinds(p), written(p.Notes))
	}
	want := []agent.Completion{
		{PlanYear: 2026, From: day(2025, time.August, 14, 4), Until: day(2026, time.November, 1, 4)},
		{PlanYear: 2027, From: day(2026, time.August, 14, 4), Until: day(2027, time.December, 1, 5)},
	}
	if diff := cmp.Diff(want, d[77].Registration); diff != "" {
		t.Errorf("R35: days of the list are in Eastern Time, also for Hawaii (-want +got):\n%s", diff)
	}
	a := d[77]
	for _, e := range mustDecide(t, a, agent.CompleteTraining{PlanYear: 2027, From: day(2026, 7, 1, 4), Until: day(2027, 12, 1, 5)}) {
		d[77] = agent.Apply(a, e)
	}
	p := imported(t, d, listTop+"77,2027,08/14/2026,12/31/2027,Y,\n")
	if diff := cmp.Diff([]string{"77 registration_completed"}, kinds(p)); diff != "" {
		t.Errorf("S2: training with days of its own stays (-want +got):\n%s", diff)
	}
}

func mustDecide(t *testing.T, a agent.Agent, c agent.Command) []agent.Event {
	t.Helper()
	events, err := agent.Decide(a, c)
	if err != nil {
		t.Fatal(err)
	}
	return events
}

// What a public list cannot settle is said, and holds nothing up.
func TestNotes(t *testing.T) {
	d := desk{}
	imported(t, d, "npn,name\n77,Sample Heron\n")
	list := read(t, "list.csv", listTop+`77,2027,08/14/2026,10/31/2027,N,T2
77,2027,08/14/2026,10/31/2027,N,T3
77,2027,08/14/2026,10/31/2027,N,R3
78,2027,08/14/2026,10/31/2027,Y,
78,2026,13/14/2026,10/31/2026,-,
79,2027,08/14/2026,10/31/2027,Y,
my number is 12,2027,08/14/2026,10/31/2027,Y,
`)
	feed := read(t, "nipr.csv", "npn,state,number,residency,status,expiry,line,notes\n78,FL,W1,R,A,,Health,\n77,XX,,R,A,,Ltd Health,hm\n77,FL,W2,R,A,,Disability,\n")
	p := compare(t, d, list, feed)
	want := `list.csv:2: npn_valid_current_plan_year_only: agent 77 has no valid number or no active health line in NIPR, says the list; its licenses decide (R21): look at them
list.csv:2: status: agent 77: the list does not say in which state a nonresident license ended a part or gave it back (R20): record that by hand
list.csv:4: status: agent 77 is both terminated and reinstated in line 3 and here: the termination holds
list.csv: agents passed over who are neither on record nor in a roster: 2
list.csv: values passed over that cannot be read, about nobody on record or in a roster: 2
nipr.csv:1: not read: column 8
nipr.csv:3: the line of authority "Ltd Health" does not count as health here: name it in the options if it is
nipr.csv:4: the line of authority "Disability" does not count as health here: name it in the options if it is
nipr.csv: agents passed over who are neither on record nor in a roster: 1
`
	if diff := cmp.Diff(want, written(p.Notes)); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
	const problems = `nipr.csv:3: state: no US jurisdiction: give the two-letter postal code of a state, DC or a territory
nipr.csv:3: number: a license has a number: give the one the state issued (R21)
`
	if diff := cmp.Diff(problems, written(p.Problems)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestLicenses(t *testing.T) {
	d := desk{}
	imported(t, d, "npn,name\n77,Sample Heron\n")
	held := func(state geo.State, number string, expires time.Time, lines ...agent.Line) agent.License {
		return agent.License{State: state, Number: number, Residency: agent.Resident, Status: agent.Active, Effective: day(2022, 1, 1, 5), Expires: expires, Lines: lines}
	}
	health, life := agent.Line{Name: "Health", Health: true, Active: true}, agent.Line{Name: "Life", Active: false}
	issued := health
	issued.Issued = day(2023, 5, 1, 4)
	const byLine = "npn,state,number,residency,status,expiry,line,line_status,line_issued\n"
	steps := []struct {
		why, file string
		changes   int
		want      []agent.License
	}{
		{"R35: from the first day on, to the end of the last, in the state's zone", licenseTop + "77,FL,W1,Producer,R,Active,2022-01-01,12/31/2026,Health:active\n", 1,
			[]agent.License{held("FL", "W1", day(2027, 1, 1, 5), health)}},
		{"the first day, class and day of issue that a feed does not tell stay", byLine + "77,fl,W1,yes,a,20261231,Health,,\n", 0, nil},
		{"R21: perpetual", byLine + "77,Florida,W1,Resident,ACTIVE,Perpetual,Health,Active,05/01/2023\n", 1, []agent.License{held("FL", "W1", time.Time{}, issued)}},
		{"R21: perpetual in other words", byLine + "77,FL,W1,Y,Current,NULL,Health,Active,\n77,FL,W1,Y,Current,12/31/9999,Health,Active,\n", 0, nil},
		{"a row for each line, and some twice", byLine + "77,FL,W1,R,A,-,Health,A,\n77,FL,W1,R,A,,life,Expired,\n77,FL,W1,R,A,,life,Expired,\n", 1,
			[]agent.License{held("FL", "W1", time.Time{}, issued, agent.Line{Name: "life"})}},
		{"the order of the lines is nothing", byLine + "77,FL,W1,R,A,-,life,Expired,\n77,FL,W1,R,A,-,Health,A,\n", 0, nil},
		{"a class without a health line says nothing of the number", licenseTop + "77,FL,W1,Adjuster,R,Inactive,2010-01-01,12/31/2012,Claims\n77,FL,W1,Producer,R,Active,2022-01-01,-,Health:active:05/01/2023;Life:i\n", 1,
			[]agent.License{held("FL", "W1", time.Time{}, issued, life)}},
		{"nor does one that comes after", licenseTop + "77,FL,W1,Broker,R,Active,2022-01-01,-,Health:active:05/01/2023;Life:i\n77,FL,W1,Claims,R,Inactive,2010-01-01,12/31/2012,Claims\n", 0, nil},
		{"what an incomplete feed does not list stays", licenseTop + "77,FL,W2,,R,Active,2022-01-01,-,Health\n", 1,
			[]agent.License{held("FL", "W1", time.Time{}, issued, life), held("FL", "W2", time.Time{}, health)}},
	}
	var last []agent.License
	for _, s := range steps {
		p := imported(t, d, s.file)
		if s.want != nil {
			last = s.want
		}
		if diff := cmp.Diff(last, d[77].Licenses); diff != "" || len(kinds(p)) != s.changes {
			t.Errorf("%s: %d events, want %d (-want +got):\n%s", s.why, len(kinds(p)), s.changes, diff)
		}
	}

	imported(t, d, byLine+"77,TX,1,NR,A,-,Health,,\n77,GA,2,NR,A,-,Health,,03/01/2020\n")
	for state, want := range map[geo.State]time.Time{"TX": longAgo, "GA": day(2020, 3, 1, 5)} {
		for _, l := range d[77].Licenses {
			if l.State == state && !l.Effective.Equal(want) {
				t.Errorf("%s: a license without a first day begins %s, want %s", state, l.Effective, want)
			}
		}
	}

	turned := d[77].Licenses[0]
	turned.Lines = []agent.Line{{Name: "Life"}, {Name: "Health", Health: true, Active: true}}
	for _, e := range mustDecide(t, d[77], agent.RecordLicense{
		State: turned.State, Number: turned.Number, Residency: turned.Residency, Status: turned.Status, Effective: turned.Effective, Lines: turned.Lines,
	}) {
		d[77] = agent.Apply(d[77], e)
	}
	for _, rows := range []string{"77,FL,W1,R,A,-,Health,A,\n77,FL,W1,R,A,-,Life,I,\n", "77,FL,W1,R,A,-,Life,I,\n77,FL,W1,R,A,-,Health,A,\n"} {
		if p := imported(t, d, byLine+rows); len(p.Changes) > 0 {
			t.Errorf("lines in another order than on record plan %v", kinds(p))
		}
	}

	whole := read(t, "nipr.csv", licenseTop+"77,FL,W1,,R,Active,2022-01-01,-,Health;Life:i\n")
	if p := compare(t, d, whole); len(p.Changes) > 0 {
		t.Errorf("a feed that is not said to be complete plans %v", kinds(p))
	}
	whole, err := Read(strings.NewReader(licenseTop+"77,FL,W1,,R,Active,2022-01-01,-,Health;Life:i\n"), "nipr.csv", &Options{Complete: true})
	if err != nil {
		t.Fatal(err)
	}
	p := compare(t, d, whole)
	d.apply(t, p)
	if diff := cmp.Diff([]string{"77 license_removed", "77 license_removed", "77 license_removed"}, kinds(p)); diff != "" || len(d[77].Licenses) != 1 {
		t.Errorf("S12: a complete feed removes what it does not list (-want +got):\n%s", diff)
	}
	roster, err := Read(strings.NewReader(Roster.Template()), "r.csv", &Options{Complete: true})
	if err != nil || roster.Complete {
		t.Errorf("a roster is a complete license feed, %v", err)
	}
	empty, err := Read(strings.NewReader(licenseTop), "nipr.csv", &Options{Complete: true})
	if p := compare(t, d, empty); err != nil || len(p.Problems) != 1 {
		t.Errorf("a complete feed of nothing: problems %q, %v", written(p.Problems), err)
	}
}

// A host without files fills the rows itself.
func TestHostsOwnFeed(t *testing.T) {
	d := desk{}
	f := &Feed{
		Name:          "crm",
		Agents:        []Agent{{NPN: 77, Name: "Sample Heron", State: "FL", ZIP: "33602", Languages: []string{"en"}, Display: 1}, {NPN: 78}},
		Registrations: []Registration{{NPN: 77, PlanYear: 2027, From: day(2026, 8, 1, 4), Until: day(2027, 11, 1, 4)}},
		Licenses:      []License{{NPN: 77, License: agent.License{State: "FL", Number: "W1", Residency: agent.Resident, Status: "lapsed"}}},
	}
	p := compare(t, d, f)
	const want = `crm: name: agent 78 is not registered here yet: give its name (R22)
crm: number: license FL W1: status is neither "active" nor "inactive" (R21)
`
	if diff := cmp.Diff(want, strings.Join(sortedLines(written(p.Problems)), "")); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	f.Agents, f.Licenses[0].License.Status = f.Agents[:1], agent.Active
	p = compare(t, d, f)
	d.apply(t, p)
	want2 := []Count{
		{"agent.registered.v1", 1, 1}, {"agent.profile_updated.v1", 1, 1}, {"agent.training_completed.v1", 1, 1}, {"agent.registration_completed.v1", 1, 1},
		{"agent.license_recorded.v1", 1, 1}, {"agent.display_chosen.v1", 1, 1}, {"agent.languages_set.v1", 1, 1},
	}
	if diff := cmp.Diff(want2, p.Counts()); diff != "" {
		t.Errorf("Counts (-want +got):\n%s", diff)
	}
	if p := compare(t, d, f); len(p.Changes) > 0 {
		t.Errorf("again it plans %v", kinds(p))
	}
}

func TestCurrentsOwnError(t *testing.T) {
	broken := errors.New("the desk is closed")
	current := func(agent.NPN) (agent.Agent, error) { return agent.Agent{}, broken }
	for _, text := range []string{Roster.Template(), listTop + "77,2027,x,,,\n"} {
		if p, err := Compare(current, read(t, "f", text)); !errors.Is(err, broken) || p.Changes != nil || p.Agents != 0 {
			t.Errorf("Compare = %+v, %v, want the error of current", p, err)
		}
	}
}
