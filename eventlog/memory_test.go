package eventlog_test

import (
	"context"
	"testing"
	"testing/synctest"

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
