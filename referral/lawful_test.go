package referral

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/agent/wire"
	"github.com/relevo-go/relevo/geo"
)

func TestLawful(t *testing.T) {
	const ana, ben = agent.NPN(9_900_000_001), agent.NPN(9_900_000_002)
	at := time.Date(2026, 11, 2, 18, 0, 0, 0, time.UTC)
	point, err := geo.PointE7(279_537_000, -824_563_000)
	if err != nil {
		t.Fatal(err)
	}
	id := uuid.MustParse("01a19d6b-0900-71c8-bba6-2d032b0c71cf")
	later := func(minutes int) time.Time { return at.Add(time.Duration(minutes) * time.Minute) }
	requested := Requested{ID: id, Subject: "case-1", State: "FL", Point: point, Languages: []spoken.Language{{Tag: "es", Key: "es"}}, At: at}
	offered := Offered{To: ana, Deadline: later(15), Language: "es", Meters: 10, At: at}
	toBen := Offered{To: ben, Deadline: later(20), Language: "es", Meters: 20, At: later(5)}
	expired := Expired{From: ana, Deadline: later(15), At: later(16)}
	lost := []agent.Reason{{Code: agent.NoLicense, State: "FL"}}
	tests := []struct {
		name   string
		before []Event
		next   Event
		rule   string // "" if it may follow
	}{
		{"a request comes first", nil, requested, ""},
		{"nothing comes before the request", nil, offered, "S1"},
		{"one request is enough", []Event{requested}, requested, "invariant 1"},
		{"an offer follows a request", []Event{requested}, offered, ""},
		{"an offer while one is open", []Event{requested, offered}, toBen, "invariant 1"},
		{"the same offer again", []Event{requested, offered}, offered, "invariant 1"},
		{"an offer ends before it begins", []Event{requested}, Offered{To: ana, Deadline: at, Language: "es", At: at}, "R1"},
		{"an offer after a decline", []Event{requested, offered, Declined{By: ana, At: later(5)}}, toBen, ""},
		{"an offer to who declined", []Event{requested, offered, Declined{By: ana, At: later(5)}}, offered, "invariant 3"},
		{"an offer out of waiting", []Event{requested, Waiting{At: at}}, toBen, ""},
		{"the holder accepts", []Event{requested, offered}, Accepted{By: ana, At: later(1)}, ""},
		{"another accepts", []Event{requested, offered}, Accepted{By: ben, At: later(1)}, "invariant 1"},
		{"the holder accepts at the deadline", []Event{requested, offered}, Accepted{By: ana, At: later(15)}, "R1"},
		{"somebody accepts what nobody was offered", []Event{requested}, Accepted{By: ana, At: later(1)}, "invariant 1"},
		{"a second acceptance", []Event{requested, offered, Accepted{By: ana, At: later(1)}}, Accepted{By: ana, At: later(2)}, "invariant 4"},
		{"another declines", []Event{requested, offered}, Declined{By: ben, At: later(1)}, "invariant 1"},
		{"the holder declines at the deadline", []Event{requested, offered}, Declined{By: ana, At: later(15)}, "R1"},
		{"an offer expires late", []Event{requested, offered}, expired, ""},
		{"an offer expires early", []Event{requested, offered}, Expired{From: ana, Deadline: later(15), At: later(14)}, "R1"},
		{"an offer expires by another deadline", []Event{requested, offered}, Expired{From: ana, Deadline: later(14), At: later(16)}, "R1"},
		{"another's offer expires", []Event{requested, offered}, Expired{From: ben, Deadline: later(15), At: later(16)}, "invariant 1"},
		{"an offer expires twice", []Event{requested, offered, expired}, expired, "invariant 1"},
		{"an offer is rescinded", []Event{requested, offered}, Rescinded{From: ana, Reasons: lost, At: later(1)}, ""},
		{"another's offer is rescinded", []Event{requested, offered}, Rescinded{From: ben, Reasons: lost, At: later(1)}, "invariant 1"},
		{"it waits while an offer is open", []Event{requested, offered}, Waiting{At: later(1)}, "R10"},
		{"it waits for longer", []Event{requested, Waiting{Until: later(60), At: at}}, Waiting{Until: later(90), At: later(1)}, ""},
		{"it waits after it was withdrawn", []Event{requested, Withdrawn{At: at}}, Waiting{At: later(1)}, "invariant 4"},
		{"waiting gives up", []Event{requested, Waiting{Until: later(60), At: at}}, Exhausted{At: later(60)}, ""},
		{"waiting gives up early", []Event{requested, Waiting{Until: later(60), At: at}}, Exhausted{At: later(59)}, "R10"},
		{"waiting for ever gives up", []Event{requested, Waiting{At: at}}, Exhausted{At: later(60)}, "R10"},
		{"it gives up without waiting", []Event{requested}, Exhausted{At: later(60)}, "R10"},
		{"it gives up twice", []Event{requested, Waiting{Until: later(60), At: at}, Exhausted{At: later(60)}}, Exhausted{At: later(61)}, "invariant 4"},
		{"the consumer withdraws", []Event{requested, offered}, Withdrawn{At: later(1)}, ""},
		{"the consumer withdraws what was accepted", []Event{requested, offered, Accepted{By: ana, At: later(1)}}, Withdrawn{At: later(2)}, "invariant 4"},
		{"an offer after acceptance", []Event{requested, offered, Accepted{By: ana, At: later(1)}}, toBen, "invariant 4"},
		{"an answer after withdrawal", []Event{requested, offered, Withdrawn{At: later(1)}}, Accepted{By: ana, At: later(2)}, "invariant 4"},
		{"the holder makes contact", []Event{requested, offered, Accepted{By: ana, At: later(1)}}, Contacted{By: ana, At: later(2)}, ""},
		{"another makes contact", []Event{requested, offered, Accepted{By: ana, At: later(1)}}, Contacted{By: ben, At: later(2)}, "invariant 1"},
		{"contact before acceptance", []Event{requested, offered}, Contacted{By: ana, At: later(2)}, "invariant 4"},
		{"the holder records an outcome", []Event{requested, offered, Accepted{By: ana, At: later(1)}}, OutcomeRecorded{By: ana, Outcome: Enrolled, At: later(2)}, ""},
		{"an outcome of what was withdrawn", []Event{requested, Withdrawn{At: later(1)}}, OutcomeRecorded{By: ana, Outcome: Enrolled, At: later(2)}, "invariant 4"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var r Referral
			for _, e := range test.before {
				if err := Lawful(r, e); err != nil {
					t.Fatalf("%T before it: %v", e, err)
				}
				r = Apply(r, e)
			}
			err := Lawful(r, test.next)
			rejection, _ := errors.AsType[*Rejection](err)
			if (test.rule == "") != (err == nil) || err != nil && (rejection == nil || rejection.Rule != test.rule) {
				t.Errorf("Lawful(%T) = %v, want rule %q", test.next, err, test.rule)
			}

			// Read from a record it is judged alike, and refused it changes nothing.
			data, encoding := Encode(test.next)
			if encoding != nil {
				t.Fatal(encoding)
			}
			for _, form := range [][]byte{data, append([]byte(" "), data...)} { // the canonical one, and any other
				folded, before := r, r
				before.Past = slices.Clone(r.Past)
				err := FoldLawful(&folded, new(wire.Memory), test.next.Kind(), id, test.next.When(), form)
				if (test.rule == "") != (err == nil) {
					t.Errorf("FoldLawful(%s) = %v, want rule %q", form, err, test.rule)
				}
				want := before
				if err == nil {
					want = Apply(before, test.next)
				}
				if folded.Status != want.Status || folded.Offer.To != want.Offer.To || len(folded.Past) != len(want.Past) || !folded.Changed.Equal(want.Changed) {
					t.Errorf("FoldLawful(%s) leaves %+v, want %+v", form, folded, want)
				}
			}
		})
	}
}

// An event that follows is read and judged on the spot.
func TestLawfulAllocatesNothing(t *testing.T) {
	at := time.Date(2026, 11, 2, 18, 0, 0, 0, time.UTC)
	r := Referral{Subject: "case-1", Status: StatusOffered, Offer: Offer{To: 9_900_000_001, At: at, Deadline: at.Add(time.Minute)}}
	accepted := Accepted{By: 9_900_000_001}
	data, err := Encode(accepted)
	if err != nil {
		t.Fatal(err)
	}
	var m wire.Memory
	folded := new(Referral)
	if got := testing.AllocsPerRun(100, func() {
		*folded = r
		if err := FoldLawful(folded, &m, accepted.Kind(), uuid.UUID{15: 1}, at, data); err != nil {
			t.Fatal(err)
		}
	}); got > 0 {
		t.Errorf("FoldLawful allocates %v times, want 0", got)
	}
}
