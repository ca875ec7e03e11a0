package book_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral/book"
)

// BenchmarkAgents measures what agents cost a book that has many of them: the
// heap of each, read back one at random, changed one at random, and counted an
// offer to one at random.
func BenchmarkAgents(b *testing.B) {
	for _, agents := range []int{100_000, 1_000_000} {
		if agents > 100_000 && testing.Short() {
			continue
		}
		b.Run(fmt.Sprint("agents=", agents), func(b *testing.B) { benchmarkAgents(b, agents) })
	}
}

func benchmarkAgents(b *testing.B, agents int) {
	var desk *book.Book
	b.Run("heap", func(b *testing.B) {
		var before, after runtime.MemStats
		var marking time.Duration
		for b.Loop() {
			desk = nil
			runtime.GC()
			runtime.ReadMemStats(&before)
			desk = staffed(agents)
			runtime.GC()
			began := time.Now()
			runtime.GC()
			marking = time.Since(began)
			runtime.ReadMemStats(&after)
		}
		b.ReportMetric(float64(int64(after.HeapAlloc)-int64(before.HeapAlloc))/float64(agents), "B/agent")
		b.ReportMetric(float64(int64(after.HeapObjects)-int64(before.HeapObjects))/float64(agents), "objects/agent")
		b.ReportMetric(float64(marking.Microseconds())/1000, "ms/GC")
	})
	rng := rand.New(rand.NewPCG(1, 2))
	at := noon.Add(time.Hour)
	position, _ := desk.Position()
	b.Run("read", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if a, _ := desk.Agent(npnOf(rng.IntN(agents))); len(a.Licenses) == 0 {
				b.Fatal("an agent without licenses")
			}
		}
	})
	b.Run("load", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			desk.Load(npnOf(rng.IntN(agents)))
		}
	})
	b.Run("event", func(b *testing.B) {
		b.ReportAllocs()
		events := []book.Event{agent.OverrideSet{Override: agent.OverrideOff}, agent.OverrideSet{Override: agent.OverrideOn}}
		for b.Loop() {
			position++
			desk.Apply(position, at, book.Stream{Agent: npnOf(rng.IntN(agents))}, events[position%2])
		}
	})
}

// npnOf returns the NPN of the n-th agent.
func npnOf(n int) agent.NPN { return agent.NPN(9_900_000_000 + n*37%100_000_000) }

// staffed returns the book of a log that brings so many agents on duty.
func staffed(agents int) *book.Book {
	b, position := book.New(), uint64(0)
	for i := range agents {
		for _, e := range joining(i) {
			position++
			b.Apply(position, noon, book.Stream{Agent: npnOf(i)}, e)
		}
	}
	return b
}

