package storm_test

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral/referraltest/storm"
)

// broken is a log in memory that breaks a promise in every so many appends
// from the hundredth on.
type broken struct {
	mu  sync.Mutex
	log *eventlog.Memory
	n   int

	every  int // append is broken
	append func(b *broken, after eventlog.Position, entries []eventlog.Entry) ([]eventlog.Record, error)
	read   func(b *broken, r *eventlog.Record)
}

func (b *broken) Append(ctx context.Context, after eventlog.Position, entries ...eventlog.Entry) ([]eventlog.Record, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.n++; b.append != nil && b.n >= 100 && b.n%max(b.every, 1) == 0 {
		return b.append(b, after, entries)
	}
	return b.log.Append(ctx, after, entries...)
}

func (b *broken) Read(ctx context.Context, after eventlog.Position) iter.Seq2[eventlog.Record, error] {
	b.mu.Lock()
	defer b.mu.Unlock()
	records := b.log.Read(ctx, after)
	return func(yield func(eventlog.Record, error) bool) {
		for r, err := range records {
			if b.read != nil {
				b.read(b, &r)
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

func (b *broken) Wait(ctx context.Context, after eventlog.Position) error {
	b.mu.Lock()
	log := b.log
	b.mu.Unlock()
	return log.Wait(ctx, after)
}

func (b *broken) Close() error { return nil }

// records returns what the log holds.
func (b *broken) records() (list []eventlog.Record) {
	for r := range b.log.Read(context.Background(), 0) {
		list = append(list, r)
	}
	return list
}

// sealed returns entries as they would be behind the head, and does not write them.
func (b *broken) sealed(entries []eventlog.Entry) ([]eventlog.Record, error) {
	var head eventlog.Head
	if list := b.records(); len(list) > 0 {
		head = list[len(list)-1].Head()
	}
	return head.Seal(entries...)
}

func (b *broken) write(entries []eventlog.Entry) ([]eventlog.Record, error) {
	return b.log.Append(context.Background(), eventlog.Position(len(b.records())), entries...)
}

func (b *broken) moved(after eventlog.Position) bool { return int(after) != len(b.records()) }

// breaks are promises that a log may break, and how a storm over it may end.
var breaks = map[string]struct {
	broken *broken
	faults func(*server) []storm.Fault
	says   []string
}{
	"forgets what it acknowledged": {broken: &broken{every: 10, append: func(b *broken, after eventlog.Position, entries []eventlog.Entry) ([]eventlog.Record, error) {
		if b.moved(after) {
			return nil, eventlog.ErrConflict
		}
		return b.sealed(entries)
	}}, says: []string{"records are lost", "not in the log", "the log ends at", "another sum", "is damaged", "the store was restored"}},
	"writes twice": {broken: &broken{every: 10, append: func(b *broken, after eventlog.Position, entries []eventlog.Entry) ([]eventlog.Record, error) {
		records, err := b.log.Append(context.Background(), after, entries...)
		if err == nil {
			b.write(entries)
		}
		return records, err
	}}, says: []string{"and again at"}},
	"writes what it answers is a conflict": {broken: &broken{append: func(b *broken, after eventlog.Position, entries []eventlog.Entry) ([]eventlog.Record, error) {
		if !b.moved(after) {
			return b.log.Append(context.Background(), after, entries...)
		}
		b.write(entries)
		return nil, eventlog.ErrConflict
	}}, says: []string{"and again at", "invariant", "(R", "referral.expired.v1: at"}},
	"writes where the head has moved": {broken: &broken{every: 10, append: func(b *broken, after eventlog.Position, entries []eventlog.Entry) ([]eventlog.Record, error) {
		b.write([]eventlog.Entry{rival(b)})
		return b.write(entries)
	}}, says: []string{"is damaged", "the store was restored"}},
	"answers a conflict as success": {broken: &broken{every: 10, append: func(b *broken, after eventlog.Position, entries []eventlog.Entry) ([]eventlog.Record, error) {
		records, err := b.sealed(entries)
		b.write([]eventlog.Entry{rival(b)})
		return records, err
	}}, says: []string{"records are lost", "not in the log", "another sum", "is damaged", "the store was restored"}},
	"comes back from a backup": {broken: &broken{append: func(b *broken, after eventlog.Position, entries []eventlog.Entry) ([]eventlog.Record, error) {
		if b.n != 150 {
			return b.log.Append(context.Background(), after, entries...)
		}
		list := b.records()
		b.log = new(eventlog.Memory)
		for i, r := range list[:len(list)-50] {
			if _, err := b.log.Append(context.Background(), eventlog.Position(i), r.Entry); err != nil {
				return nil, err
			}
		}
		return nil, errors.New("restored")
	}}, says: []string{"records are lost", "the log ends at", "another sum", "is damaged", "the store was restored", "with the sum"}},
	"changes a record": {broken: &broken{read: func(_ *broken, r *eventlog.Record) {
		if r.Kind == "agent.terms_accepted.v1" && r.Position > 200 {
			r.Data = bytes.ReplaceAll(r.Data, []byte(`"1"`), []byte(`"2"`))
		}
	}}, says: []string{"was changed", "cannot be read"}},
	"does not come back": {broken: new(broken), faults: func(s *server) []storm.Fault {
		return []storm.Fault{{Name: "the server is gone", Strike: func(*rand.Rand) (func() error, error) { s.sever(); return nil, nil }}}
	}, says: []string{"has answered nothing for"}},
}

// rival returns an entry that any log of the desk may hold.
func rival(b *broken) eventlog.Entry {
	list := b.records()
	e := list[len(list)-1].Entry
	for _, r := range list {
		if r.Kind == "agent.profile_reviewed.v1" {
			e = eventlog.Entry{Stream: r.Stream, Kind: r.Kind, Data: r.Data, Time: e.Time}
			break
		}
	}
	e.ID[0], e.ID[15] = 0xff, byte(len(list))
	e.ID[14] = byte(len(list) >> 8)
	return e
}

const brokenVariable = "RELEVO_STORM_BROKEN"

// A storm over a log that breaks a promise fails, and says what does not hold. Each
// rages in a process of its own, which runs this test again and may fail.
func TestStormFails(t *testing.T) {
	if name, told := os.LookupEnv(brokenVariable); told {
		rageOver(t, name)
		return
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range breaks {
		t.Run(name, func(t *testing.T) {
			cmd := exec.Command(self, "-test.run=^TestStormFails$", "-test.v", "-storm.rounds=2", "-storm.seed=3", "-test.timeout=90s")
			cmd.Env = append(os.Environ(), brokenVariable+"="+name)
			out, err := cmd.CombinedOutput()
			if _, failed := errors.AsType[*exec.ExitError](err); !failed {
				t.Fatalf("a storm over a log that %s ends with %v:\n%s", name, err, out)
			}
			for _, want := range b.says {
				if strings.Contains(string(out), want) && strings.Contains(string(out), "-storm.seed 3") {
					return
				}
			}
			t.Errorf("a storm over a log that %s says:\n%s\nwant one of %q and how to repeat it", name, out, b.says)
		})
	}
}

// rageOver lets a storm rage over a broken log.
func rageOver(t *testing.T, name string) {
	b := breaks[name]
	b.broken.log = new(eventlog.Memory)
	s, err := serve(b.broken)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	all := storm.Storm{Where: s.listen.Addr().String(), Open: dial}
	if b.faults != nil {
		all.Faults, all.Resume = b.faults(s), 5*time.Second
	}
	storm.Run(t, all)
}
