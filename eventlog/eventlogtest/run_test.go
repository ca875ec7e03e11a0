package eventlogtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/relevo-go/relevo/eventlog"
)

// broken is a log in memory that does one thing wrong.
type broken struct {
	eventlog.Memory
	append func(m *eventlog.Memory, ctx context.Context, after eventlog.Position, entries []eventlog.Entry) ([]eventlog.Record, error)
	read   func(m *eventlog.Memory, ctx context.Context, after eventlog.Position) iter.Seq2[eventlog.Record, error]
	wait   func(m *eventlog.Memory, ctx context.Context, after eventlog.Position) error
	close  func(m *eventlog.Memory) error
}

func (b *broken) Append(ctx context.Context, after eventlog.Position, entries ...eventlog.Entry) ([]eventlog.Record, error) {
	if b.append != nil {
		return b.append(&b.Memory, ctx, after, entries)
	}
	return b.Memory.Append(ctx, after, entries...)
}

func (b *broken) Read(ctx context.Context, after eventlog.Position) iter.Seq2[eventlog.Record, error] {
	if b.read != nil {
		return b.read(&b.Memory, ctx, after)
	}
	return b.Memory.Read(ctx, after)
}

func (b *broken) Wait(ctx context.Context, after eventlog.Position) error {
	if b.wait != nil {
		return b.wait(&b.Memory, ctx, after)
	}
	return b.Memory.Wait(ctx, after)
}

func (b *broken) Close() error {
	if b.close != nil {
		return b.close(&b.Memory)
	}
	return b.Memory.Close()
}

// importing is a log in memory that imports in a way of its own.
type importing struct {
	eventlog.Memory
	imports func(m *eventlog.Memory, ctx context.Context, after eventlog.Position, records []eventlog.Record) error
}

func (i *importing) Import(ctx context.Context, after eventlog.Position, records ...eventlog.Record) error {
	return i.imports(&i.Memory, ctx, after, records)
}

// changed returns a log whose records read as change leaves them.
func changed(change func(r *eventlog.Record)) *broken {
	return &broken{read: func(m *eventlog.Memory, ctx context.Context, after eventlog.Position) iter.Seq2[eventlog.Record, error] {
		return func(yield func(eventlog.Record, error) bool) {
			for r, err := range m.Read(ctx, after) {
				change(&r)
				if !yield(r, err) {
					return
				}
			}
		}
	}}
}

// shared returns a log that hands out the bytes it keeps, and keeps those it is
// given if in is set.
func shared(in bool) *broken {
	kept := map[eventlog.Position][]byte{}
	b := changed(func(r *eventlog.Record) { r.Data = kept[r.Position] })
	b.append = func(m *eventlog.Memory, ctx context.Context, after eventlog.Position, entries []eventlog.Entry) ([]eventlog.Record, error) {
		records, err := m.Append(ctx, after, entries...)
		for i, r := range records {
			kept[r.Position] = entries[i].Data
			if !in {
				kept[r.Position] = slices.Clone(entries[i].Data)
			}
		}
		return records, err
	}
	return b
}

func headOf(m *eventlog.Memory) (head eventlog.Position) {
	for r := range m.Read(context.Background(), 0) {
		head = r.Position
	}
	return head
}

type appendFunc = func(m *eventlog.Memory, ctx context.Context, after eventlog.Position, entries []eventlog.Entry) ([]eventlog.Record, error)

// anywhere appends at the head, whatever is expected.
func anywhere(m *eventlog.Memory, ctx context.Context, _ eventlog.Position, entries []eventlog.Entry) ([]eventlog.Record, error) {
	for {
		records, err := m.Append(ctx, headOf(m), entries...)
		if !errors.Is(err, eventlog.ErrConflict) {
			return records, err
		}
	}
}

// instead answers with the error to when Append gives the error from.
func instead(from, to error) appendFunc {
	return func(m *eventlog.Memory, ctx context.Context, after eventlog.Position, entries []eventlog.Entry) ([]eventlog.Record, error) {
		records, err := m.Append(ctx, after, entries...)
		if errors.Is(err, from) {
			err = to
		}
		return records, err
	}
}

