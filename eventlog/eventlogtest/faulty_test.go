package eventlogtest

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/relevo-go/relevo/eventlog"
)

func TestFaulty(t *testing.T) {
	tests := []struct {
		name   string
		script []Fault
		errs   []error // of appends of entry 1, each after 0
		holds  int     // records in the end
	}{
		{"without faults the second append conflicts", nil, []error{nil, eventlog.ErrConflict}, 1},
		{"a refused append writes nothing", []Fault{Refused}, []error{ErrRefused}, 0},
		{"an uncertain append was written", []Fault{UncertainWritten}, []error{eventlog.ErrUncertain}, 1},
		{"an uncertain append that was written makes the next conflict", []Fault{UncertainWritten}, []error{eventlog.ErrUncertain, eventlog.ErrConflict}, 1},
		{"an uncertain append was lost", []Fault{UncertainLost}, []error{eventlog.ErrUncertain, nil}, 1},
		{"a lost append never arrives", []Fault{UncertainLost}, []error{eventlog.ErrUncertain}, 0},
		{"a late append is not there at first", []Fault{UncertainLate}, []error{eventlog.ErrUncertain}, 0},
		{"a late append arrives before the next is judged", []Fault{UncertainLate}, []error{eventlog.ErrUncertain, eventlog.ErrConflict}, 1},
		{"a late append arrives even before a refused one", []Fault{UncertainLate, Refused}, []error{eventlog.ErrUncertain, ErrRefused}, 1},
		{"a late append that comes too late never arrives", []Fault{None, UncertainLate}, []error{nil, eventlog.ErrUncertain, eventlog.ErrConflict}, 1},
		{"a rival wins first", []Fault{Beaten}, []error{eventlog.ErrConflict}, 2},
		{"a true conflict stays one", []Fault{None, UncertainWritten}, []error{nil, eventlog.ErrConflict}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			log := Wrap(new(eventlog.Memory), Script(tt.script...))
			log.Rival = func(eventlog.Position) []eventlog.Entry { return entries(8, 9) }
			for i, want := range tt.errs {
				e := entry(1)
				records, err := log.Append(t.Context(), 0, e)
				if !errors.Is(err, want) || (err == nil) != (len(records) == 1) {
					t.Errorf("append %d = %d records, %v, want %v", i, len(records), err, want)
				}
				spoil(e.Data)
			}
			n := 0
			for r, err := range log.Read(t.Context(), 0) {
				if err != nil {
					t.Fatal(err)
				}
				if string(r.Data[0]) != "{" {
					t.Errorf("record %d shares the caller's bytes", r.Position)
				}
				n++
			}
			if n != tt.holds {
				t.Errorf("the log holds %d records, want %d", n, tt.holds)
			}
		})
	}
}

func TestFaultyArrive(t *testing.T) {
	log := Wrap(new(eventlog.Memory), Script(UncertainLate))
	log.Append(t.Context(), 0, entry(1))
	for range 2 {
		if err := log.Arrive(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := log.Wait(t.Context(), 0); err != nil {
			t.Fatal(err)
		}
	}
}

// TestFaultyBeatenAlone checks that no conflict is answered that is not true.
func TestFaultyBeatenAlone(t *testing.T) {
	log := Wrap(new(eventlog.Memory), Script(Beaten))
	if _, err := log.Append(t.Context(), 0, entry(1)); err != nil {
		t.Errorf("Append beaten by nobody = %v, want no error", err)
	}
}

// TestFaultyKeepsPromises checks that a log without faults is a log, and that
// one with faults still is for whom no fault befalls.
func TestFaultyKeepsPromises(t *testing.T) {
	Run(t, func(t *testing.T) eventlog.Log { return Wrap(new(eventlog.Memory), Script()) })
}

func TestSeeded(t *testing.T) {
	count := func(seed uint64) (all [faults]int, list []Fault) {
		next := Seeded(seed, 50)
		for n := range 1000 {
			f := next(n)
			all[f]++
			list = append(list, f)
		}
		return all, list
	}
	all, list := count(7)
	_, again := count(7)
	if diff := cmp.Diff(list, again); diff != "" {
		t.Errorf("one seed gives two lists of faults: (-first +second)\n%s", diff)
	}
	if _, other := count(8); cmp.Equal(list, other) {
		t.Error("two seeds give the same faults")
	}
	for f, n := range all {
		if n == 0 {
			t.Errorf("%v never comes in 1000 appends", Fault(f))
		}
	}
	if all[None] < 400 || all[None] > 600 {
		t.Errorf("%d of 1000 appends have no fault at 50 percent", all[None])
	}
}

// TestFaultyIsSettledByRetrying drives a log through seeded faults the way a
// writer should, and checks that every entry is in it once and in order.
func TestFaultyIsSettledByRetrying(t *testing.T) {
	ctx := context.Background()
	for seed := range uint64(50) {
		log := Wrap(new(eventlog.Memory), Seeded(seed, 70))
		rivals := 0
		log.Rival = func(eventlog.Position) []eventlog.Entry {
			rivals++
			e := entry(0x7000 + rivals)
			e.Time = start
			return []eventlog.Entry{e}
		}
		const n = 40
		if err := race(ctx, &settling{log}, 1, n); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		next := 0
		for r, err := range log.Read(ctx, 0) {
			if err != nil {
				t.Fatal(err)
			}
			if r.ID[14] == 1 {
				if int(r.ID[15]) != next {
					t.Fatalf("seed %d: position %d holds entry %d, want %d", seed, r.Position, r.ID[15], next)
				}
				next++
			}
		}
		if next != n {
			t.Fatalf("seed %d: %d entries are in the log, want %d", seed, next, n)
		}
	}
}

// settling appends again until the outcome is certain.
type settling struct{ *Faulty }

func (s *settling) Append(ctx context.Context, after eventlog.Position, entries ...eventlog.Entry) ([]eventlog.Record, error) {
	unsure := false
	for {
		records, err := s.Faulty.Append(ctx, after, entries...)
		switch {
		case errors.Is(err, eventlog.ErrUncertain):
			unsure = true
			continue
		case errors.Is(err, ErrRefused):
			continue
		case unsure && errors.Is(err, eventlog.ErrConflict):
			for r, err := range s.Read(ctx, after) {
				if err != nil {
					return nil, err
				}
				if r.ID == entries[0].ID {
					return []eventlog.Record{r}, nil
				}
				break
			}
		}
		return records, err
	}
}
