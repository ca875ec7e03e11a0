package feed

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// crowd invents agents with a license or none, and returns their files.
func crowd(n int) (people []person, texts []string) {
	r := rand.New(rand.NewPCG(1, 2))
	people = make([]person, n)
	for i := range people {
		people[i] = invent(r, 9_900_000_001+i)
		people[i].states = people[i].states[:min(1, len(people[i].states))]
	}
	return people, files(people)
}

// A roster of 100,000 agents imports in one run, one changed row is one agent's
// events, and fifty broken rows are told while nothing is applied.
func TestHundredThousand(t *testing.T) {
	n := 100_000
	if testing.Short() {
		n = 5_000
	}
	d := desk{}
	people, texts := crowd(n)
	began := time.Now()
	feeds := make([]*Feed, len(texts))
	for i, text := range texts {
		feeds[i] = read(t, "f", text)
	}
	t.Logf("%d agents, %d rows: read in %v", n, len(feeds[0].Agents)+len(feeds[1].Registrations)+len(feeds[2].Licenses), time.Since(began))
	began = time.Now()
	p := compare(t, d, feeds...)
	t.Logf("compared, all new, in %v", time.Since(began))
	d.apply(t, p)
	if len(p.Problems) > 0 || len(p.Changes) != n {
		t.Fatalf("%d changes, want %d; problems %.2000s", len(p.Changes), n, written(p.Problems))
	}
	began = time.Now()
	p = compare(t, d, feeds...)
	t.Logf("compared, nothing new, in %v", time.Since(began))
	if len(p.Changes) > 0 || p.Agents != n {
		t.Fatalf("the same again changes %d of %d agents", len(p.Changes), p.Agents)
	}

	changed := people[n/2]
	row := changed.row()
	changed.phone = "202-555-0199 x1"
	p = compare(t, d, read(t, "r", strings.Replace(texts[0], row, changed.row(), 1)), feeds[1], feeds[2])
	if got := kinds(p); !slices.Equal(got, []string{strconv.Itoa(changed.npn) + " profile_updated"}) {
		t.Errorf("one changed row plans %v", got)
	}

	lines := strings.SplitAfter(texts[0], "\n")
	var broken []int
	for i := range 50 {
		line := 1 + i*(n/50)
		lines[line] = strings.Replace(lines[line], ",202-555", ",202\a555", 1)
		broken = append(broken, line+1)
	}
	lines[n] = changed.row()
	p = compare(t, d, read(t, "r", strings.Join(lines, "")), feeds[1], feeds[2])
	var told []int
	for _, found := range p.Problems {
		told = append(told, found.Line)
	}
	if !slices.Equal(slices.Compact(told), append(broken, n+1)) || len(p.Changes) > 0 {
		t.Errorf("lines %v are told and %d agents changed, want lines %v and nobody", told, len(p.Changes), broken)
	}
}

func BenchmarkRead(b *testing.B) {
	_, texts := crowd(20_000)
	for _, text := range texts {
		kind := read(b, "f", text).Kind
		b.Run(strings.ReplaceAll(kind.String(), " ", "_"), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				read(b, "f", text)
			}
			b.ReportMetric(float64(strings.Count(text, "\n")*b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

func BenchmarkCompare(b *testing.B) {
	const n = 20_000
	_, texts := crowd(n)
	feeds := make([]*Feed, len(texts))
	for i, text := range texts {
		feeds[i] = read(b, "f", text)
	}
	known := desk{}
	known.apply(b, compare(b, known, feeds...))
	for _, of := range []struct {
		name string
		desk
	}{{"all_new", desk{}}, {"nothing_new", known}} {
		b.Run(of.name, func(b *testing.B) {
			var p Plan
			for b.Loop() {
				p, _ = Compare(of.current, feeds...)
			}
			b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "agents/s")
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			changes := len(p.Changes)
			p = Plan{}
			runtime.GC()
			runtime.ReadMemStats(&after)
			if changes > 0 {
				b.ReportMetric(float64(before.HeapAlloc-after.HeapAlloc)/n, "B/agent")
			}
		})
	}
}
