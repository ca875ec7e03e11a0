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

// policies are those of the log and others, each with one rule changed.
func policies() map[string]*referral.Policy {
	of := func(change func(*referral.Policy)) *referral.Policy {
		p := referral.DefaultPolicy()
		change(&p)
		return &p
	}
	return map[string]*referral.Policy{
		"its own":             nil,
		"the default":         of(func(*referral.Policy) {}),
		"a window of 20 m":    of(func(p *referral.Policy) { p.Window = 20 * time.Minute }),
		"giving up after 3 h": of(func(p *referral.Policy) { p.GiveUp = 3 * time.Hour }),
		"never giving up":     of(func(p *referral.Policy) { p.GiveUp = 0 }),
		"a radius of 60 km":   of(func(p *referral.Policy) { p.Radius = 60_000 }),
		"one open offer":      of(func(p *referral.Policy) { p.MaxOpenOffers = 1 }),
		"other terms":         of(func(p *referral.Policy) { p.Terms.CMS = "2031-01" }),
	}
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
func decisions(t *testing.T, records []eventlog.Record, policy *referral.Policy) (all []audit.Judgement) {
	t.Helper()
	b := book.New()
	for _, rec := range records {
		s, e := eventOf(t, rec)
		before, _ := b.Referral(s.Referral)
		j := audit.Judgement{Position: rec.Position, At: rec.Time, Referral: s.Referral}
		inForce, _ := b.Policy()
		if policy != nil {
			inForce = *policy
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

func rematch(t *testing.T, records []eventlog.Record, policy *referral.Policy) (all []audit.Judgement) {
	t.Helper()
	for j, err := range audit.Rematch(each(records), policy) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, j)
	}
	return all
}

// TestRematchIsWhatEverybodySays holds every judgement of a recorded log, under its
// own policy and under seven others, to the twin's.
func TestRematchIsWhatEverybodySays(t *testing.T) {
	records := recorded(t)
	for name, policy := range policies() {
		t.Run(name, func(t *testing.T) {
			got, want := rematch(t, records, policy), decisions(t, records, policy)
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

// A policy that changes one rule differs exactly in the decisions that the rule is
// about, which the raw records tell.
func TestOneChangedRuleFindsTheOffersConcerned(t *testing.T) {
	records, all := recorded(t), policies()
	t.Run("the window", func(t *testing.T) {
		want := map[eventlog.Position]string{}
		own := referral.DefaultPolicy()
		for _, r := range records {
			switch _, e := eventOf(t, r); e := e.(type) {
			case referral.PolicySet:
				own = referral.Policy(e)
			case referral.Offered:
				if e.Deadline.Sub(r.Time) != 20*time.Minute {
					want[r.Position] = "[deadline]"
				}
			}
		}
		got := differing(rematch(t, records, with(own, func(p *referral.Policy) { p.Window = 20 * time.Minute })))
		for position, how := range want { // the recorded afternoon changes its policy: other differences may come with it
			if !slices.Contains([]string{how, "[agent]", "[wait]"}, got[position]) {
				t.Errorf("position %d differs in %q, want %q", position, got[position], how)
			}
		}
		if len(want) < 50 {
			t.Errorf("%d offers are concerned, want at least 50", len(want))
		}
	})
	t.Run("a radius", func(t *testing.T) {
		for _, j := range rematch(t, records, all["a radius of 60 km"]) {
			beyond := j.Recorded.To != 0 && (j.Recorded.Meters > 60_000 || j.Recorded.Meters < 0)
			against := slices.ContainsFunc(j.Against, func(r agent.Reason) bool { return r.Code == agent.BeyondRadius || r.Code == agent.NoPosition })
			if beyond != against {
				t.Errorf("position %d: %v m away, and against it: %v", j.Position, j.Recorded.Meters, j.Against)
			}
			if beyond && !j.Differs() {
				t.Errorf("position %d: the offer goes %v m beyond the radius, and nothing differs", j.Position, j.Recorded.Meters)
			}
		}
	})
}

func with(p referral.Policy, change func(*referral.Policy)) *referral.Policy {
	change(&p)
	return &p
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
		policy  *referral.Policy
	}{
		"a policy that is none":        {records, &referral.Policy{}},
		"a log that begins later":      {records[1:], nil},
		"a referral without a request": {sealed(t, withoutRequests(entriesOf(records))), nil},
	} {
		var last error
		for _, err := range audit.Rematch(each(test.records), test.policy) {
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
