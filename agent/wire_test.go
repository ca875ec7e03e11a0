package agent_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/geo"
)

// written is true to write the golden files of kinds that have none. A file
// that exists is never written again: its bytes stand in logs.
var written = flag.Bool("write", false, "write the golden files that are missing")

var issued = time.Date(2026, 1, 2, 5, 0, 0, 0, time.UTC)

// recorded holds, for each kind, its events in full and, where keys may be
// absent, in their least form.
var recorded = [][]agent.Event{
	{agent.Registered{NPN: 1234567890, Name: "Ana <Ruiz> & Söhne"}},
	{agent.ProfileUpdated{Name: "Ana", Email: "a@b", Phone: "1", Street: "2", City: "3", State: "FL", ZIP: "00601", Point: tampa, Resolved: tampa},
		agent.ProfileUpdated{Name: "Ana", State: "FL", ZIP: "33602"}},
	{agent.ProfileReviewed{}},
	{agent.TrainingCompleted{PlanYear: 2027, From: issued, Until: noon}},
	{agent.RegistrationCompleted{PlanYear: 2027, From: issued, Until: noon.Add(123456789)}},
	{agent.TermsAccepted{Document: agent.CMS, Version: "2026"}, agent.TermsAccepted{Document: agent.HelpOnDemand, Version: "7"}},
	{agent.LicenseRecorded{State: "FL", Number: "A1", Residency: agent.Resident, Status: agent.Active, Effective: issued, Expires: noon,
		Lines: []agent.Line{{Name: "Health", Health: true, Active: true, Issued: issued}, {Name: "Life"}}},
		agent.LicenseRecorded{State: "TX", Number: "B2", Residency: agent.Nonresident, Status: agent.Inactive, Effective: issued, Lines: []agent.Line{}}},
	{agent.LicenseRemoved{State: "FL", Number: "A1"}},
	{agent.DisplayChosen{Choice: agent.DisplayHome}},
	{agent.StatesUnticked{States: geo.StatesOf("WI", "AL")}, agent.StatesUnticked{}},
	{agent.LanguagesSet{Languages: []spoken.Language{{Tag: "es-MX", Key: "es"}, {Tag: "zh-HK", Key: "yue"}}}, agent.LanguagesSet{Languages: []spoken.Language{}}},
	{agent.ChannelsSet{Channels: []agent.Channel{agent.Email, agent.Text, agent.App}}, agent.ChannelsSet{Channels: []agent.Channel{}}},
	{agent.HoursSet{Zone: "America/New_York", Weekly: []agent.Shift{{Day: 1, From: 540, To: 1440}, {Day: 0, From: 1320, To: 0}}},
		agent.HoursSet{Weekly: []agent.Shift{}}},
	{agent.OverrideSet{Override: agent.OverrideOff}},
	{agent.AbsenceSet{From: issued, Until: noon}},
	{agent.AbsenceCleared{From: issued}},
	{agent.Terminated{Cause: agent.CauseNonresidentLicense, State: "TX"}, agent.Terminated{Cause: agent.CauseFraud}},
	{agent.Reinstated{Cause: agent.CauseNonresidentLicense, State: "TX"}, agent.Reinstated{Cause: agent.CauseResidentLicense}},
}

func golden(kind string) string { return filepath.Join("testdata", "kinds", kind+".json") }

// Bytes once written are read for ever: one file per kind, a line per variant.
func TestKinds(t *testing.T) {
	kinds := agent.Kinds()
	if len(kinds) != len(recorded) {
		t.Fatalf("there are %d kinds and %d in this test", len(kinds), len(recorded))
	}
	for i, events := range recorded {
		kind := kinds[i]
		var lines [][]byte
		for _, e := range events {
			data, err := agent.Encode(e)
			if err != nil || e.Kind() != kind {
				t.Fatalf("Encode(%s) = %v, want kind %s", e.Kind(), err, kind)
			}
			lines = append(lines, append(data, '\n'))
		}
		got := bytes.Join(lines, nil)
		if _, err := os.Stat(golden(kind)); *written && os.IsNotExist(err) {
			if err := os.WriteFile(golden(kind), got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden(kind))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is written as\n%swant\n%s", kind, got, want)
		}
		for j, line := range bytes.Split(bytes.TrimSuffix(want, []byte("\n")), []byte("\n")) {
			read, err := agent.Decode(kind, line)
			if err != nil || !reflect.DeepEqual(read, events[j]) {
				t.Errorf("Decode(%s, %s) = %+v, %v, want %+v", kind, line, read, err, events[j])
			}
		}
	}
}

