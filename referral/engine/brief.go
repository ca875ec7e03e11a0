package engine

import (
	"math"
	"slices"
	"time"

	"github.com/relevo-go/relevo/agent"
)

// brief is what the desk has to know of an agent whom it finds in line, so that
// it makes most offers without looking into the book.
type brief struct {
	steady   int64  // until when the clock changes nothing about it, in Unix seconds
	channels uint32 // where an offer is announced, in derived.channels
}

// secondsOf returns an instant in whole seconds, none later; zero is for ever.
func secondsOf(t time.Time) int64 {
	if t.IsZero() {
		return math.MaxInt64
	}
	return t.Unix()
}

// holdsAt reports whether what the index has of the agent holds at an instant.
func (b brief) holdsAt(at time.Time) bool { return at.Unix() < b.steady }

// listOf returns the number of a list of channels.
func (d *derived) listOf(channels []agent.Channel) uint32 {
	i := slices.IndexFunc(d.channels, func(l []agent.Channel) bool { return slices.Equal(l, channels) })
	if i < 0 {
		i = len(d.channels)
		d.channels = append(d.channels, slices.Clone(channels))
	}
	return uint32(i)
}
