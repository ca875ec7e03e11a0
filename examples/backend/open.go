package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/filelog"
)

// address says where a log is kept. Nothing else in this program depends on it.
type address struct {
	where  string // a directory, postgres://… or nats://…
	name   string // of the table or stream; empty is the usual one
	create bool   // make it if it is not there
}

// openLogs opens the log for so many engines. A log of files has one writer, so
// its engines share it. On a server each gets a log with connections of its own,
// as engines on several machines have.
func openLogs(ctx context.Context, at address, engines int, logger *slog.Logger) (logs []eventlog.Log, err error) {
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("opening the log: %w", err), closeLogs(logs))
		}
	}()
	scheme, _, remote := strings.Cut(at.where, "://")
	if !remote {
		log, err := filelog.Open(at.where, &filelog.Options{Logger: logger})
		if err != nil {
			return nil, err
		}
		return slices.Repeat([]eventlog.Log{log}, engines), nil
	}
	for range engines {
		var log eventlog.Log
		switch scheme {
		default:
			err = fmt.Errorf("%s:// is no kind of log: give a directory, postgres://… or nats://…", scheme)
		}
		if err != nil {
			return logs, err
		}
		logs = append(logs, log)
	}
	return logs, nil
}

// closeLogs closes each log; one that several engines share is closed again, which
// is no error.
func closeLogs(logs []eventlog.Log) (err error) {
	for _, log := range logs {
		err = errors.Join(err, log.Close())
	}
	return err
}
