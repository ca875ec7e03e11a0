package referral_test

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/referral"
)

// A referral's life, step by step: its status, who holds what, and what the
// clock has to do next.
func TestLife(t *testing.T) {
	minute := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Minute) }
	var never time.Time
	steps := []struct {
		why    string
		event  referral.Event
		status referral.Status
		to     agent.NPN // of the open or accepted offer
		past   int
		due    time.Time // zero for never
	}{
		{"Requested, it is between two steps, and due at its last time.", requested, referral.StatusPending, 0, 0, noon},
		{"Offered, it is due at the deadline (S17).", offered(17, 0), referral.StatusOffered, 17, 0, minute(15)},
		{"Declined, it passes on.", referral.Declined{By: 17, At: minute(3)}, referral.StatusPending, 0, 1, minute(3)},
		{"Nobody is in line: it waits (R10).", referral.Waiting{Until: minute(63), At: minute(3)}, referral.StatusWaiting, 0, 1, minute(63)},
		{"Somebody turned up.", offered(18, 10*time.Minute), referral.StatusOffered, 18, 1, minute(25)},
		{"The deadline passed.", referral.Expired{From: 18, Deadline: minute(25), At: minute(26)}, referral.StatusPending, 0, 2, minute(26)},
		{"The next begins now and not at the deadline (R18).", offered(19, 26*time.Minute), referral.StatusOffered, 19, 2, minute(41)},
		{"It lost its license (R7).", referral.Rescinded{From: 19, Reasons: lost, At: minute(30)}, referral.StatusPending, 0, 3, minute(30)},
		{"It waits for ever.", referral.Waiting{At: minute(30)}, referral.StatusWaiting, 0, 3, never},
		{"Another turned up.", offered(20, 40*time.Minute), referral.StatusOffered, 20, 3, minute(55)},
		{"Accepted, it has ended.", referral.Accepted{By: 20, At: minute(41)}, referral.StatusAccepted, 20, 3, never},
		{"The holder called (B5).", referral.Contacted{By: 20, At: minute(50)}, referral.StatusAccepted, 20, 3, never},
		{"And enrolled the consumer, which does not change that it ended (B5).",
			referral.OutcomeRecorded{By: 20, Outcome: referral.Enrolled, At: minute(90)}, referral.StatusAccepted, 20, 3, never},
	}
	var r referral.Referral
	for _, step := range steps {
		r = referral.Apply(r, step.event)
		due, is := referral.Due(r)
		if r.Status != step.status || r.Offer.To != step.to || len(r.Past) != step.past || is == step.due.IsZero() || is && !due.Equal(step.due) {
			t.Errorf("%s\nStatus %s, to %s, %d past, due %s %v; want %s, %s, %d, %s", step.why, r.Status, r.Offer.To, len(r.Past), due, is, step.status, step.to, step.past, step.due)
		}
		if want := step.event.When(); !r.Changed.Equal(want) {
			t.Errorf("%s\nChanged = %s, want %s", step.why, r.Changed, want)
		}
		holder := agent.NPN(0)
		if r.Status == referral.StatusAccepted {
			holder = 20
		}
		if r.Holder() != holder || r.Status.Ended() != (holder != 0) {
			t.Errorf("%s\nHolder = %s, Ended = %v", step.why, r.Holder(), r.Status.Ended())
		}
	}
	for n, want := range map[agent.NPN]referral.Ending{17: referral.EndedDeclined, 18: referral.EndedExpired, 19: referral.EndedRescinded} {
		if i := int(n - 17); r.Past[i].To != n || r.Past[i].Ending != want || !r.Asked(n) {
			t.Errorf("past offer %d = %+v, want to agent %s, %s", i, r.Past[i], n, want)
		}
	}
	if r.Asked(21) || r.Asked(0) || !r.Asked(20) || !r.Contacted.Equal(minute(50)) || r.Outcome != referral.Enrolled {
		t.Errorf("the referral ends as %+v", r)
	}
	withdrawn := after(requested, offered(17, 0), referral.Withdrawn{At: minute(1)})
	if _, is := referral.Due(withdrawn); is || withdrawn.Offer.To != 0 || withdrawn.Past[0].Ending != referral.EndedWithdrawn || !withdrawn.Status.Ended() {
		t.Errorf("R24: withdrawn during an offer: %+v, want it ended with its offer", withdrawn)
	}
}

