package audit_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/audit"
	"github.com/relevo-go/relevo/referral/book"
)

// changes are of one rule each.
var changes = map[string]audit.Change{
	"nothing":             nil,
	"the default":         func(referral.Policy) referral.Policy { return referral.DefaultPolicy() },
	"a window of 20 m":    func(p referral.Policy) referral.Policy { p.Window = 20 * time.Minute; return p },
	"giving up after 3 h": func(p referral.Policy) referral.Policy { p.GiveUp = 3 * time.Hour; return p },
	"never giving up":     func(p referral.Policy) referral.Policy { p.GiveUp = 0; return p },
	"a radius of 60 km":   func(p referral.Policy) referral.Policy { p.Radius = 60_000; return p },
	"no radius":           func(p referral.Policy) referral.Policy { p.Radius = 0; return p },
	"one open offer":      func(p referral.Policy) referral.Policy { p.MaxOpenOffers = 1; return p },
	"other terms":         func(p referral.Policy) referral.Policy { p.Terms.CMS = "2031-01"; return p },
}

// judgedByEverybody is the dumb twin: what the desk decides at a record, by looking
// at every agent.
func judgedByEverybody(b *book.Book, r referral.Referral, policy referral.Policy, at time.Time) audit.Decision {
	line := referral.Line(r, b.Agents(), policy, at)
	if len(line) == 0 {
		switch {
		case policy.GiveUp == 0:
			return audit.Decision{}
		case r.Status == referral.StatusWaiting:
			return audit.Decision{Until: r.Since.Add(policy.GiveUp)}
		}
		return audit.Decision{Until: at.Add(policy.GiveUp)}
	}
	first, _ := b.Agent(line[0].Agent)
	meters := geo.Meters(-1)
	if line[0].Chord != geo.Unreachable {
		meters = line[0].Chord.Meters()
	}
	return audit.Decision{To: first.NPN, Deadline: at.Add(policy.Window), Language: line[0].Language, Meters: meters, Channels: first.OfferChannels()}
}

// decisions returns what rematch should say of records, by the twin.
func decisions(t *testing.T, records []eventlog.Record, change audit.Change) (all []audit.Judgement) {
	t.Helper()
	b := book.New()
	for _, rec := range records {
		s, e := eventOf(t, rec)
		before, _ := b.Referral(s.Referral)
		j := audit.Judgement{Position: rec.Position, At: rec.Time, Referral: s.Referral}
		inForce, _ := b.Policy()
		if change != nil {
			inForce = change(inForce)
		}
		switch e := e.(type) {
		case referral.Offered:
			a, _ := b.Agent(e.To)
			j.Recorded = audit.Decision{To: e.To, Deadline: e.Deadline, Language: e.Language, Meters: e.Meters, Channels: e.Channels}
			j.Against = referral.Verdict(before, a, b.Load(e.To), inForce, rec.Time)
			j.Judged = judgedByEverybody(b, before, inForce, rec.Time)
			all = append(all, j)
		case referral.Waiting:
			j.Recorded = audit.Decision{Until: e.Until}
			j.Judged = judgedByEverybody(b, before, inForce, rec.Time)
			all = append(all, j)
		}
		b.Apply(uint64(rec.Position), rec.Time, s, e)
	}
	return all
}

func rematch(t *testing.T, records []eventlog.Record, change audit.Change) (all []audit.Judgement) {
	t.Helper()
	for j, err := range audit.Rematch(each(records), change) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, j)
	}
	return all
}

// TestRematchIsWhatEverybodySays holds every judgement of a recorded log (B4), under its
// own policy and under eight others, to the twin's.
func TestRematchIsWhatEverybodySays(t *testing.T) {
	records := recorded(t)
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			got, want := rematch(t, records, change), decisions(t, records, change)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the judgements (-twin +rematch):\n%s", diff)
			}
			if len(got) < 60 {
				t.Errorf("%d decisions were judged, want at least 60", len(got))
			}
		})
	}
}

// differing returns the positions of the judgements that differ, and how.
func differing(all []audit.Judgement) map[eventlog.Position]string {
	found := map[eventlog.Position]string{}
	for _, j := range all {
		if j.Differs() {
			found[j.Position] = fmt.Sprint(j.Differences())
		}
	}
	return found
}

// A change of one rule differs exactly in the decisions that the rule is about, which
// the raw records tell.
func TestOneChangedRuleFindsTheOffersConcerned(t *testing.T) {
	records := recorded(t)
	give, window, radius := map[eventlog.Position]string{}, map[eventlog.Position]string{}, map[eventlog.Position]bool{}
	inForce := referral.DefaultPolicy()
	for _, r := range records {
		switch _, e := eventOf(t, r); e := e.(type) {
		case referral.PolicySet:
			inForce = referral.Policy(e)
		case referral.Offered:
			if e.Deadline.Sub(r.Time) != 20*time.Minute {
				window[r.Position] = "[deadline]"
			}
			if e.Meters > 60_000 {
				radius[r.Position] = true
			}
		case referral.Waiting:
			if inForce.GiveUp != 3*time.Hour {
				give[r.Position] = "[until]"
			}
		}
	}
	if diff := cmp.Diff(window, differing(rematch(t, records, changes["a window of 20 m"]))); diff != "" || len(window) < 100 {
		t.Errorf("another window concerns %d offers (-raw records +rematch):\n%s", len(window), diff)
	}
	if diff := cmp.Diff(give, differing(rematch(t, records, changes["giving up after 3 h"]))); diff != "" || len(give) < 5 {
		t.Errorf("another time to give up concerns %d waits (-raw records +rematch):\n%s", len(give), diff)
	}
	for _, j := range rematch(t, records, changes["a radius of 60 km"]) {
		if j.Recorded.To != 0 && j.Differs() != radius[j.Position] {
			t.Errorf("position %d: %v m away, and the differences are %v", j.Position, j.Recorded.Meters, j.Differences())
		}
		against := slices.ContainsFunc(j.Against, func(r agent.Reason) bool { return r.Code == agent.BeyondRadius })
		if against != radius[j.Position] {
			t.Errorf("position %d: %v m away, and against it: %v", j.Position, j.Recorded.Meters, j.Against)
		}
	}
	if len(radius) < 10 {
		t.Errorf("a radius concerns %d offers, want at least 10", len(radius))
	}
}