// joining returns the events of an invented agent who comes on duty: like most it
// has licenses in some states and one or two languages.
func joining(i int) []book.Event {
	rng := rand.New(rand.NewPCG(uint64(i), 3))
	npn := npnOf(i)
	birds := []string{"Heron", "Oriole", "Pipit", "Merlin", "Plover", "Avocet"}
	cities := []string{"Sampleville", "Example Springs", "Testburg", "New Sample", "Port Example"}
	zones := []string{"America/New_York", "America/Chicago", "America/Los_Angeles", "America/Denver"}
	name := fmt.Sprintf("Sample %s %04d", birds[rng.IntN(len(birds))], i%10_000)
	days := func(year, day int) time.Time { return time.Date(year, time.January, 1+day, 5, 0, 0, 0, time.UTC) }
	states := []geo.State{"FL", "GA", "OH", "TX", "CA", "CO", "NJ", "PA"}
	home := rng.IntN(len(states))
	point, _ := geo.PointE7(int32(250_000_000+rng.IntN(200_000_000)), -int32(700_000_000+rng.IntN(500_000_000)))
	languages := []spoken.Language{{Tag: "en", Key: "en"}}
	if rng.IntN(10) < 4 {
		languages = append(languages, []spoken.Language{{Tag: "es", Key: "es"}, {Tag: "es-MX", Key: "es"}, {Tag: "vi", Key: "vi"}}[rng.IntN(3)])
	}
	version := fmt.Sprintf("2026-%02d", 7)
	events := []book.Event{
		agent.Registered{NPN: npn, Name: name},
		agent.TrainingCompleted{PlanYear: 2027, From: days(2026, 200+rng.IntN(90)), Until: days(2027, 304)},
		agent.RegistrationCompleted{PlanYear: 2027, From: days(2026, 200+rng.IntN(90)), Until: days(2027, 304)},
		agent.TermsAccepted{Document: agent.CMS, Version: version},
		agent.TermsAccepted{Document: agent.HelpOnDemand, Version: version},
		agent.ProfileUpdated{
			Name: name, Email: fmt.Sprintf("agent-%d@example.com", npn), Phone: fmt.Sprintf("202-555-01%02d", i%100),
			Street: fmt.Sprintf("%d Sample Street", 1+rng.IntN(9_999)), City: cities[rng.IntN(len(cities))],
			State: states[home], ZIP: geo.ZIP(fmt.Sprintf("%05d", 10_000+rng.IntN(80_000))), Resolved: point,
		},
		agent.ProfileReviewed{},
		agent.LanguagesSet{Languages: languages},
		agent.ChannelsSet{Channels: []agent.Channel{agent.Email, agent.Text}},
		agent.DisplayChosen{Choice: agent.DisplayAll},
	}
	weekly := make([]agent.Shift, 5)
	for d := range weekly {
		weekly[d] = agent.Shift{Day: agent.Day(d + 1), From: agent.MinuteOf(9, 0), To: agent.MinuteOf(17, 30)}
	}
	events = append(events, agent.HoursSet{Zone: zones[rng.IntN(len(zones))], Weekly: weekly})
	for l := range 3 + rng.IntN(3) + rng.IntN(2)*rng.IntN(2) { // 4.25 of them
		residency := agent.Nonresident
		if l == 0 {
			residency = agent.Resident
		}
		s := states[(home+l)%len(states)]
		effective := days(2018+rng.IntN(8), rng.IntN(365))
		events = append(events, agent.LicenseRecorded{
			State: s, Number: fmt.Sprintf("%s-%d", s, 1_000_000+rng.IntN(9_000_000)), Residency: residency, Status: agent.Active,
			Effective: effective, Expires: days(2027+rng.IntN(3), rng.IntN(365)),
			Lines: []agent.Line{{Name: "Health", Health: true, Active: true, Issued: effective}},
		})
	}
	return events
}

// BenchmarkReplayAgents folds a log of nothing but agents who come on duty, one
// after the other, as a roster's import writes it.
func BenchmarkReplayAgents(b *testing.B) {
	type line struct {
		stream, kind string
		data         []byte
	}
	var log []line
	for i := range 5_000 {
		s := book.Stream{Agent: npnOf(i)}.String()
		for _, e := range joining(i) {
			log = append(log, line{s, e.Kind(), encode(b, e)})
		}
	}
	for b.Loop() {
		desk := book.New()
		for i, l := range log {
			if err := desk.Replay(uint64(i+1), noon, l.stream, l.kind, l.data); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.N*len(log))/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkPacked packs agents who came on duty, and unpacks them.
func BenchmarkPacked(b *testing.B) {
	desk := staffed(1_000)
	var agents []agent.Agent
	var packed []string
	size := 0
	for a := range desk.Agents() {
		agents = append(agents, a)
		packed = append(packed, book.Packed(a.NPN, a))
		size += len(packed[len(packed)-1])
	}
	b.Run("pack", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			a := &agents[i%len(agents)]
			book.Packed(a.NPN, *a)
		}
		b.ReportMetric(float64(size)/float64(len(agents)), "B/agent")
	})
	b.Run("unpack", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if _, ok := book.Unpacked(agents[i%len(agents)].NPN, packed[i%len(agents)]); !ok {
				b.Fatal("not unpacked")
			}
		}
	})
}
