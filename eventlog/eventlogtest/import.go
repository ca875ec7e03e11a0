package eventlogtest

import (
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/eventlog"
)

// importPromises are kept by logs that are an [eventlog.Importer]; of others
// nothing is asked.
var importPromises = []promise{
	{"Import", "imported appends are there as they were sealed, to the byte, and the log goes on behind them", func(p *probe) {
		importer, ok := p.log.(eventlog.Importer)
		if !ok {
			return
		}
		want := p.sealed(1, 3, 1, 7, 2)
		if err := importer.Import(p.Context(), 0); err != nil {
			p.broken("Import of nothing = %v, want no error", err)
		}
		for _, part := range [][2]int{{0, 4}, {4, 5}, {5, 14}} {
			if err := importer.Import(p.Context(), eventlog.Position(part[0]), want[part[0]:part[1]]...); err != nil {
				p.broken("Import(%d, %d records) = %v, want no error", part[0], part[1]-part[0], err)
			}
			p.holds(want[:part[1]])
		}
		if err := p.log.Wait(p.Context(), 13); err != nil {
			p.broken("Wait(13) after an import up to 14 = %v", err)
		}
		next := p.append(14, entries(15, 16)...)
		p.holds(append(want, next...))
		if _, err := eventlog.Verify(p.log.Read(p.Context(), 0)); err != nil {
			p.broken("Verify = %v", err)
		}
	}},
	{"ImportRefuses", "an import that does not go on where the log ends, or could not be read, is refused and adds nothing", func(p *probe) {
		importer, ok := p.log.(eventlog.Importer)
		if !ok {
			return
		}
		all := p.sealed(1, 3, 2, 2)
		if err := importer.Import(p.Context(), 0, all[:4]...); err != nil {
			p.broken("Import(0, 4 records) = %v, want no error", err)
		}
		changed := append([]eventlog.Record(nil), all[4:6]...)
		changed[1].Data = []byte(`{"n":-1}`)
		other := p.sealed(2, 2, 2)[4:]
		for _, c := range []struct {
			what    string
			ctx     context.Context
			after   eventlog.Position
			records []eventlog.Record
			want    error
		}{
			{"at the beginning", p.Context(), 0, all[:4], eventlog.ErrConflict},
			{"before the head", p.Context(), 1, all[1:6], eventlog.ErrConflict},
			{"beyond the head", p.Context(), 6, all[6:], eventlog.ErrLost},
			{"with a hole", p.Context(), 4, all[6:], eventlog.ErrCorrupt},
			{"of another log", p.Context(), 4, other, eventlog.ErrCorrupt},
			{"that was changed", p.Context(), 4, changed, eventlog.ErrCorrupt},
			{"that ends inside an append", p.Context(), 4, all[4:7], eventlog.ErrTorn},
			{"of a stream with a newline", p.Context(), 4, spoiled(all[3], all[4:6], func(r *eventlog.Record) { r.Stream = "thing\n/1" }), eventlog.ErrCorrupt},
			{"of a kind with a quote", p.Context(), 4, spoiled(all[3], all[4:6], func(r *eventlog.Record) { r.Kind = `a"b` }), eventlog.ErrCorrupt},
			{"of data that is no JSON", p.Context(), 4, spoiled(all[3], all[4:6], func(r *eventlog.Record) { r.Data = []byte("{]") }), eventlog.ErrCorrupt},
			{"of data on two lines", p.Context(), 4, spoiled(all[3], all[4:6], func(r *eventlog.Record) { r.Data = []byte("{\n}") }), eventlog.ErrCorrupt},
			{"of one record that is two lines", p.Context(), 4, []eventlog.Record{folded(all[3], all[4], all[5])}, eventlog.ErrCorrupt},
			{"that has no ID", p.Context(), 4, spoiled(all[3], all[4:6], func(r *eventlog.Record) { r.ID = uuid.Nil }), eventlog.ErrCorrupt},
			{"under a canceled context", p.canceled(), 4, all[4:6], context.Canceled},
		} {
			if err := importer.Import(c.ctx, c.after, c.records...); !errors.Is(err, c.want) {
				p.broken("Import %s = %v, want %v", c.what, err, c.want)
			}
			p.holds(all[:4])
		}
		if err := importer.Import(p.Context(), 4, all[4:]...); err != nil {
			p.broken("Import(4, 4 records) = %v, want no error", err)
		}
		p.holds(all)
	}},
}

// spoiled returns records behind one, each changed so that no log seals it, with the sums
// that they then have: what a faulty log of somebody else yields.
func spoiled(before eventlog.Record, records []eventlog.Record, change func(*eventlog.Record)) []eventlog.Record {
	records = slices.Clone(records)
	for i := range records {
		change(&records[i])
		records[i] = chained(before.Sum, records[i])
		before = records[i]
	}
	return records
}

// chained returns a record with the sum that it has behind another's.
func chained(prev eventlog.Hash, r eventlog.Record) eventlog.Record {
	line := r.AppendLine(nil)
	r.Sum = sha256.Sum256(append([]byte(prev.String()), line[:len(line)-len(`,"sum":""}`)-2*len(prev)]...))
	return r
}

// folded returns one record whose line is those of an append of two.
func folded(before, first, second eventlog.Record) eventlog.Record {
	r := first // its line begins as that of the first, which stands in the stream, and ends as that of the second
	first = chained(before.Sum, first)
	second = chained(first.Sum, second)
	lines := string(first.AppendLine(nil)) + "\n" + string(second.AppendLine(nil))
	_, rest, _ := strings.Cut(lines, `"stream":"`)
	end := strings.LastIndex(rest, `","kind":"`)
	r.Stream, r.Kind, r.Data, r.Last, r.Sum = rest[:end], second.Kind, second.Data, second.Last, second.Sum
	return r
}

// sealed returns the records of appends of the given sizes, as an empty log seals
// them.
func (p *probe) sealed(sizes ...int) (all []eventlog.Record) {
	p.Helper()
	var head eventlog.Head
	for _, size := range sizes {
		first := len(all) + 1
		records, err := head.Seal(entries(first, first+size-1)...)
		if err != nil {
			p.Fatal(err)
		}
		head = records[size-1].Head()
		all = append(all, records...)
	}
	return all
}
