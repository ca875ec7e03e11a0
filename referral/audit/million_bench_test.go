package audit_test

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/filelog"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/audit"
	"github.com/relevo-go/relevo/referral/simulation"
)

var referrals = flag.Int("audit.referrals", 145_000, "how many referrals the benchmark's log has, of 5,000 agents: about a million records by default")

// simulated returns the directory of a simulated log.
func simulated(t testing.TB, o simulation.Options) (dir string) {
	t.Helper()
	log := new(eventlog.Memory)
	if err := simulation.Run(context.Background(), log, o); err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	var lines []byte
	first := eventlog.Position(1)
	write := func() {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%020d.jsonl", first)), lines, 0o600); err != nil {
			t.Fatal(err)
		}
		lines = lines[:0]
	}
	for r, err := range log.Read(context.Background(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		if r.First == r.Position && len(lines) > filelog.DefaultSegmentBytes-1<<20 {
			write()
			first = r.Position
		}
		lines = append(r.AppendLine(lines), '\n')
	}
	write()
	return dir
}

// opened returns a log in a directory, to be read.
func opened(t testing.TB, dir string) *filelog.Log {
	t.Helper()
	log, err := filelog.Open(dir, &filelog.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { log.Close() })
	return log
}

// BenchmarkMillion asks a log of a million records, in files: it is read, verified,
// folded to its end, counted, and asked for the line and the reasons of one of its last
// offers, each once a round and in turn. Every record is verified each time. The
// medians are reported, and what is held of the log at its end.
func BenchmarkMillion(b *testing.B) {
	n := *referrals
	if testing.Short() {
		n = 2_000
	}
	log := opened(b, simulated(b, simulation.Options{Agents: 5_000, Referrals: n, Seed: 1}))
	records := func() audit.Records { return log.Read(b.Context(), 0) }
	var events int
	var id uuid.UUID // of one of the last offers
	var holder agent.NPN
	for r, err := range records() {
		if err != nil {
			b.Fatal(err)
		}
		if events++; r.Kind == (referral.Offered{}).Kind() {
			s, e := eventOf(b, r)
			id, holder = s.Referral, e.(referral.Offered).To
		}
	}
	took := map[string][]time.Duration{}
	timed := func(name string, ask func() error) {
		runtime.GC()
		began := time.Now()
		if err := ask(); err != nil {
			b.Fatal(err)
		}
		took[name] = append(took[name], time.Since(began))
	}
	var held uint64
	for b.Loop() {
		timed("read", func() error {
			for _, err := range records() {
				if err != nil {
					return err
				}
			}
			return nil
		})
		timed("verify", func() error { _, err := audit.Verify(records()); return err })
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		var past *audit.Past
		timed("state", func() (err error) {
			past, err = audit.AsOf(records(), audit.Moment{})
			if err == nil {
				past.Digest()
			}
			return err
		})
		runtime.GC()
		runtime.ReadMemStats(&after)
		held = after.HeapAlloc - before.HeapAlloc
		runtime.KeepAlive(past)
		past = nil
		timed("stats", func() error {
			_, err := audit.Measure(records(), audit.Breakdown{State: true, Language: true})
			return err
		})
		timed("line", func() error { _, err := audit.Line(records(), id, audit.Moment{}); return err })
		timed("why", func() error { _, err := audit.Why(records(), id, holder, audit.Moment{}); return err })
	}
	for _, name := range []string{"read", "verify", "state", "stats"} {
		b.ReportMetric(float64(events)/median(took[name]).Seconds(), name+"-events/s")
	}
	b.ReportMetric(median(took["line"]).Seconds(), "line-s")
	b.ReportMetric(median(took["why"]).Seconds(), "why-s")
	b.ReportMetric(float64(held)/(1<<20), "held-MB")
	b.ReportMetric(float64(events), "events")
	b.ReportMetric(0, "ns/op") // of all together: says nothing
}

// BenchmarkRematch judges every decision of a simulated log again.
func BenchmarkRematch(b *testing.B) {
	log := opened(b, simulated(b, simulation.Options{Agents: 5_000, Referrals: 5_000, Seed: 1}))
	judged := 0
	for b.Loop() {
		for j, err := range audit.Rematch(log.Read(b.Context(), 0), nil) {
			if judged++; err != nil || j.Differs() {
				b.Fatal(j, err)
			}
		}
	}
	b.ReportMetric(float64(judged)/b.Elapsed().Seconds(), "decisions/s")
}

func median(list []time.Duration) time.Duration {
	sorted := slices.SortedFunc(slices.Values(list), cmp.Compare)
	return sorted[len(sorted)/2]
}

// What a question keeps grows with agents and live referrals. Four times the records,
// over four times as long, of as many agents, are held in as much memory.
func TestMemoryDoesNotGrowWithTheLog(t *testing.T) {
	if testing.Short() {
		t.Skip("simulates for seconds")
	}
	held := func(referrals, days int) (bytes int64, records eventlog.Position) {
		log := opened(t, simulated(t, simulation.Options{Agents: 200, Referrals: referrals, Days: days, Seed: 4}))
		heap := func() int64 {
			var m runtime.MemStats
			runtime.GC()
			runtime.GC() // what the first one left to finalizers and pools
			runtime.ReadMemStats(&m)
			return int64(m.HeapAlloc)
		}
		before := heap()
		past, err := audit.AsOf(log.Read(t.Context(), 0), audit.Moment{})
		if err != nil {
			t.Fatal(err)
		}
		bytes = heap() - before
		records = past.Head().Position
		runtime.KeepAlive(past)
		return bytes, records
	}
	short, few := held(1_500, 7)
	long, many := held(6_000, 28)
	const each = 32 // bytes that may stay of a referral: archive and map
	if limit := short + (6_000-1_500)*each + 256<<10; long > limit || many < 3*few {
		t.Errorf("%d records are held in %d bytes and %d in %d, want at most %d", few, short, many, long, limit)
	}
	t.Logf("%d records are held in %d bytes, %d in %d", few, short, many, long)
}

// A simulated week is audited as a recorded afternoon is.
func TestASimulatedWeekHolds(t *testing.T) {
	log := opened(t, simulated(t, simulation.Options{Agents: 150, Referrals: 400, Seed: 9}))
	if _, err := audit.Verify(log.Read(t.Context(), 0)); err != nil {
		t.Error(err)
	}
	judged := 0
	for j, err := range audit.Rematch(log.Read(t.Context(), 0), nil) {
		if judged++; err != nil || j.Differs() {
			t.Errorf("position %d: recorded %+v, judged %+v, %v", j.Position, j.Recorded, j.Judged, err)
		}
	}
	if judged < 500 {
		t.Errorf("%d decisions were judged, want at least 500", judged)
	}
}
