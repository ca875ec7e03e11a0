package engine_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/filelog"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/geo/zcta"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
	"github.com/relevo-go/relevo/referral/engine"
)

// BenchmarkOpen measures how a log in files is opened and an engine on it, with
// 5,000 agents and a million events, fewer if -short: from the log's beginning,
// every record verified, and from a snapshot at its end. Beside it stands the
// same fold of the same lines through encoding/json, which verifies nothing.
// Each is measured once a round, in turn, so that all have the same machine.
func BenchmarkOpen(b *testing.B) {
	events := 1_000_000
	if testing.Short() {
		events = 100_000
	}
	log, now := traffic(b, 5_000, events)
	dir, size := inFiles(b, log)
	desk := func(o engine.Options) *engine.Engine {
		o.Now = func() time.Time { return now }
		log, err := filelog.Open(dir, &filelog.Options{ReadOnly: true})
		if err != nil {
			b.Fatal(err)
		}
		e, err := engine.Open(b.Context(), log, &o)
		if err != nil {
			b.Fatal(err)
		}
		log.Close()
		return e
	}
	stills := b.TempDir()
	first := desk(engine.Options{SnapshotDir: stills})
	if err := first.Snapshot(b.Context()); err != nil {
		b.Fatal(err)
	}
	_, want := first.Digest()
	first, log = nil, nil
	var full, snapshot, slow []time.Duration
	var allocs uint64
	timed := func(into *[]time.Duration, open func() interface{ digest() string }) {
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		began := time.Now()
		state := open()
		*into = append(*into, time.Since(began))
		if runtime.ReadMemStats(&after); into == &full {
			allocs += after.Mallocs - before.Mallocs
		}
		if got := state.digest(); got != want {
			b.Fatalf("the state is %s, want %s", got, want)
		}
	}
	for b.Loop() {
		timed(&full, func() interface{ digest() string } { return opened{desk(engine.Options{})} })
		timed(&snapshot, func() interface{ digest() string } { return opened{desk(engine.Options{SnapshotDir: stills})} })
		timed(&slow, func() interface{ digest() string } { return folded{foldSlowly(b, dir)} })
	}
	rate := float64(events) / median(full).Seconds()
	b.ReportMetric(rate, "events/s")
	b.ReportMetric(float64(allocs)/float64(len(full))/float64(events), "allocs/event")
	b.ReportMetric(median(slow).Seconds()/median(full).Seconds(), "x-encoding/json")
	b.ReportMetric(median(snapshot).Seconds()/median(full).Seconds(), "snapshot-of-full")
	b.ReportMetric(float64(size)/float64(events), "B/record")
	b.ReportMetric(0, "ns/op") // of all three together: says nothing
}

// opened and folded are states that tell their digests.
type (
	opened struct{ *engine.Engine }
	folded struct{ *book.Book }
)

func (o opened) digest() string { _, digest := o.Digest(); return digest }
func (f folded) digest() string { return f.Digest() }

// inFiles writes a log as filelog has it, which takes no sync for each append, and
// returns the directory and how many bytes it holds.
func inFiles(b *testing.B, log eventlog.Log) (dir string, size int) {
	dir = b.TempDir()
	var lines []byte
	first := eventlog.Position(1)
	write := func() {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%020d.jsonl", first)), lines, 0o600); err != nil {
			b.Fatal(err)
		}
		size, lines = size+len(lines), lines[:0]
	}
	for r, err := range log.Read(b.Context(), 0) {
		if err != nil {
			b.Fatal(err)
		}
		if r.First == r.Position && len(lines) > filelog.DefaultSegmentBytes-4096 {
			write()
			first = r.Position
		}
		lines = append(r.AppendLine(lines), '\n')
	}
	write()
	return dir, size
}

// foldSlowly folds a log's files by encoding/json alone.
func foldSlowly(b *testing.B, dir string) *book.Book {
	state := book.NewKeeping(30 * 24 * time.Hour)
	names, err := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	if err != nil {
		b.Fatal(err)
	}
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			b.Fatal(err)
		}
		in := bufio.NewScanner(f)
		for in.Scan() {
			var r struct {
				Position     uint64
				Time         time.Time
				Stream, Kind string
				Data         json.RawMessage
			}
			if err := json.Unmarshal(in.Bytes(), &r); err != nil {
				b.Fatal(err)
			}
			s, err := book.ParseStream(r.Stream)
			if err != nil {
				b.Fatal(err)
			}
			state.Apply(r.Position, r.Time, s, readSlowly(b, s, r.Kind, r.Time, r.Data))
		}
		f.Close()
	}
	return state
}

