package logs

import (
	_ "embed"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"github.com/relevo-go/relevo/eventlog"
)

var (
	//go:embed first-afternoon.jsonl
	firstAfternoon string
	//go:embed first-afternoon.txt
	firstAfternoonEnd string
)

// Recording is a recorded log and, written down apart from it, where it ends and
// the digest of the state it leads to.
type Recording struct {
	Lines    string // the canonical lines, each with its newline
	Position eventlog.Position
	Sum      eventlog.Hash
	Digest   string
}

// FirstAfternoon returns an afternoon of 110 agents in the southeast and some 60
// referrals, in which every kind of event occurs.
func FirstAfternoon() (Recording, error) { return read(firstAfternoon, firstAfternoonEnd) }

// read makes a recording of its two files. The end has three lines: position,
// sum and digest, each behind its name.
func read(lines, end string) (Recording, error) {
	r := Recording{Lines: lines}
	var sum string
	if n, err := fmt.Sscanf(end, "position %d\nsum %s\ndigest %s\n", &r.Position, &sum, &r.Digest); err != nil {
		return r, fmt.Errorf("logs: the end of the recording, item %d: %w", n+1, err)
	}
	if err := r.Sum.UnmarshalText([]byte(sum)); err != nil {
		return r, fmt.Errorf("logs: the end of the recording: %w", err)
	}
	return r, nil
}

// End returns the text of where the recording ends, as [FirstAfternoon] reads it.
func (r Recording) End() string {
	return fmt.Sprintf("position %d\nsum %s\ndigest %s\n", r.Position, r.Sum, r.Digest)
}

// Records yields the records in order. It does not check the chain: that is
// [eventlog.Verify]'s.
func (r Recording) Records() iter.Seq2[eventlog.Record, error] {
	return func(yield func(eventlog.Record, error) bool) {
		for line := range strings.Lines(r.Lines) {
			record, err := eventlog.ParseLine([]byte(strings.TrimSuffix(line, "\n")))
			if !yield(record, err) || err != nil {
				return
			}
		}
	}
}

// Keep writes the recording into an empty directory, as a log of package
// eventlog/filelog.
func (r Recording) Keep(dir string) error {
	f, err := os.OpenFile(filepath.Join(dir, fmt.Sprintf("%020d.jsonl", 1)), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	if err != nil {
		return fmt.Errorf("logs: keeping the recording: %w", err)
	}
	_, err = f.WriteString(r.Lines)
	if closing := f.Close(); err == nil {
		err = closing
	}
	return err
}
