package eventlog

import (
	"errors"
	"fmt"
	"strings"
)

var (
	// ErrConflict: the head is not where the append expects it and the attempt
	// added nothing. Read what is new, decide again, append again.
	ErrConflict = errors.New("eventlog: the head has moved: read on from there and decide again")
	// ErrUncertain: the append may have been written, now or soon. Append the
	// same again at the same position: that forces the answer.
	ErrUncertain = errors.New("eventlog: it is unknown whether the append was written: append the same again at the same position")
	// ErrLost: the append expects a position beyond the head, so the store has
	// lost records that the caller has seen.
	ErrLost = errors.New("eventlog: the log ends before the expected position: records are lost, look for the right store or restore it before appending")
	// ErrTooLarge: a line is longer than [MaxLine], or the append is more than
	// the store takes at once.
	ErrTooLarge = errors.New("eventlog: too large: send less at once")
	// ErrCorrupt: the log is damaged. See [CorruptError].
	ErrCorrupt = errors.New("eventlog: the log is damaged")
	// ErrTorn: the log ends inside an append, which is being written or copied, or
	// which a crash or a copy left so. A [CorruptError] says where it begins.
	ErrTorn = errors.New("eventlog: the log ends inside an append: " + halfAnAppend)
	// ErrPoisoned: an earlier append failed half-way, so this log takes no more.
	// Close it and open it again; reads go on until then.
	ErrPoisoned = errors.New("eventlog: an earlier append failed half-way: close the log and open it again")
	// ErrClosed: the log was closed before the call, or while it waited.
	ErrClosed = errors.New("eventlog: the log is closed")
)

const halfAnAppend = "half an append does not count: read again when whoever writes or copies the log is done, or take the log as it is before"

// CorruptError says where a log is damaged. It is [ErrCorrupt]. If it is
// [ErrTorn] as well, the log is good up to Last and ends inside the append that
// begins at Position.
type CorruptError struct {
	Position Position // the first position that is lost or wrong
	Last     Position // the last good one, 0 if none is
	File     string   // the file, "" if the records come from elsewhere
	Offset   int64    // the byte in File, or in a stream, at which the first bad line begins
	Err      error    // what is wrong there
}

// Error names the position, the file and the byte, and what to do.
func (e *CorruptError) Error() string {
	var b strings.Builder
	what, advice := "is damaged at", "change nothing, keep a copy, and restore from one whose records from there on are intact"
	torn := errors.Is(e.Err, ErrTorn)
	if torn {
		what, advice = "ends inside an append at", halfAnAppend
	}
	fmt.Fprintf(&b, "eventlog: the log %s position %d", what, e.Position)
	switch {
	case e.File != "":
		fmt.Fprintf(&b, " (file %s, byte %d)", e.File, e.Offset)
	case e.Offset > 0:
		fmt.Fprintf(&b, " (byte %d)", e.Offset)
	}
	if e.Err != nil && !torn {
		fmt.Fprintf(&b, ": %s", strings.TrimPrefix(e.Err.Error(), "eventlog: "))
	}
	if e.Last == 0 {
		b.WriteString("; no record before it is good")
	} else {
		fmt.Fprintf(&b, "; the last good record is %d", e.Last)
	}
	b.WriteString(": " + advice)
	return b.String()
}

// Is reports whether target is [ErrCorrupt].
func (e *CorruptError) Is(target error) bool { return target == ErrCorrupt }

// Unwrap returns what is wrong.
func (e *CorruptError) Unwrap() error { return e.Err }

// lineError says what is wrong with a line and where in it. It is [ErrCorrupt]
// and never quotes the line, which may hold what should not be in a diagnosis.
type lineError struct {
	at   int // byte of the line, from 0
	what string
}

func (e *lineError) Error() string {
	return fmt.Sprintf("eventlog: byte %d of the line: %s", e.at, e.what)
}

func (e *lineError) Is(target error) bool { return target == ErrCorrupt }