// Decode refuses whatever is not exactly what is written.
func TestDecodeRefuses(t *testing.T) {
	for _, kind := range agent.Kinds() {
		file, err := os.ReadFile(golden(kind))
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(file) {
			data := strings.TrimSpace(string(line))
			for why, spoiled := range spoil(t, data) {
				if e, err := agent.Decode(kind, []byte(spoiled)); err == nil || e != nil {
					t.Errorf("%s: Decode(%s, %s) = %+v, %v, want an error", why, kind, spoiled, e, err)
				}
			}
		}
	}
	wrong := []struct{ kind, data string }{
		{"agent.registered.v1", `{"npn":"0","name":"Ana"}`},
		{"agent.registered.v1", `{"npn":17,"name":"Ana"}`},
		{"agent.registered.v1", `{"npn":"17","name":""}`},
		{"agent.profile_updated.v1", `{"name":"Ana","state":"fl","zip":"33602"}`},
		{"agent.profile_updated.v1", `{"name":"Ana","state":"FL","zip":"33602","email":""}`},
		{"agent.profile_updated.v1", `{"name":"Ana","state":"FL","zip":"33602","point":{"lat_e7":1}}`},
		{"agent.profile_updated.v1", `{"name":"Ana","state":"FL","zip":"33602","point":{"lat_e7":1,"LNG_E7":1}}`},
		{"agent.training_completed.v1", `{"plan_year":2027,"from":"2026-11-23T17:00:00Z","until":"2026-11-23T17:00:00Z"}`},
		{"agent.training_completed.v1", `{"plan_year":2027,"from":"2026-11-23T12:00:00-05:00","until":"2026-11-24T17:00:00Z"}`},
		{"agent.training_completed.v1", `{"plan_year":0,"from":"2026-11-23T17:00:00Z","until":"2026-11-24T17:00:00Z"}`},
		{"agent.terms_accepted.v1", `{"document":"irs","version":"1"}`},
		{"agent.license_recorded.v1", `{"state":"FL","number":"A","residency":"resident","status":"active","effective":"2026-01-01T00:00:00+00:00","lines":[]}`},
		{"agent.license_recorded.v1", `{"state":"FL","number":"A","residency":"resident","status":"active","effective":"2026-01-01T00:00:00Z","expires":"2999-12-31T00:00:00Z","lines":[]}`},
		{"agent.license_recorded.v1", `{"state":"FL","number":"A","residency":"resident","status":"active","effective":"2026-01-01T00:00:00Z","lines":[{"name":"H","health":true}]}`},
		{"agent.license_recorded.v1", `{"state":"FL","number":"A","residency":"resident","status":"active","effective":"2026-01-01T00:00:00Z","lines":[{"name":" Health","health":true,"active":true}]}`},
		{"agent.display_chosen.v1", `{"choice":5}`},
		{"agent.display_chosen.v1", `{"choice":1.5}`},
		{"agent.states_unticked.v1", `{"states":["WI","WI"]}`},
		{"agent.languages_set.v1", `{"languages":[{"tag":"es"}]}`},
		{"agent.languages_set.v1", `{"languages":[null]}`},
		{"agent.channels_set.v1", `{"channels":["app","email"]}`},
		{"agent.hours_set.v1", `{"zone":"Mars","weekly":[]}`},
		{"agent.hours_set.v1", `{"zone":"America/New_York","weekly":[{"day":"Monday","from":"09:00","to":"17:00"}]}`},
		{"agent.override_set.v1", `{"override":""}`},
		{"agent.absence_set.v1", `{"from":"2026-11-24T17:00:00Z","until":"2026-11-23T17:00:00Z"}`},
		{"agent.absence_cleared.v1", `{"from":"0001-01-01T00:00:00Z"}`},
		{"agent.terminated.v1", `{"cause":"fraud","state":"TX"}`},
		{"agent.reinstated.v1", `{"cause":"nonresident_license"}`},
		{"agent.registered.v2", `{"npn":"17","name":"Ana"}`},
		{"", `{}`},
	}
	for _, w := range wrong {
		if e, err := agent.Decode(w.kind, []byte(w.data)); err == nil || e != nil {
			t.Errorf("Decode(%s, %s) = %+v, %v, want an error", w.kind, w.data, e, err)
		}
	}
}

// spoil returns the data of an event spoiled in every way that no reader may
// overlook.
func spoil(t *testing.T, data string) map[string]string {
	t.Helper()
	spoiled := map[string]string{
		"nothing":          "",
		"null":             "null",
		"a list":           "[]",
		"half of it":       data[:len(data)-1],
		"trailing bytes":   data + "x",
		"a second value":   data + data,
		"an unknown key":   strings.Replace(data, "}", `,"extra":1}`, 1),
		"an unknown first": strings.Replace(data, "{", `{"extra":1,`, 1),
	}
	for i, part := range strings.Split(data, `"`) {
		// A key is followed by a colon.
		key := `"` + part + `":`
		if i%2 == 0 || part == "" || !strings.Contains(data, key) {
			continue
		}
		spoiled["the key "+part+" in capitals"] = strings.Replace(data, key, `"`+strings.ToUpper(part)+`":`, 1)
		spoiled["the key "+part+" twice, once in capitals"] = strings.Replace(data, key, `"`+strings.ToUpper(part)+`":null,`+key, 1)
		start := strings.Index(data, key) + len(key)
		spoiled["null for "+part] = data[:start] + "null" + data[start+valueLen(t, data[start:]):]
		spoiled["another type for "+part] = data[:start] + `{"a":[true]}` + data[start+valueLen(t, data[start:]):]
	}
	if data == "{}" {
		delete(spoiled, "an unknown key")
		spoiled["an unknown key"] = `{"extra":1}`
		delete(spoiled, "an unknown first")
	}
	return spoiled
}

// valueLen returns the length of the JSON value at the start of s.
func valueLen(t *testing.T, s string) int {
	t.Helper()
	depth, quoted := 0, false
	for i, c := range []byte(s) {
		switch {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth == 0 {
				return i
			}
			depth--
		case c == ',' && depth == 0:
			return i
		}
	}
	t.Fatalf("no value ends in %s", s)
	return 0
}
