package referral_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/agent/wire"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
)

// checkShort holds that an error's text is short and repeats at most 64
// characters of each input in a row.
func checkShort(t *testing.T, err error, inputs ...string) {
	t.Helper()
	text := err.Error()
	if len(text) > 3000 {
		t.Fatalf("the error of %q has %d bytes: %s", inputs, len(text), text)
	}
	text = strings.ReplaceAll(text, `\\`, `\`) // as quoting doubles them
	for _, input := range inputs {
		for r := []rune(input); len(r) > 64; r = r[1:] {
			if strings.Contains(text, string(r[:65])) {
				t.Fatalf("the error of %q repeats too much of it: %s", input, text)
			}
		}
	}
}

// FuzzPolicy makes a policy of any JSON and of any values: what is read passes
// its check, what passes is written and read again as the same policy, and
// what does not is not read.
func FuzzPolicy(f *testing.F) {
	for _, line := range lines(f, policies[0].Kind()) {
		f.Add([]byte(line), int64(15*time.Minute), int64(24*time.Hour), int64(50_000), int64(3), "2026", "7")
	}
	nines := strings.Repeat("9", 100)
	f.Add([]byte(`{"window":"`+nines+`","give_up":"24h0m0s","radius_meters":0,"max_open_offers":0,"terms":{"cms":"","help_on_demand":""}}`),
		int64(0), int64(-1), int64(-1), int64(-1), " 2026", "\x00")
	f.Add([]byte(`{"window":"15m","give_up":"0","radius_meters":`+nines+`,"max_open_offers":0,"terms":{"cms":"","help_on_demand":""}}`),
		int64(1)<<62, int64(0), int64(1)<<62, int64(1), "\u2028<&>", strings.Repeat("é", 100))
	f.Add([]byte(`{"window":"15m","give_up":"0","radius_meters":1e2,"max_open_offers":0,"terms":{"cms":"","help_on_demand":"","`+nines+`":""}}`),
		int64(1), int64(1), int64(1), int64(0), "\xff", strings.Repeat("é", 101))
	f.Fuzz(func(t *testing.T, data []byte, window, giveUp, radius, open int64, cms, helpOnDemand string) {
		var read referral.Policy
		if err := json.Unmarshal(data, &read); err != nil {
			checkShort(t, err, string(data))
		} else {
			checkPolicy(t, read, true)
		}
		p := referral.Policy{
			Window: time.Duration(window), GiveUp: time.Duration(giveUp), Radius: geo.Meters(radius), MaxOpenOffers: int(open),
			Terms: agent.Terms{CMS: cms, HelpOnDemand: helpOnDemand},
		}
		err := p.Check()
		if err != nil {
			if _, ok := errors.AsType[*referral.Rejection](err); !ok {
				t.Fatalf("Check of %+v = %v", p, err)
			}
			checkShort(t, err, cms, helpOnDemand)
		}
		if utf8.ValidString(cms + "/" + helpOnDemand) { // JSON has no form of any other text
			checkPolicy(t, p, err == nil)
		}
	})
}

// checkPolicy holds that a policy, as itself and as the data of its event, is
// written and, if it is in order, read again as the same.
func checkPolicy(t *testing.T, p referral.Policy, ok bool) {
	t.Helper()
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatalf("%+v cannot be written: %v", p, err)
	}
	var again referral.Policy
	if err := json.Unmarshal(data, &again); (err == nil) != ok || ok && again != p {
		t.Fatalf("%+v is written as %s, which reads as %+v, %v, want it read: %v", p, data, again, err, ok)
	}
	if data, err = wire.Encode(referral.PolicySet(p)); err != nil {
		t.Fatalf("the event of %+v cannot be written: %v", p, err)
	}
	if e, err := referral.DecodePolicy(data); (err == nil) != ok || ok && referral.Policy(e) != p {
		t.Fatalf("%+v is recorded as %s, which reads as %+v, %v, want it read: %v", p, data, e, err, ok)
	}
	if (p.Check() == nil) != ok {
		t.Fatalf("Check of %+v = %v, want it in order: %v", p, p.Check(), ok)
	}
}

// FuzzDecide leads a referral through any commands, three bytes each, with any
// texts and numbers: what Decide makes is read again as it was made, a repeated
// command makes nothing (R23), and no more than one offer is ever open.
func FuzzDecide(f *testing.F) {
	asked := []byte{0, 0, 0, 5, 1, 0}
	f.Add(asked, "case-42", "FL", "33602", "es-MX", int64(100), int64(0))
	f.Add(append(asked[:6:6], 1, 1, 1, 9, 1, 1, 10, 0, 1, 10, 1, 1), "case-42", "florida", "", "en", int64(-1), int64(0))
	f.Add(append(asked[:6:6], 2, 1, 1, 5, 2, 1, 6, 0, 200, 7, 0, 0, 8, 0, 255), "case-42", "TX", "33602-1234", "en_us", int64(0), int64(1)<<50)
	f.Add(append(asked[:6:6], 11, 1, 1, 5, 3, 1, 4, 0, 1), "<&>\u2028", "PR", "00601", "zh-yue", int64(-7), int64(3))
	f.Add([]byte{0, 0, 0, 12, 0, 1, 7, 0, 250, 8, 0, 255}, "a", "AS", "", "ase", int64(geo.Unreachable), int64(-62_135_596_801))
	f.Add([]byte{0, 0, 0, 12, 0, 1}, "a", "AS", "", "ase", int64(100), noon.Unix()+900)
	f.Add([]byte{0, 0, 0, 13, 0, 1}, "a", "AS", "", "ase", int64(100), int64(1)<<50)
	f.Add(append(asked[:6:6], 4, 0, 200), "a", "AS", "", "ase", int64(100), int64(0))
	f.Add(append(asked[:6:6], 4, 0, 1), "a", "florida", "", "ase", int64(100), int64(0))
	f.Add([]byte{0, 0, 0}, strings.Repeat("s", 201), strings.Repeat("t", 70), strings.Repeat("9", 70), strings.Repeat("x", 70), int64(0), int64(0))
	f.Fuzz(func(t *testing.T, commands []byte, subject, state, zip, tag string, n, second int64) {
		p, _ := geo.PointE7(int32(n), int32(n>>32))
		var r referral.Referral
		at := noon
		for b := commands; len(b) >= 3 && len(b) > len(commands)-60; b = b[3:] {
			by := agent.NPN(b[1] % 4)
			at = at.Add(time.Duration(b[2]) * time.Minute / 4)
			offer := referral.MakeOffer{To: by, Deadline: at.Add(window), Language: "es", Meters: geo.Meters(b[2]) - 1, Channels: []agent.Channel{agent.App}, At: at}
			strange := referral.MakeOffer{To: agent.NPN(n), Deadline: time.Unix(second, n), Language: spoken.Key(tag), Meters: geo.Meters(n), Channels: []agent.Channel{agent.Text, agent.Channel(tag)}[:1+b[2]%2], At: at}
			c := []referral.Command{
				referral.Request{ID: uuid.UUID{15: 1}, Subject: subject, State: geo.State(state), ZIP: geo.ZIP(zip), Point: p, Resolved: tampa, Languages: []string{"es", tag}[b[1]%2:], At: at},
				referral.Accept{By: by, At: at},
				referral.Decline{By: by, Reason: subject, At: at},
				referral.Withdraw{At: at},
				referral.Rescind{Reasons: []agent.Reason{{Code: agent.Code(b[2]), State: geo.State(state)}}, At: at},
				offer,
				referral.Expire{At: at},
				referral.Wait{Until: at.Add(time.Hour), At: at},
				referral.Exhaust{At: at},
				referral.Contact{By: by, At: at},
				referral.RecordOutcome{By: by, Outcome: []referral.Outcome{referral.Enrolled, referral.Other, referral.Outcome(tag)}[b[2]%3], At: at},
				referral.Rescind{Reasons: lost, At: at},
				strange,
				referral.Wait{Until: time.Unix(second, n), At: at},
			}[b[0]%14]
			events, err := referral.Decide(r, c)
			if err != nil {
				if _, ok := errors.AsType[*referral.Rejection](err); !ok || len(events) > 0 {
					t.Fatalf("Decide(%+v) = %v, %v", c, events, err)
				}
				checkShort(t, err, subject, state, zip, tag)
				continue
			}
			for _, e := range events {
				data, err := referral.Encode(e)
				if err != nil {
					t.Fatalf("%+v makes %+v, which cannot be written: %v", c, e, err)
				}
				again, err := referral.Decode(e.Kind(), uuid.UUID{15: 1}, at, data)
				if err != nil || !reflect.DeepEqual(again, e) {
					t.Fatalf("%+v makes %+v, which is written as %s and reads as %+v, %v", c, e, data, again, err)
				}
				was := r
				if r = referral.Apply(r, e); was.Status.Ended() && r.Status != was.Status || len(r.Past) < len(was.Past) {
					t.Fatalf("%+v follows %+v", e, was)
				}
			}
			if again, err := referral.Decide(r, c); err == nil && len(again) > 0 {
				t.Fatalf("%+v makes %+v, and repeated %+v", c, events, again)
			}
			if due, ok := referral.Due(r); r.Status == referral.StatusOffered && (!ok || due != r.Offer.Deadline || r.Holder() != 0) {
				t.Fatalf("%+v is due at %s", r, due)
			}
		}
	})
}
