package jetlog

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/relevo-go/relevo/eventlog"
)

// Append implements [eventlog.Log]. The lines go as one message, which the stream takes
// only if its last one is still that which was seen last. A message that is not answered
// within a moment, as happens when another server takes over, is sent again: the second
// cannot be stored beside the first. ErrUncertain is answered when none of them was
// answered for Options.Timeout, or ctx is over before.
func (l *Log) Append(ctx context.Context, after eventlog.Position, entries ...eventlog.Entry) ([]eventlog.Record, error) {
	done, err := l.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	if len(entries) == 0 {
		return nil, nil
	}
	at, err := l.expect(ctx, after)
	if err != nil {
		return nil, err
	}
	sealed, lines, err := at.head.SealLines(l.room[:0], entries...)
	if err != nil {
		return nil, err
	}
	if cap(lines) <= 1<<20 { // larger room is not kept for what is seldom
		l.room = lines
	}
	next := place{sealed[len(sealed)-1].Head(), at.seq + 1}
	if err := l.fits(at.seq, len(lines)); err != nil {
		return nil, err
	}
	if err := l.write(ctx, at, lines, false); err != nil {
		return nil, err
	}
	l.learn(next)
	return sealed, nil
}

// ErrReadOnly: the log was opened with ReadOnly and takes no append.
var ErrReadOnly = errors.New("jetlog: the log is open with ReadOnly: open it without to append")

// begin begins a write, of which there is one at a time.
func (l *Log) begin(ctx context.Context) (done func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("jetlog: nothing appended: %w", err)
	}
	if err := l.usable(); err != nil {
		return nil, err
	}
	if l.opts.ReadOnly {
		return nil, ErrReadOnly
	}
	select {
	case l.writing <- struct{}{}:
		return func() { <-l.writing }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("jetlog: nothing appended: %w", ctx.Err())
	case <-l.life.Done():
		return nil, eventlog.ErrClosed
	}
}

// expect returns the end of the log if that is after, and otherwise what Append
// answers.
func (l *Log) expect(ctx context.Context, after eventlog.Position) (place, error) {
	if err := l.fresh(ctx, true); err != nil {
		return place{}, err
	}
	known, _ := l.knownEnd()
	within, done := l.limit(ctx)
	defer done()
	for after > known.head.Position {
		end, err := l.last(ctx)
		if err == nil {
			err = l.trust(ctx, end)
		}
		if err != nil {
			return place{}, err
		}
		if known, _ = l.knownEnd(); after <= known.head.Position {
			break
		}
		if more, err := l.goesFurther(ctx, within, known.seq); err != nil {
			return place{}, err
		} else if !more {
			break
		}
	}
	return known, known.head.Expect(after)
}

// fits returns ErrTooLarge if lines of so many bytes are more than the servers take in
// one message.
func (l *Log) fits(seq uint64, size int) error {
	const version, end = len("NATS/1.0\r\n"), len("\r\n")
	size += version + end
	for name, values := range l.header(seq) {
		size += len(name) + len(": ") + len(values[0]) + len("\r\n")
	}
	most, limit := l.conn.MaxPayload(), "max_payload of the servers"
	l.mu.Lock()
	if m := int64(l.maxSize); m > 0 && m < most {
		most, limit = m, "max_msg_size of the stream"
	}
	l.mu.Unlock()
	if int64(size) > most {
		return fmt.Errorf("jetlog: the append is a message of %d bytes, and %s is %d: %w", size, limit, most, eventlog.ErrTooLarge)
	}
	return nil
}

func (l *Log) header(seq uint64) nats.Header {
	return nats.Header{
		jetstream.ExpectedStreamHeader:  {l.opts.Stream},
		jetstream.ExpectedLastSeqHeader: {strconv.FormatUint(seq, 10)},
	}
}

var (
	// errMoved: the stream's last message is another one, or will be: one that is on its
	// way counts for the servers, and may yet fail.
	errMoved = errors.New("the stream has moved")
	// errRefused: the servers refused to store the message.
	errRefused = errors.New("the servers refuse to store it")
	// errUnsent: the message was never sent, or reached nobody.
	errUnsent = errors.New("nothing was sent")
)

// write publishes lines as the message after the one at a place, until it is known what
// became of it. It knows whether they were sent before and got no answer.
func (l *Log) write(ctx context.Context, at place, lines []byte, sent bool) error {
	within, done := l.limit(ctx)
	defer done()
	patience := attempt / 2
	for wait := time.Millisecond; ; wait = min(2*wait, 50*time.Millisecond) {
		err := l.publish(within, patience, at.seq, lines)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, errMoved):
			var settled bool
			if settled, err = l.settled(within, at, lines, sent); settled {
				return err
			}
		case errors.Is(err, errRefused) && !sent:
			return fmt.Errorf("jetlog: nothing appended: %w", err)
		case !errors.Is(err, errUnsent) && !errors.Is(err, errRefused):
			sent = true
			patience *= 2
		}
		if err == nil {
			err = errMoved
		}
		if errors.Is(err, errConnClosed) || !pause(within, wait) {
			return l.unsettled(ctx, err, sent)
		}
	}
}

