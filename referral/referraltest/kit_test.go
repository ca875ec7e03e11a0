package referraltest_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
	"github.com/relevo-go/relevo/referral/referraltest"
)

// recorder is a test that writes down how it fails.
type recorder struct {
	testing.TB
	said     []string
	cleanups []func()
}

func (r *recorder) Helper()                           {}
func (r *recorder) Cleanup(f func())                  { r.cleanups = append(r.cleanups, f) }
func (r *recorder) Error(args ...any)                 { r.said = append(r.said, fmt.Sprint(args...)) }
func (r *recorder) Errorf(format string, args ...any) { r.Error(fmt.Sprintf(format, args...)) }
func (r *recorder) Fatal(args ...any)                 { r.Error(args...); r.Error("and ends"); runtime.Goexit() }
func (r *recorder) Fatalf(format string, args ...any) { r.Fatal(fmt.Sprintf(format, args...)) }

// failures runs a test as package testing does, and returns what it said.
func failures(test func(testing.TB)) string {
	r := &recorder{}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		test(r)
	}()
	<-ended
	for _, f := range r.cleanups {
		f()
	}
	return strings.Join(r.said, "\n")
}

// offered is a desk with two agents in Tampa and one referral, which the first
// of them is asked.
func offered(t testing.TB) (*referraltest.Desk, uuid.UUID) {
	d := referraltest.New(t, noon)
	d.Eligible(ana, "FL", "33602", "es")
	d.Eligible(ben, "FL", "33606", "es")
	return d, d.Requested(tampa)
}

