package referral_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
)

// The conversations of a request with the rulebook.
func TestRequest(t *testing.T) {
	asked := []referral.Event{requested}
	play(t, []transcript{
		{why: "S1: a consumer asks for help.", when: request, then: asked},
		{why: "R31: the event records what was given and what it resolved to.",
			when: changed(func(c *referral.Request) { c.State, c.ZIP, c.Languages = "florida", "33602-1234", []string{"es-MX"} }),
			then: []referral.Event{referral.Requested{ID: id, Subject: "case-42", State: "FL", ZIP: "33602", Resolved: tampa,
				Languages: []spoken.Language{{Tag: "es-MX", Key: "es"}}, At: noon}}},
		{why: "R13: languages keep their order, each once.",
			when: changed(func(c *referral.Request) { c.Languages = []string{"ht", "es", "es-419"} }),
			then: []referral.Event{referral.Requested{ID: id, Subject: "case-42", State: "FL", ZIP: "33602", Resolved: tampa,
				Languages: []spoken.Language{{Tag: "ht", Key: "ht"}, {Tag: "es", Key: "es"}}, At: noon}}},
		{why: "R15: a point is enough.",
			when: changed(func(c *referral.Request) { c.ZIP, c.Point, c.Resolved = "", miami, geo.Point{} }),
			then: []referral.Event{referral.Requested{ID: id, Subject: "case-42", State: "FL", Point: miami, Languages: spanish, At: noon}}},
		{why: "R15: nowhere is not enough.", when: changed(func(c *referral.Request) { c.ZIP, c.Resolved = "", geo.Point{} }), rule: "R15"},
		{why: "R15: nor is a ZIP that no table knows.", when: changed(func(c *referral.Request) { c.Resolved = geo.Point{} }), rule: "R15"},
		{why: "R16: what is no ZIP is refused.", when: changed(func(c *referral.Request) { c.ZIP = "3360" }), rule: "R16"},
		{why: "S14: the consumer resides in a state.", when: changed(func(c *referral.Request) { c.State = "Ontario" }), rule: "S14"},
		{why: "R14: a consumer without a language is refused.", when: changed(func(c *referral.Request) { c.Languages = nil }), rule: "R14"},
		{why: "R27: what is no language tag is refused.", when: changed(func(c *referral.Request) { c.Languages = []string{"es", "english"} }), rule: "R27", is: spoken.ErrMalformed},
		{why: "R29: the subject is a key, and there is one.", when: changed(func(c *referral.Request) { c.Subject = "" }), rule: "R29"},
		{why: "R29: a key is short.", when: changed(func(c *referral.Request) { c.Subject = strings.Repeat("x", 201) }), rule: "R29"},
		{why: "R29: a key is one line.", when: changed(func(c *referral.Request) { c.Subject = "a\nb" }), rule: "R29"},
		{why: "R23: a request has an ID.", when: changed(func(c *referral.Request) { c.ID = uuid.Nil }), rule: "R23"},
		{why: "R23: repeated with the same content, it answers as the first time, later too.",
			given: asked, when: changed(func(c *referral.Request) { c.At = noon.Add(time.Hour) })},
		{why: "R23, R31: also with a newer table, which knows the ZIP no more.",
			given: asked, when: changed(func(c *referral.Request) { c.Resolved = geo.Point{} })},
		{why: "R23: also when it has ended.", given: []referral.Event{requested, referral.Withdrawn{At: noon}}, when: request},
		{why: "R23: with another subject it is refused.", given: asked, when: changed(func(c *referral.Request) { c.Subject = "case-43" }), rule: "R23", is: referral.ErrExists},
		{why: "R23: with another state.", given: asked, when: changed(func(c *referral.Request) { c.State = "GA" }), rule: "R23", is: referral.ErrExists},
		{why: "R23: with another ZIP.", given: asked, when: changed(func(c *referral.Request) { c.ZIP = "33101" }), rule: "R23", is: referral.ErrExists},
		{why: "R23: with a point.", given: asked, when: changed(func(c *referral.Request) { c.Point = miami }), rule: "R23", is: referral.ErrExists},
		{why: "R23: with other languages.", given: asked, when: changed(func(c *referral.Request) { c.Languages = []string{"es", "en"} }), rule: "R23", is: referral.ErrExists},
		{why: "S1: what was not requested is not found.", when: referral.Accept{By: 17, At: noon}, rule: "S1", is: referral.ErrNotFound},
		{why: "S1: by the desk neither.", when: referral.Wait{At: noon}, rule: "S1", is: referral.ErrNotFound},
	})
}

