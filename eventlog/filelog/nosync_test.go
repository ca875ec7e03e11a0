package filelog

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/eventlogtest"
)

func TestNoSyncLog(t *testing.T) {
	for _, size := range []int64{0, 700} {
		t.Run(fmt.Sprint("SegmentBytes ", size), func(t *testing.T) {
			eventlogtest.Run(t, func(t *testing.T) eventlog.Log {
				return mustOpen(t, t.TempDir(), &Options{NoSync: true, SegmentBytes: size})
			})
		})
	}
}

// after returns what a log holds when its machine died and nothing stayed that
// was not synced, and how far it is noted as durable.
func after(t *testing.T, d *memDisk) (held, noted eventlog.Position) {
	t.Helper()
	d = d.reboot(false, survivals["what was synced"])
	e, _, err := readEnd(d, "log")
	if err != nil {
		t.Fatal(err)
	}
	log, err := open("log", &Options{ReadOnly: true}, d)
	if err != nil {
		t.Fatalf("opening after the machine died = %v", err)
	}
	return eventlog.Position(len(readAll(t, log, 0))), e.position
}

// TestNoSyncIsSyncedTogether follows what is durable of a log that syncs when a
// segment ends, when it is idle and when it is closed, and never notes more.
func TestNoSyncIsSyncedTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newMemDisk()
		log, err := open("log", &Options{NoSync: true, SegmentBytes: 2000}, d)
		if err != nil {
			t.Fatal(err)
		}
		want := func(when string, held, noted eventlog.Position) {
			t.Helper()
			if gotHeld, gotNoted := after(t, d); gotHeld != held || gotNoted != noted {
				t.Errorf("%s %d records stay and %d are noted, want %d and %d", when, gotHeld, gotNoted, held, noted)
			}
			if got := log.known.head.Position; got != eventlog.Position(len(readAll(t, log, 0))) {
				t.Errorf("%s the writer reads less than the %d records that it answered", when, got)
			}
		}
		mustAppend(t, log, 1)
		want("after the first append of a segment", 1, 0)
		ops := d.ops
		for range 4 {
			mustAppend(t, log, 1)
		}
		want("after more appends", 1, 0)
		if d.ops != ops+4 {
			t.Errorf("4 appends need %d operations that change something, want a write each", d.ops-ops)
		}
		for len(log.known.segments) == 1 {
			mustAppend(t, log, 1)
		}
		begun := log.known.head.Position
		want("after a segment ended", begun, 0)
		mustAppend(t, log, 2)
		want("after an append to the next one", begun, 0)
		time.Sleep(idle)
		synctest.Wait()
		want("after a moment", begun+2, begun+2)
		mustAppend(t, log, 1)
		want("after one more", begun+2, begun+2)
		if err := log.Close(); err != nil {
			t.Fatal(err)
		}
		if held, noted := after(t, d); held != begun+3 || noted != begun+3 {
			t.Errorf("of a closed log %d records stay and %d are noted, want %d", held, noted, begun+3)
		}
	})
}

// TestNoSyncSurvivesItsProcess lets every operation fail and the process die:
// what was answered is there.
func TestNoSyncSurvivesItsProcess(t *testing.T) {
	for n := 0; ; n++ {
		d := newMemDisk()
		log, err := open("log", &Options{NoSync: true, SegmentBytes: 1300}, d)
		if err != nil {
			t.Fatal(err)
		}
		d.failFrom, d.failTo = d.ops+n, d.ops+n+1
		var answered []eventlog.Record
		for range 10 {
			records, err := log.Append(t.Context(), log.known.head.Position, group(log.known.head.Position, 2)...)
			if err != nil {
				if !errors.Is(err, eventlog.ErrUncertain) || !errors.Is(err, errInjected) {
					t.Fatalf("Append on a disk that fails = %v, want ErrUncertain and the cause", err)
				}
				break
			}
			answered = append(answered, records...)
		}
		dead := d.copy()
		again, err := open("log", nil, dead)
		if err != nil {
			t.Fatalf("opening after %s failed = %v", d.failed, err)
		}
		got := readAll(t, again, 0)
		if len(got) > len(answered)+2 || len(got) < len(answered) {
			t.Fatalf("after %s failed the log has %d records, want the %d that were answered", d.failed, len(got), len(answered))
		}
		if diff := diffLines(answered, got[:len(answered)]); diff != "" {
			t.Fatalf("after %s failed: (-answered +got)\n%s", d.failed, diff)
		}
		if d.failed == "" {
			return
		}
	}
}

// TestNoSyncTellsThatItCannotSync lets the sync of an idle log fail, and that of
// one that is closed: neither notes an end, and both tell.
func TestNoSyncTellsThatItCannotSync(t *testing.T) {
	for _, when := range []string{"idle", "closed"} {
		d := newMemDisk()
		log, err := open("log", &Options{NoSync: true}, d)
		if err != nil {
			t.Fatal(err)
		}
		mustAppend(t, log, 1)
		mustAppend(t, log, 1)
		d.failFrom, d.failTo = d.ops, d.ops+1
		if when == "idle" {
			log.noteIdle()
			if _, err := log.Append(t.Context(), 2, entry(3)); !errors.Is(err, eventlog.ErrPoisoned) || !errors.Is(err, errInjected) {
				t.Errorf("Append after the sync of an idle log failed = %v, want ErrPoisoned and the cause", err)
			}
		}
		if err := log.Close(); d.failed != "sync" || !errors.Is(err, errInjected) {
			t.Errorf("%s: Close after a %s failed = %v, want a failed sync", when, d.failed, err)
		}
		if d.names[filepath.Join("log", endName)] != nil {
			t.Errorf("%s: the end is noted although it was not synced", when)
		}
	}
}
