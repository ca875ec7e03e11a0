package pglog

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/pglog/pgtest"
)

// TestStandbyAway gives up an append that waits for a synchronous standby. Nobody
// may see its record before the standby has it: it would be taken for durable, and
// a failover would lose it.
func TestStandbyAway(t *testing.T) {
	t.Parallel() // it mostly waits for a server of its own
	server := pgtest.New(t)
	pool := pgtest.Pool(t, server.DSN(server.Database(t)))
	l := mustOpen(t, pool, fresh(t, pool))
	fill(t, l, 2)
	names := func(names string) {
		t.Helper()
		for _, sql := range []string{"ALTER SYSTEM SET synchronous_standby_names = '" + names + "'", "SELECT pg_reload_conf()"} {
			if err := server.Exec(context.WithoutCancel(t.Context()), "postgres", sql); err != nil {
				t.Fatal(err)
			}
		}
	}
	names("nobody")
	t.Cleanup(func() { names("") })
	eventually(t, "the server heeds its settings", func() bool {
		var waits bool
		err := pool.QueryRow(t.Context(), "SELECT current_setting('synchronous_standby_names') = 'nobody'").Scan(&waits)
		return err == nil && waits
	})
	ctx, cancel := context.WithCancel(t.Context())
	answer := make(chan error)
	go func() {
		_, err := l.Append(ctx, 2, entry(3))
		answer <- err
	}()
	stuck := func() bool {
		var n int
		err := pool.QueryRow(t.Context(), "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'").Scan(&n)
		return err == nil && n == 1
	}
	eventually(t, "the append waits for the standby", stuck)
	cancel()
	if err := <-answer; !errors.Is(err, eventlog.ErrUncertain) {
		t.Errorf("Append that waits for a standby = %v, want ErrUncertain", err)
	}
	for begin := time.Now(); time.Since(begin) < 300*time.Millisecond; { // the driver cancels in the background
		if n, err := lastError(t.Context(), l, 0); n != 2 || err != nil {
			t.Fatalf("%d records and %v are read while the standby is away, want 2", n, err)
		}
	}
	if !stuck() {
		t.Error("the append waits no longer")
	}
	names("")
	eventually(t, "the record is there when it need not wait any more", func() bool {
		n, err := lastError(t.Context(), l, 0)
		return n == 3 && err == nil
	})
}
