package agent_test

import (
	"encoding/json"
	"maps"
	"os"
	"strings"
	"testing"

	"github.com/relevo-go/relevo/agent"
)

// A key of an event's least form is needed: without it Decode refuses.
func TestDecodeNeedsEveryKey(t *testing.T) {
	for _, kind := range agent.Kinds() {
		file, err := os.ReadFile(golden(kind))
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(string(file)), "\n")
		least := lines[len(lines)-1]
		if kind == "agent.terminated.v1" || kind == "agent.reinstated.v1" {
			lines = lines[:1] // of these the state is needed in the first form
		}
		for _, line := range lines {
			var whole, needed map[string]any
			if err := json.Unmarshal([]byte(line), &whole); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal([]byte(least), &needed); err != nil {
				t.Fatal(err)
			}
			for key := range needed {
				part := maps.Clone(whole)
				delete(part, key)
				data, err := json.Marshal(part)
				if err != nil {
					t.Fatal(err)
				}
				if e, err := agent.Decode(kind, data); err == nil {
					t.Errorf("Decode(%s, %s) = %+v, want an error: %q is missing", kind, data, e, key)
				}
			}
		}
	}
}

// A command that is none, or is given by pointer, is refused for that and not
// for what is known of the agent.
func TestDecideWantsCommandsByValue(t *testing.T) {
	for _, c := range []agent.Command{nil, &agent.Register{NPN: 17, Name: "Ana Ruiz"}, (*agent.ReviewProfile)(nil)} {
		if events, err := agent.Decide(agent.Agent{}, c); events != nil || err == nil || !strings.Contains(err.Error(), "by value") {
			t.Errorf("Decide(%T) = %v, %v, want an error that asks for a value", c, events, err)
		}
	}
}
