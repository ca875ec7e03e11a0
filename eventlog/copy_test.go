package eventlog_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/eventlogtest"
)

// appends returns a log in memory with appends of the given sizes.
func appends(t *testing.T, sizes ...int) *eventlog.Memory {
	t.Helper()
	log := new(eventlog.Memory)
	var head eventlog.Position
	for _, size := range sizes {
		var group []eventlog.Entry
		for i := range size {
			n := int(head) + i
			group = append(group, eventlog.Entry{
				ID: uuid.UUID{0: 1, 6: 0x70, 8: 0x80, 14: byte(n >> 8), 15: byte(n)}, Stream: "thing/1", Kind: "thing.happened.v1",
				Time: time.Date(2026, 11, 23, 15, 4, 5, n, time.UTC), Data: fmt.Appendf(nil, `{"n":%d}`, n),
			})
		}
		sealed, err := log.Append(t.Context(), head, group...)
		if err != nil {
			t.Fatal(err)
		}
		head = sealed[size-1].Position
	}
	return log
}

// text returns a log as an export has it, and its head.
func text(t *testing.T, log eventlog.Log) (string, eventlog.Head) {
	t.Helper()
	var b bytes.Buffer
	head, err := eventlog.WriteLines(&b, log.Read(t.Context(), 0))
	if err != nil {
		t.Fatal(err)
	}
	return b.String(), head
}

// bulky is a log in memory that takes many appends at once.
type bulky struct {
	*eventlog.Memory
	imports int
	refuse  func(n int) error // what becomes of the n-th import, which is then made half
}

func (b *bulky) Import(ctx context.Context, after eventlog.Position, records ...eventlog.Record) error {
	b.imports++
	refused := error(nil)
	if b.refuse != nil {
		refused = b.refuse(b.imports)
	}
	for len(records) > 0 {
		n := int(records[0].Last - records[0].First + 1)
		var entries []eventlog.Entry
		for _, r := range records[:n] {
			entries = append(entries, r.Entry)
		}
		if _, err := b.Append(ctx, after, entries...); err != nil {
			return err
		}
		if refused != nil {
			return refused
		}
		after, records = after+eventlog.Position(n), records[n:]
	}
	return nil
}

var sizes = []int{1, 3, 1, 1, 7, 2, 1, 40, 1}

func TestCopy(t *testing.T) {
	from := appends(t, sizes...)
	want, wantHead := text(t, from)
	uncertain := func(faults ...eventlogtest.Fault) eventlog.Log {
		return eventlogtest.Wrap(new(eventlog.Memory), eventlogtest.Script(faults...))
	}
	for name, to := range map[string]eventlog.Log{
		"into nothing":           new(eventlog.Memory),
		"into a beginning":       appends(t, sizes[:4]...),
		"into the same":          appends(t, sizes...),
		"all at once":            &bulky{Memory: new(eventlog.Memory)},
		"the rest at once":       &bulky{Memory: appends(t, sizes[:3]...)},
		"uncertain, and written": uncertain(eventlogtest.None, eventlogtest.UncertainWritten, eventlogtest.None, eventlogtest.UncertainWritten),
		"uncertain, and lost":    uncertain(eventlogtest.UncertainLost, eventlogtest.None, eventlogtest.UncertainLost),
		"uncertain, and late":    uncertain(eventlogtest.UncertainLate, eventlogtest.None, eventlogtest.UncertainLate),
		"uncertain at once": &bulky{Memory: new(eventlog.Memory), refuse: func(n int) error {
			if n == 1 {
				return eventlog.ErrUncertain
			}
			return nil
		}},
	} {
		t.Run(name, func(t *testing.T) {
			head, err := eventlog.Copy(t.Context(), to, from)
			if err != nil || head != wantHead {
				t.Fatalf("Copy = %v, %v, want %v", head, err, wantHead)
			}
			if got, _ := text(t, to); got != want {
				t.Errorf("the copy is\n%s\nwant\n%s", got, want)
			}
			if b, ok := to.(*bulky); ok && b.refuse == nil && b.imports != 1 {
				t.Errorf("%d imports, want 1", b.imports)
			}
		})
	}
}

