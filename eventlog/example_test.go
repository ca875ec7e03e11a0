package eventlog_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/eventlog"
)

func entry(n byte, data string) eventlog.Entry {
	return eventlog.Entry{
		ID:     uuid.UUID{15: n},
		Stream: "agent/1234567",
		Kind:   "agent.registered.v1",
		Time:   time.Date(2026, 11, 23, 15, 4, int(n), 0, time.UTC),
		Data:   []byte(data),
	}
}

func ExampleMemory_Append() {
	ctx := context.Background()
	var log eventlog.Memory

	records, err := log.Append(ctx, 0, entry(1, `{"npn":"1234567"}`), entry(2, `{"npn":"7654321"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range records {
		fmt.Println(r.Position, "of", r.First, "to", r.Last)
	}

	// A second writer that has not seen these two is told so, and adds nothing.
	_, err = log.Append(ctx, 0, entry(3, `{"npn":"1112223"}`))
	fmt.Println(errors.Is(err, eventlog.ErrConflict))
	// Output:
	// 1 of 1 to 2
	// 2 of 1 to 2
	// true
}

func ExampleMemory_Read() {
	ctx := context.Background()
	var log eventlog.Memory
	log.Append(ctx, 0, entry(1, `{"npn":"1234567"}`))
	log.Append(ctx, 1, entry(2, `{"npn":"7654321"}`))

	for record, err := range log.Read(ctx, 1) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s\n", record.AppendLine(nil))
	}
	// Output:
	// {"position":2,"id":"00000000-0000-0000-0000-000000000002","time":"2026-11-23T15:04:02Z","stream":"agent/1234567","kind":"agent.registered.v1","data":{"npn":"7654321"},"sum":"ee902555f86d238efe60aaddc4926b1d47e5b46e5291f53f31ddf51ee0772cb7"}
}

func ExampleVerify() {
	ctx := context.Background()
	var log eventlog.Memory
	log.Append(ctx, 0, entry(1, `{"npn":"1234567"}`))
	log.Append(ctx, 1, entry(2, `{"npn":"7654321"}`))

	head, err := eventlog.Verify(log.Read(ctx, 0))
	fmt.Println(head.Position, head.Sum, err)

	// Someone changes what the first record says.
	_, err = eventlog.Verify(func(yield func(eventlog.Record, error) bool) {
		for record, err := range log.Read(ctx, 0) {
			if record.Position == 1 {
				record.Data = []byte(`{"npn":"9999999"}`)
			}
			if !yield(record, err) {
				return
			}
		}
	})
	if damage, ok := errors.AsType[*eventlog.CorruptError](err); ok {
		fmt.Println("first bad record:", damage.Position)
	}
	// Output:
	// 2 ee902555f86d238efe60aaddc4926b1d47e5b46e5291f53f31ddf51ee0772cb7 <nil>
	// first bad record: 1
}
