package eventlog

import (
	"errors"
	"fmt"

	"github.com/google/uuid"
)

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
	records, _, err := h.seal(nil, false, entries)
	return records, err
}

// SealLines seals as [Head.Seal] does and appends the records' lines, each with
// its newline, to dst: what a store of lines writes. The records share nothing
// with the lines.
func (h Head) SealLines(dst []byte, entries ...Entry) ([]Record, []byte, error) {
	return h.seal(dst, true, entries)
}

// seal is SealLines, or, if the lines are not to be kept, makes each in the place
// of the one before.
func (h Head) seal(dst []byte, keep bool, entries []Entry) ([]Record, []byte, error) {
	if len(entries) == 0 {
		return nil, dst, nil
	}
	if !h.Whole() {
		return nil, dst, errors.New("eventlog: the head stands inside an append: read to the append's last record first")
	}
	if h.Position > MaxPosition || uint64(len(entries)) > uint64(MaxPosition-h.Position) {
		return nil, dst, errors.New("eventlog: positions are used up: begin a new log")
	}
	size := 0
	for i := range entries {
		size += len(entries[i].Data)
	}
	data := make([]byte, 0, size) // of all records: what is kept of an append is kept together
	records := make([]Record, len(entries))
	first, last := h.Position+1, h.Position+Position(len(entries))
	lines := dst
	var chain chainer
	var prev [hexLen]byte
	h.Sum.appendHex(prev[:0])
	for i := range entries {
		e := entries[i]
		e.Time = e.Time.Round(0).UTC()
		wrong := checkEntry(&e)
		if wrong == "" && h.Position > 0 && e.Time.Before(h.Time) {
			wrong = fmt.Sprintf("its time %s is before %s, the time of the record before it: give the later of the clock and the head's time (R25)",
				appendTime(nil, e.Time), appendTime(nil, h.Time))
		}
		if wrong != "" {
			return nil, dst, fmt.Errorf("eventlog: entry %d of %d: %s", i+1, len(entries), wrong)
		}
		at := len(data)
		data = append(data, e.Data...)
		e.Data = data[at:len(data):len(data)]
		r := &records[i]
		*r = Record{Position: h.Position + 1, Entry: e, First: first, Last: last}
		if !keep {
			lines = lines[:0]
		}
		begin := len(lines)
		lines = appendBody(lines, r)
		body := lines[begin:]
		if len(body)+sumTail > MaxLine {
			return nil, dst, fmt.Errorf("eventlog: entry %d of %d makes a line beyond 16 MiB: %w", i+1, len(entries), ErrTooLarge)
		}
		r.Sum = chain.sum(prev[:], body)
		r.Sum.appendHex(prev[:0])
		lines = append(appendSum(lines, prev[:]), '\n')
		h = r.Head()
	}
	return records, lines, nil
}

// maxName is the length of the longest stream or kind, in bytes.
const maxName = 255

// checkEntry returns what is wrong with an entry by itself, "" if nothing is.
func checkEntry(e *Entry) string {
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
