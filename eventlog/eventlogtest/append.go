package eventlogtest

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/eventlog"
)

var appendPromises = []promise{
	{"Seal", "what Append returns and Read yields is, to the byte, what Head.Seal gives", func(p *probe) {
		var head eventlog.Head
		var want []eventlog.Record
		for n, size := range []int{1, 3, 1, 2, 7} {
			group := entries(10*n, 10*n+size-1)
			sealed, err := head.Seal(group...)
			if err != nil {
				p.Fatal(err)
			}
			p.same("Append", sealed, p.append(head.Position, group...))
			head = sealed[size-1].Head()
			want = append(want, sealed...)
		}
		p.holds(want)
		got, err := eventlog.Verify(p.log.Read(p.Context(), 0))
		if err != nil || got != head {
			p.broken("Verify = %v, %v, want %v", got, err, head)
		}
	}},
	{"Dense", "positions begin at 1 and have no hole; First and Last are the extent of the append", func(p *probe) {
		p.append(0, entry(1))
		p.append(1, entries(2, 4)...)
		p.append(4, entry(5))
		wantFirst, wantLast := []eventlog.Position{1, 2, 2, 2, 5}, []eventlog.Position{1, 4, 4, 4, 5}
		got := p.read(0)
		if len(got) != 5 {
			p.broken("Read(0) yields %d records, want 5", len(got))
		}
		for i, r := range got {
			if r.Position != eventlog.Position(i+1) || r.First != wantFirst[i] || r.Last != wantLast[i] {
				p.broken("record %d has position %d, first %d, last %d, want %d, %d, %d",
					i+1, r.Position, r.First, r.Last, i+1, wantFirst[i], wantLast[i])
			}
		}
	}},
	{"Twice", "beginning the log twice is ErrConflict and adds nothing", func(p *probe) {
		want := p.append(0, entry(1))
		p.refused(0, eventlog.ErrConflict, entry(2))
		p.holds(want)
	}},
	{"Stale", "an append after a position before the head is ErrConflict and adds nothing", func(p *probe) {
		want := p.append(0, entries(1, 5)...)
		for after := range eventlog.Position(5) {
			p.refused(after, eventlog.ErrConflict, entry(9))
		}
		p.holds(want)
	}},
	{"Lost", "an append after a position beyond the head is ErrLost and adds nothing", func(p *probe) {
		p.refused(1, eventlog.ErrLost, entry(9))
		p.holds(nil)
		want := p.append(0, entries(1, 2)...)
		for _, after := range []eventlog.Position{3, 4, 1000, eventlog.MaxPosition} {
			p.refused(after, eventlog.ErrLost, entry(9))
		}
		p.holds(want)
	}},
	{"Again", "appending the same again after it was written is ErrConflict, and the records are found from there on", func(p *probe) {
		p.append(0, entry(1))
		want := p.append(1, entries(2, 3)...)
		p.refused(1, eventlog.ErrConflict, entries(2, 3)...)
		p.same("Read(1)", want, p.read(1))
	}},
	{"Empty", "an empty append adds nothing and is no error, whatever the position", func(p *probe) {
		for range 2 {
			for _, after := range []eventlog.Position{0, 1, 2, 7} {
				if records, err := p.log.Append(p.Context(), after); len(records) != 0 || err != nil {
					p.broken("Append(%d) of nothing = %d records, %v, want none and no error", after, len(records), err)
				}
			}
			if head := eventlog.Position(len(p.read(0))); head == 0 {
				p.append(0, entry(1))
			} else if head != 1 {
				p.broken("the log has %d records, want 1", head)
			}
		}
	}},
	{"AllOrNone", "an append with one entry that is refused adds nothing", func(p *probe) {
		want := p.append(0, entry(1))
		bad := entry(4)
		bad.Data = []byte(`{"n":`)
		p.refused(1, nil, entry(2), entry(3), bad)
		p.refused(1, nil, bad, entry(2), entry(3))
		p.holds(want)
		p.holds(append(want, p.append(1, entries(2, 3)...)...))
	}},
	{"Invalid", "an entry that Head.Seal refuses adds nothing", func(p *probe) {
		want := p.append(0, entry(1))
		for what, spoil := range map[string]func(*eventlog.Entry){
			"nil ID":         func(e *eventlog.Entry) { e.ID = uuid.Nil },
			"no stream":      func(e *eventlog.Entry) { e.Stream = "" },
			"quote":          func(e *eventlog.Entry) { e.Stream = `thing/"` },
			"no kind":        func(e *eventlog.Entry) { e.Kind = "" },
			"control":        func(e *eventlog.Entry) { e.Kind = "a\n" },
			"long":           func(e *eventlog.Entry) { e.Kind = strings.Repeat("k", 300) },
			"year 10000":     func(e *eventlog.Entry) { e.Time = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) },
			"no data":        func(e *eventlog.Entry) { e.Data = nil },
			"array":          func(e *eventlog.Entry) { e.Data = []byte(`[]`) },
			"two lines":      func(e *eventlog.Entry) { e.Data = []byte("{\n}") },
			"not UTF-8":      func(e *eventlog.Entry) { e.Data = []byte("{\"n\":\"\xff\"}") },
			"duplicate keys": func(e *eventlog.Entry) { e.Data = []byte(`{"n":{"a":1,"\u0061":2}}`) },
		} {
			e := entry(2)
			spoil(&e)
			if _, err := p.log.Append(p.Context(), 1, e); err == nil {
				p.broken("Append of an entry with fault %q gives no error", what)
			}
			p.holds(want)
		}
	}},
	{"TooLarge", "a line beyond 16 MiB is ErrTooLarge and adds nothing", func(p *probe) {
		want := p.append(0, entry(1))
		e := entry(2)
		e.Data = slices.Concat([]byte(`{"n":"`), bytes.Repeat([]byte("x"), eventlog.MaxLine), []byte(`"}`))
		p.refused(1, eventlog.ErrTooLarge, e)
		p.refused(1, eventlog.ErrTooLarge, entry(2), e)
		p.holds(want)
	}},
	{"Time", "times never run backwards, are kept to the nanosecond, and come back in UTC", func(p *probe) {
		first, same, zoned, early := entry(1), entry(2), entry(3), entry(4)
		first.Time = start.Add(123456789)
		same.Time = first.Time
		zoned.Time = start.Add(time.Second + 120).In(time.FixedZone("", -5*3600))
		early.Time = first.Time.Add(-1)
		want := p.append(0, first)
		p.refused(1, nil, early)
		p.refused(1, nil, same, zoned, early)
		want = append(want, p.append(1, same, zoned)...)
		for i, r := range p.read(0) {
			w := []time.Time{first.Time, same.Time, zoned.Time}[i]
			if !r.Time.Equal(w) || r.Time.Location() != time.UTC {
				p.broken("the time of record %d is %v, want %v in UTC", i+1, r.Time, w)
			}
		}
		p.holds(want)
	}},
	{"Bytes", "data is kept byte for byte", func(p *probe) {
		var group []eventlog.Entry
		for i, data := range []string{
			`{}`,
			`{ "z" : 1 ,	"a" : [ ] }`,
			`{"b":1.0,"a":1e400,"c":-0,"d":123456789012345678901234567890}`,
			`{"html":"<&>","slash":"\/","same":"\u0041\u00e9é","line":"\u2028` + "\u2028" + `","nul":"\u0000"}`,
			`{"emoji":"🦊\ud83e\udd8a"}`,
			`{"sum":"","position":2,"line":"\",\"sum\":\"","first":1,"last":9}`,
			`{"long":"` + strings.Repeat("long ", 20_000) + `"}`,
		} {
			e := entry(i)
			e.Data = []byte(data)
			group = append(group, e)
		}
		p.append(0, group...)
		got := p.read(0)
		if len(got) != len(group) {
			p.broken("Read(0) yields %d records, want %d", len(got), len(group))
		}
		for i, e := range group {
			if !bytes.Equal(got[i].Data, e.Data) {
				p.broken("data of record %d\n\t got %.200s\n\twant %.200s", i+1, got[i].Data, e.Data)
			}
		}
	}},
	{"WriterKeeps", "what the caller does to its bytes after an append does not change the log", func(p *probe) {
		group := entries(1, 3)
		returned := p.append(0, group...)
		want, _ := eventlog.Head{}.Seal(entries(1, 3)...)
		p.same("Append", want, returned)
		for i := range group {
			spoil(group[i].Data)
			spoil(returned[i].Data)
			group[i], returned[i] = eventlog.Entry{}, eventlog.Record{}
		}
		p.holds(want)
	}},
	{"Canceled", "an append whose context is over writes nothing", func(p *probe) {
		want := p.append(0, entry(1))
		if _, err := p.log.Append(p.canceled(), 1, entry(2)); !errors.Is(err, context.Canceled) {
			p.broken("Append under a canceled context = %v, want context.Canceled", err)
		}
		p.holds(want)
		p.holds(append(want, p.append(1, entry(3))...))
	}},
	{"OneWinner", "of sixteen writers at one position one wins, and the others are told ErrConflict", func(p *probe) {
		p.append(0, entry(1))
		const writers = 16
		var won [writers][]eventlog.Record
		var errs [writers]error
		var gate, done sync.WaitGroup
		gate.Add(1)
		for i := range writers {
			done.Go(func() {
				gate.Wait()
				won[i], errs[i] = p.log.Append(p.Context(), 1, entries(100+2*i, 101+2*i)...)
			})
		}
		gate.Done()
		done.Wait()
		var winner []eventlog.Record
		for i, err := range errs {
			switch {
			case err == nil && winner == nil:
				winner = won[i]
			case err == nil:
				p.broken("two writers won")
			case !errors.Is(err, eventlog.ErrConflict):
				p.broken("a writer that lost is told %v, want ErrConflict", err)
			}
		}
		if winner == nil {
			p.broken("nobody won")
		}
		p.same("Read(1)", winner, p.read(1))
	}},
	{"Racing", "racing writers that read on after a conflict lose nothing and write nothing twice", func(p *probe) {
		const writers, each = 4, 12
		var done sync.WaitGroup
		errs := make([]error, writers)
		for w := range writers {
			done.Go(func() { errs[w] = race(p.Context(), p.log, w, each) })
		}
		done.Wait()
		if err := errors.Join(errs...); err != nil {
			p.broken("a writer gave up: %v", err)
		}
		if _, err := eventlog.Verify(p.log.Read(p.Context(), 0)); err != nil {
			p.broken("Verify = %v", err)
		}
		var next [writers]int
		for _, r := range p.read(0) {
			w, n := int(r.ID[14]), int(r.ID[15])
			if n != next[w] {
				p.broken("position %d holds entry %d of writer %d, want its entry %d", r.Position, n, w, next[w])
			}
			next[w]++
		}
		for w, n := range next {
			if n != each {
				p.broken("writer %d has %d entries in the log, want %d", w, n, each)
			}
		}
	}},
}

// refused appends entries that the log must refuse, with the error want if that
// is not nil.
func (p *probe) refused(after eventlog.Position, want error, entries ...eventlog.Entry) {
	p.Helper()
	records, err := p.log.Append(p.Context(), after, entries...)
	if err == nil || len(records) > 0 || (want != nil && !errors.Is(err, want)) {
		if want == nil {
			want = errors.New("an error")
		}
		p.broken("Append(%d, %d entries) = %d records, %v, want none and: %v", after, len(entries), len(records), err, want)
	}
}

// race appends n single entries of writer w, reading on after every conflict.
func race(ctx context.Context, log eventlog.Log, w, n int) error {
	var head eventlog.Position
	for i := 0; i < n; {
		e := entry(w<<8 | i)
		e.Time = start // whoever comes first, time does not run backwards
		records, err := log.Append(ctx, head, e)
		switch {
		case err == nil:
			head = records[0].Position
			i++
		case errors.Is(err, eventlog.ErrConflict):
			for r, err := range log.Read(ctx, head) {
				if err != nil {
					return err
				}
				head = r.Position
			}
		default:
			return err
		}
	}
	return nil
}

// spoil overwrites b.
func spoil(b []byte) {
	for i := range b {
		b[i] = '!'
	}
}
