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
// ones. If it breaks off, what is there of it can be read after position after.
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
	// The first one by itself: it finds out who else writes, and waits until what is on
	// its way is stored.
	if err := l.write(ctx, at, lines[0]); err != nil {
		return err
	}
	l.learn(ends[0])
	if err := l.send(ctx, ends, lines); err != nil {
		return fmt.Errorf("%w: %w", eventlog.ErrUncertain, err)
	}
	return nil
}

// imported returns the messages that records become and where they end.
func (l *Log) imported(at place, records []eventlog.Record) (ends []place, messages [][]byte, err error) {
	head := at.head
	var lines []byte
	for _, r := range records {
		if err := head.Next(r); err != nil {
			return nil, nil, err
		}
		lines = append(r.AppendLine(lines), '\n')
		if !head.Whole() {
			continue
		}
		end := place{head, at.seq + uint64(len(ends)) + 1}
		if err := l.fits(end.seq-1, len(lines)); err != nil {
			return nil, nil, err
		}
		ends, messages, lines = append(ends, end), append(messages, lines), nil
	}
	if !head.Whole() {
		return nil, nil, &eventlog.CorruptError{Position: head.Position + 1, Last: head.Position, Err: errors.New("the records to import end inside an append")}
	}
	return ends, messages, nil
}

// send publishes the messages behind the first one and waits until all are stored.
func (l *Log) send(ctx context.Context, ends []place, messages [][]byte) error {
	within, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(l.life, cancel)()
	live, err := l.line.connected(within)
	if err != nil {
		return err
	}
	defer context.AfterFunc(live, cancel)()
	inbox := l.conn.NewInbox()
	answers, err := l.conn.SubscribeSync(inbox + ".*")
	if err != nil {
		return fmt.Errorf("jetlog: import: %w", err)
	}
	defer answers.Unsubscribe()

	stored := make([]bool, len(messages))
	stored[0] = true
	next, first, underWay := 1, 1, 0 // to be sent; not known to be stored; bytes
	for first < len(messages) {
		for next < len(messages) && next-first < importMost && (underWay == 0 || underWay+len(messages[next]) <= importBytes) {
			m := &nats.Msg{Subject: l.opts.Subject, Reply: inbox + "." + strconv.Itoa(next), Header: l.header(ends[next-1].seq), Data: messages[next]}
			if err := l.conn.PublishMsg(m); err != nil {
				return fmt.Errorf("jetlog: import: %w", err)
			}
			underWay += len(messages[next])
			next++
		}
		m, err := nextBefore(within, answers, time.Now().Add(l.opts.Timeout))
		if err != nil {
			return l.over(ctx, "import", err)
		}
		i, err := strconv.Atoi(m.Subject[strings.LastIndexByte(m.Subject, '.')+1:])
		if err != nil || i <= 0 || i >= next {
			continue
		}
		if m.Header.Get("Status") == "503" {
			return fmt.Errorf("jetlog: import: %w", nats.ErrNoResponders)
		}
		if err := l.judgeAck(m.Data, ends[i-1].seq); err != nil {
			return fmt.Errorf("jetlog: import: %w", err)
		}
		stored[i] = true
		for first < next && stored[first] {
			underWay -= len(messages[first])
			l.learn(ends[first])
			first++
		}
	}
	return nil
}
