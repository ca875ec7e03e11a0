package eventlog

import (
	"context"
	"errors"
	"fmt"
)

// ErrDiverged: the store no longer holds what it held. See [DivergedError].
var ErrDiverged = errors.New("eventlog: the log is not the one that was read before")

// DivergedError says that a store lost or changed what was read from it or
// written to it: it was restored from a backup, failed over to a copy that
// lagged, or is another log under the old name. It is [ErrDiverged], and
// [ErrLost] as well if the log now ends before what was known.
type DivergedError struct {
	Known Head // a head that the log had
	Found Head // what it has now: the record in the same place, or the end before it
}

// Error names both positions and both sums, and what to do.
func (e *DivergedError) Error() string {
	const advice = "the store was restored from a backup, failed over to a copy that lagged, or is another log: stop whoever writes to it, and look for the records it lost before you go on with what it has"
	if e.lost() {
		return fmt.Sprintf("eventlog: the log ended at position %d with the sum %s, and ends now at %d with the sum %s: %s",
			e.Known.Position, e.Known.Sum, e.Found.Position, e.Found.Sum, advice)
	}
	if e.Found.Position > e.Known.Position {
		return fmt.Sprintf("eventlog: position %d had the sum %s, and the record now at %d with the sum %s does not follow from it: %s",
			e.Known.Position, e.Known.Sum, e.Found.Position, e.Found.Sum, advice)
	}
	return fmt.Sprintf("eventlog: position %d had the sum %s, and has now the sum %s: %s", e.Known.Position, e.Known.Sum, e.Found.Sum, advice)
}

func (e *DivergedError) lost() bool { return e.Found.Position < e.Known.Position }

// Is reports whether target is [ErrDiverged], or [ErrLost] if the log is shorter
// than it was.
func (e *DivergedError) Is(target error) bool {
	return target == ErrDiverged || target == ErrLost && e.lost()
}

// Confirm returns nil if found, which a store has now at h's position or at its
// end before it, is h; otherwise a [DivergedError]. Only position and sum count:
// the chain makes them stand for everything before.
func (h Head) Confirm(found Head) error {
	if found.Position == h.Position && found.Sum == h.Sum {
		return nil
	}
	return &DivergedError{Known: h, Found: found}
}

// Confirm returns nil if log has the record of a head that was kept elsewhere, and
// otherwise a [DivergedError] or what keeps the log from being read. It reads from
// that record on: what comes after it is the log's own to verify. An empty head
// is in every log.
func Confirm(ctx context.Context, log Log, known Head) error {
	if known.Position == 0 {
		return nil
	}
	for r, err := range log.Read(ctx, known.Position-1) {
		if err != nil {
			return err
		}
		return known.Confirm(r.Head())
	}
	// The log ends before it: say where.
	var found Head
	for r, err := range log.Read(ctx, 0) {
		if err != nil {
			return err
		}
		if found = r.Head(); found.Position == known.Position {
			break // it has come meanwhile
		}
	}
	return known.Confirm(found)
}
