package simulation

import (
	"context"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
	"github.com/relevo-go/relevo/referral/engine"
)

// week is a large simulation, made once for the tests that look at it.
var week = sync.OnceValues(func() (w *world, err error) {
	w = newWorld(&eventlog.Memory{}, options(2_000, 5_000))
	if err = w.open(context.Background(), firstPolicy()); err == nil {
		err = w.play(context.Background())
	}
	return w, err
})

func options(agents, referrals int) Options {
	o, _ := Options{Agents: agents, Referrals: referrals, Seed: 7}.withDefaults()
	return o
}

// events yields what is in the large simulation.
func events(t *testing.T) (*world, []engine.Change) {
	t.Helper()
	if testing.Short() {
		t.Skip("it takes a large simulation")
	}
	w, err := week()
	if err != nil {
		t.Fatal(err)
	}
	var all []engine.Change
	for r, err := range w.log.Read(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		stream, err := book.ParseStream(r.Stream)
		if err != nil {
			t.Fatal(err)
		}
		event, err := book.Decode(stream, r.Kind, r.Time, r.Data)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, engine.Change{Record: r, Stream: stream, Event: event})
	}
	return w, all
}

func TestEveryKindOccurs(t *testing.T) {
	_, all := events(t)
	counts := map[string]int{}
	for _, c := range all {
		counts[c.Record.Kind]++
	}
	for _, kind := range book.Kinds() {
		if counts[kind] == 0 {
			t.Errorf("no %s is in the log", kind)
		}
	}
	if got := [...]int{counts[agent.Registered{}.Kind()], counts[kindRequested]}; got != [...]int{2_000, 5_000} {
		t.Errorf("the log has %d agents and %d requests, want 2000 and 5000", got[0], got[1])
	}
	waiting, exhausted, rescinded := counts[kindWaiting], counts[referral.Exhausted{}.Kind()], counts[referral.Rescinded{}.Kind()]
	if min(waiting, exhausted, rescinded) < 10 || exhausted > 400 {
		t.Errorf("%d referrals wait, %d are exhausted and %d offers rescinded, want some of each, and few exhausted", waiting, exhausted, rescinded)
	}
}

// Invariant 5: the log alone leads to the state of the desk that wrote it.
func TestTheFoldReachesTheDesksDigest(t *testing.T) {
	w, all := events(t)
	state := book.New()
	for _, c := range all {
		state.Apply(uint64(c.Record.Position), c.Record.Time, c.Stream, c.Event)
	}
	position, want := w.eng.Digest()
	if got := state.Digest(); got != want || int(position) != len(all) {
		t.Errorf("the fold of %d records has digest %s, want %s at %d", len(all), got, want, position)
	}
	if head, err := eventlog.Verify(w.log.Read(t.Context(), 0)); err != nil || head.Sum != w.eng.Head().Sum {
		t.Errorf("Verify = %s, %v, want %s", head.Sum, err, w.eng.Head().Sum)
	}
	if n := state.Counts(); n.Requested != n.Accepted+n.Exhausted+n.Withdrawn {
		t.Errorf("not every referral has ended: %+v", n)
	}
}

// What the clock makes due is recorded at its instant, and not when somebody
// happens to come by.
func TestWhatIsDueIsRecordedInTime(t *testing.T) {
	_, all := events(t)
	until := map[string]time.Time{}
	for _, c := range all {
		switch e := c.Event.(type) {
		case referral.Expired:
			if !c.Record.Time.Equal(e.Deadline) {
				t.Fatalf("position %d: an offer until %s expired at %s", c.Record.Position, e.Deadline, c.Record.Time)
			}
		case referral.Waiting:
			until[c.Record.Stream] = e.Until
		case referral.Exhausted:
			if !c.Record.Time.Equal(until[c.Record.Stream]) {
				t.Fatalf("position %d: a wait until %s was given up at %s", c.Record.Position, until[c.Record.Stream], c.Record.Time)
			}
		}
	}
}

// nearly reports whether a share of a hundred is another, give or take some.
func nearly(got, want, tolerance float64) bool { return got > want-tolerance && got < want+tolerance }

func TestSharesFollowTheTables(t *testing.T) {
	_, all := events(t)
	tongue := map[string]int{} // of each tag
	for i, l := range tongues {
		for _, tag := range l.tags {
			tongue[tag] = i
		}
	}
	spoken, asked, total := make([]int, len(tongues)), map[geo.State]int{}, 0
	var accepted, declined, expired, licenses, languages, agents, requests, night, evening float64
	w := all[0].Record.Time
	for _, c := range all {
		switch e := c.Event.(type) {
		case referral.Requested:
			requests++
			asked[e.State]++
			if e.State != "PR" {
				spoken[tongue[e.Languages[0].Tag]]++
				total++
			}
			switch hour := c.Record.Time.In(zoneOf(t, e.State)).Hour(); {
			case hour < 6:
				night++
			case hour >= 18 && hour < 22:
				evening++
			}
		case referral.Accepted:
			accepted++
		case referral.Declined:
			declined++
		case referral.Expired:
			expired++
		case agent.Registered:
			agents++
		case agent.LanguagesSet:
			languages += float64(len(e.Languages))
		case agent.LicenseRecorded:
			if c.Record.Time.Before(w.Add(opening)) {
				licenses++
			}
		}
	}
	sum := 0
	for _, l := range tongues {
		sum += l.thousand
	}
	for i, l := range tongues {
		p := float64(l.thousand) / float64(sum)
		want, tolerance := 100*p, 400*math.Sqrt(p*(1-p)/float64(total)) // four standard deviations
		if got := 100 * float64(spoken[i]) / float64(total); !nearly(got, want, tolerance) {
			t.Errorf("%.2f of a hundred consumers speak %s, want about %.2f", got, l.tags[0], want)
		}
	}
	answers := (accepted + declined + expired) / 100
	for _, share := range []struct {
		what                 string
		got, want, tolerance float64
	}{
		{"accepted of a hundred offers", accepted / answers, 52, 3},
		{"declined of a hundred offers", declined / answers, 22, 3},
		{"expired of a hundred offers", expired / answers, 26, 3},
		{"licenses of an agent", licenses / (agents * 24 / 25), 4.3, 0.25},
		{"languages of an agent", languages / agents, 1.4, 0.1},
		{"of a hundred ask in California", 100 * float64(asked["CA"]) / requests, 11.8, 1.5},
		{"of a hundred ask in Wyoming", 100 * float64(asked["WY"]) / requests, 0.17, 0.25},
		{"of a hundred ask at night", 100 * night / requests, 1.6, 1},
		{"of a hundred ask in the evening", 100 * evening / requests, 29, 4},
	} {
		if !nearly(share.got, share.want, share.tolerance) {
			t.Errorf("%s: %.2f, want about %.2f", share.what, share.got, share.want)
		}
	}
}

func zoneOf(t *testing.T, s geo.State) *time.Location {
	t.Helper()
	w, err := week()
	if err != nil {
		t.Fatal(err)
	}
	return w.zone(s)
}
