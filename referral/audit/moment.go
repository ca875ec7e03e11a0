package audit

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/relevo-go/relevo/eventlog"
)

// Moment is a point in the order of a log: behind a record, or behind all records
// up to and including an instant. The zero Moment is the end of the log, or what a
// question says it is without one.
type Moment struct {
	kind     momentKind
	position eventlog.Position
	at       time.Time
}

type momentKind uint8

const (
	theEnd momentKind = iota
	afterPosition
	atInstant
)

// After returns the moment behind the record at a position; 0 is before the first.
// What is asked then is judged at that record's time.
func After(p eventlog.Position) Moment { return Moment{kind: afterPosition, position: p} }

// At returns the moment behind every record up to and including an instant. What
// is asked then is judged at the instant itself, by which a license may have ended
// that no record speaks of.
func At(t time.Time) Moment { return Moment{kind: atInstant, at: t.UTC().Round(0)} }

// ParseMoment reads a position ("35999") or a time: RFC 3339 with a zone, or
// "2026-11-02 14:03:05", "2026-11-02 14:03" or "2026-11-02" in the given one, for
// which nil is UTC.
func ParseMoment(text string, zone *time.Location) (Moment, error) {
	if p, err := strconv.ParseUint(text, 10, 64); err == nil && len(text) < 20 {
		return After(eventlog.Position(p)), nil
	}
	t, err := ParseTime(text, zone)
	if err != nil {
		return Moment{}, fmt.Errorf("%.40q is neither a position nor a time: give a number, or a time such as 2026-11-02T14:03:00Z or \"2026-11-02 14:03\"", text)
	}
	return At(t), nil
}

// ParseTime reads a time as [ParseMoment] does.
func ParseTime(text string, zone *time.Location) (time.Time, error) {
	if zone == nil {
		zone = time.UTC
	}
	text = strings.TrimSpace(text)
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%.40q is no time: give one such as 2026-11-02T14:03:00Z, \"2026-11-02 14:03\" or 2026-11-02", text)
}

// String returns the moment as [ParseMoment] reads it, "" for the zero Moment.
func (m Moment) String() string {
	switch m.kind {
	case afterPosition:
		return strconv.FormatUint(uint64(m.position), 10)
	case atInstant:
		return m.at.Format(time.RFC3339Nano)
	}
	return ""
}

// covers reports whether a record stands before the moment.
func (m Moment) covers(r *eventlog.Record) bool {
	switch m.kind {
	case afterPosition:
		return r.Position <= m.position
	case atInstant:
		return !r.Time.After(m.at)
	}
	return true
}

// reached returns an error if a log that ends at a position has no such moment.
func (m Moment) reached(end eventlog.Position) error {
	if m.kind == afterPosition && m.position > end {
		return fmt.Errorf("the log ends at position %d, before %d: give a position up to that, or a time", end, m.position)
	}
	return nil
}
