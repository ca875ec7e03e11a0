package agent_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo"
)

// TestB2_ReasonsAsSentences holds every reason to its recorded name, its rule
// and its sentences in English and Spanish, in the order of a verdict.
func TestB2_ReasonsAsSentences(t *testing.T) {
	var got strings.Builder
	for c := agent.NotRegistered; c <= agent.AtLimit; c++ {
		here, anywhere := agent.Reason{Code: c, State: "WI"}, agent.Reason{Code: c}
		ends := "keeps new offers away"
		if here.Rescinds() {
			ends = "ends an open offer"
		}
		fmt.Fprintf(&got, "%s, %s, %s\n  %s\n  %s\n  %s\n  %s\n", c, here.Rule(), ends,
			here.Sentence("en"), anywhere.Sentence("yue"), here.Sentence("es"), anywhere.Sentence("es"))
	}
	const path = "testdata/reasons.txt"
	if *written {
		if err := os.WriteFile(path, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("the reasons are not those of %s (-want +got):\n%s", path, diff)
	}
}

// Every reason reads back from a log as it was written, and a code of no reason
// is refused.
func TestReasonsReadBack(t *testing.T) {
	for c := agent.NotRegistered; c <= agent.AtLimit; c++ {
		for _, state := range []geo.State{"", "TX"} {
			want := agent.Reason{Code: c, State: state}
			data, err := json.Marshal(want)
			if err != nil {
				t.Fatal(err)
			}
			var got agent.Reason
			if err := json.Unmarshal(data, &got); err != nil || got != want {
				t.Errorf("Unmarshal(%s) = %v, %v, want %v", data, got, err, want)
			}
		}
	}
	for _, data := range []string{`{"rule":"S14","code":"no_reason"}`, `{"rule":"S14","code":""}`, `{"rule":"S14"}`} {
		var got agent.Reason
		if err := json.Unmarshal([]byte(data), &got); err == nil {
			t.Errorf("Unmarshal(%s) = %v, want an error", data, got)
		}
	}
}
