package jetlog

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/relevo-go/relevo/eventlog"
)

// message is one message of the stream: the lines of one append, each with its
// newline.
type message struct {
	seq  uint64
	data []byte
}

// ending is a message and the head behind its last record. The zero ending is that of
// a stream without messages.
type ending struct {
	message
	head eventlog.Head
}

func (e ending) place() place { return place{e.head, e.seq} }

// get returns a message as the stream's leader has it, errNoMessage if there is none.
func (l *Log) get(ctx context.Context, seq uint64) (message, error) {
	var m message
	err := l.ask(ctx, fmt.Sprintf("reading message %d", seq), func(ctx context.Context) error {
		raw, err := l.stream.GetMsg(ctx, seq)
		return l.take(&m, raw, err)
	})
	return m, err
}

// final returns the stream's last message as its leader has it, errNoMessage if there
// is none.
func (l *Log) final(ctx context.Context) (message, error) {
	var m message
	err := l.ask(ctx, "reading the last message", func(ctx context.Context) error {
		raw, err := l.stream.GetLastMsgForSubject(ctx, l.opts.Subject)
		return l.take(&m, raw, err)
	})
	return m, err
}

var errNoMessage = errors.New("the stream has no such message")

func (l *Log) take(m *message, raw *jetstream.RawStreamMsg, err error) error {
	switch {
	case errors.Is(err, jetstream.ErrMsgNotFound):
		return errNoMessage
	case err != nil:
		return err
	case raw.Subject != l.opts.Subject:
		return l.foreign(raw.Sequence, fmt.Errorf("its subject is %s", raw.Subject))
	}
	*m = message{raw.Sequence, raw.Data}
	return nil
}

// foreign says that a message is not one that a log wrote.
func (l *Log) foreign(seq uint64, err error) error {
	return fmt.Errorf("message %d of the stream %s holds something else than an append of a log: see who else publishes to %s, and take that right away: %w: %w",
		seq, l.opts.Stream, l.opts.Subject, eventlog.ErrCorrupt, err)
}

var errNoNewline = errors.New("it does not end with a newline")

// first returns the first record of a message.
func (l *Log) first(m message) (eventlog.Record, error) {
	end := bytes.IndexByte(m.data, '\n')
	if end < 0 {
		return eventlog.Record{}, l.foreign(m.seq, errNoNewline)
	}
	r, err := eventlog.ParseLine(m.data[:end:end])
	if err == nil && r.First != r.Position {
		err = errors.New("it does not begin with the beginning of an append")
	}
	if err != nil {
		return eventlog.Record{}, l.foreign(m.seq, err)
	}
	return r, nil
}

// endOf returns where a message ends, on the word of its last line.
func (l *Log) endOf(m message) (ending, error) {
	if len(m.data) == 0 || m.data[len(m.data)-1] != '\n' {
		return ending{}, l.foreign(m.seq, errNoNewline)
	}
	line := m.data[:len(m.data)-1]
	line = line[bytes.LastIndexByte(line, '\n')+1:]
	r, err := eventlog.ParseLine(line)
	if err == nil && r.Last != r.Position {
		err = errors.New("it ends inside an append")
	}
	if err != nil {
		return ending{}, l.foreign(m.seq, err)
	}
	return ending{m, r.Head()}, nil
}

// after verifies that a message goes on from a place, and that it ends at known if it is
// the message that did. It returns its records and the place behind it. The records are
// appended to dst, and their data is that of m.
func (l *Log) after(at, known place, dst []eventlog.Record, m message) ([]eventlog.Record, place, error) {
	head := at.head
	records, n, err := head.NextLines(dst, m.data)
	if got := records[len(dst):]; err == nil {
		switch {
		case n != len(m.data) || len(got) == 0:
			err = errNoNewline
		case got[0].First != got[len(got)-1].First:
			err = errors.New("it holds more than one append")
		case !head.Whole():
			err = errors.New("it ends inside an append")
		}
	}
	if err == nil {
		if known.seq == m.seq {
			err = known.head.Confirm(head)
		}
		if err != nil {
			return dst, at, err
		}
		return records, place{head, m.seq}, nil
	}
	damage, ok := errors.AsType[*eventlog.CorruptError](err)
	if !ok {
		damage = &eventlog.CorruptError{Position: head.Position + 1, Last: head.Position, Err: err}
	}
	damage.Err = fmt.Errorf("message %d of the stream %s: %w", m.seq, l.opts.Stream, damage.Err)
	return dst, at, damage
}
