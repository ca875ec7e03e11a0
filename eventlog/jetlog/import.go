package jetlog

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/relevo-go/relevo/eventlog"
)

// importMost is how many messages of an import are on their way at once, and
// importBytes how much of them, at the most unless one is more.
const (
	importMost  = 64
	importBytes = 4 << 20
)

// Import implements [eventlog.Importer]. It sends many messages before it waits for the
// answers; each has to follow the one before, so that those stored are always the first
// ones. Where it breaks off it goes on, for Options.Timeout at a time; ErrUncertain says
// that some are stored.
func (l *Log) Import(ctx context.Context, after eventlog.Position, records ...eventlog.Record) error {
	done, err := l.begin(ctx)
	if err != nil {
		return err
	}
	defer done()
	if len(records) == 0 {
		return nil
	}
	at, err := l.expect(ctx, after)
	if err != nil {
		return err
	}
	ends, lines, err := l.imported(at, records)
	if err != nil {
		return err
	}
	for first := 0; first < len(lines); {
		// One by itself finds out who else writes, and what became of it if it was sent
		// before. The others follow it.
		if err := l.write(ctx, at, lines[first], first > 0); first > 0 && err != nil && !errors.Is(err, eventlog.ErrDiverged) {
			return fmt.Errorf("%w: positions from %d on: %v", eventlog.ErrUncertain, at.head.Position+1, err)
		} else if err != nil {
			return err
		}
		l.learn(ends[first])
		first = l.send(ctx, ends, lines, first+1)
		at = ends[first-1]
	}
	return nil
}

// imported returns the messages that records become and where they end.
func (l *Log) imported(at place, records []eventlog.Record) (ends []place, messages [][]byte, err error) {
	for head := at.head; len(records) > 0; {
		lines, n, err := head.NextAppend(nil, records)
		if err != nil {
			return nil, nil, err
		}
		end := place{head, at.seq + uint64(len(ends)) + 1}
		if err := l.fits(end.seq-1, len(lines)); err != nil {
			return nil, nil, err
		}
		ends, messages, records = append(ends, end), append(messages, lines), records[n:]
	}
	return ends, messages, nil
}

// send publishes messages from one on, until all are stored or something goes wrong, and
// returns the first that is not known to be stored.
func (l *Log) send(ctx context.Context, ends []place, messages [][]byte, first int) int {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(l.life, cancel)()
	live, err := l.line.connected(ctx)
	if err != nil || first == len(messages) {
		return first
	}
	defer context.AfterFunc(live, cancel)()
	inbox := l.conn.NewInbox()
	answers, err := l.conn.SubscribeSync(inbox + ".*")
	if err != nil {
		return first
	}
	defer answers.Unsubscribe()

	stored := make([]bool, len(messages))
	next, underWay := first, 0 // to be sent; bytes
	for first < len(messages) {
		for next < len(messages) && next-first < importMost && (underWay == 0 || underWay+len(messages[next]) <= importBytes) {
			m := &nats.Msg{Subject: l.opts.Subject, Reply: inbox + "." + strconv.Itoa(next), Header: l.header(ends[next-1].seq), Data: messages[next]}
			if l.conn.PublishMsg(m) != nil {
				return first
			}
			underWay += len(messages[next])
			next++
		}
		m, err := nextBefore(ctx, answers, time.Now().Add(2*attempt))
		if err != nil {
			return first
		}
		i, err := strconv.Atoi(m.Subject[strings.LastIndexByte(m.Subject, '.')+1:])
		if err != nil || i < first || i >= next {
			continue
		}
		if l.judgeAck(m.Data, ends[i-1].seq) != nil {
			return first
		}
		stored[i] = true
		for first < next && stored[first] {
			underWay -= len(messages[first])
			l.learn(ends[first])
			first++
		}
	}
	return first
}
