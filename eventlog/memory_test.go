package eventlog_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/eventlogtest"
)

func TestMemory(t *testing.T) {
	eventlogtest.Run(t, func(t *testing.T) eventlog.Log { return new(eventlog.Memory) })
}

// TestMemoryWaitsDurably checks that Wait counts as blocked in a synctest
// bubble, so that fake time goes on while an engine waits, and that it goes on
// waiting while the head moves but not far enough.
func TestMemoryWaitsDurably(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log eventlog.Memory
		done := false
		go func() {
			if err := log.Wait(t.Context(), 1); err != nil {
				t.Error(err)
			}
			done = true
		}()
		for after := range eventlog.Position(2) {
			synctest.Wait()
			if done {
				t.Fatalf("Wait(1) returns with the head at %d", after)
			}
			if _, err := log.Append(context.Background(), after, entry(byte(after)+1, `{}`)); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		if !done {
			t.Fatal("Wait(1) still waits with the head at 2")
		}
	})
}

// TestMemoryGrows appends what fills chunks, what has no room in any, and what is
// refused where a chunk would begin, and reads all of it from everywhere.
func TestMemoryGrows(t *testing.T) {
	var log eventlog.Memory
	var want []eventlog.Record
	at := time.Date(9999, 12, 31, 23, 59, 59, 123456789, time.UTC) // the longest there is
	entry := func(size int) eventlog.Entry {
		return eventlog.Entry{ID: uuid.Max, Stream: "s", Kind: "k", Time: at, Data: []byte(`{"a":"` + strings.Repeat("x", size) + `"}`)}
	}
	for i, size := range []int{10, 40_000, 30_000, 100_000, 1, 65_200, 65_230, 65_000, 1, 200_000, 64_000, 700} {
		bad := entry(70_000)
		bad.Kind = ""
		if _, err := log.Append(t.Context(), eventlog.Position(len(want)), bad); err == nil {
			t.Fatal("an entry without a kind is taken")
		}
		entries := []eventlog.Entry{entry(size), entry(i), entry(2)}[:1+i%3]
		sealed, err := log.Append(t.Context(), eventlog.Position(len(want)), entries...)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, sealed...)
		for after := range len(want) + 1 {
			n := after
			for r, err := range log.Read(t.Context(), eventlog.Position(after)) {
				if err != nil {
					t.Fatal(err)
				}
				if n == len(want) || r.Position != want[n].Position || r.Sum != want[n].Sum || !bytes.Equal(r.Data, want[n].Data) {
					t.Fatalf("after %d appends Read(%d) yields position %d with the sum %s, which is not record %d", i+1, after, r.Position, r.Sum, n+1)
				}
				n++
			}
			if n < len(want) {
				t.Fatalf("after %d appends Read(%d) ends before record %d of %d", i+1, after, n+1, len(want))
			}
		}
	}
}