// readSlowly reads one of the kinds of event that traffic makes.
func readSlowly(b *testing.B, s book.Stream, kind string, at time.Time, data []byte) book.Event {
	switch kind {
	case referral.Requested{}.Kind():
		e := jsonOf[referral.Requested](b, data)
		e.ID, e.At = s.Referral, at
		return e
	case referral.Offered{}.Kind():
		e := jsonOf[referral.Offered](b, data)
		e.At = at
		return e
	case referral.Declined{}.Kind():
		e := jsonOf[referral.Declined](b, data)
		e.At = at
		return e
	case referral.Accepted{}.Kind():
		e := jsonOf[referral.Accepted](b, data)
		e.At = at
		return e
	case referral.Contacted{}.Kind():
		e := jsonOf[referral.Contacted](b, data)
		e.At = at
		return e
	}
	e, err := book.Decode(s, kind, at, data) // the agents' and the policy: some hundredths of the log
	if err != nil {
		b.Fatal(err)
	}
	return e
}

func jsonOf[E any](b *testing.B, data []byte) (e E) {
	if err := json.Unmarshal(data, &e); err != nil {
		b.Fatal(err)
	}
	return e
}

// traffic returns a log of referrals that are offered, declined and accepted,
// contacted and followed up, one after the other, and the time at its end. It is
// the same at every run.
func traffic(b *testing.B, agents, events int) (eventlog.Log, time.Time) {
	b.Helper()
	log, state, now, ids := new(eventlog.Memory), book.New(), opening, newIDs(3)
	var entries []eventlog.Entry
	add := func(s book.Stream, e book.Event) {
		data, err := book.Encode(e)
		if err != nil {
			b.Fatal(err)
		}
		entries = append(entries, eventlog.Entry{ID: ids(), Stream: s.String(), Kind: e.Kind(), Time: now, Data: data})
		position, _ := state.Position()
		state.Apply(position+1, now, s, e)
	}
	flush := func() {
		position, _ := state.Position()
		if _, err := log.Append(b.Context(), eventlog.Position(position)-eventlog.Position(len(entries)), entries...); err != nil {
			b.Fatal(err)
		}
		entries = entries[:0]
	}
	add(book.Stream{}, referral.PolicySet(referral.DefaultPolicy()))
	zips := florida()
	for i := range agents {
		n := agent.NPN(1_000_000 + i)
		place, _ := zcta.Lookup(zips[i%len(zips)])
		for _, c := range eligible(person{zip: zips[i%len(zips)], languages: []string{"es", "en"}}) {
			switch register := c.(type) {
			case agent.Register:
				register.NPN = n
				c = register
			case agent.UpdateProfile:
				register.Resolved = place.Point
				c = register
			}
			a, _ := state.Agent(n)
			made, err := agent.Decide(a, c)
			if err != nil {
				b.Fatal(err)
			}
			for _, e := range made {
				add(book.Stream{Agent: n}, e)
			}
		}
		flush()
	}
	point, _ := geo.PointE7(279_506_000, -824_572_000)
	for i := 0; ; i++ {
		if position, _ := state.Position(); position >= uint64(events) {
			return log, now
		}
		id := ids()
		s := book.Stream{Referral: id}
		decide := func(c referral.Command) {
			r, _ := state.Referral(id)
			made, err := referral.Decide(r, c)
			if err != nil {
				b.Fatal(err)
			}
			for _, e := range made {
				add(s, e)
			}
		}
		offer := func(to agent.NPN) {
			now = now.Add(3_141_592_653)
			decide(referral.MakeOffer{To: to, Deadline: now.Add(15 * time.Minute), Language: "es", Meters: 4_200, Channels: []agent.Channel{agent.Email}, At: now})
		}
		holder := agent.NPN(1_000_000 + i*7919%agents)
		decide(referral.Request{ID: id, Subject: fmt.Sprintf("case-%d", i), State: "FL", ZIP: zips[i%len(zips)], Resolved: point, Languages: []string{"es", "en"}, At: now})
		if i%2 == 0 {
			other := agent.NPN(1_000_000 + (i*7919+1)%agents)
			offer(other)
			decide(referral.Decline{By: other, At: now})
		}
		offer(holder)
		if i%200 == 7 {
			continue // it stays open
		}
		decide(referral.Accept{By: holder, At: now})
		decide(referral.Contact{By: holder, At: now})
		flush()
	}
}
