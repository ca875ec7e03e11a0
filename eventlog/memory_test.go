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
// bubble, so that fake time goes on while an engine waits.
func TestMemoryWaitsDurably(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log eventlog.Memory
		done := false
		go func() {
			if err := log.Wait(t.Context(), 0); err != nil {
				t.Error(err)
			}
			done = true
		}()
		synctest.Wait()
		if done {
			t.Fatal("Wait(0) returned on an empty log")
		}
		if _, err := log.Append(context.Background(), 0, entry(1, `{}`)); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if !done {
			t.Fatal("Wait(0) still waits after an append")
		}
	})
}