// R1: the window is half-open, and the time the command carries decides.
func TestR1_WindowIsHalfOpen(t *testing.T) {
	open := []referral.Event{requested, offered(17, 0)}
	local := time.FixedZone("", -5*60*60)
	for _, c := range []struct {
		after time.Duration
		open  bool
	}{{0, true}, {window - time.Nanosecond, true}, {window, false}, {window + time.Nanosecond, false}} {
		at := noon.Add(c.after)
		accept := transcript{why: "S17: accepted after " + c.after.String(), given: open, when: referral.Accept{By: 17, At: at}}
		decline := transcript{why: "S17: declined after " + c.after.String(), given: open, when: referral.Decline{By: 17, At: at.In(local)}}
		expire := transcript{why: "S17: expired after " + c.after.String(), given: open, when: referral.Expire{At: at}}
		if c.open {
			accept.then = []referral.Event{referral.Accepted{By: 17, At: at}}
			decline.then = []referral.Event{referral.Declined{By: 17, At: at}}
			expire.rule = "R1"
		} else {
			accept.rule, accept.is = "R1", referral.ErrTooLate
			decline.rule, decline.is = "R1", referral.ErrTooLate
			// R18: the expiry names the deadline it missed.
			expire.then = []referral.Event{referral.Expired{From: 17, Deadline: noon.Add(window), At: at}}
		}
		play(t, []transcript{accept, decline, expire})
	}
}

