package pglog_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/pglog"
)

func Example() {
	ctx := context.Background()
	pool, err := pgxpool.New(ctx, os.Getenv("DATABASE_URL"))
	if err != nil {
		log.Fatal(err)
	}
	defer pool.Close()
	if err := pglog.Migrate(ctx, pool, nil); err != nil {
		log.Fatal(err)
	}
	events, err := pglog.Open(ctx, pool, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer events.Close()

	_, err = events.Append(ctx, events.Head().Position, eventlog.Entry{
		ID:     uuid.Must(uuid.NewV7()),
		Stream: "agent/1234567",
		Kind:   "agent.terms_accepted.v1",
		Time:   time.Now(),
		Data:   []byte(`{"document":"cms","version":"2026"}`),
	})
	if err != nil {
		log.Fatal(err)
	}
	for record, err := range events.Read(ctx, 0) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%d %s %s\n", record.Position, record.Kind, record.Data)
	}
}
