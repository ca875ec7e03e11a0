package filelog_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/filelog"
)

func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "log")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)

	log, err := filelog.Open(dir, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = log.Append(ctx, 0, eventlog.Entry{
		ID:     uuid.MustParse("01992b4e-8a7c-7d3e-9f00-000000000001"),
		Stream: "agent/1234567",
		Kind:   "agent.terms_accepted.v1",
		Time:   time.Date(2026, 11, 23, 15, 4, 5, 0, time.UTC),
		Data:   []byte(`{"document":"cms","version":"2026"}`),
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	// There is one writer at a time.
	_, err = filelog.Open(dir, nil)
	fmt.Println("a second writer is locked out:", errors.Is(err, filelog.ErrLocked))
	if err := log.Close(); err != nil {
		fmt.Println(err)
		return
	}

	// Any number of readers need no lock.
	log, err = filelog.Open(dir, &filelog.Options{ReadOnly: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer log.Close()
	for record, err := range log.Read(ctx, 0) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%d %s %s\n", record.Position, record.Kind, record.Data)
	}

	// The file is the log.
	text, err := os.ReadFile(filepath.Join(dir, "00000000000000000001.jsonl"))
	fmt.Printf("%s%v\n", text, err)
	// Output:
	// a second writer is locked out: true
	// 1 agent.terms_accepted.v1 {"document":"cms","version":"2026"}
	// {"position":1,"id":"01992b4e-8a7c-7d3e-9f00-000000000001","time":"2026-11-23T15:04:05Z","stream":"agent/1234567","kind":"agent.terms_accepted.v1","data":{"document":"cms","version":"2026"},"sum":"52f8ff4142ac55edecdd6bb482580fc4dd9b3dbd2e10be82371af46fdbe214b6"}
	// <nil>
}

func ExampleReadFile() {
	head, err := eventlog.Verify(filelog.ReadFile("testdata/log.jsonl"))
	fmt.Println(head.Position, head.Sum, err)
	// Output:
	// 3 5efdddb0461bf56f1069ec41588196eea95c761d3a67dd2189f19a186fe7bd76 <nil>
}