// TestFailures: every way in which a test in the kit fails, and what it says.
func TestFailures(t *testing.T) {
	offeredToBen := `{"to":"1002","deadline":"2026-11-23T17:30:00Z","language":"es","meters":2046,"channels":["email"]}`
	const passesOn = "recorded: referral.expired.v1, referral.offered.v1\n    want: "
	tests := []struct {
		why  string
		test func(*referraltest.Desk, uuid.UUID)
		want string
	}{
		{"what is wanted happens", func(d *referraltest.Desk, id uuid.UUID) {
			d.Advance(15*time.Minute).Then(referral.Expired{From: ana, Deadline: noon.Add(15 * time.Minute)}, referral.Offered{To: ben})
			d.WhenReferral(id, referral.Accept{By: ana}).ThenRejected("R1", referral.ErrTooLate)
			d.WhenReferral(id, referral.Accept{By: ben}).Then(referral.Accepted{By: ben})
			d.WhenReferral(id, referral.Accept{By: ben}).ThenNothing()
		}, ""},
		{"zero fields match anything", func(d *referraltest.Desk, _ uuid.UUID) {
			d.Advance(15*time.Minute).Then(referral.Expired{}, referral.Offered{})
		}, ""},
		{"instants are compared as instants", func(d *referraltest.Desk, _ uuid.UUID) {
			east := noon.Add(15 * time.Minute).In(time.FixedZone("EST", -5*60*60))
			d.Advance(15*time.Minute).Then(referral.Expired{Deadline: east, At: east}, referral.Offered{At: east})
		}, ""},
		{"instants within a list are, too", func(d *referraltest.Desk, _ uuid.UUID) {
			l := d.License("GA")
			l.Lines[0].Issued = noon
			c := d.When(ana, l)
			l.Lines[0].Issued = noon.In(time.FixedZone("EST", -5*60*60))
			c.Then(agent.LicenseRecorded{Lines: l.Lines})
		}, ""},
		{"an empty list is as good as none recorded", func(d *referraltest.Desk, _ uuid.UUID) {
			l := d.License("GA")
			l.Lines = nil
			d.When(ana, l).Then(agent.LicenseRecorded{State: "GA", Lines: []agent.Line{}})
		}, ""},
		{"a field is wrong", func(d *referraltest.Desk, _ uuid.UUID) {
			d.Advance(15*time.Minute).Then(referral.Expired{From: ana}, referral.Offered{To: ana, Language: "ht", Channels: []agent.Channel{agent.Text}})
		}, passesOn + `referral.expired.v1, referral.offered.v1
wanted event 2, referral.offered.v1, differs from the nearest, event 2:
  To: want 1001, got 1002
  Language: want ht, got es
  Channels: want [text], got [email]`},
		{"an instant is wrong by a nanosecond", func(d *referraltest.Desk, _ uuid.UUID) {
			d.Advance(15*time.Minute).Then(referral.Expired{Deadline: noon.Add(15*time.Minute + 1)}, referral.Offered{})
		}, passesOn + `referral.expired.v1, referral.offered.v1
wanted event 1, referral.expired.v1, differs from the nearest, event 1:
  Deadline: want 2026-11-23 17:15:00.000000001 +0000 UTC, got 2026-11-23 17:15:00 +0000 UTC`},
		{"a number is wrong by less than its text shows", func(d *referraltest.Desk, _ uuid.UUID) {
			d.Advance(15*time.Minute).Then(referral.Expired{}, referral.Offered{Meters: 2047})
		}, passesOn + `referral.expired.v1, referral.offered.v1
wanted event 2, referral.offered.v1, differs from the nearest, event 2:
  Meters: want 2047, got 2046`},
		{"a policy differs", func(d *referraltest.Desk, _ uuid.UUID) {
			d.WhenPolicy(referral.Policy{Window: time.Hour}).Then(referral.PolicySet{Window: 15 * time.Minute})
		}, `recorded: desk.policy_set.v1
    want: desk.policy_set.v1
wanted event 1, desk.policy_set.v1, differs from the nearest, event 1:
  Window: want 15m0s, got 1h0m0s`},
		{"a list within a field is longer", func(d *referraltest.Desk, _ uuid.UUID) {
			d.When(ben, agent.SetChannels{Channels: []agent.Channel{agent.Text}}).Then(agent.ChannelsSet{Channels: []agent.Channel{agent.Text, agent.App}})
		}, `recorded: agent.channels_set.v1
    want: agent.channels_set.v1
wanted event 1, agent.channels_set.v1, differs from the nearest, event 1:
  Channels: want [text app], got [text]`},
		{"an event is missing", func(d *referraltest.Desk, _ uuid.UUID) {
			d.Advance(15*time.Minute).Then(referral.Expired{}, referral.Rescinded{}, referral.Offered{})
		}, passesOn + `referral.expired.v1, referral.rescinded.v1, referral.offered.v1
wanted event 2, referral.rescinded.v1, is not recorded, nor is any other of its kind`},
		{"an event is wanted twice", func(d *referraltest.Desk, _ uuid.UUID) {
			d.Advance(15*time.Minute).Then(referral.Expired{}, referral.Offered{To: ben}, referral.Offered{To: ben})
		}, passesOn + `referral.expired.v1, referral.offered.v1 ×2
wanted event 3, referral.offered.v1, is not recorded, and what is of its kind is wanted already`},
		{"an event is too many, and what is behind it is in order", func(d *referraltest.Desk, _ uuid.UUID) {
			d.Advance(15 * time.Minute).Then(referral.Offered{To: ben})
		}, passesOn + `referral.offered.v1
event 1 is not wanted: referral.expired.v1 {"from":"1001","deadline":"2026-11-23T17:15:00Z"}`},
		{"something happens where nothing should", func(d *referraltest.Desk, _ uuid.UUID) {
			d.Advance(15 * time.Minute).ThenNothing()
		}, passesOn + `nothing
event 1 is not wanted: referral.expired.v1 {"from":"1001","deadline":"2026-11-23T17:15:00Z"}
event 2 is not wanted: referral.offered.v1 ` + offeredToBen},
		{"nothing happens where something should", func(d *referraltest.Desk, _ uuid.UUID) {
			d.Advance(time.Minute).Then(referral.Expired{})
		}, `recorded: nothing
    want: referral.expired.v1
wanted event 1, referral.expired.v1, is not recorded, nor is any other of its kind`},
		{"the order is wrong", func(d *referraltest.Desk, _ uuid.UUID) {
			d.Advance(15*time.Minute).Then(referral.Offered{To: ben}, referral.Expired{From: ana})
		}, passesOn + `referral.offered.v1, referral.expired.v1
wanted event 2, referral.expired.v1, comes in another order, as event 1`},
		{"of two of a kind, the nearest is the one that differs least", func(d *referraltest.Desk, _ uuid.UUID) {
			d.Advance(30*time.Minute).Then(
				referral.Expired{From: ben, Deadline: noon.Add(time.Hour)}, referral.Offered{}, referral.Expired{From: ana}, referral.Waiting{})
		}, `recorded: referral.expired.v1, referral.offered.v1, referral.expired.v1, referral.waiting.v1
    want: referral.expired.v1, referral.offered.v1, referral.expired.v1, referral.waiting.v1
wanted event 1, referral.expired.v1, differs from the nearest, event 3:
  Deadline: want 2026-11-23 18:00:00 +0000 UTC, got 2026-11-23 17:30:00 +0000 UTC
wanted event 3, referral.expired.v1, comes in another order, as event 1`},
		{"more is wrong than anyone reads", func(d *referraltest.Desk, _ uuid.UUID) {
			d.Advance(time.Minute).Then(make30()...)
		}, "recorded: nothing\n    want: referral.withdrawn.v1 ×30\n" + lines(20, func(i int) string {
			return fmt.Sprintf("wanted event %d, referral.withdrawn.v1, is not recorded, nor is any other of its kind\n", i+1)
		}) + "and 10 more"},
		{"a command is refused", func(d *referraltest.Desk, id uuid.UUID) {
			d.WhenReferral(id, referral.Accept{By: ben}).Then(referral.Accepted{By: ben})
		}, "the answer is an error: no offer is held by this agent: agent 1002 was not asked (R23)"},
		{"a command is not refused", func(d *referraltest.Desk, id uuid.UUID) {
			d.WhenReferral(id, referral.Accept{By: ana}).ThenRejected("R1", referral.ErrTooLate)
		}, `the command was not refused, want a rejection by R1
recorded: referral.accepted.v1
    want: nothing
event 1 is not wanted: referral.accepted.v1 {"by":"1001"}`},
		{"a command that changes nothing is not refused", func(d *referraltest.Desk, id uuid.UUID) {
			d.When(ana, agent.ReviewProfile{}).ThenRejected("S13")
		}, "the command was not refused, want a rejection by S13"},
		{"another rule refuses", func(d *referraltest.Desk, id uuid.UUID) {
			d.WhenReferral(id, referral.Accept{By: ben}).ThenRejected("R1", referral.ErrNotOffered)
		}, "the rejection is by R23, want R1: no offer is held by this agent: agent 1002 was not asked (R23)"},
		{"the rejection is another error", func(d *referraltest.Desk, id uuid.UUID) {
			d.WhenReferral(id, referral.Accept{By: ben}).ThenRejected("R23", referral.ErrNotOffered, referral.ErrTooLate)
		}, `the rejection is not "the offer has expired": no offer is held by this agent: agent 1002 was not asked (R23)`},
		{"the error is no rejection", func(d *referraltest.Desk, id uuid.UUID) {
			d.Engine().Close()
			d.WhenReferral(id, referral.Accept{By: ana}).ThenRejected("R1")
		}, "the answer is the engine is closed, want a rejection by R1"},
		{"what the clock made due before a rejection is wanted, too", func(d *referraltest.Desk, id uuid.UUID) {
			d.Advance(14 * time.Minute)
			d.WhenReferral(id, referral.Accept{By: ben}).ThenRejectedAfter("R23", nil, referral.Expired{From: ana})
		}, `recorded: nothing
    want: referral.expired.v1
wanted event 1, referral.expired.v1, is not recorded, nor is any other of its kind`},
		{"nobody asks about a refusal, and the test goes on", func(d *referraltest.Desk, id uuid.UUID) {
			d.When(ana, agent.ChooseDisplay{Choice: 5})
			d.Advance(time.Minute).ThenNothing()
		}, "nobody asked about the outcome before, which is an error: display choice 5 is not one of 1, 2, 3, 4 (R26)"},
		{"nobody asks about a refusal, and the test ends", func(d *referraltest.Desk, id uuid.UUID) {
			d.When(ana, agent.ChooseDisplay{Choice: 5})
		}, "nobody asked about the outcome before, which is an error: display choice 5 is not one of 1, 2, 3, 4 (R26)"},
		{"a refusal may be asked for by hand", func(d *referraltest.Desk, id uuid.UUID) {
			if d.When(ana, agent.ChooseDisplay{Choice: 5}).Err() == nil {
				panic("display choice 5 is accepted")
			}
		}, ""},
		{"a given fact is refused", func(d *referraltest.Desk, _ uuid.UUID) {
			d.Given(ana, agent.ChooseDisplay{Choice: 5})
		}, "given: agent 1001: display choice 5 is not one of 1, 2, 3, 4 (R26)\nand ends"},
		{"a given request is refused", func(d *referraltest.Desk, _ uuid.UUID) {
			d.Requested(referral.Request{Subject: "case-2", State: "FL", ZIP: "33602"})
		}, "given: a request: the request has no language: give what the consumer speaks, such as es or en, the preferred one first (R14)\nand ends"},
		{"a referral is not there", func(d *referraltest.Desk, _ uuid.UUID) {
			d.Referral(uuid.Nil)
		}, "engine: referral 00000000-0000-0000-0000-000000000000: no such referral\nand ends"},
		{"a command of the desk itself is sent", func(d *referraltest.Desk, id uuid.UUID) {
			d.WhenReferral(id, referral.Expire{})
		}, "referral.Expire is not sent to a desk: send Accept, Decline, Withdraw, Contact or RecordOutcome\nand ends"},
		{"a command is sent by its address", func(d *referraltest.Desk, id uuid.UUID) {
			d.WhenReferral(id, &referral.Accept{By: ana})
		}, "*referral.Accept is not sent to a desk: send Accept, Decline, Withdraw, Contact or RecordOutcome\nand ends"},
		{"a policy breaks a rule", func(d *referraltest.Desk, _ uuid.UUID) {
			d.WhenPolicy(referral.Policy{})
		}, "opening the desk: the policy's window is 0s: give how long an offer stays open, such as 15m (S17)\nand ends"},
		{"an event is wanted by its address", func(d *referraltest.Desk, _ uuid.UUID) {
			d.Advance(15*time.Minute).Then(referral.Expired{}, &referral.Offered{To: ben})
		}, "the test wants as event 2 what no log holds: it is a *referral.Offered, so give the event by value"},
		{"an event is wanted by an address of nothing", func(d *referraltest.Desk, _ uuid.UUID) {
			d.Advance(time.Minute).Then((*referral.Offered)(nil))
		}, "the test wants as event 1 what no log holds: it is a *referral.Offered, so give the event by value"},
		{"no event is wanted as an event", func(d *referraltest.Desk, _ uuid.UUID) {
			d.Advance(time.Minute).Then(nil, nil)
		}, "the test wants as event 1 what no log holds: it is nil"},
		{"a type of the test's own is wanted", func(d *referraltest.Desk, _ uuid.UUID) {
			d.Advance(time.Minute).Then(wish{})
		}, "the test wants as event 1 what no log holds: it is a referraltest_test.wish, so give an event of package agent or referral"},
		{"a word is wanted", func(d *referraltest.Desk, _ uuid.UUID) {
			d.Advance(time.Minute).Then(word("referral.offered.v1"))
		}, "the test wants as event 1 what no log holds: it is a referraltest_test.word, so give an event of package agent or referral"},
	}
	for _, test := range tests {
		t.Run(test.why, func(t *testing.T) {
			got := failures(func(t testing.TB) { test.test(offered(t)) })
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("the test says (-want +got):\n%s", diff)
			}
		})
	}
}

