package eventlogtest

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/relevo-go/relevo/eventlog"
)

// Run runs one subtest per promise of [eventlog.Log], each on a log of its own.
// The logs that open returns are empty; Run closes them. A log that keeps a
// subtest waiting for more than two minutes is taken for stuck and ends the
// test binary, naming the promise.
func Run(t *testing.T, open func(t *testing.T) eventlog.Log) {
	for _, p := range promises {
		t.Run(p.name, func(t *testing.T) {
			log := open(t)
			t.Cleanup(func() { log.Close() })
			stuck := time.AfterFunc(2*time.Minute, func() {
				panic("eventlogtest: the log is stuck; the promise was: " + p.text)
			})
			defer stuck.Stop()
			p.check(&probe{TB: t, promise: p.text, log: log})
		})
	}
}

// promise is one thing a log holds to, and how to find out.
type promise struct {
	name  string
	text  string
	check func(*probe)
}

var promises = slices.Concat(appendPromises, readPromises, waitPromises, importPromises)

// probe is one promise being checked on one log.
type probe struct {
	testing.TB
	promise string
	log     eventlog.Log
}

// broken ends the subtest, naming the promise.
func (p *probe) broken(format string, args ...any) {
	p.Helper()
	p.Fatalf("broken promise: %s\n\t%s", p.promise, fmt.Sprintf(format, args...))
}

// append appends entries that the log has no reason to refuse.
func (p *probe) append(after eventlog.Position, entries ...eventlog.Entry) []eventlog.Record {
	p.Helper()
	records, err := p.log.Append(p.Context(), after, entries...)
	if err != nil {
		p.broken("Append(%d, %d entries) = %v, want no error", after, len(entries), err)
	}
	return records
}

// read returns all records after a position.
func (p *probe) read(after eventlog.Position) []eventlog.Record {
	p.Helper()
	var records []eventlog.Record
	for r, err := range p.log.Read(p.Context(), after) {
		if err != nil {
			p.broken("Read(%d) yields %v after %d records, want no error", after, err, len(records))
		}
		records = append(records, r)
	}
	return records
}

// holds checks that the log consists of want and nothing else.
func (p *probe) holds(want []eventlog.Record) {
	p.Helper()
	p.same("Read(0)", want, p.read(0))
}

// same checks that two lists of records agree, down to the bytes of their lines.
func (p *probe) same(what string, want, got []eventlog.Record) {
	p.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		p.broken("%s: (-want +got)\n%s", what, diff)
	}
	for i := range want {
		if w, g := want[i].AppendLine(nil), got[i].AppendLine(nil); !bytes.Equal(w, g) {
			p.broken("%s: line %d\n\t got %s\n\twant %s", what, i+1, g, w)
		}
	}
}

// canceled returns a context that is over.
func (p *probe) canceled() context.Context {
	ctx, cancel := context.WithCancel(p.Context())
	cancel()
	return ctx
}

// start is the time of the first entry; entry n is n seconds later.
var start = time.Date(2026, 11, 23, 15, 4, 5, 0, time.UTC)

// entry returns the n-th entry, the same at every call, sharing nothing.
func entry(n int) eventlog.Entry {
	return eventlog.Entry{
		ID:     uuid.UUID{0: 1, 6: 0x70, 8: 0x80, 14: byte(n >> 8), 15: byte(n)},
		Stream: fmt.Sprintf("thing/%d", n%3),
		Kind:   "thing.happened.v1",
		Time:   start.Add(time.Duration(n) * time.Second),
		Data:   fmt.Appendf(nil, `{"n":%d}`, n),
	}
}

// entries returns the entries from the first to the last number.
func entries(first, last int) []eventlog.Entry {
	var out []eventlog.Entry
	for n := first; n <= last; n++ {
		out = append(out, entry(n))
	}
	return out
}
