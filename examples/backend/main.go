package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/relevo-go/relevo/referral/engine"
)

func main() {
	ctx, stop := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		signal.Stop(signals) // the next one ends the process at once
		stop()
	}()
	if err := run(ctx, os.Args[1:], os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "backend:", err)
		os.Exit(1)
	}
}

// run opens what the arguments ask for and serves it until ctx is over.
func run(ctx context.Context, args []string, stderr io.Writer) (err error) {
	flags := flag.NewFlagSet("backend", flag.ContinueOnError)
	flags.SetOutput(stderr)
	addr := flags.String("addr", "localhost:8080", "listen on this `address`")
	var at address
	flags.StringVar(&at.where, "log", "", "the log: a `directory`, postgres://… or nats://…; RELEVO_LOG in the environment if it has a password")
	flags.StringVar(&at.name, "name", "", "the log's `table` or stream, if it is not the usual one")
	flags.BoolVar(&at.create, "create", false, "make the table or stream first, if it is not there")
	flags.IntVar(&at.replicas, "replicas", 0, "how many servers hold a stream, if not 3")
	flags.StringVar(&at.system, "system", "", "ask NATS by this `address` of its system account whether it syncs; or RELEVO_SYSTEM")
	flags.BoolVar(&at.unsynced, "unsynced", false, "take a server that may lose what it answered, or that cannot be asked")
	engines := flags.Int("engines", 2, "open so many engines on the log")
	invented := flags.Bool("invented", false, "register the invented agents of examples/roster")
	snapshots := flags.String("snapshots", "", "keep each engine's state below this `directory` when we stop, to open sooner")
	drain := flags.Duration("drain", 0, "go on for so long after a signal while not ready, for load balancers to notice")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return nil
	case err != nil:
		return err
	case flags.NArg() > 0:
		return fmt.Errorf("%q is not understood: only flags are", flags.Arg(0))
	}
	at.where = cmp.Or(at.where, os.Getenv("RELEVO_LOG")) // no defaults of flags, which -help prints
	at.system = cmp.Or(at.system, os.Getenv("RELEVO_SYSTEM"))
	switch {
	case at.where == "":
		return errors.New("no log is given: -log takes a directory, postgres://… or nats://…")
	case *engines < 1:
		return errors.New("-engines is less than 1")
	}
	logger := slog.New(slog.NewJSONHandler(stderr, nil))

	logs, err := openLogs(ctx, at, *engines, logger)
	if err != nil {
		return err
	}
	desks, err := openDesks(ctx, logs, func(number int) *engine.Options {
		opts := &engine.Options{Logger: logger.With("engine", number)}
		if *snapshots != "" {
			opts.SnapshotDir = filepath.Join(*snapshots, strconv.Itoa(number))
		}
		return opts
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, desks.Close()) }()
	if *invented {
		if err := invent(ctx, desks, time.Now()); err != nil {
			return fmt.Errorf("registering the invented agents: %w", err)
		}
	}
	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		return err
	}
	if err := serve(ctx, listener, desks, *drain, logger); err != nil || *snapshots == "" {
		return err
	}
	return desks.snapshot(context.WithoutCancel(ctx))
}