// wish is an event that is none of the rulebook's.
type wish struct{ referral.Offered }

type word string

func (w word) Kind() string { return string(w) }

func make30() []book.Event {
	var events []book.Event
	for range 30 {
		events = append(events, referral.Withdrawn{})
	}
	return events
}

func lines(n int, line func(int) string) (text string) {
	for i := range n {
		text += line(i)
	}
	return text
}

// TestAdvance: everything that comes due on the way is done at the moment it
// comes due, what is due at the end included.
func TestAdvance(t *testing.T) {
	d, _ := offered(t)
	d.Given(ana, agent.SetAbsence{From: noon, Until: noon.Add(time.Hour)})
	at := func(m time.Duration) time.Time { return noon.Add(m * time.Minute) }
	d.Advance(25*time.Hour).Then(
		referral.Expired{From: ana, Deadline: at(15), At: at(15)},
		referral.Offered{To: ben, Deadline: at(30), At: at(15)},
		referral.Expired{From: ben, Deadline: at(30), At: at(30)},
		referral.Waiting{Until: at(30 + 24*60), At: at(30)},
		referral.Exhausted{At: at(30 + 24*60)},
	)
	if want := noon.Add(25 * time.Hour); !d.Now().Equal(want) {
		t.Errorf("Now() = %v, want %v", d.Now(), want)
	}
}

