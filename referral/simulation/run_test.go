package simulation

import (
	"context"
	"errors"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
	"github.com/relevo-go/relevo/referral/engine"
)

var small = Options{Agents: 80, Referrals: 200, Seed: 1, Days: 2}

// run returns the log of a simulation and its head.
func run(t *testing.T, o Options) (*eventlog.Memory, eventlog.Head) {
	t.Helper()
	log := &eventlog.Memory{}
	if err := Run(t.Context(), log, o); err != nil {
		t.Fatal(err)
	}
	head, err := eventlog.Verify(log.Read(t.Context(), 0))
	if err != nil {
		t.Fatal(err)
	}
	return log, head
}

// The sum of the last record stands for all bytes. A change in behavior, of the
// desk or of the people, gives another: if it is meant, take the new sum over from
// what the test says, and raise nothing, for recorded logs replay all the same.
func TestTheSameSeedGivesTheSameBytes(t *testing.T) {
	const pinned = "403c450747eac9bf577927d67145044b8b12523a4df8fa2250057a22ae7825d4"
	_, head := run(t, small)
	if got := head.Sum.String(); got != pinned {
		t.Errorf("the last sum of %d records is %s, want %s", head.Position, got, pinned)
	}
	if _, again := run(t, small); again != head {
		t.Errorf("the same seed ends at position %d, sum %s, and again at %d, %s", head.Position, head.Sum, again.Position, again.Sum)
	}
	other := small
	other.Seed = 2
	if _, head := run(t, other); head.Sum.String() == pinned {
		t.Errorf("seeds 1 and 2 both give the sum %s", pinned)
	}
}

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
	if w := [...]int{counts[kindWaiting], counts[referral.Exhausted{}.Kind()], counts[referral.Rescinded{}.Kind()]}; min(w[0], w[1], w[2]) < 10 || w[1] > 400 {
		t.Errorf("%d referrals wait, %d are exhausted and %d offers rescinded, want some of each, and few exhausted", w[0], w[1], w[2])
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

func TestEverybodyIsInvented(t *testing.T) {
	log, _ := run(t, small)
	for r, err := range log.Read(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		stream, _ := book.ParseStream(r.Stream)
		event, err := book.Decode(stream, r.Kind, r.Time, r.Data)
		if err != nil {
			t.Fatal(err)
		}
		p, ok := event.(agent.ProfileUpdated)
		if ok && !(strings.HasPrefix(p.Name, "Sample ") && strings.HasSuffix(p.Email, "@example.com") && strings.HasPrefix(p.Phone, "202-555-01") &&
			strings.HasSuffix(p.Street, " Sample Street") && stream.Agent > firstNPN && stream.Agent.Valid()) {
			t.Errorf("agent %s could exist: %+v", stream.Agent, p)
		}
	}
}

// The agents are trained and registered for whatever day it begins, and clocks
// may be set meanwhile.
func TestItBeginsWhenAsked(t *testing.T) {
	for _, begin := range []time.Time{
		time.Date(2014, time.January, 1, 0, 0, 0, 0, time.UTC),
		time.Date(2027, time.March, 13, 12, 0, 0, 0, time.UTC),
		time.Date(2027, time.July, 14, 12, 0, 0, 0, time.UTC),
		time.Date(2027, time.October, 30, 9, 0, 0, 1, time.UTC),
		time.Date(2100, time.December, 31, 23, 59, 59, 0, time.UTC),
	} {
		_, head := run(t, Options{Agents: 60, Referrals: 40, Begin: begin, Days: 3})
		if head.Time.Sub(begin) < 48*time.Hour || head.Time.Sub(begin) > 14*24*time.Hour {
			t.Errorf("a simulation of 3 days from %s on ends at %s", begin, head.Time)
		}
	}
	log, _ := run(t, Options{Agents: 60, Referrals: 40, Begin: time.Date(2027, time.July, 14, 12, 0, 0, 0, time.UTC), Days: MaxDays})
	accepted := 0
	for r := range log.Read(t.Context(), 0) {
		if r.Kind == kindAccepted {
			accepted++
		}
	}
	if accepted < 20 {
		t.Errorf("of 40 referrals in a summer %d are accepted, want most", accepted)
	}
}

func TestTheSmallestSimulation(t *testing.T) {
	if _, head := run(t, Options{Agents: 1, Referrals: 1, Days: 1}); head.Position < 10 {
		t.Errorf("one agent and one referral make %d records", head.Position)
	}
}

func TestRunRefusesBadOptions(t *testing.T) {
	good := Options{Agents: 1, Referrals: 1}
	for _, test := range []struct {
		name   string
		change func(*Options)
		want   string
	}{
		{"no agents", func(o *Options) { o.Agents = 0 }, "0 agents cannot be simulated: give 1 to 1000000"},
		{"too many agents", func(o *Options) { o.Agents = MaxAgents + 1 }, "1000001 agents"},
		{"no referrals", func(o *Options) { o.Referrals = 0 }, "0 referrals cannot be simulated: give 1 to 10000000"},
		{"too many referrals", func(o *Options) { o.Referrals = MaxReferrals + 1 }, "10000001 referrals"},
		{"negative days", func(o *Options) { o.Days = -1 }, "-1 days: give 1 to 28"},
		{"too many days", func(o *Options) { o.Days = 29 }, "29 days"},
		{"before there was a Marketplace", func(o *Options) { o.Begin = time.Date(2013, time.May, 1, 0, 0, 0, 0, time.UTC) }, "year 2013"},
		{"too late", func(o *Options) { o.Begin = time.Date(2101, time.May, 1, 0, 0, 0, 0, time.UTC) }, "year 2101"},
	} {
		o, log := good, &eventlog.Memory{}
		test.change(&o)
		if err := Run(t.Context(), log, o); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: Run = %v, want an error with %q", test.name, err, test.want)
		}
		for range log.Read(t.Context(), 0) {
			t.Errorf("%s: Run wrote to the log", test.name)
			break
		}
	}
}

