package jetlog_test

import (
	"context"
	"log"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/filelog"
	"github.com/relevo-go/relevo/eventlog/jetlog"
	"github.com/relevo-go/relevo/referral/engine"
)

// An engine on a log that it shares with others. Every machine runs the same.
func Example() {
	ctx := context.Background()
	again := []nats.Option{nats.MaxReconnects(-1), nats.ReconnectWait(250 * time.Millisecond)}
	conn, err := nats.Connect("nats://nats1,nats://nats2,nats://nats3", append(again, nats.UserInfo("desk", "…"))...)
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	system, err := nats.Connect("nats://nats1,nats://nats2,nats://nats3", append(again, nats.UserInfo("watch", "…"))...)
	if err != nil {
		log.Fatal(err)
	}
	defer system.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		log.Fatal(err)
	}
	shared, err := jetlog.Open(ctx, js, &jetlog.Options{System: system})
	if err != nil {
		log.Fatal(err)
	}
	defer shared.Close()
	eng, err := engine.Open(ctx, shared, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer eng.Close()
	log.Fatal(eng.Run(ctx))
}

// Make the stream, once, with an account that may, and bring into it what a directory
// holds.
func ExampleCreate() {
	ctx := context.Background()
	conn, err := nats.Connect("nats://admin:…@nats1")
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		log.Fatal(err)
	}
	if err := jetlog.Create(ctx, js, nil); err != nil {
		log.Fatal(err)
	}
	old, err := filelog.Open("/var/lib/desk", nil)
	if err != nil {
		log.Fatal(err)
	}
	defer old.Close()
	shared, err := jetlog.Open(ctx, js, &jetlog.Options{Unsynced: true})
	if err != nil {
		log.Fatal(err)
	}
	defer shared.Close()
	head, err := eventlog.Copy(ctx, shared, old)
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("position %d, sum %s", head.Position, head.Sum)
}