func TestCopyRefuses(t *testing.T) {
	from := appends(t, sizes...)
	half := &half{Memory: appends(t, 1, 3)}
	for name, c := range map[string]struct {
		to, from eventlog.Log
		want     error
	}{
		"another log":        {appends(t, 2, 2), from, eventlog.ErrDiverged},
		"more in the target": {from, appends(t, sizes[:4]...), eventlog.ErrConflict},
		"always uncertain":   {eventlogtest.Wrap(new(eventlog.Memory), func(int) eventlogtest.Fault { return eventlogtest.UncertainLost }), from, eventlog.ErrUncertain},
		"half an append":     {new(eventlog.Memory), half, eventlog.ErrTorn},
	} {
		t.Run(name, func(t *testing.T) {
			before, _ := text(t, c.to)
			if _, err := eventlog.Copy(t.Context(), c.to, c.from); !errors.Is(err, c.want) {
				t.Fatalf("Copy = %v, want %v", err, c.want)
			}
			if after, _ := text(t, c.to); name != "half an append" && after != before {
				t.Errorf("the target was changed:\n%s", after)
			}
		})
	}
}

// A rival that writes to the target is told of, and what it wrote stays.
func TestCopyBesideAWriter(t *testing.T) {
	to := eventlogtest.Wrap(new(eventlog.Memory), eventlogtest.Script(eventlogtest.None, eventlogtest.Beaten))
	to.Rival = func(eventlog.Position) []eventlog.Entry {
		return []eventlog.Entry{{ID: uuid.UUID{15: 9}, Stream: "thing/2", Kind: "rival.v1", Time: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), Data: []byte("{}")}}
	}
	if head, err := eventlog.Copy(t.Context(), to, appends(t, sizes...)); !errors.Is(err, eventlog.ErrConflict) || head.Position != 1 {
		t.Fatalf("Copy = %v, %v, want ErrConflict at 1", head, err)
	}
}

// half is a log that ends inside its last append.
type half struct{ *eventlog.Memory }

func (h *half) Read(ctx context.Context, after eventlog.Position) iter.Seq2[eventlog.Record, error] {
	return func(yield func(eventlog.Record, error) bool) {
		for r, err := range h.Memory.Read(ctx, after) {
			if r.Position < r.Last || r.First == r.Last {
				if !yield(r, err) {
					return
				}
			}
		}
	}
}

func TestWriteLines(t *testing.T) {
	log := appends(t, sizes...)
	lines, head := text(t, log)
	var b bytes.Buffer
	again, err := eventlog.WriteLines(&b, eventlog.ReadLines(bytes.NewReader([]byte(lines))))
	if err != nil || again != head || b.String() != lines {
		t.Errorf("WriteLines of what ReadLines reads = %v, %v, want %v and the same lines", again, err, head)
	}
	full := errors.New("full")
	if _, err := eventlog.WriteLines(writer(func([]byte) (int, error) { return 0, full }), log.Read(t.Context(), 0)); !errors.Is(err, full) {
		t.Errorf("WriteLines to a full disk = %v", err)
	}
	bad := func(yield func(eventlog.Record, error) bool) { yield(eventlog.Record{}, full) }
	if _, err := eventlog.WriteLines(&b, bad); !errors.Is(err, full) {
		t.Errorf("WriteLines of a log that cannot be read = %v", err)
	}
}

type writer func([]byte) (int, error)

func (w writer) Write(b []byte) (int, error) { return w(b) }

func TestConfirm(t *testing.T) {
	log := appends(t, 1, 3, 2)
	records := slices.Collect(func(yield func(eventlog.Record) bool) {
		for r := range log.Read(t.Context(), 0) {
			yield(r)
		}
	})
	for _, r := range records {
		if err := eventlog.Confirm(t.Context(), log, r.Head()); err != nil {
			t.Errorf("Confirm of %d = %v", r.Position, err)
		}
	}
	if err := eventlog.Confirm(t.Context(), log, eventlog.Head{}); err != nil {
		t.Errorf("Confirm of an empty head = %v", err)
	}
	other := records[3].Head()
	other.Sum[0]++
	beyond := records[5].Head()
	for _, c := range []struct {
		log   eventlog.Log
		known eventlog.Head
		lost  bool
		found eventlog.Head
	}{
		{log, other, false, records[3].Head()},
		{appends(t, 1, 3), beyond, true, records[3].Head()},
		{new(eventlog.Memory), beyond, true, eventlog.Head{}},
	} {
		err := eventlog.Confirm(t.Context(), c.log, c.known)
		diverged, ok := errors.AsType[*eventlog.DivergedError](err)
		if !ok || !errors.Is(err, eventlog.ErrDiverged) || errors.Is(err, eventlog.ErrLost) != c.lost || diverged.Known != c.known || diverged.Found != c.found {
			t.Errorf("Confirm(%v) = %v, want a DivergedError with %v", c.known, err, c.found)
			continue
		}
		for _, part := range []any{c.known.Position, c.known.Sum, c.found.Sum} {
			if !bytes.Contains([]byte(err.Error()), fmt.Append(nil, part)) {
				t.Errorf("%q does not name %v", err, part)
			}
		}
	}
}
