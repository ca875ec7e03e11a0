package eventlog

import (
	"context"
	"iter"
	"time"

	"github.com/google/uuid"
)

// Position is the place of a record in the one total order: 1 for the first
// record, with no hole after it. 0 is before the first record. The greatest is
// [MaxPosition].
type Position uint64

// MaxPosition is the greatest position a record can have, 2^63-1, so that
// every store can hold it.
const MaxPosition Position = 1<<63 - 1

// Entry is what a writer hands to a log. [Head.Seal] says what is valid.
type Entry struct {
	ID     uuid.UUID // names the event for ever; never the nil UUID
	Stream string    // whom the event is about, such as "referral/<uuid>"; 1 to 255 printable ASCII characters without '"' and '\'
	Kind   string    // what happened, such as "referral.offered.v1"; the same characters
	Time   time.Time // when it was recorded; kept in UTC, to the nanosecond, years 1 to 9999
	Data   []byte    // one JSON object on one line, kept byte for byte
}

// Record is an entry in its place. First and Last are the extent of the append
// it came in, both equal to Position when it came alone. Sum chains it to the
// record before it.
type Record struct {
	Position
	Entry
	First, Last Position
	Sum         Hash
}

// Head returns the head of a log that ends with r.
func (r Record) Head() Head {
	return Head{Position: r.Position, Time: r.Time, Sum: r.Sum, first: r.First, last: r.Last}
}

// Log is one total order of records in a store. All methods are safe for
// concurrent use. What a caller passes in or gets out is the caller's: changing
// it later MUST NOT change the log.
//
// A store that can be exchanged beneath an open log, as a database can by a backup
// or a failover, MUST be held to the last head the log has answered with: Append,
// Read and Wait compare position and sum, at every new connection too, and answer
// a [DivergedError] from then on if they differ.
type Log interface {
	// Append adds entries after position after, all or none and durable, and
	// returns the sealed records. Entries that [Head.Seal] refuses add nothing;
	// so does a context that is over before anything is written. Times never run
	// backwards. An empty append adds nothing and is no error, whatever after is.
	//
	// ErrConflict: the head is not after and this attempt added nothing (an
	// earlier uncertain one may have: look at after+1). ErrLost: after is beyond
	// the head; history is missing. ErrTooLarge: send less at once.
	//
	// ErrUncertain: the entries may still arrive while the head is after; once
	// the head is beyond it is settled, they are the records from after+1 or
	// never will be. Appending the same again at the same after is safe, and
	// forces the answer.
	Append(ctx context.Context, after Position, entries ...Entry) ([]Record, error)

	// Read yields the records after the given position, in order, up to the head
	// at the time of the call; nothing beyond the head. An error is the last
	// pair. A store that keeps bytes MUST check each record against the one
	// before it ([Head.NextLine], [Head.NextLines]) and yield [ErrCorrupt] instead
	// of one that does not fit: who reads takes the sums on their word. The log
	// holds no lock while yielding, and a read that is broken off leaves nothing
	// behind.
	Read(ctx context.Context, after Position) iter.Seq2[Record, error]

	// Wait blocks until the head is beyond after, or ctx is over, or the log is
	// closed (ErrClosed).
	Wait(ctx context.Context, after Position) error

	// Close ends the log's use: calls after it answer ErrClosed, except that
	// closing again is no error.
	Close() error
}
