package geo_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/relevo-go/relevo/geo"
)

func TestParseState(t *testing.T) {
	tests := []struct {
		in   string
		want geo.State // "" for a refusal
		why  string
	}{
		{"FL", "FL", "a code"},
		{"fl", "FL", "a code in lower case"},
		{"\t fL \n", "FL", "space around it"},
		{"Florida", "FL", "a name"},
		{"NEW YORK", "NY", "a name in capitals"},
		{"new\u00a0  york", "NY", "any space within a name"},
		{"District of Columbia", "DC", "the district"},
		{"american samoa", "AS", "a territory"},
		{"US Virgin Islands", "VI", "a territory"},
		{"West Virginia", "WV", "not the Virginia it contains"},
		{"", "", "nothing"},
		{"  ", "", "only space"},
		{"XX", "", "two letters that are no code"},
		{"AE", "", "the military's mail is no jurisdiction"},
		{"FM", "", "nor is an associated state"},
		{"F", "", "too short"},
		{"FLA", "", "an old abbreviation"},
		{"F L", "", "a code in two"},
		{"Flor", "", "part of a name"},
		{"ﬂ", "", "a ligature, whose capitals are FL"},
		{"\xffL", "", "invalid UTF-8"},
		{"[[", "", "bytes just beyond the letters"},
		{"@A", "", "bytes just before the letters"},
	}
	for _, test := range tests {
		got, err := geo.ParseState(test.in)
		if got != test.want || (err != nil) != (test.want == "") {
			t.Errorf("ParseState(%q) = %q, %v, want %q: %s", test.in, got, err, test.want, test.why)
		}
	}
}

func TestParseStateRefusesInShort(t *testing.T) {
	_, err := geo.ParseState(strings.Repeat("x", 10_000))
	if err == nil || len(err.Error()) > 250 {
		t.Errorf("ParseState of 10,000 letters: %v, want an error of at most 250 bytes", err)
	}
}

func TestEveryStateParses(t *testing.T) {
	all := slices.Collect(geo.AllStates())
	if len(all) != 56 || geo.NumStates != 56 || !slices.IsSorted(all) {
		t.Errorf("AllStates yields %d of %d, sorted: %v; want 56 in the order of their codes", len(all), geo.NumStates, slices.IsSorted(all))
	}
	for i, s := range all {
		if s.Index() != i || !s.Valid() {
			t.Errorf("State(%q): Index = %d, Valid = %v, want %d and true", s, s.Index(), s.Valid(), i)
		}
		for _, in := range []string{string(s), strings.ToLower(string(s)), s.Name(), strings.ToUpper(s.Name()), "  " + strings.ToLower(s.Name())} {
			if got, err := geo.ParseState(in); got != s || err != nil {
				t.Errorf("ParseState(%q) = %q, %v, want %q", in, got, err, s)
			}
		}
	}
	for _, s := range []geo.State{"", "fl", "XX", "FLA", "[[", "\xff\xff"} {
		if s.Valid() || s.Index() != -1 || s.Name() != "" {
			t.Errorf("State(%q): Valid = %v, Index = %d, Name = %q, want no jurisdiction", s, s.Valid(), s.Index(), s.Name())
		}
	}
}

func TestStateText(t *testing.T) {
	type holder struct {
		S geo.State
		O geo.State `json:",omitzero"`
	}
	got, err := json.Marshal(holder{S: "PR"})
	if err != nil || string(got) != `{"S":"PR"}` {
		t.Errorf("Marshal of PR = %s, %v", got, err)
	}
	var back holder
	if err := json.Unmarshal(got, &back); err != nil || back != (holder{S: "PR"}) {
		t.Errorf("Unmarshal(%s) = %v, %v, want PR", got, back, err)
	}
	if _, err := json.Marshal(holder{S: "pr"}); err == nil {
		t.Error("Marshal of pr gives no error, want one: pr is no code")
	}
	for _, in := range []string{`"pr"`, `"Florida"`, `""`, `" FL"`, `1`} {
		s := geo.State("TX")
		if err := json.Unmarshal([]byte(in), &s); err == nil || s != "TX" {
			t.Errorf("Unmarshal(%s) = %q, %v, want an error and TX left alone", in, s, err)
		}
	}
}

