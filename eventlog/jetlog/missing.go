package jetlog

import (
	"context"
	"errors"
	"fmt"

	"github.com/relevo-go/relevo/eventlog"
)

// haveTries is how often a message that should be there is asked for. A server that leads
// no more answers for a moment that it has none.
const haveTries = 5

// have returns a message that should be there. If its leader does not find it, the error
// is ErrCorrupt, because messages were deleted or because this one cannot be read: the
// servers answer both alike.
func (l *Log) have(ctx context.Context, seq uint64) (message, error) {
	for try := 1; ; try++ {
		m, err := l.get(ctx, seq)
		if !errors.Is(err, errNoMessage) {
			return m, err
		}
		info, err := l.info(ctx)
		if err == nil {
			err = l.complete(ctx, info)
		}
		if err != nil {
			return message{}, err
		}
		switch {
		case try < haveTries:
			pause(ctx, 5*lookAgain) // that ctx is over is the answer to the next question
		case info.State.LastSeq < seq:
			return message{}, fmt.Errorf("jetlog: reading message %d: the stream ends at %d: %w", seq, info.State.LastSeq, errNoMessage)
		default:
			return message{}, l.lacks(ctx, seq, fmt.Errorf("message %d of the stream %s is counted as there, and its leader cannot read it", seq, l.opts.Stream))
		}
	}
}

// lacks is the damage of a stream that has lost a message, and why. The last good record
// is the last one of a message before that can be read, on the word of that one, with one
// behind it that cannot: as a rule of the nearest.
func (l *Log) lacks(ctx context.Context, seq uint64, why error) error {
	var end ending
	there, gone := uint64(0), seq
	for try := gone - 1; gone-there > 1; try = there + (gone-there)/2 {
		m, err := l.get(ctx, try)
		if errors.Is(err, errNoMessage) {
			gone = try
			continue
		}
		if err == nil {
			end, err = l.endOf(m)
		}
		if err != nil {
			return err
		}
		there = try
	}
	return &eventlog.CorruptError{Position: end.head.Position + 1, Last: end.head.Position, Err: why}
}
