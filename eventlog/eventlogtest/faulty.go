package eventlogtest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/relevo-go/relevo/eventlog"
)

// Fault is what happens to one append. Every answer it leads to keeps the
// promises of [eventlog.Log]: an engine must cope with each.
type Fault int

const (
	// None: the append goes through as it is.
	None Fault = iota
	// Refused: [ErrRefused], a plain error, before anything is written.
	Refused
	// UncertainWritten: ErrUncertain, and the entries were written. An append
	// that the log itself refuses is answered as the log does.
	UncertainWritten
	// UncertainLost: ErrUncertain, and the entries never arrive.
	UncertainLost
	// UncertainLate: ErrUncertain, and the entries arrive before the next append
	// is judged, or at [Faulty.Arrive], if the head is then still where they
	// were to go; otherwise never.
	UncertainLate
	// Beaten: a rival's entries are written first, so that the log answers a
	// true ErrConflict. Without a [Faulty.Rival] it is None: a conflict that is
	// not true is never answered.
	Beaten

	faults = iota
)

// String returns the fault's name.
func (f Fault) String() string {
	if f < 0 || f >= faults {
		return fmt.Sprintf("Fault(%d)", int(f))
	}
	return [...]string{"None", "Refused", "UncertainWritten", "UncertainLost", "UncertainLate", "Beaten"}[f]
}

// ErrRefused is the plain error of [Refused].
var ErrRefused = errors.New("eventlogtest: refused on purpose, nothing was written")

// Script returns faults that come once each, in order, and then no more.
func Script(script ...Fault) func(n int) Fault {
	return func(n int) Fault {
		if n < len(script) {
			return script[n]
		}
		return None
	}
}

// Seeded returns a fault in about percent of all appends, of all sorts alike,
// the same at every run with one seed.
func Seeded(seed uint64, percent int) func(n int) Fault {
	return func(n int) Fault {
		r := rand.New(rand.NewPCG(seed, uint64(n)))
		if r.IntN(100) >= percent {
			return None
		}
		return Fault(1 + r.IntN(faults-1))
	}
}

// Faulty is a log whose appends fail as told. Reads and waits go through as
// they are. It is safe for concurrent use; its appends come one at a time.
type Faulty struct {
	// Rival gives the entries with which [Beaten] wins. Set it before use.
	Rival func(after eventlog.Position) []eventlog.Entry

	log  eventlog.Log
	next func(n int) Fault

	mu   sync.Mutex
	n    int
	late *late
}

// late is an append on its way.
type late struct {
	after   eventlog.Position
	entries []eventlog.Entry
}

var _ eventlog.Log = (*Faulty)(nil)

// Wrap returns log with faults: next(n) is the fault of the n-th append,
// counted from 0. An empty append counts too.
func Wrap(log eventlog.Log, next func(n int) Fault) *Faulty {
	return &Faulty{log: log, next: next}
}

// Append implements [eventlog.Log].
func (f *Faulty) Append(ctx context.Context, after eventlog.Position, entries ...eventlog.Entry) ([]eventlog.Record, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.arrive(ctx); err != nil {
		return nil, err
	}
	fault := f.next(f.n)
	f.n++
	if err := ctx.Err(); err != nil || len(entries) == 0 {
		return f.log.Append(ctx, after, entries...)
	}
	switch fault {
	case Refused:
		return nil, ErrRefused
	case UncertainWritten:
		if _, err := f.log.Append(ctx, after, entries...); err != nil {
			return nil, err
		}
		return nil, f.uncertain(fault)
	case UncertainLost:
		return nil, f.uncertain(fault)
	case UncertainLate:
		f.late = &late{after, slices.Clone(entries)}
		for i := range f.late.entries {
			f.late.entries[i].Data = slices.Clone(entries[i].Data)
		}
		return nil, f.uncertain(fault)
	case Beaten:
		if f.Rival == nil {
			break
		}
		if _, err := f.log.Append(ctx, after, f.Rival(after)...); err != nil && !errors.Is(err, eventlog.ErrConflict) {
			return nil, err
		}
	}
	return f.log.Append(ctx, after, entries...)
}

// uncertain answers ErrUncertain, saying why to whoever reads a test's output.
func (f *Faulty) uncertain(fault Fault) error {
	return fmt.Errorf("%w (on purpose: append %d is %v)", eventlog.ErrUncertain, f.n-1, fault)
}

// Arrive lets an [UncertainLate] append arrive now, if one is on its way.
func (f *Faulty) Arrive(ctx context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.arrive(ctx)
}

func (f *Faulty) arrive(ctx context.Context) error {
	l := f.late
	if l == nil {
		return nil
	}
	f.late = nil
	_, err := f.log.Append(context.WithoutCancel(ctx), l.after, l.entries...)
	if errors.Is(err, eventlog.ErrUncertain) || errors.Is(err, eventlog.ErrPoisoned) || errors.Is(err, eventlog.ErrClosed) {
		return err
	}
	return nil // written, or the log refuses it: it never arrives
}

// Read implements [eventlog.Log].
func (f *Faulty) Read(ctx context.Context, after eventlog.Position) iter.Seq2[eventlog.Record, error] {
	return f.log.Read(ctx, after)
}

// Wait implements [eventlog.Log].
func (f *Faulty) Wait(ctx context.Context, after eventlog.Position) error {
	return f.log.Wait(ctx, after)
}

// Close implements [eventlog.Log]. An append on its way never arrives.
func (f *Faulty) Close() error { return f.log.Close() }