// randomCommand returns any command after the first, at an instant.
func randomCommand(rng *rand.Rand, at time.Time) referral.Command {
	n := agent.NPN(1 + rng.IntN(4))
	switch rng.IntN(12) {
	case 0:
		return referral.Accept{By: n, At: at}
	case 1:
		return referral.Decline{By: n, At: at}
	case 2:
		if rng.IntN(4) > 0 {
			return referral.Expire{At: at}
		}
		return referral.Withdraw{At: at}
	case 3:
		return referral.Contact{By: n, At: at}
	case 4:
		return referral.RecordOutcome{By: n, Outcome: []referral.Outcome{referral.Enrolled, referral.Other}[rng.IntN(2)], At: at}
	case 5, 6, 7:
		return referral.MakeOffer{To: n, Deadline: at.Add(window), Language: "es", Meters: -1, Channels: []agent.Channel{agent.App}, At: at}
	case 8:
		return referral.Rescind{Reasons: lost, At: at}
	case 9:
		return referral.Wait{Until: at.Add(time.Hour), At: at}
	case 10:
		return referral.Exhaust{At: at}
	default:
		return request
	}
}

// Whatever comes, in any order: a referral has at most one open offer and one
// holder, nobody is asked twice (R11), nothing but contact and outcome follows
// acceptance, nothing follows the other ends, what was accepted changes nothing
// when it comes again (R23), what Decide makes reads back as it was (R31), and
// Apply leaves its argument alone.
func TestInvariants(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	ends := map[referral.Status]int{}
	local := time.FixedZone("", -5*60*60)
	for range 1_500 {
		r, at := after(requested), noon
		asked := map[agent.NPN]bool{}
		for range 30 {
			at = at.Add(time.Duration(rng.IntN(20)) * time.Minute)
			c := randomCommand(rng, at.In(local))
			events, err := referral.Decide(r, c)
			if err != nil {
				if len(events) > 0 {
					t.Fatalf("Decide(%+v) = %v and %v, want one of them", c, events, err)
				}
				continue
			}
			before, was := text(t, r), r
			for _, e := range events {
				if was.Status == referral.StatusExhausted || was.Status == referral.StatusWithdrawn {
					t.Fatalf("%s follows %s", e.Kind(), was.Status)
				}
				switch e := e.(type) {
				case referral.Offered:
					if asked[e.To] {
						t.Fatalf("R11: agent %s is asked twice", e.To)
					}
					asked[e.To] = true
				case referral.Contacted, referral.OutcomeRecorded:
				default:
					if was.Status == referral.StatusAccepted {
						t.Fatalf("%s follows acceptance", e.Kind())
					}
				}
				data, err := referral.Encode(e)
				if err != nil {
					t.Fatal(err)
				}
				read, err := referral.Decode(e.Kind(), id, e.When().UTC(), data)
				if err != nil || !reflect.DeepEqual(read, e) {
					t.Fatalf("%s %s reads back as %+v, %v, want %+v", e.Kind(), data, read, err, e)
				}
				r = referral.Apply(r, e)
				made := text(t, r)
				referral.Apply(was, referral.Expired{From: 99, At: at})
				if text(t, r) != made {
					t.Fatalf("a later Apply to the same referral changed %s to %s", made, text(t, r))
				}
			}
			if text(t, was) != before {
				t.Fatalf("Apply changed its argument from %s to %s", before, text(t, was))
			}
			again := text(t, r)
			if more, _ := referral.Decide(r, c); len(more) > 0 {
				t.Fatalf("Decide(%+v) again = %+v, want nothing", c, more)
			}
			if (r.Offer.To != 0) != (r.Status == referral.StatusOffered || r.Status == referral.StatusAccepted) {
				t.Fatalf("a referral that is %s has the offer %+v", r.Status, r.Offer)
			}
			if _, due := referral.Due(r); due == r.Status.Ended() && r.Status != referral.StatusWaiting {
				t.Fatalf("a referral that is %s: due %v", r.Status, due)
			}
			if again != text(t, r) {
				t.Fatal("Decide changed its argument")
			}
		}
		ends[r.Status]++
	}
	for _, s := range []referral.Status{referral.StatusAccepted, referral.StatusExhausted, referral.StatusWithdrawn, referral.StatusWaiting} {
		if ends[s] < 20 {
			t.Errorf("%d random lives end %s: the sample shows too little: %v", ends[s], s, ends)
		}
	}
}

func text(t *testing.T, r referral.Referral) string {
	t.Helper()
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
