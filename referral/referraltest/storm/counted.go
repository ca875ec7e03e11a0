package storm

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/relevo-go/relevo/eventlog"
)

// counted is a log that counts how its appends are answered.
type counted struct {
	eventlog.Log
	appends, conflicts, uncertain atomic.Int64
}

func (c *counted) Append(ctx context.Context, after eventlog.Position, entries ...eventlog.Entry) ([]eventlog.Record, error) {
	records, err := c.Log.Append(ctx, after, entries...)
	c.appends.Add(1)
	switch {
	case errors.Is(err, eventlog.ErrConflict):
		c.conflicts.Add(1)
	case errors.Is(err, eventlog.ErrUncertain):
		c.uncertain.Add(1)
	}
	return records, err
}
