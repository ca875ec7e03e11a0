package engine_test

import (
	"context"
	"errors"
	"iter"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/engine"
)

// Once a referral has left, whatever is asked about it has the one answer, also
// of an engine that opens later; an engine that keeps longer on the same log
// still works on it, and the two stand the same.
func TestArchived(t *testing.T) {
	log, now := new(eventlog.Memory), newClock()
	opened := func(keep time.Duration, seed uint64) *desk {
		ids := newIDs(seed)
		e, err := engine.Open(t.Context(), log, &engine.Options{Keep: keep, Now: now.Now, NewID: ids})
		if err != nil {
			t.Fatal(err)
		}
		return &desk{e, t, log, now, ids}
	}
	d, longer := opened(time.Hour, 1), opened(-1, 2)
	d.join(person{}, 1)
	request := newCase(tampa)
	request.ID = d.ids()
	r := d.request(request)
	d.accept(r, 1)
	d.tick(time.Hour - 1)
	d.stands(r, referral.StatusAccepted)
	d.tick(1)
	d.stands(r, referral.StatusAccepted) // the log has had no event since
	d.tell(1, agent.ChooseDisplay{Choice: agent.DisplayNoStreet})

	ctx := t.Context()
	questions := map[string]func(*engine.Engine) error{
		"Referral":      func(e *engine.Engine) error { _, err := e.Referral(r.ID); return err },
		"Verdict":       func(e *engine.Engine) error { _, err := e.Verdict(r.ID, 1); return err },
		"Line":          func(e *engine.Engine) error { _, err := e.Line(ctx, r.ID, 3); return err },
		"Request":       func(e *engine.Engine) error { _, err := e.Request(ctx, request); return err },
		"Accept":        func(e *engine.Engine) error { _, err := e.Accept(ctx, r.ID, 1); return err },
		"Accept by 2":   func(e *engine.Engine) error { _, err := e.Accept(ctx, r.ID, 2); return err },
		"Decline":       func(e *engine.Engine) error { _, err := e.Decline(ctx, r.ID, 1, ""); return err },
		"Withdraw":      func(e *engine.Engine) error { _, err := e.Withdraw(ctx, r.ID); return err },
		"Contact":       func(e *engine.Engine) error { _, err := e.Contact(ctx, r.ID, 1); return err },
		"RecordOutcome": func(e *engine.Engine) error { _, err := e.RecordOutcome(ctx, r.ID, 1, referral.Enrolled); return err },
	}
	for name, ask := range questions {
		at := d.Position()
		for who, e := range map[string]*engine.Engine{"the desk": d.Engine, "one that opens later": opened(time.Hour, 3).Engine} {
			if err := ask(e); !errors.Is(err, engine.ErrArchived) || !contains(err.Error(), r.ID.String()) || !contains(err.Error(), "in the log") {
				t.Errorf("%s of %s = %v, want ErrArchived", name, who, err)
			}
		}
		if d.Position() != at {
			t.Errorf("%s added %q", name, d.lines(at))
		}
	}
	if _, err := longer.Contact(ctx, r.ID, 1); err != nil {
		t.Errorf("Contact at an engine that keeps for ever: %v", err)
	}
	d.tick(0)
	if _, err := d.Referral(r.ID); !errors.Is(err, engine.ErrArchived) {
		t.Errorf("after another engine's event of it, Referral = %v, want ErrArchived", err)
	}
	_, mine := d.Digest()
	if _, theirs := longer.Digest(); mine != theirs || d.Position() != longer.Position() {
		t.Error("two engines with another keep stand otherwise")
	}
	if _, err := d.Referral(d.ids()); !errors.Is(err, referral.ErrNotFound) {
		t.Errorf("Referral of no request = %v, want ErrNotFound", err)
	}
	d.same()
}

// forgetful is a log that only knows its head.
type forgetful struct {
	mu   sync.Mutex
	head eventlog.Head
}

func (l *forgetful) Append(_ context.Context, after eventlog.Position, entries ...eventlog.Entry) ([]eventlog.Record, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.head.Expect(after); err != nil {
		return nil, err
	}
	records, err := l.head.Seal(entries...)
	if len(records) > 0 {
		l.head = records[len(records)-1].Head()
	}
	return records, err
}

func (l *forgetful) Read(context.Context, eventlog.Position) iter.Seq2[eventlog.Record, error] {
	return func(func(eventlog.Record, error) bool) {}
}

func (l *forgetful) Wait(ctx context.Context, _ eventlog.Position) error {
	<-ctx.Done()
	return ctx.Err()
}

func (l *forgetful) Close() error { return nil }

// An hour of a hundred commands a second leaves memory flat: from one quarter to
// the next it grows by what an archived referral costs, and by nothing else.
func TestAnHourOfTrafficIsFlat(t *testing.T) {
	const each = 10 * time.Millisecond
	hour, keep := time.Hour, 5*time.Minute
	if testing.Short() {
		hour, keep = 4*time.Minute, 20*time.Second
	}
	now := newClock()
	e, err := engine.Open(t.Context(), new(forgetful), &engine.Options{
		Keep: keep, Now: now.Now, NewID: newIDs(1), Policy: policy(func(p *referral.Policy) { p.GiveUp = time.Minute }),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	for n := range agent.NPN(20) {
		if _, err := e.Agent(ctx, 1+n, eligible(person{zip: []geo.ZIP{tampa, miami}[n%2]})...); err != nil {
			t.Fatal(err)
		}
	}
	commands := 0
	must := func(r referral.Referral, err error) referral.Referral {
		if err != nil {
			t.Fatal(err)
		}
		commands++
		now.pass(each)
		return r
	}
	var heap, left [4]int
	done := 0
	for quarter := range heap {
		for end := hour * time.Duration(quarter+1) / 4; now.Now().Sub(opening) < end; done++ {
			request := newCase(tampa)
			if done%10 == 9 {
				request.State, request.ZIP = "TX", "75201" // nobody is there: it waits, and is exhausted
				must(e.Request(ctx, request))
				continue
			}
			r := must(e.Request(ctx, request))
			if done%5 == 0 {
				r = must(e.Decline(ctx, r.ID, r.Offer.To, ""))
			}
			switch done % 7 {
			case 0:
				must(e.Withdraw(ctx, r.ID))
			default:
				must(e.Accept(ctx, r.ID, r.Offer.To))
				must(e.Contact(ctx, r.ID, r.Offer.To))
			}
		}
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		heap[quarter], left[quarter] = int(m.HeapAlloc), done
	}
	growth, more := heap[3]-heap[0], left[3]-left[0]
	t.Logf("%d commands, %d referrals; the heap at the quarters is %v: %.1f bytes more for each referral", commands, done, heap, float64(growth)/float64(more))
	if growth > 24*more+1<<18 {
		t.Errorf("from the first quarter to the last the heap grows by %d bytes over %d referrals: %v", growth, more, heap)
	}
	if c := e.Counts(); c.Requested != done || c.Accepted < done/2 || c.Exhausted < done/20 || c.Withdrawn < done/20 {
		t.Errorf("the traffic is %+v", c)
	}
}
