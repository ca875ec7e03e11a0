package jetlog

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/eventlog"
)

// TestDivergedPart verifies messages of which the last one known is another one now.
// Its records are not among the good ones.
func TestDivergedPart(t *testing.T) {
	var head eventlog.Head
	p := &part{done: make(chan struct{}, 1)}
	for seq := range uint64(3) {
		records, lines, err := head.SealLines(nil, eventlog.Entry{ID: uuid.UUID{1, 15: byte(seq)}, Stream: "thing/1", Kind: "thing.happened.v1",
			Time: time.Date(2026, 11, 23, 15, 4, 5, 0, time.UTC), Data: []byte(`{}`)})
		if err != nil {
			t.Fatal(err)
		}
		head = records[0].Head()
		p.messages = append(p.messages, message{seq + 1, lines})
	}
	l := &Log{known: place{eventlog.Head{Position: 2, Sum: eventlog.Hash{1}}, 2}}
	p.verify(l)
	if len(p.records) != 1 || p.end.seq != 1 || p.end.head.Position != 1 || !errors.Is(p.err, eventlog.ErrDiverged) {
		t.Errorf("%d records up to %v, and %v; want 1 and ErrDiverged", len(p.records), p.end, p.err)
	}
}