// The conversations of agents, consumers and the desk with a referral.
func TestConversations(t *testing.T) {
	at, later := noon.Add(time.Minute), noon.Add(16*time.Minute)
	open := []referral.Event{requested, offered(17, 0)}
	accepted := list(open, referral.Accepted{By: 17, At: at})
	declined := list(open, referral.Declined{By: 17, At: at})
	expired := list(open, referral.Expired{From: 17, Deadline: noon.Add(window), At: later})
	rescinded := list(open, referral.Rescinded{From: 17, Reasons: lost, At: at})
	waiting := []referral.Event{requested, referral.Waiting{Until: noon.Add(24 * time.Hour), At: noon}}
	exhausted := list(waiting, referral.Exhausted{At: noon.Add(24 * time.Hour)})
	withdrawn := list(open, referral.Withdrawn{At: at})
	offer := referral.MakeOffer{To: 18, Deadline: later.Add(window), Language: "es", Meters: 100, Channels: []agent.Channel{agent.Email}, At: later}
	play(t, []transcript{
		// R23: every pair of answers.
		{why: "R23: accept after accept answers as the first time.", given: accepted, when: referral.Accept{By: 17, At: at}},
		{why: "R23: after the deadline too, for it took effect in time.", given: accepted, when: referral.Accept{By: 17, At: noon.Add(time.Hour)}},
		{why: "R23: decline after accept is refused.", given: accepted, when: referral.Decline{By: 17, At: at}, rule: "R23", is: referral.ErrAnswered},
		{why: "R23: decline after decline answers as the first time.", given: declined, when: referral.Decline{By: 17, Reason: "another one", At: later}},
		{why: "R23: accept after decline is refused.", given: declined, when: referral.Accept{By: 17, At: at}, rule: "R23", is: referral.ErrAnswered},
		{why: "R23: also while the next holds the offer.", given: list(declined, offered(18, 2*time.Minute)), when: referral.Accept{By: 17, At: noon.Add(3 * time.Minute)}, rule: "R23", is: referral.ErrAnswered},
		{why: "R23: who declined may say so again while the next holds the offer, and no harm comes.",
			given: list(declined, offered(18, 2*time.Minute)), when: referral.Decline{By: 17, At: noon.Add(3 * time.Minute)}},
		{why: "R23: accept by one who is not the holder is refused.", given: open, when: referral.Accept{By: 18, At: at}, rule: "R23", is: referral.ErrNotOffered},
		{why: "R23: decline by one who is not the holder too.", given: open, when: referral.Decline{By: 18, At: at}, rule: "R23", is: referral.ErrNotOffered},
		{why: "R23: nobody is not the holder of nothing.", given: []referral.Event{requested}, when: referral.Accept{At: at}, rule: "R23", is: referral.ErrNotOffered},
		{why: "R23: accept by another after accept is refused.", given: accepted, when: referral.Accept{By: 18, At: at}, rule: "R23", is: referral.ErrNotOffered},
		{why: "R23: decline by another after accept too.", given: accepted, when: referral.Decline{By: 18, At: at}, rule: "R23", is: referral.ErrNotOffered},
		{why: "R23: accept while waiting, by one not asked, is refused.", given: waiting, when: referral.Accept{By: 17, At: at}, rule: "R23", is: referral.ErrNotOffered},
		{why: "S17: a decline keeps its reason.", given: open, when: referral.Decline{By: 17, Reason: "on leave", At: at},
			then: []referral.Event{referral.Declined{By: 17, Reason: "on leave", At: at}}},
		{why: "R29: a reason is one line.", given: open, when: referral.Decline{By: 17, Reason: "a\nb", At: at}, rule: "R29"},
		{why: "R29: a reason is short.", given: open, when: referral.Decline{By: 17, Reason: strings.Repeat("x", 201), At: at}, rule: "R29"},

		// R1, R7, R8: answers to an offer that has ended.
		{why: "R8: an accept after the expiry was recorded is too late.", given: expired, when: referral.Accept{By: 17, At: later}, rule: "R1", is: referral.ErrTooLate},
		{why: "R8: a decline too.", given: expired, when: referral.Decline{By: 17, At: later}, rule: "R1", is: referral.ErrTooLate},
		{why: "R7: an accept after the rescission finds no offer.", given: rescinded, when: referral.Accept{By: 17, At: at}, rule: "R7", is: referral.ErrNotOffered},
		{why: "R7: a decline neither.", given: rescinded, when: referral.Decline{By: 17, At: at}, rule: "R7", is: referral.ErrNotOffered},
		{why: "R7: a rescission without a reason, as no reader lets in, is no panic.",
			given: list(open, referral.Rescinded{From: 17, At: at}), when: referral.Accept{By: 17, At: at}, rule: "R7", is: referral.ErrNotOffered},
		{why: "R24: an accept after the withdrawal finds it ended.", given: withdrawn, when: referral.Accept{By: 17, At: at}, rule: "R24", is: referral.ErrEnded},
		{why: "R24: and by one who was not asked.", given: withdrawn, when: referral.Decline{By: 18, At: at}, rule: "R24", is: referral.ErrEnded},
		{why: "R10: an accept after exhaustion finds it ended.", given: exhausted, when: referral.Accept{By: 17, At: at}, rule: "R24", is: referral.ErrEnded},

		// R24: withdrawal.
		{why: "R24: a consumer withdraws between two steps.", given: []referral.Event{requested}, when: referral.Withdraw{At: at}, then: []referral.Event{referral.Withdrawn{At: at}}},
		{why: "R24: during an offer.", given: open, when: referral.Withdraw{At: at}, then: []referral.Event{referral.Withdrawn{At: at}}},
		{why: "R24: while waiting.", given: waiting, when: referral.Withdraw{At: at}, then: []referral.Event{referral.Withdrawn{At: at}}},
		{why: "R24, R23: once.", given: withdrawn, when: referral.Withdraw{At: later}},
		{why: "R24: not after acceptance.", given: accepted, when: referral.Withdraw{At: at}, rule: "R24", is: referral.ErrEnded},
		{why: "R24: not after exhaustion.", given: exhausted, when: referral.Withdraw{At: at}, rule: "R24", is: referral.ErrEnded},

		// The desk's own steps.
		{why: "S1: the first in line is asked.", given: []referral.Event{requested}, when: offer,
			then: []referral.Event{referral.Offered{To: 18, Deadline: later.Add(window), Language: "es", Meters: 100, Channels: []agent.Channel{agent.Email}, At: later}}},
		{why: "S17: after a decline, the next.", given: declined, when: offer,
			then: []referral.Event{referral.Offered{To: 18, Deadline: later.Add(window), Language: "es", Meters: 100, Channels: []agent.Channel{agent.Email}, At: later}}},
		{why: "R10: one who turns up while it waits.", given: waiting, when: offer,
			then: []referral.Event{referral.Offered{To: 18, Deadline: later.Add(window), Language: "es", Meters: 100, Channels: []agent.Channel{agent.Email}, At: later}}},
		{why: "R11: not one who declined.", given: list([]referral.Event{requested, offered(18, 0)}, referral.Declined{By: 18, At: at}), when: offer, rule: "R11"},
		{why: "R11: nor one who let it expire.", given: list([]referral.Event{requested, offered(18, 0)}, referral.Expired{From: 18, Deadline: noon.Add(window), At: later}), when: offer, rule: "R11"},
		{why: "R11: nor one whose offer was rescinded.", given: list([]referral.Event{requested, offered(18, 0)}, referral.Rescinded{From: 18, Reasons: lost, At: at}), when: offer, rule: "R11"},
		{why: "R11: nor anybody while an offer is open.", given: open, when: offer, rule: "R11"},
		{why: "R11: nor after an acceptance.", given: accepted, when: offer, rule: "R11"},
		{why: "R11: nor after the end.", given: exhausted, when: offer, rule: "R11"},
		{why: "R1: an offer that is over as it begins is none.", given: []referral.Event{requested},
			when: referral.MakeOffer{To: 18, Deadline: later, Language: "es", At: later}, rule: "R1"},
		{why: "R13: an offer is to somebody.", given: []referral.Event{requested}, when: referral.MakeOffer{Deadline: later, Language: "es", At: at}, rule: "R13"},
		{why: "R13: an offer records the language that matched.", given: []referral.Event{requested}, when: referral.MakeOffer{To: 18, Deadline: later, At: at}, rule: "R13"},
		{why: "R18: what expired once is not expired again.", given: expired, when: referral.Expire{At: later}},
		{why: "R7: an offer is rescinded for its reasons.", given: open, when: referral.Rescind{Reasons: lost, At: at},
			then: []referral.Event{referral.Rescinded{From: 17, Reasons: lost, At: at}}},
		{why: "R7: not without.", given: open, when: referral.Rescind{At: at}, rule: "R7"},
		{why: "R9: nothing is rescinded after acceptance.", given: accepted, when: referral.Rescind{Reasons: lost, At: at}},
		{why: "R10: with nobody in line it waits, not lost.", given: declined, when: referral.Wait{Until: noon.Add(time.Hour), At: at},
			then: []referral.Event{referral.Waiting{Until: noon.Add(time.Hour), At: at}}},
		{why: "R10: it waits for ever with no end.", given: declined, when: referral.Wait{At: at}, then: []referral.Event{referral.Waiting{At: at}}},
		{why: "R10: waiting does not begin anew.", given: waiting, when: referral.Wait{Until: noon.Add(24 * time.Hour), At: at}},
		{why: "R30: a new policy changes until when it waits.", given: waiting, when: referral.Wait{Until: later, At: at},
			then: []referral.Event{referral.Waiting{Until: later, At: at}}},
		{why: "R10: an open offer does not wait.", given: open, when: referral.Wait{At: at}, rule: "R10"},
		{why: "R10: nor does what has ended.", given: accepted, when: referral.Wait{At: at}, rule: "R10"},
		{why: "R10: giving up is not before its time,", given: waiting, when: referral.Exhaust{At: noon.Add(24*time.Hour - 1)}, rule: "R10"},
		{why: "R10: but at it.", given: waiting, when: referral.Exhaust{At: noon.Add(24 * time.Hour)}, then: []referral.Event{referral.Exhausted{At: noon.Add(24 * time.Hour)}}},
		{why: "R10: giving up never bounds an open offer.", given: open, when: referral.Exhaust{At: noon.Add(240 * time.Hour)}, rule: "R10"},
		{why: "R10: nor a wait for ever.", given: []referral.Event{requested, referral.Waiting{At: noon}}, when: referral.Exhaust{At: noon.Add(240 * time.Hour)}, rule: "R10"},
		{why: "R10: it gives up once.", given: exhausted, when: referral.Exhaust{At: noon.Add(25 * time.Hour)}},

		// B5: closing the loop.
		{why: "B5: the holder reached the consumer.", given: accepted, when: referral.Contact{By: 17, At: later}, then: []referral.Event{referral.Contacted{By: 17, At: later}}},
		{why: "B5, R23: once.", given: list(accepted, referral.Contacted{By: 17, At: at}), when: referral.Contact{By: 17, At: later}},
		{why: "B5: nobody else did.", given: accepted, when: referral.Contact{By: 18, At: later}, rule: "B5", is: referral.ErrNotOffered},
		{why: "B5: nobody did before acceptance.", given: open, when: referral.Contact{By: 17, At: at}, rule: "B5", is: referral.ErrNotOffered},
		{why: "B5: an outcome is recorded, without a contact too.", given: accepted, when: referral.RecordOutcome{By: 17, Outcome: referral.Enrolled, At: later},
			then: []referral.Event{referral.OutcomeRecorded{By: 17, Outcome: referral.Enrolled, At: later}}},
		{why: "B5: a later one replaces it.", given: list(accepted, referral.OutcomeRecorded{By: 17, Outcome: referral.NotReached, At: at}),
			when: referral.RecordOutcome{By: 17, Outcome: referral.Other, At: later}, then: []referral.Event{referral.OutcomeRecorded{By: 17, Outcome: referral.Other, At: later}}},
		{why: "B5, R23: the same is no news.", given: list(accepted, referral.OutcomeRecorded{By: 17, Outcome: referral.NotInterested, At: at}),
			when: referral.RecordOutcome{By: 17, Outcome: referral.NotInterested, At: later}},
		{why: "B5: there are four outcomes.", given: accepted, when: referral.RecordOutcome{By: 17, Outcome: "married", At: later}, rule: "B5"},
		{why: "B5: of an accepted referral only.", given: withdrawn, when: referral.RecordOutcome{By: 17, Outcome: referral.Other, At: later}, rule: "B5", is: referral.ErrNotOffered},
	})
}

func TestDecideRefusesWhatIsNoCommand(t *testing.T) {
	for _, c := range []referral.Command{nil, &referral.Accept{By: 17}, (*referral.Withdraw)(nil)} {
		if got, err := referral.Decide(after(requested), c); got != nil || err == nil {
			t.Errorf("Decide(%T) = %v, %v, want an error", c, got, err)
		}
	}
	if r := referral.Apply(after(requested), nil); r.Status != referral.StatusPending {
		t.Errorf("Apply(nil) = %+v, want what was", r)
	}
}
