package eventlogtest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"sync"

	"github.com/relevo-go/relevo/eventlog"
)

var readPromises = []promise{
	{"ReaderKeeps", "what a reader does to the bytes it read does not change the log", func(p *probe) {
		p.append(0, entries(1, 3)...)
		want, _ := eventlog.Head{}.Seal(entries(1, 3)...)
		for range 2 {
			for _, r := range p.read(0) {
				spoil(r.Data)
				_ = append(r.Data, "over the end"...)
			}
		}
		p.holds(want)
		// Nor does it reach into the records after it.
		var got []eventlog.Record
		for r, err := range p.log.Read(p.Context(), 0) {
			if err != nil {
				p.broken("Read(0) yields %v", err)
			}
			kept := r
			kept.Data = append([]byte(nil), r.Data...)
			got = append(got, kept)
			spoil(r.Data)
			_ = append(r.Data, "over the end"...)
		}
		p.same("Read(0)", want, got)
	}},
	{"Middle", "reading from the middle yields every record after the position, in order and without a hole", func(p *probe) {
		want := p.append(0, entries(1, 4)...)
		want = append(want, p.append(4, entry(5))...)
		want = append(want, p.append(5, entries(6, 9)...)...)
		for after := range want {
			p.same("Read", want[after:], p.read(eventlog.Position(after)))
		}
	}},
	{"Beyond", "reading from the head or from beyond it yields nothing and is no error", func(p *probe) {
		for _, head := range []eventlog.Position{0, 2} {
			for _, after := range []eventlog.Position{head, head + 1, 1000, eventlog.MaxPosition, ^eventlog.Position(0)} {
				if got := p.read(after); len(got) > 0 {
					p.broken("Read(%d) with the head at %d yields %d records, want none", after, head, len(got))
				}
			}
			if head == 0 {
				p.append(0, entries(1, 2)...)
			}
		}
	}},
	{"InsideARead", "appending inside a read loop works, and the read stops at the head it began with", func(p *probe) {
		p.append(0, entries(1, 3)...)
		head, seen := eventlog.Position(3), 0
		for _, err := range p.log.Read(p.Context(), 0) {
			if err != nil {
				p.broken("Read(0) yields %v", err)
			}
			seen++
			p.append(head, entry(int(head)+1))
			head++
			if inner := p.read(head - 1); len(inner) != 1 {
				p.broken("a read inside the read yields %d records, want 1", len(inner))
			}
		}
		if seen != 3 {
			p.broken("the read yields %d records, want the 3 that were there when it began", seen)
		}
		if got := len(p.read(0)); got != 6 {
			p.broken("the log has %d records, want 6", got)
		}
	}},
	{"AtTheCall", "a read yields what was there when it was called, whenever it is ranged over", func(p *probe) {
		want := p.append(0, entries(1, 3)...)
		begin, inside, end := p.log.Read(p.Context(), 0), p.log.Read(p.Context(), 2), p.log.Read(p.Context(), 3)
		p.append(3, entries(4, 5)...)
		for after, seq := range map[int]iter.Seq2[eventlog.Record, error]{0: begin, 2: inside, 3: end} {
			got := []eventlog.Record{}
			for r, err := range seq {
				if err != nil {
					p.broken("Read(%d) yields %v", after, err)
				}
				got = append(got, r)
			}
			p.same(fmt.Sprintf("Read(%d) of before an append", after), want[after:], got)
		}
	}},
	{"ReadAgain", "a sequence can be ranged over again, and two at once do not disturb each other", func(p *probe) {
		want := p.append(0, entries(1, 4)...)
		seq := p.log.Read(p.Context(), 1)
		for range 2 {
			var got []eventlog.Record
			for r, err := range seq {
				if err != nil {
					p.broken("Read(1) yields %v", err)
				}
				got = append(got, r)
				for _, err := range seq {
					if err != nil {
						p.broken("Read(1) inside itself yields %v", err)
					}
				}
			}
			p.same("Read(1)", want[1:], got)
			for _, r := range got { // which are the reader's
				spoil(r.Data)
			}
		}
	}},
	{"ReadCanceled", "a read whose context is over ends with its error as the last pair", func(p *probe) {
		p.append(0, entries(1, 3)...)
		ctx, cancel := context.WithCancel(p.Context())
		defer cancel()
		var last error
		seen := 0
		for r, err := range p.log.Read(ctx, 0) {
			if last != nil {
				p.broken("the read goes on after its error, with %v, %v", r.Position, err)
			}
			if last = err; err == nil {
				seen++
			}
			cancel()
		}
		if seen > 2 || !errors.Is(last, context.Canceled) {
			p.broken("a read canceled at its first record yields %d records and %v, want context.Canceled", seen, last)
		}
	}},
	{"Abandoned", "an abandoned read leaks nothing and holds no lock", func(p *probe) {
		want := p.append(0, entries(1, 200)...)
		abandon := func() {
			for range p.log.Read(p.Context(), 0) {
				break
			}
			next, stop := iter.Pull2(p.log.Read(p.Context(), 3))
			next()
			stop()
		}
		abandon() // lets the log start what it keeps for all reads
		before := runtime.NumGoroutine()
		const reads = 64
		for range reads {
			abandon()
		}
		p.log.Read(p.Context(), 0) // one that nobody ever ranges over
		want = append(want, p.append(200, entry(201))...)
		for n := 0; runtime.NumGoroutine() > before+reads/2; n++ {
			if n == 1_000_000 {
				p.broken("%d goroutines after %d abandoned reads, %d before", runtime.NumGoroutine(), 2*reads, before)
			}
			runtime.Gosched()
		}
		p.holds(want)
	}},
	{"BesideWriters", "readers beside a writer see whole appends, in order, without a hole", func(p *probe) {
		const appends, size = 30, 3
		ctx, cancel := context.WithCancel(p.Context())
		defer cancel()
		errs := make([]error, 3)
		var done sync.WaitGroup
		for i := range errs {
			done.Go(func() { errs[i] = follow(ctx, p.log, appends*size) })
		}
		for n := range appends {
			if _, err := p.log.Append(ctx, eventlog.Position(n*size), entries(n*size+1, n*size+size)...); err != nil {
				cancel()
				done.Wait()
				p.broken("Append = %v", err)
			}
		}
		done.Wait()
		if err := errors.Join(errs...); err != nil {
			p.broken("a reader: %v", err)
		}
	}},
}

// follow reads up to a position as the log grows, verifying every record, and
// checks that each read ends with a whole append.
func follow(ctx context.Context, log eventlog.Log, upTo eventlog.Position) error {
	var head eventlog.Head
	for head.Position < upTo {
		if err := log.Wait(ctx, head.Position); err != nil {
			return err
		}
		before := head.Position
		for r, err := range log.Read(ctx, head.Position) {
			if err != nil {
				return err
			}
			if err := head.Next(r); err != nil {
				return err
			}
		}
		if head.Position == before {
			return errors.New("Wait returned and there is nothing to read")
		}
		if !head.Whole() {
			return errors.New("a read ends inside an append")
		}
	}
	return nil
}
