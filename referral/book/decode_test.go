package book_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
)

func TestParseStream(t *testing.T) {
	id := uuid.MustParse("01938f6e-0000-7000-8000-000000000001")
	for name, want := range map[string]book.Stream{
		"desk": {}, "agent/17": {Agent: 17}, "agent/9999999999": {Agent: 9_999_999_999}, "referral/" + id.String(): {Referral: id},
	} {
		if got, err := book.ParseStream(name); got != want || err != nil || got.String() != name {
			t.Errorf("ParseStream(%q) = %v, %v, want %v", name, got, err, want)
		}
	}
	for _, name := range []string{
		"", "Desk", "desk/", "desk ", "agent", "agent/", "agent/0", "agent/017", "agent/+17", "agent/17/", "agent/10000000000", "Agent/17",
		"referral/", "referral/" + strings.ToUpper(id.String()), "referral/{" + id.String() + "}", "referral/urn:uuid:" + id.String(),
		"referral/01938f6e00000-7000-8000-000000000001", "referral/01938f6e-000007000-8000-000000000001",
		"referral/01938f6e-0000-700008000-000000000001", "referral/01938f6e-0000-7000-80000000000000001", "referral/g1938f6e-0000-7000-8000-000000000001",
		"referral/" + strings.ReplaceAll(id.String(), "-", ""), "referral/" + uuid.Nil.String(), "referral/17", strings.Repeat("x", 10_000),
	} {
		got, err := book.ParseStream(name)
		if err == nil || got != (book.Stream{}) || len(err.Error()) > 200 {
			t.Errorf("ParseStream(%.80q) = %v, %v, want a short error", name, got, err)
		}
	}
}

func TestDecodeOfUnknownKind(t *testing.T) {
	for kind, nearest := range map[string]string{
		"referral.offered.v2":     "referral.offered.v1",
		"referral.ofered.v1":      "referral.offered.v1",
		"agent.register.v1":       "agent.registered.v1",
		"agent.hours.v1":          "agent.hours_set.v1",
		"policy_set":              "desk.policy_set.v1",
		"agent.state_unticked.v1": "agent.states_unticked.v1",
	} {
		_, err := book.Decode(book.Stream{}, kind, noon, []byte("{}"))
		unknown, ok := errors.AsType[*book.UnknownKindError](err)
		if !ok || unknown.Kind != kind || unknown.Nearest != nearest || !strings.Contains(err.Error(), nearest) {
			t.Errorf("Decode of kind %q: %v, want the nearest %q", kind, err, nearest)
		}
	}
	for kind, later := range map[string]bool{
		"referral.offered.v2": true, "referral.offered.v10": true, "desk.policy_set.v3": true,
		"referral.ofered.v2": false, "referral.offered.v0": false, "referral.offered.v": false, "referral.offered.v-2": false, "referral.offered": false,
	} {
		_, err := book.Decode(book.Stream{}, kind, noon, nil)
		if got := strings.Contains(err.Error(), "a later version of"); got != later {
			t.Errorf("Decode of kind %q: %v, is that of a later version: %v, want %v", kind, err, got, later)
		}
	}
	for _, kind := range []string{"", strings.Repeat("é", 100_000)} {
		if _, err := book.Decode(book.Stream{}, kind, noon, nil); err == nil {
			t.Errorf("Decode of kind %.20q: no error", kind)
		}
	}
}

// A record belongs in the stream of what it is about.
func TestDecodeInAnotherStream(t *testing.T) {
	registered := agent.Registered{NPN: 17, Name: "Ana"}
	policy := referral.PolicySet(referral.DefaultPolicy())
	streams := []book.Stream{{}, {Agent: 17}, {Agent: 18}, {Referral: idOf(0)}}
	tests := []struct {
		event book.Event
		in    []book.Stream
	}{
		{policy, streams[:1]},
		{registered, streams[1:2]},
		{agent.DisplayChosen{Choice: 1}, streams[1:3]},
		{referral.Accepted{By: 17, At: noon}, streams[3:]},
	}
	for _, test := range tests {
		for _, s := range streams {
			e, err := book.Decode(s, test.event.Kind(), noon, encode(t, test.event))
			if ok := slices.Contains(test.in, s); ok != (err == nil) || ok && e != test.event {
				t.Errorf("Decode of %s in %s = %v, %v, want it there: %v", test.event.Kind(), s, e, err, ok)
			}
		}
	}
	for _, kind := range book.Kinds() {
		s := map[string]book.Stream{"desk": {}, "agent": {Agent: 17}, "referral": {Referral: idOf(0)}}[strings.Split(kind, ".")[0]]
		if _, err := book.Decode(s, kind, noon, []byte(`{"extra":1}`)); err == nil {
			t.Errorf("Decode of %s with an unknown key: no error", kind)
		}
	}
}

// Kinds returns a list of its own, each kind once.
func TestKinds(t *testing.T) {
	kinds := book.Kinds()
	kinds[0] = "spoiled"
	if again := book.Kinds(); again[0] != "desk.policy_set.v1" || len(again) != 1+len(agent.Kinds())+len(referral.Kinds()) ||
		len(slices.Compact(slices.Sorted(slices.Values(again)))) != len(again) {
		t.Errorf("Kinds() = %v", again)
	}
}