func TestStates(t *testing.T) {
	set := geo.StatesOf("WY", "AK", "XX", "FL", "AK", "")
	if got, want := slices.Collect(set.All()), []geo.State{"AK", "FL", "WY"}; !slices.Equal(got, want) {
		t.Errorf("All = %v, want %v: in the order of codes, without repeats and strangers", got, want)
	}
	if set.Len() != 3 || set.String() != "AK FL WY" {
		t.Errorf("Len = %d, String = %q, want 3 and AK FL WY", set.Len(), set)
	}
	if !set.Has("FL") || set.Has("GA") || set.Has("") || set.Has("XX") {
		t.Error("Has says otherwise than the set AK FL WY")
	}
	if got := set.Without("FL").Without("GA").Without("XX"); got != geo.StatesOf("AK", "WY") {
		t.Errorf("Without FL, GA and XX = %v, want AK WY", got)
	}
	if got := set.With("XX"); got != set {
		t.Errorf("With(XX) = %v, want %v", got, set)
	}
	if geo.EveryState.Len() != geo.NumStates || geo.EveryState.Without("WY").Has("WY") {
		t.Errorf("EveryState has %d, want %d", geo.EveryState.Len(), geo.NumStates)
	}
	// Bits beyond the jurisdictions are no states.
	if wild := ^geo.States(0); wild.Len() != geo.NumStates || len(slices.Collect(wild.All())) != geo.NumStates {
		t.Errorf("a set with every bit has %d states, want %d", wild.Len(), geo.NumStates)
	}
	for s := range set.All() {
		if s != "AK" {
			t.Errorf("All goes on to %s after the loop was left", s)
		}
		break
	}
}

func TestStatesJSON(t *testing.T) {
	tests := []struct {
		set  geo.States
		json string
	}{
		{0, `[]`},
		{geo.StatesOf("FL"), `["FL"]`},
		{geo.StatesOf("WY", "AK", "AZ", "AL"), `["AK","AL","AZ","WY"]`},
	}
	for _, test := range tests {
		got, err := json.Marshal(test.set)
		if err != nil || string(got) != test.json {
			t.Errorf("Marshal(%v) = %s, %v, want %s", test.set, got, err, test.json)
		}
		back := geo.EveryState
		if err := json.Unmarshal(got, &back); err != nil || back != test.set {
			t.Errorf("Unmarshal(%s) = %v, %v, want %v", got, back, err, test.set)
		}
	}
	b, err := json.Marshal(geo.EveryState)
	if err != nil {
		t.Fatal(err)
	}
	var every geo.States
	if err := json.Unmarshal(b, &every); err != nil || every != geo.EveryState {
		t.Errorf("every state comes back as %v, %v", every, err)
	}
	var set geo.States
	if err := json.Unmarshal([]byte(`["WY","AK"]`), &set); err != nil || set != geo.StatesOf("AK", "WY") {
		t.Errorf("Unmarshal of WY, AK = %v, %v, want them in any order", set, err)
	}
	for _, in := range []string{`["FL","FL"]`, `["XX"]`, `["fl"]`, `[""]`, `"FL"`, `5`, `[1]`, `["FL",null]`} {
		set := geo.StatesOf("TX")
		if err := json.Unmarshal([]byte(in), &set); err == nil || set != geo.StatesOf("TX") {
			t.Errorf("Unmarshal(%s) = %v, %v, want an error and the set left alone", in, set, err)
		}
	}
	// Stored sets are told apart by their text, so it may not change.
	if diff := cmp.Diff(`["AK","AL","AR","AS","AZ","CA","CO","CT","DC","DE","FL","GA","GU","HI","IA","ID","IL","IN","KS","KY","LA","MA","MD","ME","MI","MN","MO","MP","MS","MT","NC","ND","NE","NH","NJ","NM","NV","NY","OH","OK","OR","PA","PR","RI","SC","SD","TN","TX","UT","VA","VI","VT","WA","WI","WV","WY"]`, string(b)); diff != "" {
		t.Errorf("Marshal(EveryState) (-want +got):\n%s", diff)
	}
}
