package engine

import (
	"context"
	"log/slog"
	"time"
)

// trouble is what keeps Run from its log for a while: how often it tries again, and
// what an operator hears of it.
type trouble struct {
	logger *slog.Logger
	doing  string

	tries int // that failed in a row
	pause time.Duration
	since time.Time
	said  time.Time
}

const (
	leastRetry = 50 * time.Millisecond
	mostRetry  = time.Second
	sayEvery   = 10 * time.Second
)

// met reports whether the last try failed.
func (t *trouble) met() bool { return t.tries > 0 }

// again takes a failure and returns after how long to try again: soon at first,
// then every second.
func (t *trouble) again(ctx context.Context, err error) time.Duration {
	now := time.Now()
	if t.tries++; t.tries == 1 {
		t.since, t.pause = now, leastRetry
	} else {
		t.pause = min(2*t.pause, mostRetry)
	}
	if t.tries == 1 || now.Sub(t.said) >= sayEvery {
		t.said = now
		t.logger.WarnContext(ctx, "relevo: "+t.doing+" failed and will be tried again", "error", err, "tries", t.tries)
	}
	return t.pause
}

// over says that a try has gone well.
func (t *trouble) over(ctx context.Context) {
	if t.met() {
		t.logger.InfoContext(ctx, "relevo: "+t.doing+" goes on", "after", time.Since(t.since), "tries", t.tries)
		t.tries = 0
	}
}
