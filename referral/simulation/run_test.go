package simulation

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral/book"
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
// what the test says, and the counts of the example. Recorded logs replay all the
// same.
func TestTheSameSeedGivesTheSameBytes(t *testing.T) {
	const pinned = "9888f9ed9d8497c4d43f29dfa38c5398cb30f2ada4d16cdd601ef2811c56219c"
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
