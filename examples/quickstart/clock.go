package main

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
)

// clock is a simulated clock: it stands still until it is set. It also names
// things, since an ID of version 7 begins with the time. A real desk leaves both
// to the engine's defaults.
type clock struct {
	mu    sync.Mutex
	now   time.Time
	drawn uint64 // IDs given out, beginning with the log's position
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

// NewID returns an ID that depends on the day's time and on how many came before
// it, so that a day runs the same everywhere and no ID comes twice.
func (c *clock) NewID() uuid.UUID {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drawn++
	sum := sha256.Sum256(fmt.Appendf(nil, "quickstart %d %d", c.now.UnixMilli(), c.drawn))
	id := uuid.UUID(sum[:16])
	var millis [8]byte
	binary.BigEndian.PutUint64(millis[:], uint64(c.now.UnixMilli()))
	copy(id[:6], millis[2:])
	id[6] = id[6]&0x0f | 0x70 // version 7
	id[8] = id[8]&0x3f | 0x80 // RFC 9562
	return id
}