// unsettled is the answer to a write of which it is not known what became of it, if
// something was sent.
func (l *Log) unsettled(ctx context.Context, err error, sent bool) error {
	if !sent {
		if errors.Is(err, errConnClosed) {
			return err
		}
		return l.over(ctx, "nothing appended", err)
	}
	why := l.over(ctx, "appending", err)
	return fmt.Errorf("%w: %w", eventlog.ErrUncertain, why)
}

// settled finds out what became of a write after the servers said that the stream has
// moved: nil if it is stored, a conflict if another append stands in its place. It is
// not settled if nothing does, because one on its way was in the way.
func (l *Log) settled(ctx context.Context, at place, lines []byte, sent bool) (bool, error) {
	end, err := l.last(ctx)
	damaged := errors.Is(err, eventlog.ErrCorrupt) // the message behind the place is what it is all the same
	if err != nil && !damaged {
		if sent && errors.Is(err, eventlog.ErrDiverged) { // it may stand in what there was before
			return true, fmt.Errorf("%w: %w", eventlog.ErrUncertain, err)
		}
		return !sent, err
	}
	if end.seq <= at.seq {
		return false, nil
	}
	if sent {
		there := end.message
		if there.seq != at.seq+1 {
			var wrong error
			if there, wrong = l.have(ctx, at.seq+1); wrong != nil {
				return false, wrong
			}
		}
		if damaged && len(there.data) == 0 {
			return false, err // it cannot be read, and may be this one
		}
		if bytes.Equal(there.data, lines) {
			return true, nil
		}
	}
	if damaged {
		return true, err
	}
	return true, end.head.Expect(at.head.Position)
}

// pubAck is what the servers answer to a message.
type pubAck struct {
	Error  *jetstream.APIError `json:"error"`
	Stream string              `json:"stream"`
	Seq    uint64              `json:"seq"`
}

// publish sends a message once and waits for the answer, but not for ever. It is stored if the
// error is nil, and not stored if it is errMoved, errRefused or errUnsent.
func (l *Log) publish(ctx context.Context, atMost time.Duration, seq uint64, lines []byte) error {
	live, err := l.line.connected(ctx)
	if err != nil {
		return fmt.Errorf("%w: %w", errUnsent, err)
	}
	once, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	defer context.AfterFunc(live, cancel)()
	if err := cmp.Or(once.Err(), live.Err()); err != nil {
		return fmt.Errorf("%w: %w", errUnsent, err)
	}
	before := l.conn.LastError()
	reply, err := l.conn.RequestMsgWithContext(once, &nats.Msg{Subject: l.opts.Subject, Header: l.header(seq), Data: lines})
	switch {
	case errors.Is(err, nats.ErrMaxPayload):
		return fmt.Errorf("%w: %w: %w", errRefused, err, eventlog.ErrTooLarge)
	case errors.Is(err, nats.ErrReconnectBufExceeded), errors.Is(err, nats.ErrHeadersNotSupported), errors.Is(err, nats.ErrConnectionDraining),
		errors.Is(err, nats.ErrNoResponders): // the server had nobody to give it to
		return fmt.Errorf("%w: %w", errUnsent, err)
	case err != nil:
		if denied := l.denied(before, `Publish to "`+l.opts.Subject+`"`); denied != nil {
			return fmt.Errorf("%w: %w", errRefused, denied)
		}
		return err
	}
	return l.judgeAck(reply.Data, seq)
}

// storeFailed is the answer of a leader that could not write what the servers had agreed
// on, as on a full disk: the others may have it all the same.
const storeFailed = 10077

// judgeAck says what an answer to the message after a sequence means.
func (l *Log) judgeAck(data []byte, seq uint64) error {
	var ack pubAck
	if err := json.Unmarshal(data, &ack); err != nil {
		return fmt.Errorf("the answer is none of JetStream: %w", err)
	}
	if e := ack.Error; e != nil {
		switch e.ErrorCode {
		case jetstream.JSErrCodeStreamWrongLastSequence, jetstream.JSErrCodeStreamWrongLastSequenceConstant:
			return errMoved
		case jetstream.JSErrCodeStreamMessageExceedsMaximum:
			return fmt.Errorf("%w: %w: %w", errRefused, e, eventlog.ErrTooLarge)
		case storeFailed:
			return e
		}
		return fmt.Errorf("%w: %w", errRefused, e)
	}
	if ack.Stream != l.opts.Stream || ack.Seq != seq+1 {
		return fmt.Errorf("message %d of the stream %s was to be stored, and the answer is about message %d of %s", seq+1, l.opts.Stream, ack.Seq, ack.Stream)
	}
	return nil
}

// mayPublish tries to publish what the stream cannot take, to see whether it comes that
// far.
func (l *Log) mayPublish(ctx context.Context) error {
	within, done := l.limit(ctx)
	defer done()
	for patience := attempt; ; patience *= 2 {
		err := l.publish(within, patience, 1<<62, nil)
		switch {
		case errors.Is(err, errMoved):
			return nil
		case errors.Is(err, errRefused), errors.Is(err, errConnClosed):
			return fmt.Errorf("jetlog: the stream %s takes no appends: %w; to read only, set Options.ReadOnly", l.opts.Stream, err)
		}
		if !pause(within, lookAgain) {
			return l.over(ctx, "trying whether the stream takes appends", err)
		}
	}
}
