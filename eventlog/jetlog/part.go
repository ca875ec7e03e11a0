package jetlog

import (
	"context"
	"runtime"
	"sync"

	"github.com/relevo-go/relevo/eventlog"
)

// part is some messages that follow one another, and what they are found to hold.
type part struct {
	at       place // before them, on the word of the message before
	messages []message
	trouble  bool // with the consumer, behind them

	records []eventlog.Record // of the good messages
	end     place             // of the good messages
	err     error             // what is wrong with the next
	done    chan struct{}     // holds a token when the part is verified
}

const (
	partBytes  = 64 << 10 // about how many bytes are verified together
	partsAhead = 8        // how many parts are ahead of who reads them
)

// verify reads the records of a part.
func (p *part) verify(l *Log) {
	known, _ := l.knownEnd()
	p.records, p.end, p.err = p.records[:0], p.at, nil
	for _, m := range p.messages {
		if p.records, p.end, p.err = l.after(p.end, known, p.records, m); p.err != nil {
			break
		}
	}
	p.done <- struct{}{}
}

// parts yields the messages that a consumer brings, verified on several cores, until
// there is trouble or no more is wanted. It leaves nothing behind.
//
// A part can be verified without the one before it, since its first line is chained to a
// sum that stands in that one's last line: if that line is not as it was sealed, its own
// part finds it, and comes first.
func (r *reading) parts(p *pull, yield func(*part) error) error {
	ctx, cancel := context.WithCancel(r.ctx)
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()
	queue, work, free := make(chan *part, partsAhead), make(chan *part, partsAhead), make(chan *part, partsAhead+1)
	at := r.at
	all.Go(func() {
		defer close(queue)
		defer close(work)
		for more := true; more; {
			var q *part
			select {
			case q = <-free:
			default:
				q = &part{done: make(chan struct{}, 1)}
			}
			q.at, q.messages = at, q.messages[:0]
			if at, more = p.fill(ctx, q); !more && ctx.Err() != nil {
				return
			}
			work <- q // as much room as in the queue
			select {
			case queue <- q:
			case <-ctx.Done():
				return
			}
		}
	})
	for range min(runtime.GOMAXPROCS(0), 4) {
		all.Go(func() {
			for q := range work {
				q.verify(r.l)
			}
		})
	}
	for q := range queue {
		<-q.done
		if err := yield(q); err != nil {
			return err
		}
		select {
		case free <- q:
		default:
		}
	}
	return nil
}

// fill brings the next messages to a part: one, and what is there already. It returns the
// place behind them, and whether more are to come.
func (p *pull) fill(ctx context.Context, q *part) (place, bool) {
	at := q.at
	q.trouble = false
	for size := 0; p.next <= p.end && size < partBytes; {
		m, err := p.message(ctx, size == 0)
		if err != nil {
			q.trouble = true
			return at, false
		}
		if m.seq == 0 {
			break
		}
		q.messages = append(q.messages, m)
		size += max(len(m.data), 1)
	}
	end, err := p.l.endOf(q.messages[len(q.messages)-1])
	if err != nil {
		return at, false // verifying it says why
	}
	return end.place(), p.next <= p.end
}
