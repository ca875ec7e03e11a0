package pglog

import (
	"context"
	"testing"
	"time"

	"github.com/relevo-go/relevo/eventlog/pglog/pgtest"
)

// TestWaitAsOneLeaves comes to wait just when the one who asks the server gives up,
// because nobody has waited for a while: there is one who asks then, and not two.
func TestWaitAsOneLeaves(t *testing.T) {
	pool := pgtest.Shared(t).Pool(t)
	opts := fresh(t, pool)
	opts.Poll = time.Millisecond
	l := mustOpen(t, pool, opts)
	var left chan struct{} // closed when the one before is gone
	for range 30 {
		ctx, cancel := context.WithCancel(t.Context())
		waits := make(chan error)
		go func() { waits <- l.Wait(ctx, 0) }()
		for came := false; !came; {
			l.mu.Lock()
			came = l.watch.waiting > 0
			l.mu.Unlock()
		}
		if left != nil {
			select {
			case <-left:
			case <-time.After(time.Minute):
				t.Fatal("who had given up asks the server again, beside another")
			}
		}
		cancel()
		<-waits
		for runs := true; runs; { // nobody waits: it is as if that were so for long
			l.mu.Lock()
			l.watch.left = time.Now().Add(-linger)
			runs, left = l.watch.runs, l.watch.ended
			l.mu.Unlock()
		}
	}
}
