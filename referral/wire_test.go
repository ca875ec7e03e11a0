package referral_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/agent/wire"
	"github.com/relevo-go/relevo/referral"
)

// written is true to write the golden files of kinds that have none. A file
// that exists is never written again: its bytes stand in logs.
var written = flag.Bool("write", false, "write the golden files that are missing")

// recorded holds, for each kind, its events in full and then, where keys may be
// absent, in their least form.
var recorded = [][]referral.Event{
	{referral.Requested{ID: id, Subject: "case-<42>&", State: "FL", ZIP: "00601", Point: miami, Resolved: tampa,
		Languages: []spoken.Language{{Tag: "es-MX", Key: "es"}, {Tag: "en", Key: "en"}}, At: noon},
		referral.Requested{ID: id, Subject: "case-42", State: "FL", Resolved: tampa, Languages: spanish, At: noon}},
	{referral.Offered{To: 17, Deadline: noon.Add(window), Language: "es", Meters: 0, Channels: []agent.Channel{agent.Email, agent.App}, At: noon},
		referral.Offered{To: 17, Deadline: noon.Add(window + 1), Language: "yue", Meters: -1, Channels: []agent.Channel{}, At: noon}},
	{referral.Accepted{By: 17, At: noon}},
	{referral.Declined{By: 17, Reason: "on \"leave\" <b>", At: noon}, referral.Declined{By: 17, At: noon}},
	{referral.Expired{From: 17, Deadline: noon.Add(window), At: noon}},
	{referral.Rescinded{From: 17, Reasons: []agent.Reason{{Code: agent.DisplayIsNone}, {Code: agent.LicenseExpired, State: "FL"}}, At: noon}},
	{referral.Waiting{Until: noon.Add(24 * time.Hour), At: noon}, referral.Waiting{At: noon}},
	{referral.Exhausted{At: noon}},
	{referral.Withdrawn{At: noon}},
	{referral.Contacted{By: 17, At: noon}},
	{referral.OutcomeRecorded{By: 17, Outcome: referral.NotReached, At: noon}},
}

var policies = []referral.PolicySet{
	{Window: 15 * time.Minute, GiveUp: 24 * time.Hour, Radius: 50_000, MaxOpenOffers: 3, Terms: agent.Terms{CMS: "2026", HelpOnDemand: "7"}},
	referral.PolicySet(referral.DefaultPolicy()),
}

func golden(kind string) string { return filepath.Join("testdata", "kinds", kind+".json") }

// decode reads data of any kind of this package.
func decode(kind string, data []byte) (any, error) {
	if kind == policies[0].Kind() {
		return referral.DecodePolicy(data)
	}
	return referral.Decode(kind, id, noon, data)
}

// variants returns every kind with its events.
func variants() map[string][]any {
	all := map[string][]any{}
	for i, events := range recorded {
		for _, e := range events {
			all[referral.Kinds()[i]] = append(all[referral.Kinds()[i]], e)
		}
	}
	for _, e := range policies {
		all[e.Kind()] = append(all[e.Kind()], e)
	}
	return all
}

// lines returns the golden lines of a kind, the least one last.
func lines(t testing.TB, kind string) []string {
	t.Helper()
	file, err := os.ReadFile(golden(kind))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(file), "\n"), "\n")
}