// TestAdvanceBack: the clock can be set back; recorded time never is (R25).
func TestAdvanceBack(t *testing.T) {
	d, id := offered(t)
	d.Advance(-time.Minute).ThenNothing()
	if want := noon.Add(-time.Minute); !d.Now().Equal(want) {
		t.Errorf("Now() = %v, want %v", d.Now(), want)
	}
	d.WhenReferral(id, referral.Decline{By: ana}).Then(referral.Declined{At: noon}, referral.Offered{To: ben, At: noon})
}

// TestPass: nothing happens until the next command, and what was due by then is
// recorded before it, at its time.
func TestPass(t *testing.T) {
	d, id := offered(t)
	before := d.Engine().Position()
	d.Pass(20 * time.Minute)
	if after := d.Engine().Position(); after != before {
		t.Errorf("the log is at position %d, want %d", after, before)
	}
	at := noon.Add(20 * time.Minute)
	d.WhenReferral(id, referral.Accept{By: ben}).Then(referral.Expired{From: ana, At: at}, referral.Offered{To: ben, At: at}, referral.Accepted{By: ben, At: at})
}

// TestDowntime: what comes due while nobody is there is done when the desk is
// back, once, and the next offer starts then (R18).
func TestDowntime(t *testing.T) {
	d, _ := offered(t)
	at := func(m time.Duration) time.Time { return noon.Add(m * time.Minute) }
	d.Downtime(25*time.Minute).Then(
		referral.Expired{From: ana, Deadline: at(15), At: at(25)},
		referral.Offered{To: ben, Deadline: at(40), At: at(25)},
	)
}

