package jetlog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/relevo-go/relevo/eventlog"
)

// Read implements [eventlog.Log]. The call asks the stream's leader where the head is. A
// few messages are asked of the leader one by one; many come from a consumer, which a
// replica serves. If that replica is damaged or behind, the message in question is asked
// of the leader before the read fails.
//
// A leader that was cut off from the others answers with the head it had, until it
// notices, within some ten seconds. It is not believed if this log knows of more already,
// or the caller does, who reads after a position behind that head.
//
// A record's Data lies in one piece of memory with that of its append: clone what is kept
// for long.
func (l *Log) Read(ctx context.Context, after eventlog.Position) iter.Seq2[eventlog.Record, error] {
	v, err := l.view(ctx, after)
	return func(yield func(eventlog.Record, error) bool) {
		err := err
		if err == nil && v.end.seq > 0 {
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			defer context.AfterFunc(l.life, cancel)()
			r := reading{l: l, ctx: ctx, end: v.end, yield: yield}
			r.end.data = bytes.Clone(r.end.data) // what is yielded is the reader's, and the view can be read again
			err = r.run(v)
		}
		if err == nil || err == errEnough {
			return
		}
		if l.life.Err() != nil {
			err = eventlog.ErrClosed
		}
		yield(eventlog.Record{}, err)
	}
}

var errEnough = errors.New("jetlog: the caller wants no more")

// view is what a read goes over.
type view struct {
	after  eventlog.Position
	from   place  // the record at after, if begins is true
	begins bool   // it is known where the read begins
	end    ending // the zero ending if nothing is to be read
}

// view returns what a read after a position goes over.
func (l *Log) view(ctx context.Context, after eventlog.Position) (view, error) {
	if err := l.usable(); err != nil {
		return view{}, err
	}
	if err := ctx.Err(); err != nil {
		return view{}, fmt.Errorf("jetlog: read after %d: %w", after, err)
	}
	if err := l.fresh(ctx, false); err != nil {
		return view{}, err
	}
	within, done := l.limit(ctx)
	defer done()
	end, err := l.last(ctx)
	for err == nil && after >= end.head.Position {
		if after == end.head.Position {
			return view{}, nil
		}
		if more, err := l.goesFurther(ctx, within, end.seq); err != nil || !more {
			return view{}, err
		}
		end, err = l.last(ctx)
	}
	v := view{after: after, end: end}
	v.from, v.begins = l.mark(after)
	if err != nil && (end.seq == 0 || !v.begins) {
		return view{}, err
	}
	return v, nil // if the end is damaged, what is before it can be read all the same
}

// mark returns the place that ends with a position, if it is known.
func (l *Log) mark(p eventlog.Position) (place, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, mark := l.marks.around(p)
	if mark.head.Position != p {
		mark = place{}
	}
	return mark, mark.head.Position == p
}

const (
	fewMessages  = 16 // are not worth a consumer, which the servers have to agree on
	mostTroubles = 3  // with consumers that brought nothing, in a row
)

// reading is one read.
type reading struct {
	l     *Log
	ctx   context.Context
	end   ending
	yield func(eventlog.Record, error) bool

	at       place // what was yielded
	records  []eventlog.Record
	troubles int
}

// run yields the records of a view.
func (r *reading) run(v view) error {
	begin, err := r.begin(v)
	if err != nil {
		return err
	}
	if len(begin.data) > 0 {
		if err := r.take(begin); err != nil {
			return err
		}
	}
	for r.at.seq < r.end.seq {
		if r.end.seq-r.at.seq <= fewMessages || r.troubles >= mostTroubles {
			err = r.ask()
		} else {
			err = r.consume()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// begin sets the place where a read begins. If that lies inside a message, it returns
// what is left of it.
func (r *reading) begin(v view) (message, error) {
	after := v.after
	if v.begins {
		r.at = v.from
		return message{}, nil
	}
	m, err := r.l.find(r.ctx, after, r.end)
	if err != nil {
		return message{}, err
	}
	if m.head.Position == after {
		r.at = m.place()
		return message{}, nil
	}
	for lines := m.data; ; {
		end := bytes.IndexByte(lines, '\n')
		if end < 0 {
			return message{}, r.l.foreign(m.seq, errNoNewline)
		}
		record, err := eventlog.ParseLine(lines[:end:end])
		if err != nil {
			return message{}, r.l.foreign(m.seq, err)
		}
		lines = lines[end+1:]
		if record.Position == after {
			r.at = place{record.Head(), m.seq - 1}
			return message{m.seq, lines}, nil
		}
	}
}

// take verifies the next message and yields its records.
func (r *reading) take(m message) error {
	known, _ := r.l.knownEnd()
	records, next, err := r.l.after(r.at, known, r.records[:0], m)
	if err != nil {
		return r.l.fail(err)
	}
	r.records, r.at = records, next
	r.l.learn(next)
	return r.give(records)
}

// give yields records.
func (r *reading) give(records []eventlog.Record) error {
	for i := range records {
		if r.l.life.Err() != nil {
			return eventlog.ErrClosed
		}
		if err := r.ctx.Err(); err != nil {
			return fmt.Errorf("jetlog: read after %d: %w", records[i].Position-1, err)
		}
		if !r.yield(records[i], nil) {
			return errEnough
		}
	}
	return nil
}

// ask takes the next message as the leader has it.
func (r *reading) ask() error {
	m := r.end.message
	if r.at.seq+1 < m.seq || len(m.data) == 0 { // an end that could not be read is asked for again
		var err error
		if m, err = r.l.have(r.ctx, r.at.seq+1); err != nil {
			return err
		}
	}
	return r.take(m)
}

// trouble takes the next message from the leader, after a consumer that began at a place
// did not bring it as it should be.
func (r *reading) trouble(begin uint64) error {
	if r.at.seq > begin {
		r.troubles = 0
	}
	r.troubles++
	return r.ask()
}

// consume takes messages from a consumer, up to the end or until there is trouble.
func (r *reading) consume() error {
	begin := r.at.seq
	p, err := r.l.newPull(r.ctx, begin, r.end.seq)
	if err != nil {
		return err
	}
	defer p.stop()
	trouble := false
	err = r.parts(p, func(q *part) error {
		if q.end.seq > r.at.seq {
			r.at = q.end
			r.l.learn(q.end)
			if err := r.give(q.records); err != nil {
				return err
			}
		}
		if errors.Is(q.err, eventlog.ErrDiverged) {
			return r.l.fail(q.err)
		}
		if trouble = q.err != nil || q.trouble; trouble {
			return errTrouble
		}
		return nil
	})
	if !trouble {
		return err
	}
	if err := r.ctx.Err(); err != nil {
		return fmt.Errorf("jetlog: read after %d: %w", r.at.head.Position, err)
	}
	return r.trouble(begin)
}
