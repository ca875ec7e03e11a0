package filelog

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/relevo-go/relevo/eventlog"
)

// tiny makes a segment of one append or two.
var tiny = &Options{SegmentBytes: 500}

// told is what a writer was told.
type told struct {
	acked     []eventlog.Record // read or answered without an error
	uncertain []eventlog.Record // of the append that was answered with ErrUncertain
}

// deep is a directory whose parent is not there either at first.
const deep = "above/log"

// work opens the log, appends some groups until one fails, reads, and closes it.
// It adds to what the writer was told, and checks what a writer may rely on
// while it works. The error is that of opening.
func (w *told) work(t *testing.T, d *memDisk, groups ...int) error {
	t.Helper()
	ctx := context.Background()
	log, err := open(deep, tiny, d)
	if err != nil {
		return err
	}
	defer log.Close()
	w.settle(t, readAll(t, log, 0))
	for _, n := range groups {
		after := eventlog.Position(len(w.acked))
		records, err := log.Append(ctx, after, group(after, n)...)
		if err == nil {
			w.acked = append(w.acked, records...)
			continue
		}
		if !errors.Is(err, eventlog.ErrUncertain) || !errors.Is(err, errInjected) {
			t.Fatalf("Append on a disk that fails = %v, want ErrUncertain and the cause", err)
		}
		if after == 0 {
			w.uncertain, err = eventlog.Head{}.Seal(group(after, n)...)
		} else {
			w.uncertain, err = w.acked[after-1].Head().Seal(group(after, n)...)
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := log.Append(ctx, after, group(after, n)...); !errors.Is(err, eventlog.ErrPoisoned) || !errors.Is(err, errInjected) {
			t.Fatalf("Append to a poisoned log = %v, want ErrPoisoned and the first cause", err)
		}
		if err := log.Wait(ctx, after); !errors.Is(err, eventlog.ErrPoisoned) {
			t.Fatalf("Wait on a poisoned log = %v, want ErrPoisoned", err)
		}
		if after > 0 {
			if err := log.Wait(ctx, after-1); err != nil {
				t.Fatalf("Wait for what a poisoned log has = %v", err)
			}
		}
		break
	}
	if diff := diffLines(w.acked, readAll(t, log, 0)); diff != "" {
		t.Fatalf("the log reads, with an uncertain append of %d: (-acknowledged +got)\n%s", len(w.uncertain), diff)
	}
	return nil
}

// settle takes in what the log holds when it is opened again: what was
// acknowledged, and all of the uncertain append or nothing of it.
func (w *told) settle(t *testing.T, got []eventlog.Record) {
	t.Helper()
	if diff := diffLines(w.acked, got); diff != "" {
		with := append(w.acked[:len(w.acked):len(w.acked)], w.uncertain...)
		if len(w.uncertain) == 0 || diffLines(with, got) != "" {
			t.Fatalf("opened again the log holds, with an uncertain append of %d: (-acknowledged +got)\n%s", len(w.uncertain), diff)
		}
	}
	w.acked, w.uncertain = got, nil
}

// some are groups that make several segments.
var some = []int{1, 2, 1, 1, 3, 1}

// reopen opens the log once more on a disk that works, checks what it holds, and
// appends groups.
func (w *told) reopen(t *testing.T, d *memDisk, groups ...int) {
	t.Helper()
	if err := w.work(t, d, groups...); err != nil {
		t.Fatalf("opening again = %v", err)
	}
}

func (w told) clone() *told { return &w }

// TestEveryOperationFails lets every operation of a log fail once, and then it
// and all after it, kills the process or the machine, and opens the log again.
// It shows what was acknowledged, and at most one whole append more.
func TestEveryOperationFails(t *testing.T) {
	whole := newMemDisk()
	if err := new(told).work(t, whole, some...); err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for n := range whole.ops {
		for _, to := range []int{n + 1, math.MaxInt} {
			d := newMemDisk()
			d.failFrom, d.failTo = n, to
			var w told
			// When opening fails, nothing was acknowledged.
			if err := w.work(t, d, some...); err != nil && !errors.Is(err, errInjected) {
				t.Fatalf("opening when operation %d fails = %v", n, err)
			}
			if d.failed == "" {
				t.Fatalf("operation %d was not reached", n)
			}
			kinds[d.failed]++
			for name, after := range deaths(d) {
				ok := t.Run(fmt.Sprintf("%d %s to %d, %s", n, d.failed, to, name), func(t *testing.T) {
					// What was answered once stays, whenever the machine dies.
					for _, turns := range [][][]int{{nil, {1}, nil}, {{1}, some, nil}} {
						w, disk := w.clone(), after()
						for _, groups := range turns {
							w.reopen(t, disk, groups...)
							disk = disk.reboot(false, survivals["what was synced"])
						}
					}
				})
				if !ok {
					return
				}
			}
		}
	}
	for _, kind := range []string{"create", "write", "sync", "close", "rename", "mkdir", "sync of a directory"} {
		if kinds[kind] == 0 {
			t.Errorf("no %s failed: %v", kind, kinds)
		}
	}
}

// deaths are the ways a process can end on a disk, and the disks it leaves.
func deaths(d *memDisk) map[string]func() *memDisk {
	// Several logs are opened on what is left, so each death begins with a copy.
	all := map[string]func() *memDisk{
		"the process dies": func() *memDisk { return d.copy() },
	}
	for name, keep := range survivals {
		for _, names := range []bool{false, true} {
			all[fmt.Sprintf("the machine dies, %s stays, names that were not synced too: %t", name, names)] = func() *memDisk {
				return d.reboot(names, keep)
			}
		}
	}
	return all
}

// TestRecoveryFails lets the machine die at every operation of a writer, then
// lets every operation of opening the log again fail, kills the machine once
// more, and opens the log a third time.
func TestRecoveryFails(t *testing.T) {
	whole := newMemDisk()
	if err := new(told).work(t, whole, some...); err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for n := range whole.ops {
		d := newMemDisk()
		d.failFrom, d.failTo = n, math.MaxInt
		var w told
		if err := w.work(t, d, some...); err != nil && !errors.Is(err, errInjected) {
			t.Fatal(err)
		}
		for name, first := range deaths(d) {
			for m := 0; ; m++ {
				disk, w := first(), w.clone()
				disk.failFrom, disk.failTo = m, math.MaxInt
				if err := w.work(t, disk, some...); err == nil {
					break // opening needs fewer operations than m
				} else if !errors.Is(err, errInjected) {
					t.Fatalf("writer died at %d (%s), %s; opening when operation %d fails = %v", n, d.failed, name, m, err)
				}
				kinds[disk.failed]++
				for _, again := range []*memDisk{
					disk.copy(),
					disk.reboot(false, survivals["what was synced"]),
					disk.reboot(true, survivals["half of what was written"]),
				} {
					w.clone().reopen(t, again, 1)
				}
			}
		}
	}
	for _, kind := range []string{"create", "write", "sync", "close", "truncate", "sync of a directory"} {
		if kinds[kind] == 0 {
			t.Errorf("no %s failed: %v", kind, kinds)
		}
	}
}
