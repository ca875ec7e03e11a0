package pglog

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/relevo-go/relevo/eventlog"
)

// Read implements [eventlog.Log]. The call asks the server where the head is, and
// has what lies behind a recent position with the same answer. A longer read
// fetches pages of up to 1 MiB, and verifies them, while the caller deals with
// what it has. No connection is held while it does.
//
// A record's Data is the caller's. It lies in one piece of memory with that of
// its neighbors, up to 16 KiB: clone what is kept for long.
func (l *Log) Read(ctx context.Context, after eventlog.Position) iter.Seq2[eventlog.Record, error] {
	v, err := l.view(ctx, after)
	return func(yield func(eventlog.Record, error) bool) {
		if err != nil {
			yield(eventlog.Record{}, err)
			return
		}
		if v != nil {
			v.read(ctx, yield)
		}
	}
}

// view is what one read goes over.
type view struct {
	*Log
	before eventlog.Head // the record to read on from
	end    eventlog.Head // the last one, by its position and sum
	first  *page         // what came with the answer, nil if that is too much
	bad    error         // what is wrong with the last row, if the ones before tell nothing
}

// view returns what a read after a position goes over, nil if nothing is there.
func (l *Log) view(ctx context.Context, after eventlog.Position) (*view, error) {
	if err := l.ready(); err != nil {
		return nil, err
	}
	from := min(max(after, 1), eventlog.MaxPosition-firstRows) // the row before the first tells what that is chained to
	seen := l.sight()
	var f found
	p := &page{from: from, to: from + firstRows}
	err := l.pool.QueryRow(ctx, l.sql.begin, l.planned, int64(seen.Position), int64(p.from), int64(p.to), int64(firstBytes)).
		Scan(&f.position, &f.sum, &f.there, &p.rows, &p.bytes, &p.lines)
	if err != nil {
		return nil, fmt.Errorf("pglog: read after %d: %w", after, l.explain(over(ctx, err)))
	}
	end, bad := l.compare(seen, f)
	if after >= end.Position || bad != nil && !errors.Is(bad, eventlog.ErrCorrupt) {
		return nil, bad
	}
	p.to = min(p.to, end.Position)
	v := &view{Log: l, end: end, first: p, bad: bad}
	if p.lines == nil && p.rows > 0 {
		v.first = nil
	}
	if after == 0 {
		return v, nil
	}
	line := p.lines.first()
	if v.first == nil {
		alone := page{from: after, to: after}
		if err := l.fetchLong(ctx, &alone); err != nil {
			return nil, fmt.Errorf("pglog: read after %d: %w", after, l.explain(over(ctx, err)))
		}
		line = alone.lines.first()
	}
	r, err := eventlog.ParseLine(line)
	switch {
	case line == nil:
		err = errors.New("no row has this position")
	case err == nil && r.Position != after:
		err = fmt.Errorf("the row holds the record of position %d", r.Position)
	}
	if err != nil {
		return nil, l.damage(&eventlog.CorruptError{Position: after, Last: after - 1, Err: err})
	}
	v.before = r.Head()
	p.from, p.rows = after+1, p.rows-1
	return v, nil
}

// read yields the records of a view.
func (v *view) read(ctx context.Context, yield func(eventlog.Record, error) bool) {
	var last eventlog.Record
	for p := range v.pages(ctx) {
		if n := len(p.records); n > 0 {
			last = p.records[n-1]
			if err := v.learn(last.Head()); err != nil {
				yield(eventlog.Record{}, err)
				return
			}
		}
		for i := range p.records {
			if err := ctx.Err(); err != nil {
				yield(eventlog.Record{}, fmt.Errorf("pglog: read after %d: %w", p.records[i].Position-1, err))
				return
			}
			if !yield(p.records[i], nil) {
				return
			}
		}
		if p.err != nil {
			yield(eventlog.Record{}, v.wrong(ctx, p.err))
			return
		}
	}
	switch {
	case last.Position != v.end.Position: // the reader wants no more
	case v.bad != nil:
		yield(eventlog.Record{}, v.bad)
	case last.Sum != v.end.Sum:
		yield(eventlog.Record{}, v.diverge(v.end, last.Head()))
	case !last.Head().Whole():
		yield(eventlog.Record{}, v.cutShort(last))
	}
}

// wrong returns what is wrong with a page. If the store was exchanged during the
// read, that is what is wrong with it.
func (v *view) wrong(ctx context.Context, err error) error {
	if !errors.Is(err, eventlog.ErrCorrupt) {
		return err
	}
	if _, other := v.look(ctx, v.pool); errors.Is(other, eventlog.ErrDiverged) {
		return other
	}
	return v.damage(err)
}

// grace is how long a read that is broken off waits for the page that is on its
// way, which the pool's connection outlives; it breaks the connection then.
const grace = 100 * time.Millisecond

// pages yields the pages of a view in order, verified, the last one with the
// error if there is one. Each is good until the next. It leaves nothing behind.
func (v *view) pages(ctx context.Context) iter.Seq[*page] {
	return func(yield func(*page) bool) {
		next := v.before
		if v.first != nil {
			p := *v.first
			p.head, p.lines, p.done = v.before, p.lines.clone(), make(chan struct{}) // the view can be read again
			p.verify()
			if next = p.head; !yield(&p) || p.err != nil {
				return
			}
		}
		if next.Position >= v.end.Position {
			return
		}
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		f := fetcher{view: v, pages: make(chan *page, 1), stop: make(chan struct{}), spare: make(chan []eventlog.Record, 3)}
		go f.run(ctx, next)
		defer func() {
			close(f.stop)
			defer time.AfterFunc(grace, cancel).Stop()
			for p := range f.pages {
				<-p.done
			}
		}()
		for p := range f.pages {
			<-p.done
			if !yield(p) || p.err != nil {
				return
			}
			f.spare <- p.records
		}
	}
}

// fetcher fetches the pages of a view ahead of its reader.
type fetcher struct {
	*view
	pages chan *page
	stop  chan struct{}          // closed when the reader wants no more
	spare chan []eventlog.Record // room that the reader is done with
}

// run fetches the pages behind a record, which verify themselves meanwhile. Each
// takes the sum before it on the word of the page before, whose own verification
// comes first.
func (f *fetcher) run(ctx context.Context, head eventlog.Head) {
	defer close(f.pages)
	rows, piece := eventlog.Position(pageRows/16), eventlog.Position(firstRows)
	for head.Position < f.end.Position {
		p := f.fetch(ctx, head.Position+1, min(head.Position+rows, f.end.Position), piece)
		p.head = head
		if p.lines != nil {
			r, _ := eventlog.ParseLine(p.lines.last())
			head = r.Head()
		}
		// Otherwise the page says what is wrong.
		good := p.err == nil && p.lines != nil && head.Position == p.to
		select {
		case room := <-f.spare:
			p.records = room[:0]
		default:
		}
		// As many as fit, if their lines are as long as these.
		fit := func(bytes int64) eventlog.Position { return eventlog.Position(max(1, p.rows*bytes/(p.bytes+1))) }
		rows, piece = min(pageRows, 4*rows, fit(pageBytes)), fit(pieceBytes)
		go p.verify()
		select {
		case f.pages <- p:
		case <-f.stop:
			<-p.done
			return
		}
		select {
		case <-f.stop: // though somebody takes what there is
			return
		default:
		}
		if !good {
			return
		}
	}
}
