package book

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/wire"
	"github.com/relevo-go/relevo/referral"
)

// Event is an [agent.Event], a [referral.Event] or a [referral.PolicySet].
type Event interface {
	// Kind returns the versioned word of the wire form.
	Kind() string
}

// Kinds returns every kind of event that a log can hold.
func Kinds() []string { return slices.Clone(kinds) }

var kinds = slices.Concat([]string{referral.PolicySet{}.Kind()}, agent.Kinds(), referral.Kinds())

// isKind is true for every known kind.
var isKind = func() map[string]bool {
	is := make(map[string]bool, len(kinds))
	for _, k := range kinds {
		is[k] = true
	}
	return is
}()

// UnknownKindError says that a record is of no kind this version reads.
type UnknownKindError struct{ Kind, Nearest string }

// Error names the kind and the nearest known one, or says that it is a later version
// of that.
func (e *UnknownKindError) Error() string {
	if e.isLater() {
		return fmt.Sprintf("kind %q is a later version of %q: read this log with the version that wrote it, or a newer one", e.Kind, e.Nearest)
	}
	return fmt.Sprintf("unknown kind %q; the nearest known kind is %q: read this log with the version that wrote it, or a newer one", e.Kind, e.Nearest)
}

// isLater reports whether the kind is the nearest one in a higher version, which
// nothing else tells from it.
func (e *UnknownKindError) isLater() bool {
	name, version, ok := cutVersion(e.Kind)
	nearName, nearVersion, nearOK := cutVersion(e.Nearest)
	return ok && nearOK && name == nearName && version > nearVersion
}

// cutVersion cuts a kind into its name and the number of its version.
func cutVersion(kind string) (name string, version uint64, ok bool) {
	i := strings.LastIndex(kind, ".v")
	if i < 0 {
		return kind, 0, false
	}
	version, err := strconv.ParseUint(kind[i+len(".v"):], 10, 32)
	return kind[:i], version, err == nil
}

// Encode returns an event's data for the log: one JSON object on one line.
func Encode(e Event) ([]byte, error) {
	switch e := e.(type) {
	case referral.PolicySet:
		return wire.Encode(e)
	case referral.Event:
		return referral.Encode(e)
	}
	return agent.Encode(e)
}

// Decode reads the event of a record: its kind and data, in its stream, at its
// time. Its error is an [*UnknownKindError], or says what is wrong with the data
// or the stream.
func Decode(s Stream, kind string, at time.Time, data []byte) (Event, error) {
	family, _, _ := strings.Cut(kind, ".")
	switch {
	case !isKind[kind]:
		return nil, &UnknownKindError{kind, nearest(kind)}
	case family == "agent" && s.Agent != 0:
		e, err := agent.Decode(kind, data)
		if r, ok := e.(agent.Registered); ok && r.NPN != s.Agent {
			return nil, fmt.Errorf("book: %s of NPN %s stands in the stream %s", kind, r.NPN, s)
		}
		return e, err
	case family == "referral" && s.Referral != [16]byte{}:
		return referral.Decode(kind, s.Referral, at, data)
	case family == "desk" && s == Stream{}:
		return referral.DecodePolicy(data)
	}
	return nil, misplaced(s, kind)
}

func misplaced(s Stream, kind string) error {
	return fmt.Errorf("book: %s stands in the stream %s, where it does not belong", kind, s)
}

// nearest returns the known kind with the fewest edits from the given one.
func nearest(kind string) (best string) {
	if len(kind) > 64 {
		kind = kind[:64]
	}
	least := -1
	for _, k := range kinds {
		if n := edits(kind, k); least < 0 || n < least {
			best, least = k, n
		}
	}
	return best
}

// edits returns the Levenshtein distance between two words.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
