package simulation

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Clock stands still until it is set, and names things by the time it shows. It
// is for an engine that must run the same everywhere, and safe for concurrent use:
//
//	clock := simulation.NewClock(noon)
//	eng, err := engine.Open(ctx, log, &engine.Options{Now: clock.Now, NewID: clock.NewID})
//	clock.Set(noon.Add(15 * time.Minute))
//	err = eng.Tick(ctx, clock.Now())
//
// A real desk needs none of it: the engine's defaults are the machine's clock and
// random IDs.
type Clock struct {
	mu    sync.Mutex
	now   time.Time
	drawn uint64
}

// NewClock returns a clock that stands at an instant.
func NewClock(now time.Time) *Clock { return &Clock{now: now} }

// Skip leaves out n IDs. On a log that goes on, skipping as many as it has
// records keeps an ID from coming twice.
func (c *Clock) Skip(n uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drawn += n
}

// Now returns the time the clock was set to.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Set moves the clock.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

// NewID returns an ID of version 7 that follows from the time and from how many
// came before it.
func (c *Clock) NewID() uuid.UUID {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drawn++
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %d", c.now.UnixMilli(), c.drawn))
	id := uuid.UUID(sum[:16])
	var millis [8]byte
	binary.BigEndian.PutUint64(millis[:], uint64(c.now.UnixMilli()))
	copy(id[:6], millis[2:])
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return id
}
