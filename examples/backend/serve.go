package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"
)

const (
	patience = 10 * time.Second // how long a request may take
	grace    = 15 * time.Second // how long those under way have when we stop
	maxBody  = 64 << 10         // bytes of a request's body
)

// serve answers requests until ctx is over or an engine cannot go on, which is its
// error. It stops in this order, so that nothing is answered that is not in the
// log: no longer ready, no new requests, those under way end, engines stop. The
// caller then closes engines and logs.
func serve(ctx context.Context, listener net.Listener, desks *desks, drain time.Duration, logger *slog.Logger) error {
	s := newServer(desks, logger)
	web := &http.Server{
		Handler:           s.routes(),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       patience,
		WriteTimeout:      3 * patience, // a store that is away may hold an append for longer than its caller waits
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}
	web.RegisterOnShutdown(s.endStreams)
	running, stopRunning := context.WithCancel(context.WithoutCancel(ctx))
	defer stopRunning()
	dead := desks.run(running)
	closed := make(chan error, 1)
	go func() { closed <- web.Serve(listener) }()
	logger.Info("listening", "addr", listener.Addr().String(), "engines", len(desks.all), "position", desks.newest())

	var failed error
	select {
	case <-ctx.Done():
		s.leaving.Store(true)
		select {
		case <-time.After(drain):
		case failed = <-dead:
		}
	case failed = <-dead:
		s.leaving.Store(true)
	case failed = <-closed:
	}
	logger.Info("stopping")
	late, giveUp := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer giveUp()
	if err := web.Shutdown(late); err != nil {
		failed = errors.Join(failed, err, web.Close())
	}
	stopRunning()
	for err := range dead {
		failed = errors.Join(failed, err)
	}
	logger.Info("stopped", "position", desks.newest())
	return failed
}