// TestRunFindsBrokenLogs shows every promise to a log that breaks it.
func TestRunFindsBrokenLogs(t *testing.T) {
	reads := func(f func(m *eventlog.Memory, ctx context.Context, after eventlog.Position) iter.Seq2[eventlog.Record, error]) eventlog.Log {
		return &broken{read: f}
	}
	tests := []struct {
		promise string
		fault   string
		log     eventlog.Log
	}{
		{"Seal", "sums differ", changed(func(r *eventlog.Record) { r.Sum[0]++ })},
		{"Dense", "extents are lost", changed(func(r *eventlog.Record) { r.First, r.Last = r.Position, r.Position })},
		{"Twice", "appends go anywhere", &broken{append: anywhere}},
		{"Stale", "appends go anywhere", &broken{append: anywhere}},
		{"Lost", "a lost history is a conflict", &broken{append: instead(eventlog.ErrLost, eventlog.ErrConflict)}},
		{"Again", "a conflict is success", &broken{append: instead(eventlog.ErrConflict, nil)}},
		{"Empty", "an empty append is judged", &broken{append: func(m *eventlog.Memory, ctx context.Context, after eventlog.Position, entries []eventlog.Entry) ([]eventlog.Record, error) {
			if len(entries) == 0 && after > 0 {
				return nil, eventlog.ErrLost
			}
			return m.Append(ctx, after, entries...)
		}}},
		{"AllOrNone", "entries go one by one", &broken{append: func(m *eventlog.Memory, ctx context.Context, after eventlog.Position, entries []eventlog.Entry) (all []eventlog.Record, err error) {
			for _, e := range entries {
				records, err := m.Append(ctx, after, e)
				if err != nil {
					return nil, err
				}
				all = append(all, records...)
				after++
			}
			return all, nil
		}}},
		{"Invalid", "data is repaired", &broken{append: func(m *eventlog.Memory, ctx context.Context, after eventlog.Position, entries []eventlog.Entry) ([]eventlog.Record, error) {
			for i := range entries {
				if len(entries[i].Data) == 0 {
					entries[i].Data = []byte(`{}`)
				}
			}
			return m.Append(ctx, after, entries...)
		}}},
		{"TooLarge", "another error", &broken{append: instead(eventlog.ErrTooLarge, errors.New("no"))}},
		{"Time", "the zone is kept", changed(func(r *eventlog.Record) { r.Time = r.Time.In(time.FixedZone("x", 3600)) })},
		{"Time", "microseconds only", changed(func(r *eventlog.Record) { r.Time = r.Time.Truncate(time.Microsecond) })},
		{"Bytes", "JSON is written anew", changed(func(r *eventlog.Record) {
			var compact bytes.Buffer
			if json.Compact(&compact, r.Data) == nil {
				r.Data = compact.Bytes()
			}
		})},
		{"WriterKeeps", "the caller's bytes are kept", shared(true)},
		{"ReaderKeeps", "the log's bytes are handed out", shared(false)},
		{"Canceled", "contexts are ignored", &broken{append: func(m *eventlog.Memory, ctx context.Context, after eventlog.Position, entries []eventlog.Entry) ([]eventlog.Record, error) {
			return m.Append(context.WithoutCancel(ctx), after, entries...)
		}}},
		{"OneWinner", "appends go anywhere", &broken{append: anywhere}},
		{"Racing", "one entry is written twice", &broken{append: func(m *eventlog.Memory, ctx context.Context, after eventlog.Position, entries []eventlog.Entry) ([]eventlog.Record, error) {
			records, err := m.Append(ctx, after, entries...)
			if err == nil && after == 5 {
				m.Append(ctx, after+1, entries...)
			}
			return records, err
		}}},
		{"Middle", "a hole where one begins to read", reads(func(m *eventlog.Memory, ctx context.Context, after eventlog.Position) iter.Seq2[eventlog.Record, error] {
			if after > 0 {
				after++
			}
			return m.Read(ctx, after)
		})},
		{"Beyond", "reading beyond the head is an error", reads(func(m *eventlog.Memory, ctx context.Context, after eventlog.Position) iter.Seq2[eventlog.Record, error] {
			if after <= headOf(m) {
				return m.Read(ctx, after)
			}
			return func(yield func(eventlog.Record, error) bool) { yield(eventlog.Record{}, eventlog.ErrLost) }
		})},
		{"InsideARead", "a read follows the head", reads(func(m *eventlog.Memory, ctx context.Context, after eventlog.Position) iter.Seq2[eventlog.Record, error] {
			return func(yield func(eventlog.Record, error) bool) {
				for n := 0; n < 20 && headOf(m) > after; n++ {
					for r, err := range m.Read(ctx, after) {
						if !yield(r, err) {
							return
						}
						after = r.Position
					}
				}
			}
		})},
		{"AtTheCall", "the head is that of the range", reads(func(m *eventlog.Memory, ctx context.Context, after eventlog.Position) iter.Seq2[eventlog.Record, error] {
			return func(yield func(eventlog.Record, error) bool) { m.Read(ctx, after)(yield) }
		})},
		{"ReadAgain", "a sequence is used up", reads(func(m *eventlog.Memory, ctx context.Context, after eventlog.Position) iter.Seq2[eventlog.Record, error] {
			used := false
			return func(yield func(eventlog.Record, error) bool) {
				if !used {
					used = true
					m.Read(ctx, after)(yield)
				}
			}
		})},
		{"ReadCanceled", "contexts are ignored", reads(func(m *eventlog.Memory, ctx context.Context, after eventlog.Position) iter.Seq2[eventlog.Record, error] {
			return m.Read(context.WithoutCancel(ctx), after)
		})},
		{"Abandoned", "a goroutine per read", reads(func(m *eventlog.Memory, ctx context.Context, after eventlog.Position) iter.Seq2[eventlog.Record, error] {
			return func(yield func(eventlog.Record, error) bool) {
				records := make(chan eventlog.Record)
				go func() {
					defer close(records)
					for r := range m.Read(context.Background(), after) {
						select {
						case records <- r:
						case <-ctx.Done():
							return
						}
					}
				}()
				for r := range records {
					if !yield(r, nil) {
						return
					}
				}
			}
		})},
		{"BesideWriters", "reads end inside an append", reads(func(m *eventlog.Memory, ctx context.Context, after eventlog.Position) iter.Seq2[eventlog.Record, error] {
			return func(yield func(eventlog.Record, error) bool) {
				for r, err := range m.Read(ctx, after) {
					if !yield(r, err) || r.Position < r.Last {
						return
					}
				}
			}
		})},
		{"Wait", "an error for what is there already", &broken{wait: func(m *eventlog.Memory, ctx context.Context, after eventlog.Position) error {
			if headOf(m) > after {
				return errors.New("nothing to wait for")
			}
			return m.Wait(ctx, after)
		}}},
		{"WaitBlocks", "Wait returns early", &broken{wait: func(*eventlog.Memory, context.Context, eventlog.Position) error { return nil }}},
		{"Closed", "Close does nothing to appends", &broken{append: instead(eventlog.ErrClosed, nil)}},
		{"Closed", "closing twice is an error", func() eventlog.Log {
			n := 0
			return &broken{close: func(m *eventlog.Memory) error {
				if n++; n > 1 {
					return errors.New("closed already")
				}
				return m.Close()
			}}
		}()},
	}
	imports := func(f func(m *eventlog.Memory, ctx context.Context, after eventlog.Position, records []eventlog.Record) error) eventlog.Log {
		return &importing{imports: f}
	}
	tests = append(tests, []struct {
		promise string
		fault   string
		log     eventlog.Log
	}{
		{"Import", "appends are made one", imports(func(m *eventlog.Memory, ctx context.Context, after eventlog.Position, records []eventlog.Record) error {
			var entries []eventlog.Entry
			for _, r := range records {
				entries = append(entries, r.Entry)
			}
			_, err := m.Append(ctx, after, entries...)
			return err
		})},
		{"ImportRefuses", "half an append is left out", imports(func(m *eventlog.Memory, ctx context.Context, after eventlog.Position, records []eventlog.Record) error {
			for len(records) > 0 && !records[len(records)-1].Head().Whole() {
				records = records[:len(records)-1]
			}
			return m.Import(ctx, after, records...)
		})},
	}...)
	shown := map[string]bool{}
	for _, tt := range tests {
		shown[tt.promise] = true
		t.Run(tt.promise+"/"+tt.fault, func(t *testing.T) {
			p, failure := find(t, tt.promise), check(t, tt.promise, tt.log)
			if failure == "" {
				t.Errorf("the log passes")
			} else if !strings.Contains(failure, p.text) {
				t.Errorf("the failure does not name the promise:\n%s", failure)
			}
		})
	}
	for _, p := range promises {
		if !shown[p.name] {
			t.Errorf("no broken log is shown to the promise %s", p.name)
		}
		if failure := check(t, p.name, new(eventlog.Memory)); failure != "" {
			t.Errorf("a sound log fails %s: %s", p.name, failure)
		}
	}
}

func find(t *testing.T, name string) promise {
	i := slices.IndexFunc(promises, func(p promise) bool { return p.name == name })
	if i < 0 {
		t.Fatalf("no promise %s", name)
	}
	return promises[i]
}

// check returns how a log fails a promise, "" if it keeps it.
func check(t *testing.T, name string, log eventlog.Log) string {
	p := find(t, name)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	tb := &recorder{TB: t, ctx: ctx}
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.check(&probe{TB: tb, promise: p.text, log: log})
	}()
	<-done
	return tb.failure
}

// recorder is a test that notes its failure instead of failing.
type recorder struct {
	testing.TB
	ctx     context.Context
	failure string
}

func (r *recorder) Context() context.Context { return r.ctx }
func (r *recorder) Helper()                  {}
func (r *recorder) Fatalf(format string, args ...any) {
	r.failure = fmt.Sprintf(format, args...)
	runtime.Goexit()
}