// TestRestart: a desk that is opened again on its log stands as it did, and
// records nothing for that.
func TestRestart(t *testing.T) {
	d, id := offered(t)
	before, digest := d.Engine().Digest()
	d.Restart()
	if after, again := d.Engine().Digest(); after != before || again != digest {
		t.Errorf("after a restart the state at position %d is %s, want %s at position %d", after, again, digest, before)
	}
	d.WhenReferral(id, referral.Accept{By: ana}).Then(referral.Accepted{By: ana})
	if r := d.Referral(id); r.Holder() != ana {
		t.Errorf("Referral = %+v, want it held by %s", r, ana)
	}
}

// TestEligible: an agent for whom nothing is missing is in the directory and in
// line, and a restart leaves the log's own IDs alone.
func TestEligible(t *testing.T) {
	d := referraltest.New(t, noon)
	for _, s := range []geo.State{"FL", "GA"} {
		d.Eligible(agent.NPN(1000+s.Index()), s, map[geo.State]geo.ZIP{"FL": "33602", "GA": "30303"}[s], "es")
		cards := d.Engine().Directory(s)
		if len(cards) != 1 || cards[0].NPN != agent.NPN(1000+s.Index()) {
			t.Errorf("Directory(%s) = %v, want agent %d", s, cards, 1000+s.Index())
		}
	}
	ids := map[uuid.UUID]bool{}
	d.Restart()
	d.Requested(tampa)
	for r, err := range d.Log().Read(t.Context(), 0) {
		if err != nil || ids[r.ID] {
			t.Fatalf("record %d has the ID %s of another: %v", r.Position, r.ID, err)
		}
		ids[r.ID] = true
	}
}
