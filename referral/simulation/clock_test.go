package simulation

import (
	"testing"
	"time"

	"github.com/google/uuid"
)

var noon = time.Date(2026, time.November, 2, 17, 0, 0, 0, time.UTC)

func TestIDs(t *testing.T) {
	c, again := NewClock(noon), NewClock(noon)
	seen := map[uuid.UUID]bool{}
	for i := range 1000 {
		c.Set(noon.Add(time.Duration(i/400) * time.Minute))
		again.Set(c.Now())
		id := c.NewID()
		if seen[id] || id.Version() != 7 || id.Variant() != uuid.RFC4122 {
			t.Errorf("ID %d is %s: want a new one of version 7", i+1, id)
		}
		seen[id] = true
		if sec, nsec := id.Time().UnixTime(); !time.Unix(sec, nsec).Equal(c.Now()) {
			t.Errorf("ID %s holds the time %s, want %s", id, time.Unix(sec, nsec).UTC(), c.Now())
		}
		if got := again.NewID(); got != id {
			t.Errorf("ID %d is %s on one clock and %s on another", i+1, id, got)
		}
	}
	skipped, plain := NewClock(noon), NewClock(noon)
	skipped.Skip(1)
	first, second := plain.NewID(), plain.NewID()
	if got := skipped.NewID(); got != second || got == first {
		t.Errorf("after Skip(1) the first ID is %s, want the second, %s, not %s", got, second, first)
	}
}
