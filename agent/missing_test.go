package agent_test

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

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

// What is on record is bounded; what replaces or repeats some of it is taken.
func TestBoundsOnRecord(t *testing.T) {
	a := fold(t, agent.Agent{}, joined...)
	absence := func(i int) agent.SetAbsence {
		return agent.SetAbsence{From: noon.Add(time.Duration(i) * day), Until: noon.Add(time.Duration(i+1) * day)}
	}
	numbered := func(i int) agent.RecordLicense {
		l := license("FL")
		l.Number = strconv.Itoa(i)
		return l
	}
	for i := range 500 {
		a = fold(t, a, absence(i), numbered(i))
	}
	longer, inactive := absence(7), numbered(7)
	longer.Until, inactive.Status = longer.Until.Add(day), agent.Inactive
	for _, test := range []struct {
		why    string
		when   agent.Command
		events int
		rule   string
	}{
		{"B1: one absence more is refused.", absence(500), 0, "B1"},
		{"R23: an absence on record may be repeated,", absence(7), 0, ""},
		{"B1: and replaced.", longer, 1, ""},
		{"R21: one license more is refused.", numbered(500), 0, "R21"},
		{"R23: a license on record may be repeated,", numbered(7), 0, ""},
		{"R21: and replaced.", inactive, 1, ""},
	} {
		events, err := agent.Decide(a, test.when)
		rejection, _ := errors.AsType[*agent.Rejection](err)
		if len(events) != test.events || (err == nil) != (test.rule == "") || rejection != nil && rejection.Rule != test.rule {
			t.Errorf("%s\nDecide = %v, %v, want %d events, rule %q", test.why, events, err, test.events, test.rule)
		}
	}
}
