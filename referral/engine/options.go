package engine

import (
	"bufio"
	"crypto/rand"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/referral"
)

// Options adjust an engine. A nil *Options is fine, and so is every zero field.
type Options struct {
	// Policy is the policy to put in force. Opening with one that differs from
	// the log's newest records it (R30). Nil leaves the log's in force, or
	// records [referral.DefaultPolicy] on a log that has none.
	Policy *referral.Policy
	// Now is the clock, time.Now by default. It may be called by many
	// goroutines.
	Now func() time.Time
	// NewID names requests and records, a version 7 UUID by default. It is
	// called by one goroutine at a time and must never repeat itself.
	NewID func() uuid.UUID
	// MaxSkew is how far the log's head may be ahead of the clock before
	// commands stop with [ErrClock]; 2 minutes by default (R25).
	MaxSkew time.Duration
	// Patience is how long the log may leave an append without an answer, its
	// repeats included, or a read without a record, before a command fails with
	// [ErrAway]; 5 seconds by default. A caller whose command comes while another's
	// is waiting for the log may wait about twice as long. One to whose appends other
	// engines are first each time gives up after twice Patience, and who came behind
	// it after four times. What Open reads is not bounded by
	// it but by its context; the policy that it records is.
	Patience time.Duration
	// Keep is how long a referral stays in memory after it ended, counted from
	// its last event and by the times of the log: 30 days by default, and for
	// ever if negative. After that its verbs answer [ErrArchived], and it costs
	// 8 to 16 bytes.
	Keep time.Duration
	// SnapshotDir is a directory for snapshots of the state, from which Open
	// then begins; it is made if it is missing, and may be the log's own. Each
	// engine has its own. Empty is none.
	SnapshotDir string
	// Snapshots is how many of them are left there; 2 by default.
	Snapshots int
	// SnapshotEvery is after how many events [Engine.Run] writes one; 250,000 by
	// default. [Engine.Snapshot] writes one at any time.
	SnapshotEvery int
	// Logger receives what an operator should know, without personal data
	// (R29): warnings of what passes, and an error when the engine stops because its
	// log cannot be used any more. Nil is silent.
	Logger *slog.Logger
}

func (o *Options) withDefaults() Options {
	var full Options
	if o != nil {
		full = *o
	}
	if full.Now == nil {
		full.Now = time.Now
	}
	if full.NewID == nil {
		random := bufio.NewReader(rand.Reader) // one look into the system for many IDs
		full.NewID = func() uuid.UUID { return uuid.Must(uuid.NewV7FromReader(random)) }
	}
	if full.MaxSkew <= 0 {
		full.MaxSkew = 2 * time.Minute
	}
	if full.Patience <= 0 {
		full.Patience = 5 * time.Second
	}
	if full.Keep == 0 {
		full.Keep = 30 * 24 * time.Hour
	}
	full.Keep = max(full.Keep, 0) // as a book has it: 0 is for ever
	if full.Snapshots <= 0 {
		full.Snapshots = 2
	}
	if full.SnapshotEvery <= 0 {
		full.SnapshotEvery = 250_000
	}
	if full.Logger == nil {
		full.Logger = slog.New(slog.DiscardHandler)
	}
	return full
}
