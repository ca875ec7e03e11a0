package pglog

import (
	"testing"

	"github.com/relevo-go/relevo/eventlog"
)

// TestCompareWakes has a read or an append see a new head first: a notification of it is
// old then, and those who wait are woken by what saw it.
func TestCompareWakes(t *testing.T) {
	moved := make(chan struct{})
	l := &Log{moved: moved}
	f := found{position: 1, sum: []byte(eventlog.Hash{1}.String())}
	if at, err := l.compare(eventlog.Head{}, f); err != nil || at.Position != 1 {
		t.Fatalf("compare = %v, %v, want position 1", at, err)
	}
	if l.hear("1") {
		t.Error("the notification is news")
	}
	select {
	case <-moved:
	default:
		t.Error("nobody is woken")
	}
}
