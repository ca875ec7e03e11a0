package referral_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
)

// noon is when every conversation begins.
var noon = time.Date(2026, time.November, 23, 17, 0, 0, 0, time.UTC)

const window = 15 * time.Minute

var (
	id       = uuid.MustParse("01938f6e-0000-7000-8000-000000000001")
	tampa, _ = geo.PointE7(279_506_000, -824_572_000)
	miami, _ = geo.PointE7(257_617_000, -801_918_000)
	spanish  = []spoken.Language{{Tag: "es", Key: "es"}}
)

// request is a valid request, requested what becomes of it.
var (
	request   = referral.Request{ID: id, Subject: "case-42", State: "FL", ZIP: "33602", Resolved: tampa, Languages: []string{"es"}, At: noon}
	requested = referral.Requested{ID: id, Subject: "case-42", State: "FL", ZIP: "33602", Resolved: tampa, Languages: spanish, At: noon}
)

// changed returns the request with one thing changed.
func changed(change func(*referral.Request)) referral.Request {
	c := request
	c.Languages = slices.Clone(c.Languages)
	change(&c)
	return c
}

// offered is an offer made some time after noon, open for the window.
func offered(to agent.NPN, after time.Duration) referral.Offered {
	at := noon.Add(after)
	return referral.Offered{To: to, Deadline: at.Add(window), Language: "es", Meters: 100, Channels: []agent.Channel{agent.Email}, At: at}
}

// lost is why an offer is rescinded.
var lost = []agent.Reason{{Code: agent.NoLicense, State: "FL"}}

// after folds events into a referral.
func after(events ...referral.Event) (r referral.Referral) {
	for _, e := range events {
		r = referral.Apply(r, e)
	}
	return r
}

// list returns a new list of the events and some more.
func list(given []referral.Event, more ...referral.Event) []referral.Event {
	return slices.Concat(given, more)
}

// transcript is one conversation: given these events, when a command comes,
// then these events follow, or a refusal by a rule that is a sentinel.
type transcript struct {
	why   string // a sentence that begins with its rule
	given []referral.Event
	when  referral.Command
	then  []referral.Event
	rule  string // of the refusal, "" for none
	is    error  // what the refusal is, nil for no sentinel
}

var samePoint = cmp.Comparer(func(p, q geo.Point) bool { return p == q })

func play(t *testing.T, rows []transcript) {
	t.Helper()
	for _, row := range rows {
		got, err := referral.Decide(after(row.given...), row.when)
		refused, ok := errors.AsType[*referral.Rejection](err)
		switch {
		case row.rule == "" && err != nil:
			t.Errorf("%s\nDecide(%+v): %v, want no refusal", row.why, row.when, err)
		case row.rule != "" && (!ok || refused.Rule != row.rule):
			t.Errorf("%s\nDecide(%+v): %v, want a refusal by %s", row.why, row.when, err, row.rule)
		case row.is != nil && !errors.Is(err, row.is):
			t.Errorf("%s\nDecide(%+v): %v, want it to be %v", row.why, row.when, err, row.is)
		}
		if diff := cmp.Diff(row.then, got, samePoint); diff != "" {
			t.Errorf("%s\nDecide(%+v) (-want +got):\n%s", row.why, row.when, diff)
		}
	}
}
