package agent_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/geo/zone"
)

// checkShort holds that an error's text is short and repeats at most 64
// characters of each input in a row.
func checkShort(t *testing.T, err error, inputs ...string) {
	t.Helper()
	text := err.Error()
	if len(text) > 3000 {
		t.Fatalf("the error of %q has %d bytes: %s", inputs, len(text), text)
	}
	text = strings.ReplaceAll(text, `\\`, `\`) // as quoting doubles them
	for _, input := range inputs {
		for r := []rune(input); len(r) > 64; r = r[1:] {
			if strings.Contains(text, string(r[:65])) {
				t.Fatalf("the error of %q repeats too much of it: %s", input, text)
			}
		}
	}
}

// checkEvent holds that an event is written and read again as the same event,
// and returns what is written.
func checkEvent(t *testing.T, e agent.Event) []byte {
	t.Helper()
	data, err := agent.Encode(e)
	if err != nil {
		t.Fatalf("%+v cannot be written: %v", e, err)
	}
	again, err := agent.Decode(e.Kind(), data)
	if err != nil || !reflect.DeepEqual(again, e) {
		t.Fatalf("%+v is written as %s, which reads as %+v, %v", e, data, again, err)
	}
	return data
}

// decided returns the agent after a command that may be refused, and whether it
// was not. What Decide makes reads as it was written, and the command repeated
// makes nothing more (R23).
func decided(t *testing.T, a agent.Agent, c agent.Command, inputs ...string) (agent.Agent, bool) {
	t.Helper()
	events, err := agent.Decide(a, c)
	if err != nil {
		if _, ok := errors.AsType[*agent.Rejection](err); !ok || len(events) > 0 {
			t.Fatalf("Decide(%+v) = %v, %v", c, events, err)
		}
		checkShort(t, err, inputs...)
		return a, false
	}
	for _, e := range events {
		checkEvent(t, e)
		a = agent.Apply(a, e)
	}
	if again, err := agent.Decide(a, c); len(again) > 0 || err != nil {
		t.Fatalf("Decide(%+v) = %+v, and repeated %+v, %v", c, events, again, err)
	}
	return a, true
}

// checkStanding holds that an agent's standing agrees with its verdict (B2), and
// lasts until the instant it names.
func checkStanding(t *testing.T, a agent.Agent, at time.Time) {
	t.Helper()
	s, until := a.Standing(anyTerms, at)
	for _, state := range []geo.State{"FL", "TX"} {
		_, speaks := a.Speaks(s.Languages)
		want := s.OnDuty && s.States.Has(state) && speaks
		if why := a.Verdict(agent.Need{State: state, Languages: s.Languages}, anyTerms, at); (why == nil) != want {
			t.Fatalf("the verdict in %s at %s is %v, and the standing %+v, of %+v", state, at, why, s, a)
		}
	}
	if until.IsZero() {
		until = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
		if !until.After(at) {
			return
		}
	}
	if !until.After(at) {
		t.Fatalf("the standing at %s lasts until %s, of %+v", at, until, a)
	}
	for _, later := range []time.Time{at.Add(1), at.Add(until.Sub(at) / 3), at.Add(until.Sub(at) / 2), until.Add(-1)} {
		if last, _ := a.Standing(anyTerms, later); later.Before(until) && !last.Equal(s) {
			t.Fatalf("the standing at %s is %+v until %s, but at %s it is %+v, of %+v", at, s, until, later, last, a)
		}
	}
}

// instantOf returns any instant of the years 1 to 9999.
func instantOf(second int64, nano uint32) time.Time {
	const first, years = -62_135_596_800, 315_537_897_600
	return time.Unix(first+int64(uint64(second-first)%years), int64(nano%1e9)).UTC()
}

// FuzzDecode reads anything: nothing panics, and what is read is written and
// read again as the same event, and folds into an agent that can be judged.
func FuzzDecode(f *testing.F) {
	for _, kind := range agent.Kinds() {
		file, err := os.ReadFile(golden(kind))
		if err != nil {
			f.Fatal(err)
		}
		for line := range bytes.Lines(file) {
			f.Add(kind, bytes.TrimSpace(line))
		}
	}
	nines, letters := strings.Repeat("9", 100), strings.Repeat("a", 100)
	f.Add(letters, []byte(`{}`))
	f.Add("agent.profile_reviewed.v1", []byte(`{"`+letters+`":1}`))
	f.Add("agent.display_chosen.v1", []byte(`{"choice":`+nines+`}`))
	f.Add("agent.absence_cleared.v1", []byte(`{"from":"`+letters+`"}`))
	f.Add("agent.license_removed.v1", []byte(`{"state":"`+letters+`","number":"1"}`))
	f.Add("agent.hours_set.v1", []byte(`{"zone":"`+letters+`","weekly":[]}`))
	f.Add("agent.languages_set.v1", []byte(`{"languages":[{"tag":"`+letters+`","key":"`+letters+`"}]}`))
	f.Fuzz(func(t *testing.T, kind string, data []byte) {
		if slices.Contains(agent.Kinds(), kind) {
			checkForms(t, kind, data)
		}
		e, err := agent.Decode(kind, data)
		if err != nil {
			if e != nil {
				t.Fatalf("%s %s reads as %+v and %v", kind, data, e, err)
			}
			checkShort(t, err, kind, string(data))
			return
		}
		if e.Kind() != kind {
			t.Fatalf("%s %s reads as %s", kind, data, e.Kind())
		}
		checkEvent(t, e)
		a := agent.Apply(fold(t, agent.Agent{}, ready...), e)
		checkStanding(t, a, noon)
		a.StateChoices(noon)
		a.Card("FL", noon)
	})
}

var npnForm = regexp.MustCompile(`^[1-9][0-9]{0,9}$`)

// FuzzParseNPN holds that NPNs are the texts of the one form, each its own.
func FuzzParseNPN(f *testing.F) {
	for _, s := range []string{"17", "9999999999", "10000000000", "017", "+17", "1_7", "0", "", "१७", strings.Repeat("1", 70)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := agent.ParseNPN(s)
		if want := npnForm.MatchString(s); (err == nil) != want || n.Valid() != want {
			t.Fatalf("ParseNPN(%q) = %d, %v, want it read: %v", s, n, err, want)
		}
		if err != nil {
			checkShort(t, err, s)
			return
		}
		data, err := json.Marshal(n)
		var again agent.NPN
		if err != nil || string(data) != `"`+s+`"` || n.String() != s || json.Unmarshal(data, &again) != nil || again != n {
			t.Fatalf("ParseNPN(%q) = %d, written as %s, %v, which reads as %d", s, n, data, err, again)
		}
	})
}

// always are the commands after which nothing but a license is missing, at any
// instant.
var always = list(joined,
	agent.CompleteTraining{PlanYear: 2027, From: time.Time{}.Add(1), Until: time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC)},
	agent.CompleteRegistration{PlanYear: 2027, From: time.Time{}.Add(1), Until: time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC)},
	agent.ChooseDisplay{Choice: 1}, agent.SetLanguages{Languages: []string{"es"}},
)

// FuzzLicense records any license: what is recorded is read again as it was, its
// validity is that of R21 at any instant, and verdict and standing follow it.
func FuzzLicense(f *testing.F) {
	at := noon.Unix()
	f.Add("FL", "A1", "resident", "active", at, at+1000, "Health", uint8(3), at, at+500, uint32(1))
	f.Add("florida", " A1 ", "nonresident", "inactive", at, int64(32472144000), "Life", uint8(1), int64(-62135596800), at, uint32(0))
	f.Add("TX", "", "", "", int64(0), int64(-1), "\x00", uint8(6), int64(0), int64(1), uint32(999_999_999))
	f.Add("TX", strings.Repeat("n", 200), "resident", "active", at, at, strings.Repeat("l", 201), uint8(7), at+7, at+8, uint32(5))
	f.Add("TX", strings.Repeat("n", 200), "resident", "active", at, at+9, strings.Repeat("l", 200), uint8(7), int64(1)<<60, at+8, uint32(5))
	a := fold(f, agent.Agent{}, always...)
	f.Fuzz(func(t *testing.T, state, number, residency, status string, effective, expires int64, name string, flags uint8, issued, second int64, nano uint32) {
		c := agent.RecordLicense{
			State: geo.State(state), Number: number, Residency: agent.Residency(residency), Status: agent.LicenseStatus(status),
			Effective: time.Unix(effective, int64(nano>>8)), Expires: time.Unix(expires, int64(nano>>4)),
			Lines: []agent.Line{{Name: "Life", Active: true}, {Name: name, Health: flags&1 > 0, Active: flags&2 > 0, Issued: time.Unix(issued, 0)}},
		}
		if flags&4 > 0 {
			c.Lines[1].Issued = time.Time{}
		}
		if flags&8 > 0 {
			c.Expires = time.Time{}
		}
		a, ok := decided(t, a, c, state, number, residency, status, name)
		if !ok {
			return
		}
		l, line := a.Licenses[0], a.Licenses[0].Lines[1]
		ends := !c.Expires.IsZero() && c.Expires.UTC().Year() < 2999 // R21: else it is perpetual
		if !l.Effective.Equal(c.Effective) || !line.Issued.Equal(c.Lines[1].Issued) || l.Expires.IsZero() == ends || ends && !l.Expires.Equal(c.Expires) {
			t.Fatalf("%+v is recorded as %+v", c, l)
		}
		for _, at := range []time.Time{instantOf(second, nano), l.Effective, l.Effective.Add(-1), l.Expires, l.Expires.Add(-1), line.Issued, line.Issued.Add(-1)} {
			if at.Year() < 1 {
				continue
			}
			want := c.Status == agent.Active && !at.Before(c.Effective) && (!ends || at.Before(c.Expires)) &&
				line.Health && line.Active && !at.Before(c.Lines[1].Issued)
			if got := l.Valid(at); got != want {
				t.Fatalf("%+v is valid at %s: %v, want %v", l, at, got, want)
			}
			// The first and the last instant of all are outside the training.
			if at.After(time.Time{}) && at.Before(a.Training[0].Until) {
				why := a.Verdict(agent.Need{State: l.State, Languages: []spoken.Key{"es"}}, anyTerms, at)
				if s, _ := a.Standing(anyTerms, at); (why == nil) != want || s.States.Has(l.State) != want {
					t.Fatalf("%+v is valid at %s: %v, but the verdict is %v, and the standing %+v", l, at, want, why, s)
				}
			}
			checkStanding(t, a, at)
		}
	})
}

// FuzzDuty sets any hours, override and absence, and looks at any instant: what
// is recorded is read again, the standing lasts as long as it says, and away
// from a change of the clocks duty is what the wall clock says (B1).
func FuzzDuty(f *testing.F) {
	names := slices.Collect(zone.Names())
	f.Add(uint8(slices.Index(names, "America/New_York")), []byte{1, 2, 28, 4, 96}, uint8(0), int64(0), int64(0), noon.Unix(), uint32(0))
	f.Add(uint8(slices.Index(names, "America/New_York")), []byte{0, 0, 100, 0, 170, 6, 5, 90, 0, 10}, uint8(0), noon.Unix(), int64(3600), int64(1805007600), uint32(1))
	f.Add(uint8(slices.Index(names, "Pacific/Guam")), []byte{6, 5, 160, 5, 160}, uint8(1), int64(0), int64(-1), int64(-3000000000), uint32(0))
	f.Add(uint8(0), []byte{}, uint8(2), int64(0), int64(-1), int64(1), uint32(0))
	f.Add(uint8(3), bytes.Repeat([]byte{1, 2, 3, 4, 5}, 71), uint8(3), int64(0), int64(1), int64(253402300799), uint32(999_999_999))
	a := fold(f, agent.Agent{}, list(always, license("FL"))...)
	f.Fuzz(func(t *testing.T, inZone uint8, shifts []byte, override uint8, from, lasts, second int64, nano uint32) {
		hours := agent.SetHours{Zone: names[int(inZone)%len(names)]}
		for s := range slices.Chunk(shifts, 5) {
			if len(s) == 5 {
				hours.Weekly = append(hours.Weekly, agent.Shift{
					Day:  agent.Day(s[0] % 8),
					From: agent.Minute(int(s[1])<<8+int(s[2])) % 1442,
					To:   agent.Minute(int(s[3])<<8+int(s[4])) % 1442,
				})
			}
		}
		away := agent.SetAbsence{From: instantOf(from, 0), Until: instantOf(from, 0).Add(time.Duration(lasts))}
		a, worked := decided(t, a, hours)
		a, absent := decided(t, a, away)
		a, _ = decided(t, a, agent.SetOverride{Override: []agent.Override{agent.OverrideAuto, agent.OverrideOn, agent.OverrideOff, "x"}[override%4]})
		at := instantOf(second, nano)
		if at.Year() < 2 || at.Year() > 9998 {
			return // whole weeks around the instant lie in the years of a log
		}
		checkStanding(t, a, at)
		s, _ := a.Standing(anyTerms, at)
		loc, err := zone.Load(hours.Zone)
		if err != nil {
			t.Fatal(err)
		}
		_, before := at.Add(-72 * time.Hour).In(loc).Zone()
		_, now := at.In(loc).Zone()
		_, after := at.Add(72 * time.Hour).In(loc).Zone()
		if before != now || after != now {
			return
		}
		local := at.In(loc)
		minute := int(local.Weekday())*1440 + local.Hour()*60 + local.Minute()
		on := !worked || len(hours.Weekly) == 0
		for _, w := range hours.Weekly {
			begin, end := int(w.Day)*1440+int(w.From), int(w.Day)*1440+int(w.To)
			if end <= begin {
				end += 1440
			}
			on = on || worked && (begin <= minute && minute < end || begin <= minute+7*1440 && minute+7*1440 < end)
		}
		on = on && !(absent && !at.Before(away.From) && at.Before(away.Until))
		switch a.Override {
		case agent.OverrideOn:
			on = true
		case agent.OverrideOff:
			on = false
		}
		if s.OnDuty != on {
			t.Fatalf("at %s, %s of %s, on duty: %v, want %v; hours %+v, absence %+v, override %q", at, local, hours.Zone, s.OnDuty, on, hours.Weekly, away, a.Override)
		}
	})
}

// FuzzDecide gives every command any text, number and instant: what Decide
// makes is read again as it was made, a repeated command makes nothing (R23),
// and a refusal is short.
func FuzzDecide(f *testing.F) {
	for i := range uint8(18) {
		f.Add(i, uint8(2), "FL", "33602", "ana@example.com", int64(i%4)+1, noon.Unix(), int64(3600), uint32(7))
	}
	f.Add(uint8(1), uint8(2), strings.Repeat("s", 99), strings.Repeat("z", 99), strings.Repeat("e", 201), int64(0), int64(0), int64(0), uint32(0))
	f.Add(uint8(5), uint8(2), "cms", "2026\u2028", "<&>", int64(0), int64(0), int64(0), uint32(0))
	f.Add(uint8(10), uint8(1), "es-MX", "en_us", "zh-yue", int64(0), int64(0), int64(0), uint32(0))
	f.Add(uint8(10), uint8(2), strings.Repeat("x", 99), "chinese", "sgn", int64(0), int64(0), int64(0), uint32(0))
	f.Add(uint8(16), uint8(2), "nonresident_license", "FL", "", int64(0), int64(0), int64(0), uint32(0))
	f.Add(uint8(16), uint8(2), "fraud", "", "", int64(0), int64(0), int64(0), uint32(0))
	f.Add(uint8(11), uint8(2), "text", "email", "", int64(0), int64(0), int64(0), uint32(0))
	f.Add(uint8(13), uint8(2), "off", "", "", int64(0), int64(0), int64(0), uint32(0))
	f.Add(uint8(12), uint8(2), "America/New_York", "", "", int64(540)<<16+1020, int64(0), int64(0), uint32(0))
	f.Add(uint8(2), uint8(2), "", "", "", int64(2027), int64(253402300799), int64(1), uint32(0))
	starts := []agent.Agent{{}, fold(f, agent.Agent{}, joined[0]), fold(f, agent.Agent{}, ready...), fold(f, agent.Agent{}, ready[:6]...)}
	f.Fuzz(func(t *testing.T, which, start uint8, s1, s2, s3 string, n, second, lasts int64, nano uint32) {
		from := time.Unix(second, int64(nano))
		until := from.Add(time.Duration(lasts))
		p, _ := geo.PointE7(int32(n), int32(n>>32))
		a := starts[int(start)%len(starts)]
		c := []agent.Command{
			agent.Register{NPN: agent.NPN(n), Name: s1},
			agent.UpdateProfile{Name: s3, Email: s3, Phone: s3, Street: s3, City: s3, State: geo.State(s1), ZIP: geo.ZIP(s2), Point: p, Resolved: p},
			agent.CompleteTraining{PlanYear: int(n), From: from, Until: until},
			agent.CompleteRegistration{PlanYear: int(n), From: from, Until: until},
			agent.ReviewProfile{},
			agent.AcceptTerms{Document: agent.Document(s1), Version: s2},
			agent.RecordLicense{State: geo.State(s1), Number: s2, Residency: agent.Resident, Status: agent.Active, Effective: from, Expires: until,
				Lines: []agent.Line{{Name: s3, Issued: until}}},
			agent.RemoveLicense{State: geo.State(s1), Number: s2},
			agent.ChooseDisplay{Choice: agent.Display(n)},
			agent.UntickStates{States: []geo.State{geo.State(s1), geo.State(s2)}},
			agent.SetLanguages{Languages: []string{s1, s2, s3}},
			agent.SetChannels{Channels: []agent.Channel{agent.Channel(s1), agent.Channel(s2)}},
			agent.SetHours{Zone: s1, Weekly: []agent.Shift{{Day: agent.Day(n >> 32), From: agent.Minute(n >> 16), To: agent.Minute(n)}}},
			agent.SetOverride{Override: agent.Override(s1)},
			agent.SetAbsence{From: from, Until: until},
			agent.ClearAbsence{From: from},
			agent.Terminate{Cause: agent.Cause(s1), State: geo.State(s2)},
			agent.Reinstate{Cause: agent.Cause(s1), State: geo.State(s2)},
		}[which%18]
		a, ok := decided(t, a, c, s1, s2, s3)
		if !ok {
			return
		}
		switch c := c.(type) { // what is set can be taken back
		case agent.RecordLicense:
			a, _ = decided(t, a, agent.RemoveLicense{State: c.State, Number: c.Number})
			if slices.ContainsFunc(a.Licenses, func(l agent.License) bool { return l.Number == strings.TrimSpace(s2) && l.Effective.Equal(from) }) {
				t.Fatalf("%+v is not removed: %+v", c, a.Licenses)
			}
		case agent.SetAbsence:
			if a, _ = decided(t, a, agent.ClearAbsence{From: c.From}); len(a.Absences) > 0 {
				t.Fatalf("%+v is not cleared: %+v", c, a.Absences)
			}
		case agent.Terminate:
			if a, _ = decided(t, a, agent.Reinstate{Cause: c.Cause, State: c.State}); len(a.Terminations) > 0 {
				t.Fatalf("%+v is not ended: %+v", c, a.Terminations)
			}
		}
		checkStanding(t, a, noon)
	})
}