// Bytes once written are read for ever: one file per kind, a line per variant.
func TestKinds(t *testing.T) {
	if len(recorded) != len(referral.Kinds()) {
		t.Fatalf("there are %d kinds and %d in this test", len(referral.Kinds()), len(recorded))
	}
	for kind, events := range variants() {
		var got bytes.Buffer
		for _, e := range events {
			data, err := wire.Encode(e)
			if k := e.(interface{ Kind() string }).Kind(); err != nil || k != kind {
				t.Fatalf("Encode(%s) = %v, want kind %s", k, err, kind)
			}
			got.Write(append(data, '\n'))
		}
		if _, err := os.Stat(golden(kind)); *written && os.IsNotExist(err) {
			if err := os.WriteFile(golden(kind), got.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want := lines(t, kind)
		if got.String() != strings.Join(want, "\n")+"\n" {
			t.Errorf("%s is written as\n%swant\n%s", kind, got.String(), strings.Join(want, "\n"))
		}
		for i, line := range want {
			read, err := decode(kind, []byte(line))
			if err != nil || !reflect.DeepEqual(read, events[i]) {
				t.Errorf("Decode(%s, %s) = %+v, %v, want %+v", kind, line, read, err, events[i])
			}
		}
	}
}

// Decode refuses whatever is not exactly what is written.
func TestDecodeRefuses(t *testing.T) {
	for kind := range variants() {
		least := lines(t, kind)
		var needed map[string]any
		if err := json.Unmarshal([]byte(least[len(least)-1]), &needed); err != nil {
			t.Fatal(err)
		}
		for _, line := range least {
			var whole map[string]any
			if err := json.Unmarshal([]byte(line), &whole); err != nil {
				t.Fatal(err)
			}
			spoiled := map[string]string{
				"nothing": "", "null": "null", "a list": "[]", "half of it": line[:len(line)-1], "trailing bytes": line + "x", "a second value": line + line,
			}
			with := func(why string, change func(map[string]any)) {
				part := maps.Clone(whole)
				change(part)
				data, err := json.Marshal(part)
				if err != nil {
					t.Fatal(err)
				}
				spoiled[why] = string(data)
			}
			with("an unknown key", func(m map[string]any) { m["extra"] = 1 })
			for key, value := range whole {
				with("null for "+key, func(m map[string]any) { m[key] = nil })
				with("another type for "+key, func(m map[string]any) { m[key] = map[string]any{"a": true} })
				with("the key "+key+" in capitals", func(m map[string]any) { delete(m, key); m[strings.ToUpper(key)] = value })
				with("the key "+key+" twice, once in capitals", func(m map[string]any) { m[strings.ToUpper(key)] = value })
			}
			for key := range needed {
				with("no key "+key, func(m map[string]any) { delete(m, key) })
			}
			for why, data := range spoiled {
				if kind == "referral.requested.v1" && why == "no key resolved" && whole["point"] != nil {
					continue // a point alone says where the consumer is
				}
				if e, err := decode(kind, []byte(data)); err == nil {
					t.Errorf("%s: Decode(%s, %s) = %+v, want an error", why, kind, data, e)
				}
			}
		}
	}
	for _, wrong := range []struct{ kind, data string }{
		{"referral.requested.v1", `{"subject":"","state":"FL","resolved":{"lat_e7":1,"lng_e7":1},"languages":[{"tag":"es","key":"es"}]}`},
		{"referral.requested.v1", `{"subject":"a","state":"FL","zip":"33602","languages":[{"tag":"es","key":"es"}]}`},
		{"referral.requested.v1", `{"subject":"a","state":"FL","resolved":{"lat_e7":1,"lng_e7":1},"languages":[]}`},
		{"referral.requested.v1", `{"subject":"a","state":"FL","resolved":{"lat_e7":1,"lng_e7":1},"languages":[{"tag":"es","Key":"es"}]}`},
		{"referral.offered.v1", `{"to":"0","deadline":"2026-11-23T17:15:00Z","language":"es","channels":[]}`},
		{"referral.offered.v1", `{"to":"17","deadline":"2026-11-23T12:15:00-05:00","language":"es","channels":[]}`},
		{"referral.offered.v1", `{"to":"17","deadline":"2026-11-23T17:15:00Z","language":"english","channels":[]}`},
		{"referral.offered.v1", `{"to":"17","deadline":"2026-11-23T17:15:00Z","language":"es","channels":["pigeon"]}`},
		{"referral.offered.v1", `{"to":"17","deadline":"2026-11-23T17:15:00Z","language":"es","meters":-1,"channels":[]}`},
		{"referral.declined.v1", `{"by":"17","reason":""}`},
		{"referral.expired.v1", `{"from":"17","deadline":"0001-01-01T00:00:00Z"}`},
		{"referral.rescinded.v1", `{"from":"17","reasons":[]}`},
		{"referral.rescinded.v1", `{"from":"17","reasons":[{"rule":"S8","code":"boredom"}]}`},
		{"referral.rescinded.v1", `{"from":"17","reasons":[{"code":"display_none"}]}`},
		{"referral.waiting.v1", `{"until":"2026-11-23T17:15:00+00:00"}`},
		{"referral.outcome_recorded.v1", `{"by":"17","outcome":"married"}`},
		{"referral.accepted.v2", `{"by":"17"}`},
		{"desk.policy_set.v1", `{"window":"0s","give_up":"24h0m0s","radius_meters":0,"max_open_offers":0,"terms":{"cms":"","help_on_demand":""}}`},
		{"desk.policy_set.v1", `{"window":"900","give_up":"24h0m0s","radius_meters":0,"max_open_offers":0,"terms":{"cms":"","help_on_demand":""}}`},
		{"desk.policy_set.v1", `{"window":"15m0s","give_up":"24h0m0s","radius_meters":0,"max_open_offers":0,"terms":{"cms":""}}`},
		{"desk.policy_set.v1", `{"window":"15m0s","give_up":"24h0m0s","radius_meters":0.5,"max_open_offers":0,"terms":{"cms":"","help_on_demand":""}}`},
	} {
		if e, err := decode(wrong.kind, []byte(wrong.data)); err == nil {
			t.Errorf("Decode(%s, %s) = %+v, want an error", wrong.kind, wrong.data, e)
		}
	}
}

// FuzzDecode reads anything: nothing panics, and what is read is written and
// read again as the same event, and can be folded and judged.
func FuzzDecode(f *testing.F) {
	for kind := range variants() {
		for _, line := range lines(f, kind) {
			f.Add(kind, []byte(line))
		}
	}
	f.Add(strings.Repeat("a", 100), []byte(`{}`))
	f.Add("referral.withdrawn.v1", []byte(`{"`+strings.Repeat("a", 100)+`":1}`))
	f.Add("referral.rescinded.v1", []byte(`{"from":"17","reasons":[{"rule":"S8","code":"`+strings.Repeat("a", 100)+`"}]}`))
	a := eligible(17, tampa, "es")
	f.Fuzz(func(t *testing.T, kind string, data []byte) {
		if slices.Contains(referral.Kinds(), kind) {
			checkForms(t, kind, data)
		}
		e, err := decode(kind, data)
		if err != nil {
			checkShort(t, err, kind, string(data))
			return
		}
		once, err := wire.Encode(e)
		if err != nil {
			t.Fatalf("%s %s is read and cannot be written: %v", kind, data, err)
		}
		again, err := decode(kind, once)
		if err != nil || !reflect.DeepEqual(again, e) {
			t.Fatalf("%s %s is written as %s, which reads as %+v, %v, want %+v", kind, data, once, again, err, e)
		}
		if twice, err := wire.Encode(again); err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("%s %s is written as %s and then as %s, %v", kind, data, once, twice, err)
		}
		event, ok := e.(referral.Event)
		if !ok {
			return
		}
		for _, r := range []referral.Referral{{}, after(requested), after(requested, offered(17, 0))} {
			r = referral.Apply(r, event)
			referral.Due(r)
			referral.Verdict(r, a, referral.Load{}, referral.DefaultPolicy(), noon)
			for _, c := range []referral.Command{request, referral.Accept{By: 17, At: noon}, referral.Withdraw{At: noon}, referral.Exhaust{At: noon}} {
				referral.Decide(r, c)
			}
		}
	})
}