func TestRunRefusesALogThatHasRecords(t *testing.T) {
	log, head := run(t, Options{Agents: 1, Referrals: 1})
	if err := Run(t.Context(), log, small); err == nil || !strings.Contains(err.Error(), "give an empty one") {
		t.Errorf("Run on a log with records = %v, want a refusal", err)
	}
	if got, err := eventlog.Verify(log.Read(t.Context(), 0)); err != nil || got != head {
		t.Errorf("the refused log ends at %v, %v, want %v", got, err, head)
	}
}

func TestAContextThatIsOverEndsIt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	o, log := small, &eventlog.Memory{}
	var last eventlog.Head
	o.Progress = func(h eventlog.Head) {
		if last = h; h.Position > 1_500 {
			cancel()
		}
	}
	if err := Run(ctx, log, o); !errors.Is(err, context.Canceled) {
		t.Errorf("Run = %v, want %v", err, context.Canceled)
	}
	head, err := eventlog.Verify(log.Read(t.Context(), 0))
	if err != nil || !head.Whole() || head.Sum != last.Sum {
		t.Errorf("the log ends at %d, whole: %v, error %v, want where progress ended, at %d", head.Position, head.Whole(), err, last.Position)
	}
	// And it is the beginning of the one that is not broken off.
	whole, _ := run(t, small)
	for r := range whole.Read(t.Context(), head.Position-1) {
		if r.Sum != head.Sum {
			t.Errorf("position %d has sum %s, and %s where nothing is broken off", head.Position, head.Sum, r.Sum)
		}
		break
	}
	if err := Run(ctx, &eventlog.Memory{}, small); !errors.Is(err, context.Canceled) {
		t.Errorf("Run under a context that is over = %v, want %v", err, context.Canceled)
	}
}

// failing is a log that takes so many appends and no more.
type failing struct {
	eventlog.Memory
	left int
}

var errFull = errors.New("the disk is full")

func (f *failing) Append(ctx context.Context, after eventlog.Position, entries ...eventlog.Entry) ([]eventlog.Record, error) {
	if f.left--; f.left < 0 {
		return nil, errFull
	}
	return f.Memory.Append(ctx, after, entries...)
}

func TestAnErrorOfTheLogEndsIt(t *testing.T) {
	for _, left := range []int{0, 1, 200} {
		log := &failing{left: left}
		if err := Run(t.Context(), log, small); !errors.Is(err, errFull) {
			t.Errorf("Run on a log that fails after %d appends = %v, want %v", left, err, errFull)
		}
	}
}

func TestDaytime(t *testing.T) {
	w := newWorld(&eventlog.Memory{}, options(1, 1))
	zone := w.zone("NY")
	noon := time.Date(2026, time.November, 2, 12, 0, 0, 0, zone)
	if got := w.daytime(noon, zone); !got.Equal(noon) {
		t.Errorf("daytime(%s) = %s, want the same", noon, got)
	}
	for _, hours := range []int{-6, 9, 11} { // in the morning before, and in the evening
		got := w.daytime(noon.Add(time.Duration(hours)*time.Hour), zone).In(zone)
		day := 2
		if hours > 0 {
			day = 3
		}
		if diff := cmp.Diff([]int{day, 8}, []int{got.Day(), got.Hour()}); diff != "" && got.Hour() != 9 {
			t.Errorf("daytime(noon and %d hours) = %s (-want +got):\n%s", hours, got, diff)
		}
	}
}

func BenchmarkRun(b *testing.B) {
	var events, referrals int
	for b.Loop() {
		log := &eventlog.Memory{}
		o := Options{Agents: 1_500, Referrals: 10_000, Seed: 1}
		o.Progress = func(h eventlog.Head) { referrals = int(h.Position) }
		if err := Run(b.Context(), log, o); err != nil {
			b.Fatal(err)
		}
		events += referrals
	}
	b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
}
