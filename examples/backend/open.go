package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/filelog"
	"github.com/relevo-go/relevo/eventlog/jetlog"
	"github.com/relevo-go/relevo/eventlog/pglog"
)

// address says where a log is kept. Nothing else in this program depends on it.
type address struct {
	where    string // a directory, postgres://… or nats://…
	name     string // of the table or stream; empty is the usual one
	create   bool   // make it if it is not there
	replicas int    // of a stream; 0 is the usual number
	system   string // nats://… of the system account, to ask servers whether they sync
	unsynced bool   // take a server that may lose what it answered
}

// openLogs opens the log for so many engines. A log of files has one writer, so
// its engines share it. On a server each gets a log with connections of its own,
// as engines on several machines have.
func openLogs(ctx context.Context, at address, engines int, logger *slog.Logger) (logs []eventlog.Log, err error) {
	scheme, _, remote := strings.Cut(at.where, "://")
	if !remote {
		// A directory is made if it is not there, also one named like what was meant for a server.
		if strings.ContainsAny(at.where[len(filepath.VolumeName(at.where)):], ":=@") {
			return nil, errors.New("the log is no address as they are read here, and no directory: " +
				"give postgres://user@host/database, nats://user@host:4222 or a directory without : = @ in its name")
		}
		log, err := filelog.Open(at.where, &filelog.Options{Logger: logger})
		if err != nil {
			return nil, fmt.Errorf("opening the log: %w", err)
		}
		return slices.Repeat([]eventlog.Log{log}, engines), nil
	}
	for range engines {
		var log eventlog.Log
		switch scheme {
		case "postgres", "postgresql":
			log, err = openPostgres(ctx, at)
		case "nats", "tls":
			log, err = openJetStream(ctx, at, logger)
		default:
			err = fmt.Errorf("%s:// is no kind of log: give a directory, postgres://… or nats://…", scheme)
		}
		if err != nil {
			return nil, errors.Join(fmt.Errorf("opening the log: %w", err), closeLogs(logs))
		}
		logs = append(logs, log)
	}
	return logs, nil
}

func openPostgres(ctx context.Context, at address) (eventlog.Log, error) {
	pool, err := pgxpool.New(ctx, at.where)
	if err != nil {
		return nil, err
	}
	opts := &pglog.Options{Table: at.name, Unsynced: at.unsynced}
	if at.create {
		err = pglog.Migrate(ctx, pool, opts)
	}
	var log eventlog.Log
	if err == nil {
		log, err = pglog.Open(ctx, pool, opts)
	}
	if err != nil {
		pool.Close()
		return nil, err
	}
	return owned{log, pool.Close}, nil
}

func openJetStream(ctx context.Context, at address, logger *slog.Logger) (log eventlog.Log, err error) {
	var conns []*nats.Conn
	hangUp := func() {
		for _, c := range conns {
			c.Close()
		}
	}
	defer func() {
		if err != nil {
			hangUp()
		}
	}()
	dial := func(where string) (*nats.Conn, error) {
		c, err := nats.Connect(where, nats.Name("relevo backend"),
			nats.MaxReconnects(-1), nats.ReconnectWait(100*time.Millisecond), // for ever: the log says meanwhile that it is away
			nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
				logger.Warn("the connection to NATS", "error", err)
			}))
		if _, unreadable := errors.AsType[*url.Error](err); unreadable { // its text is the address, with the password
			return nil, errors.New("the address of NATS cannot be read: give nats://user:password@host:4222, and write what is special in a password as in a URL, such as %40 for @")
		}
		if err == nil {
			conns = append(conns, c)
		}
		return c, err
	}
	opts := &jetlog.Options{Stream: at.name, Replicas: at.replicas, Unsynced: at.unsynced}
	if at.system != "" {
		if opts.System, err = dial(at.system); err != nil {
			return nil, fmt.Errorf("the system account: %w", err)
		}
	}
	c, err := dial(at.where)
	if err != nil {
		return nil, err
	}
	js, err := jetstream.New(c)
	if err != nil {
		return nil, err
	}
	if at.create {
		if err := jetlog.Create(ctx, js, opts); err != nil {
			return nil, err
		}
	}
	l, err := jetlog.Open(ctx, js, opts)
	if err != nil {
		return nil, err
	}
	return owned{l, hangUp}, nil
}

// owned is a log that takes along what it stands on when it is closed.
type owned struct {
	eventlog.Log
	release func()
}

func (o owned) Close() error {
	defer o.release()
	return o.Log.Close()
}

// closeLogs closes each log; one that several engines share is closed again, which
// is no error.
func closeLogs(logs []eventlog.Log) (err error) {
	for _, log := range logs {
		err = errors.Join(err, log.Close())
	}
	return err
}
