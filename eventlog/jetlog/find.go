package jetlog

import (
	"context"
	"fmt"

	"github.com/relevo-go/relevo/eventlog"
)

// find returns the message that holds a position, and the place where it ends, in a
// log that ends with end. It asks for messages between marks: those close to the
// end are found at once, and any other with a dozen questions or two.
func (l *Log) find(ctx context.Context, p eventlog.Position, end ending) (ending, error) {
	l.mu.Lock()
	before, behind := l.marks.around(p)
	l.mu.Unlock()
	if behind.seq == 0 || behind.seq > end.seq {
		behind = end.place()
	}
	for guess := true; before.seq < behind.seq; guess = !guess {
		if before.seq+1 == behind.seq && behind.seq == end.seq {
			return end, nil
		}
		seq := before.seq + (behind.seq-before.seq+1)/2
		if guess { // appends of one size each
			part := float64(p-before.head.Position) / float64(behind.head.Position-before.head.Position)
			seq = before.seq + max(1, min(uint64(part*float64(behind.seq-before.seq)+0.5), behind.seq-before.seq))
		}
		m, err := l.have(ctx, seq)
		if err != nil {
			return ending{}, err
		}
		first, err := l.first(m)
		if err != nil {
			return ending{}, err
		}
		last, err := l.endOf(m)
		if err != nil {
			return ending{}, err
		}
		switch {
		case first.Position <= before.head.Position || last.head.Position > behind.head.Position:
			return ending{}, l.misplaced(m.seq, first.Position, last.head.Position)
		case first.Position > p:
			behind = place{seq: m.seq - 1}
			if behind.seq == before.seq {
				return ending{}, l.misplaced(m.seq, first.Position, last.head.Position)
			}
			behind.head.Position = first.Position - 1
		case last.head.Position < p:
			before = last.place()
		default:
			return last, nil
		}
	}
	return ending{}, &eventlog.CorruptError{Position: p, Err: fmt.Errorf("no message of the stream %s holds it", l.opts.Stream)}
}

func (l *Log) misplaced(seq uint64, first, last eventlog.Position) error {
	return &eventlog.CorruptError{Position: first, Err: fmt.Errorf("message %d of the stream %s holds the positions %d to %d, and those beside it others than the ones around", seq, l.opts.Stream, first, last)}
}
