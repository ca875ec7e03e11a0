package main

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/relevo-go/relevo/eventlog"
)

// counted is a log that counts how its appends end. It shows how to stand between
// an engine and its log: embed the log, and do more in the methods you want. All
// answers MUST pass as they are, for the engine decides by them.
type counted struct {
	eventlog.Log
	appended, records, conflicts, uncertain, failed atomic.Uint64
}

// Append implements [eventlog.Log].
func (c *counted) Append(ctx context.Context, after eventlog.Position, entries ...eventlog.Entry) ([]eventlog.Record, error) {
	records, err := c.Log.Append(ctx, after, entries...)
	switch {
	case err == nil:
		c.appended.Add(1)
		c.records.Add(uint64(len(records)))
	case errors.Is(err, eventlog.ErrConflict):
		c.conflicts.Add(1) // another engine was faster: decided again
	case errors.Is(err, eventlog.ErrUncertain):
		c.uncertain.Add(1)
	default:
		c.failed.Add(1)
	}
	return records, err
}