// An offer that was given to the second in line, where the log is sealed anew, is
// found, and nothing else is.
func TestAnOfferToTheSecondInLineIsFound(t *testing.T) {
	records := recorded(t)
	b := book.New()
	type offer struct {
		index  int
		second referral.Place
	}
	var offers []offer
	for i, r := range records {
		s, e := eventOf(t, r)
		if _, ok := e.(referral.Offered); ok {
			before, _ := b.Referral(s.Referral)
			policy, _ := b.Policy()
			if line := referral.Line(before, b.Agents(), policy, r.Time); len(line) > 1 {
				offers = append(offers, offer{i, line[1]})
			}
		}
		b.Apply(uint64(r.Position), r.Time, s, e)
	}
	last := offers[len(offers)-1]
	_, e := eventOf(t, records[last.index])
	changed := e.(referral.Offered)
	right := changed.To
	changed.To, changed.Meters, changed.Language = last.second.Agent, last.second.Chord.Meters(), last.second.Language
	entries := entriesOf(records[:last.index+1])
	entries[last.index] = holding(t, entries[last.index], changed)
	judged := rematch(t, sealed(t, entries), nil)
	if got, want := differing(judged), map[eventlog.Position]string{records[last.index].Position: "[agent]"}; !cmp.Equal(got, want) {
		t.Errorf("the differences are %v, want %v", got, want)
	}
	if j := judged[len(judged)-1]; j.Judged.To != right || j.Against != nil {
		t.Errorf("judged to %s, against the recorded %v, want %s and nothing", j.Judged.To, j.Against, right)
	}
}

func TestRematchRefuses(t *testing.T) {
	records := recorded(t)
	for name, test := range map[string]struct {
		records []eventlog.Record
		change  audit.Change
	}{
		"a policy that is none":        {records, func(referral.Policy) referral.Policy { return referral.Policy{} }},
		"a log that begins later":      {records[1:], nil},
		"a referral without a request": {sealed(t, withoutRequests(entriesOf(records))), nil},
	} {
		var last error
		for _, err := range audit.Rematch(each(test.records), test.change) {
			last = err
		}
		if last == nil {
			t.Errorf("%s: Rematch ends without an error", name)
		}
	}
}

func withoutRequests(entries []eventlog.Entry) []eventlog.Entry {
	return slices.DeleteFunc(entries, func(e eventlog.Entry) bool { return e.Kind == referral.Requested{}.Kind() })
}

// Whoever stops listening gets nothing more, and no error.
func TestRematchCanBeBrokenOff(t *testing.T) {
	n := 0
	for _, err := range audit.Rematch(each(recorded(t)), nil) {
		if n++; err != nil || n == 3 {
			break
		}
	}
	if n != 3 {
		t.Errorf("%d judgements before the break, want 3", n)
	}
}

func TestParseChange(t *testing.T) {
	before := referral.Policy{Window: 10 * time.Minute, GiveUp: time.Hour, Radius: 5, MaxOpenOffers: 2, Terms: agent.Terms{CMS: "a", HelpOnDemand: "b"}}
	for text, change := range map[string]audit.Change{
		`{}`:                              nil,
		` {"radius_meters": 100000}`:      func(p referral.Policy) referral.Policy { p.Radius = 100_000; return p },
		`{"window":"20m","give_up":"0s"}`: func(p referral.Policy) referral.Policy { p.Window, p.GiveUp = 20*time.Minute, 0; return p },
		`{"terms":{"cms":"c"}}`:           func(p referral.Policy) referral.Policy { p.Terms.CMS = "c"; return p },
		`{"terms":{"help_on_demand":""},"max_open_offers":0}`:                                                                 func(p referral.Policy) referral.Policy { p.Terms.HelpOnDemand, p.MaxOpenOffers = "", 0; return p },
		`{"window":"15m0s","give_up":"24h0m0s","radius_meters":0,"max_open_offers":0,"terms":{"cms":"","help_on_demand":""}}`: changes["the default"],
	} {
		want := before
		if change != nil {
			want = change(before)
		}
		parsed, err := audit.ParseChange([]byte(text))
		if err != nil || parsed(before) != want {
			t.Errorf("ParseChange(%s) = %v, and makes another policy than %+v", text, err, want)
		}
	}
	for _, text := range []string{``, `[]`, `null `, `{"radius":5}`, `{"radius_meters":-1}`, `{"window":"0s"}`, `{"window":"soon"}`, `{"terms":{"cms":7}}`, `{"terms":{"other":"x"}}`, `{} {}`, `{"radius_meters":1.5}`, `{"window":"1m","window":"x"}`} {
		if change, err := audit.ParseChange([]byte(text)); err == nil {
			t.Errorf("ParseChange(%s) makes %+v, want an error", text, change(before))
		}
	}
}
