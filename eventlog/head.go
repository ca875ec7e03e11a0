package eventlog

import (
	"errors"
	"fmt"
	"iter"
	"time"
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

// Next moves h on to r, if r continues the log: the next position, an extent
// that agrees with the records before, a time that is not earlier, and the
// right sum. If not, h stays, and the error is a [CorruptError] for the
// position that should have come.
func (h *Head) Next(r Record) error {
	return h.next(&r, new(chainer), h.Sum.appendHex(nil), appendBody(nil, &r))
}

// Follow moves h on to r as [Head.Next] does, but takes the sum on its word. It
// is for records that a [Log] yields or returns, which checked them: it costs a
// few nanoseconds and finds records of another log or in another order.
func (h *Head) Follow(r Record) error {
	if err := h.fits(&r); err != nil {
		return h.corrupt(err)
	}
	*h = r.Head()
	return nil
}

// NextLine parses a line and moves h on to its record, as [Head.Next] does but
// without writing the line anew. The record's Data is a piece of line.
func (h *Head) NextLine(line []byte) (Record, error) {
	r, err := ParseLine(line)
	if err != nil {
		return Record{}, h.corrupt(err)
	}
	if err := h.next(&r, new(chainer), h.Sum.appendHex(nil), line[:len(line)-sumTail]); err != nil {
		return Record{}, err
	}
	return r, nil
}

// next moves h on to r, whose line without its sum is body. prev is the text of
// h's sum.
func (h *Head) next(r *Record, c *chainer, prev, body []byte) error {
	err := h.fits(r)
	if err == nil && r.Sum != c.sum(prev, body) {
		err = errSum
	}
	if err != nil {
		return h.corrupt(err)
	}
	*h = r.Head()
	return nil
}

var errSum = errors.New("eventlog: the sum does not fit: this record or one before it was changed")

// fits returns why r cannot stand after h, whatever its sum is; nil if it can.
func (h *Head) fits(r *Record) error {
	switch {
	case r.Position != h.Position+1:
		return fmt.Errorf("eventlog: the record here has position %d", r.Position)
	case r.First > r.Position || r.Last < r.Position || r.First == 0:
		return errors.New("eventlog: the record lies outside its own append")
	case !h.Whole() && (r.First != h.first || r.Last != h.last):
		return fmt.Errorf("eventlog: the append %d to %d is cut short", h.first, h.last)
	case h.Whole() && r.First != r.Position && (h.last != 0 || h.Position == 0):
		return fmt.Errorf("eventlog: the append %d to %d lacks its beginning", r.First, r.Last)
	case h.Position > 0 && r.Time.Before(h.Time):
		return errors.New("eventlog: its time is before that of the record before it")
	}
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
