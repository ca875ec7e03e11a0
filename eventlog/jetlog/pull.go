package jetlog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// How a consumer is used: what is under way from it at once, about; how long it may bring
// nothing; how long the servers hold a request and keep the consumer if it is not deleted.
const (
	pullBytes   = 8 << 20
	pullMost    = 2048 // messages
	pullSilence = attempt
	pullExpires = 5 * time.Second
	pullKept    = 30 * time.Second
)

// pull is a consumer, and the messages that are under way from it.
type pull struct {
	l       *Log
	name    string
	subject string // where to ask for more
	inbox   *nats.Subscription
	arrived chan *nats.Msg

	window    int    // how many messages may be under way
	most      int    // how many bytes one request may bring
	underWay  int    // messages that were asked for and did not come
	next, end uint64 // the message that comes next, and the last one that is wanted
	timer     *time.Timer
}

var errTrouble = errors.New("jetlog: the consumer does not bring what it should")

// newPull makes a consumer for the messages after one, up to an end.
func (l *Log) newPull(ctx context.Context, after, end uint64) (*pull, error) {
	info, err := l.info(ctx)
	if err != nil {
		return nil, err
	}
	p := &pull{l: l, name: "relevo-" + uuid.NewString(), next: after + 1, end: end, most: 2 * max(pullBytes, int(l.conn.MaxPayload()))}
	average := info.State.Bytes / max(info.State.Msgs, 1)
	p.window = int(max(8, min(pullBytes/max(average, 1), pullMost)))
	err = l.ask(ctx, "making a consumer", func(ctx context.Context) error {
		_, err := l.js.CreateConsumer(ctx, l.opts.Stream, jetstream.ConsumerConfig{
			Name:          p.name,
			Description:   "A read of an event log.",
			DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: after + 1,
			AckPolicy: jetstream.AckNonePolicy, MemoryStorage: true, Replicas: 1, InactiveThreshold: pullKept,
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	p.arrived = make(chan *nats.Msg, p.window+64) // what is no message comes beside those that were asked for
	if p.inbox, err = l.conn.ChanSubscribe(l.conn.NewInbox(), p.arrived); err != nil {
		p.forget()
		return nil, fmt.Errorf("jetlog: read: %w", err)
	}
	p.subject = fmt.Sprintf("%s.CONSUMER.MSG.NEXT.%s.%s", apiPrefix(l.js), l.opts.Stream, p.name)
	p.timer = time.NewTimer(pullSilence)
	return p, nil
}

// apiPrefix returns what the subjects of JetStream's requests begin with.
func apiPrefix(js jetstream.JetStream) string {
	o := js.Options()
	switch {
	case o.Domain != "":
		return "$JS." + o.Domain + ".API"
	case o.APIPrefix != "":
		return o.APIPrefix
	}
	return "$JS.API"
}

// stop ends the messages and deletes the consumer.
func (p *pull) stop() {
	p.timer.Stop()
	p.inbox.Unsubscribe()
	p.forget()
}

// forget deletes the consumer, also when the log is closed meanwhile. One that is not
// reached is forgotten by the servers.
func (p *pull) forget() {
	if !p.l.conn.IsConnected() {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), attempt)
	defer cancel()
	p.l.js.DeleteConsumer(ctx, p.l.opts.Stream, p.name)
}

// request is a request for messages.
type request struct {
	Batch    int           `json:"batch"`
	MaxBytes int           `json:"max_bytes"`
	Expires  time.Duration `json:"expires"`
}

// more asks for messages when half of those asked for came.
func (p *pull) more() error {
	n := min(p.window-p.underWay, int(p.end-p.next+1)-p.underWay)
	if n <= 0 || p.underWay > p.window/2 {
		return nil
	}
	data, err := json.Marshal(request{n, p.most, pullExpires})
	if err != nil {
		return err
	}
	p.underWay += n
	return p.l.conn.PublishRequest(p.subject, p.inbox.Subject, data)
}

// message returns the next message. If it is not to wait and none is there, it returns an
// empty one.
func (p *pull) message(ctx context.Context, wait bool) (message, error) {
	for {
		if err := p.more(); err != nil {
			return message{}, errTrouble
		}
		var m *nats.Msg
		select {
		case m = <-p.arrived:
		default:
			if !wait {
				return message{}, nil
			}
			p.timer.Reset(pullSilence)
			select {
			case m = <-p.arrived:
			case <-p.timer.C:
				return message{}, errTrouble
			case <-ctx.Done():
				return message{}, ctx.Err()
			}
		}
		if m == nil {
			return message{}, errTrouble
		}
		if m.Reply == "" {
			if err := p.ended(m); err != nil {
				return message{}, err
			}
			continue
		}
		about, err := m.Metadata()
		if err != nil || about.Sequence.Stream != p.next || m.Subject != p.l.opts.Subject {
			return message{}, errTrouble
		}
		p.next++
		p.underWay--
		return message{about.Sequence.Stream, m.Data}, nil
	}
}

// ended takes notice that a request ended before all came that it asked for.
func (p *pull) ended(m *nats.Msg) error {
	left, err := strconv.Atoi(m.Header.Get("Nats-Pending-Messages"))
	if err != nil {
		return errTrouble // the consumer is gone, or has another leader
	}
	p.underWay = max(0, p.underWay-left)
	return nil
}
