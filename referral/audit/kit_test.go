package audit_test

import (
	"fmt"
	"iter"
	"testing"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/examples/logs"
	"github.com/relevo-go/relevo/referral/book"
)

// firstAfternoon returns the recorded log.
func firstAfternoon(t testing.TB) logs.Recording {
	t.Helper()
	r, err := logs.FirstAfternoon()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// recorded returns the records of the recorded log.
func recorded(t testing.TB) []eventlog.Record {
	t.Helper()
	var all []eventlog.Record
	for r, err := range firstAfternoon(t).Records() {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

// each yields records as a log does.
func each(records []eventlog.Record) iter.Seq2[eventlog.Record, error] {
	return func(yield func(eventlog.Record, error) bool) {
		for _, r := range records {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// sealed returns records with other contents, each an append of its own.
func sealed(t testing.TB, entries []eventlog.Entry) (all []eventlog.Record) {
	t.Helper()
	var head eventlog.Head
	for _, e := range entries {
		records, err := head.Seal(e)
		if err != nil {
			t.Fatal(err)
		}
		head = records[0].Head()
		all = append(all, records...)
	}
	return all
}

// entriesOf returns what records hold.
func entriesOf(records []eventlog.Record) []eventlog.Entry {
	entries := make([]eventlog.Entry, len(records))
	for i, r := range records {
		entries[i] = r.Entry
	}
	return entries
}

// eventOf decodes a record.
func eventOf(t testing.TB, r eventlog.Record) (book.Stream, book.Event) {
	t.Helper()
	s, err := book.ParseStream(r.Stream)
	if err != nil {
		t.Fatal(err)
	}
	e, err := book.Decode(s, r.Kind, r.Time, r.Data)
	if err != nil {
		t.Fatal(err)
	}
	return s, e
}

// holding returns an entry with another event.
func holding(t testing.TB, entry eventlog.Entry, e book.Event) eventlog.Entry {
	t.Helper()
	data, err := book.Encode(e)
	if err != nil {
		t.Fatal(err)
	}
	entry.Kind, entry.Data = e.Kind(), data
	return entry
}

// ids returns IDs that are not in a recording.
func ids() func() uuid.UUID {
	n := 0
	return func() uuid.UUID {
		n++
		return uuid.NewSHA1(uuid.NameSpaceOID, fmt.Append(nil, n))
	}
}
