package eventlog

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/google/uuid"
)

// Head is the end of a log: where the next record goes and what it is chained
// to. The zero Head is that of an empty log. Kept elsewhere, a head proves that
// a log still has the records up to it.
//
// A Head that came from records also knows where their append ends; one made
// from a position, a time and a sum does not, and takes the next record on its
// word in that one point.
type Head struct {
	Position Position  // of the last record
	Time     time.Time // of the last record
	Sum      Hash      // of the last record

	first, last Position // extent of the last record's append, 0 if unknown
}

// Whole reports whether no append is known to be open at h: true unless the
// last record's append has more records to come.
func (h Head) Whole() bool { return h.last <= h.Position }

// Expect returns nil if an append after position after may go on here:
// [ErrConflict] if h is already beyond after, [ErrLost] if it is before it.
func (h Head) Expect(after Position) error {
	switch {
	case after < h.Position:
		return fmt.Errorf("%w (expected %d, found %d)", ErrConflict, after, h.Position)
	case after > h.Position:
		return fmt.Errorf("%w (expected %d, found %d)", ErrLost, after, h.Position)
	}
	return nil
}

// Seal returns the records that entries become as one append after h, with
// positions, extent and sums set and data copied. It adds nothing anywhere;
// no entries give no records.
//
// It refuses a nil ID, a stream or kind that is empty, longer than 255 bytes or
// not printable ASCII without '"' and '\', a time outside the years 1 to 9999
// or before the time of the record before it (R25), and data that is not one
// JSON object on one line in valid UTF-8 without duplicate keys. A line beyond
// [MaxLine] is [ErrTooLarge].
func (h Head) Seal(entries ...Entry) ([]Record, error) {
	if len(entries) == 0 {
		return nil, nil
	}
	if !h.Whole() {
		return nil, errors.New("eventlog: the head stands inside an append: read to the append's last record first")
	}
	if uint64(len(entries)) > uint64(MaxPosition-h.Position) || h.Position > MaxPosition {
		return nil, errors.New("eventlog: positions are used up: begin a new log")
	}
	first, last := h.Position+1, h.Position+Position(len(entries))
	records := make([]Record, len(entries))
	var line []byte
	for i, e := range entries {
		e.Time = e.Time.Round(0).UTC()
		wrong := checkEntry(e)
		if wrong == "" && h.Position > 0 && e.Time.Before(h.Time) {
			wrong = fmt.Sprintf("its time %s is before %s, the time of the record before it: give the later of the clock and the head's time (R25)",
				appendTime(nil, e.Time), appendTime(nil, h.Time))
		}
		if wrong != "" {
			return nil, fmt.Errorf("eventlog: entry %d of %d: %s", i+1, len(entries), wrong)
		}
		e.Data = slices.Clone(e.Data)
		r := &records[i]
		*r = Record{Position: h.Position + 1, Entry: e, First: first, Last: last}
		line = appendBody(line[:0], r)
		if len(line)+sumTail > MaxLine {
			return nil, fmt.Errorf("eventlog: entry %d of %d makes a line beyond 16 MiB: %w", i+1, len(entries), ErrTooLarge)
		}
		r.Sum = chain(h.Sum, line)
		h = r.Head()
	}
	return records, nil
}

// Next moves h on to r, if r continues the log: the next position, an extent
// that agrees with the records before, a time that is not earlier, and the
// right sum. If not, h stays, and the error is a [CorruptError] for the
// position that should have come.
func (h *Head) Next(r Record) error {
	return h.next(&r, appendBody(nil, &r))
}

// NextLine parses a line and moves h on to its record, as [Head.Next] does but
// without writing the line anew. The record's Data is a piece of line.
func (h *Head) NextLine(line []byte) (Record, error) {
	r, err := ParseLine(line)
	if err != nil {
		return Record{}, h.corrupt(err)
	}
	if err := h.next(&r, line[:len(line)-sumTail]); err != nil {
		return Record{}, err
	}
	return r, nil
}

func (h *Head) next(r *Record, body []byte) error {
	switch {
	case r.Position != h.Position+1:
		return h.corrupt(fmt.Errorf("eventlog: the record here has position %d", r.Position))
	case r.First > r.Position || r.Last < r.Position || r.First == 0:
		return h.corrupt(errors.New("eventlog: the record lies outside its own append"))
	case !h.Whole() && (r.First != h.first || r.Last != h.last):
		return h.corrupt(fmt.Errorf("eventlog: the append %d to %d is cut short", h.first, h.last))
	case h.Whole() && r.First != r.Position && (h.last != 0 || h.Position == 0):
		return h.corrupt(fmt.Errorf("eventlog: the append %d to %d lacks its beginning", r.First, r.Last))
	case h.Position > 0 && r.Time.Before(h.Time):
		return h.corrupt(errors.New("eventlog: its time is before that of the record before it"))
	case r.Sum != chain(h.Sum, body):
		return h.corrupt(errors.New("eventlog: the sum does not fit: this record or one before it was changed"))
	}
	*h = r.Head()
	return nil
}

// corrupt blames the record that should have come after h.
func (h *Head) corrupt(err error) error {
	return &CorruptError{Position: h.Position + 1, Last: h.Position, Err: err}
}

// Verify checks records from the first of a log on and returns the head they
// lead to. Its error names the first bad record, and the head is then that of
// the last good one. Records that end inside an append are an error too; a tail
// of whole appends that was cut off shows only against a head kept elsewhere.
func Verify(records iter.Seq2[Record, error]) (Head, error) {
	var h Head
	for r, err := range records {
		if err != nil {
			return h, err
		}
		if err := h.Next(r); err != nil {
			return h, err
		}
	}
	if !h.Whole() {
		return h, h.corrupt(fmt.Errorf("eventlog: the append %d to %d is cut short", h.first, h.last))
	}
	return h, nil
}

// maxName is the length of the longest stream or kind, in bytes.
const maxName = 255

// checkEntry returns what is wrong with an entry by itself, "" if nothing is.
func checkEntry(e Entry) string {
	if e.ID == uuid.Nil {
		return "the id is the nil UUID"
	}
	if wrong := checkName(e.Stream); wrong != "" {
		return "the stream" + wrong
	}
	if wrong := checkName(e.Kind); wrong != "" {
		return "the kind" + wrong
	}
	if y := e.Time.Year(); y < 1 || y > 9999 {
		return "its time is outside the years 1 to 9999"
	}
	n, err := scanObject(e.Data)
	if err == nil && n < len(e.Data) {
		err = &lineError{n, "there is more after the object"}
	}
	if err != nil {
		return fmt.Sprintf("data, byte %d: %s: give one JSON object on one line, in UTF-8, without duplicate keys", err.at, err.what)
	}
	return ""
}

// checkName returns what is wrong with a stream or kind, "" if nothing is.
func checkName[T string | []byte](name T) string {
	if len(name) == 0 {
		return " is empty"
	}
	if len(name) > maxName {
		return " is longer than 255 bytes"
	}
	for i := range len(name) {
		if !plain[name[i]] || name[i] == 0x7f {
			return ` has a character other than printable ASCII without '"' and '\'`
		}
	}
	return ""
}
