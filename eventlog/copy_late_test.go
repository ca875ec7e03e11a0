package eventlog_test

import (
	"context"
	"errors"
	"iter"
	"testing"

	"github.com/relevo-go/relevo/eventlog"
)

// late is a log in memory whose first import is told to be uncertain when one append of
// it is there. The others arrive one by one, each before the next import is judged.
type late struct {
	*eventlog.Memory
	imports int
	onWay   []eventlog.Record
}

func (l *late) Import(ctx context.Context, after eventlog.Position, records ...eventlog.Record) error {
	if l.imports++; l.imports == 1 {
		l.onWay = append(l.onWay, records...)
	}
	if len(l.onWay) > 0 {
		n := l.onWay[0].Last - l.onWay[0].First + 1
		if err := l.Memory.Import(ctx, l.onWay[0].First-1, l.onWay[:n]...); err != nil {
			return err
		}
		l.onWay = l.onWay[n:]
	}
	if l.imports == 1 {
		return eventlog.ErrUncertain
	}
	return l.Memory.Import(ctx, after, records...)
}

// TestCopyArrivesLate copies where an uncertain import arrives bit by bit, and where one
// is uncertain again after another was.
func TestCopyArrivesLate(t *testing.T) {
	from := appends(t, sizes...)
	want, wantHead := text(t, from)
	for name, to := range map[string]eventlog.Log{
		"bit by bit": &late{Memory: new(eventlog.Memory)},
		"uncertain again and again": &bulky{Memory: new(eventlog.Memory), refuse: func(n int) error {
			if n%2 == 1 {
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
		})
	}
}

// growing is a log in memory that grows between its first read and its second.
type growing struct {
	*eventlog.Memory
	reads int
	by    []eventlog.Record
}

func (g *growing) Read(ctx context.Context, after eventlog.Position) iter.Seq2[eventlog.Record, error] {
	if g.reads++; g.reads == 2 {
		g.Import(ctx, g.by[0].First-1, g.by...)
	}
	return g.Memory.Read(ctx, after)
}

// TestConfirmBesideAWriter confirms a head that the log comes to have while it is looked
// for, with others behind it.
func TestConfirmBesideAWriter(t *testing.T) {
	var all []eventlog.Record
	for r, err := range appends(t, 1, 3, 2, 1).Read(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	if err := eventlog.Confirm(t.Context(), &growing{Memory: appends(t, 1, 3), by: all[4:]}, all[5].Head()); err != nil {
		t.Errorf("Confirm = %v", err)
	}
}

// refusing is a log in memory whose first import is told to be uncertain, and the next
// ones are refused.
type refusing struct {
	eventlog.Memory
	imports int
	refuse  error
}

func (r *refusing) Import(context.Context, eventlog.Position, ...eventlog.Record) error {
	if r.imports++; r.imports == 1 {
		return eventlog.ErrUncertain
	}
	return r.refuse
}

// TestCopyStaysUncertain: what may have been written is called so, whatever is answered
// after that.
func TestCopyStaysUncertain(t *testing.T) {
	for _, refuse := range []error{errors.New("no connection"), eventlog.ErrConflict, eventlog.ErrUncertain} {
		to := &refusing{refuse: refuse}
		if _, err := eventlog.Copy(t.Context(), to, appends(t, sizes...)); !errors.Is(err, eventlog.ErrUncertain) || !errors.Is(err, refuse) {
			t.Errorf("Copy that is uncertain and then refused with %v = %v, want both", refuse, err)
		}
	}
}
