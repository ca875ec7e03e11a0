package main

import (
	"context"
	"time"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral/engine"
)

// atLeast stands in for engine.Engine.AtLeast.
func atLeast(ctx context.Context, desk *engine.Engine, p eventlog.Position) error {
	for desk.Position() < p {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Millisecond):
		}
	}
	return nil
}
