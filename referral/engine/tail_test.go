package engine_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/eventlog"
)

// tail is the end of the last segment of a log that nobody has open.
type tail struct {
	path string // "" if the log has no segment
	text []byte
	head eventlog.Head // of the last whole append; a position alone if the segment has none

	// The last append, whole or torn.
	from  int               // where it begins
	first eventlog.Position // its first position
	torn  bool
}

// readTail looks at the bytes of the files and at nothing else.
func readTail(dir string) (*tail, error) {
	segments, err := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	if err != nil || len(segments) == 0 {
		return new(tail), err
	}
	t := &tail{path: slices.Max(segments)}
	if t.text, err = os.ReadFile(t.path); err != nil {
		return nil, err
	}
	// The segment's name says where it begins.
	if _, err := fmt.Sscanf(filepath.Base(t.path), "%d.jsonl", &t.first); err != nil {
		return nil, fmt.Errorf("%s: %w", t.path, err)
	}
	t.head.Position = t.first - 1
	whole := 0 // where the whole appends end
	for at, line := range linesOf(t.text) {
		r, err := eventlog.ParseLine(bytes.TrimSuffix(line, []byte("\n")))
		if err != nil || line[len(line)-1] != '\n' {
			break
		}
		if r.Position == r.First {
			t.from, t.first = at, r.First
		}
		if r.Position == r.Last {
			whole, t.head = at+len(line), r.Head()
		}
	}
	if whole < len(t.text) {
		t.from, t.first, t.torn = whole, t.head.Position+1, true
	}
	return t, nil
}

// linesOf yields the lines of a text and where each begins.
func linesOf(text []byte) func(func(int, []byte) bool) {
	return func(yield func(int, []byte) bool) {
		at := 0
		for line := range bytes.Lines(text) {
			if !yield(at, line) {
				return
			}
			at += len(line)
		}
	}
}

// damage leaves the files as the death of a machine may leave them: the bytes of
// the append that was under way are written in part, or not where they should
// be. It says what it did.
//
// Such an append is one that nobody was told of and that this life wrote: it is
// beyond told, and beyond before, where the log ended when the life began. If there is none, and the life is known to have written, one is made
// up: the life may have been about to write it.
func damage(dir string, rnd *rand.Rand, before, told eventlog.Position) (string, error) {
	t, err := readTail(dir)
	if err != nil || t.path == "" {
		return "nothing", err
	}
	var did []string
	if told > before && rnd.IntN(6) == 0 {
		lines := nextLines(t.head, rnd)
		did = append(did, "half a new segment")
		if err := os.WriteFile(filepath.Join(dir, "segment.tmp"), lines[:rnd.IntN(len(lines))], 0o600); err != nil {
			return "", err
		}
	}
	switch unanswered := t.first > max(before, told); {
	case rnd.IntN(3) == 0:
		return strings.Join(append(did, "left as it was"), ", "), nil
	case unanswered && t.from == 0 && !t.torn:
		// A segment is synced before it gets its name, but the name may be lost.
		return strings.Join(append(did, "the newest segment's name lost"), ", "),
			os.Rename(t.path, filepath.Join(dir, "segment.tmp"))
	case unanswered:
	case told > before && t.head.Sum != eventlog.Hash{}:
		did = append(did, "an append begun")
		t.from = len(t.text)
		t.text = append(t.text, nextLines(t.head, rnd)...)
	default:
		return strings.Join(append(did, "nothing to damage"), ", "), nil
	}
	at := t.from + rnd.IntN(len(t.text)-t.from)
	switch rnd.IntN(4) {
	case 0:
		did = append(did, "cut")
		t.text = t.text[:at]
	case 1:
		did = append(did, "zeroed in the middle")
		clear(t.text[at : at+1+rnd.IntN(len(t.text)-at)])
	case 2:
		did = append(did, "zeroed to the end and beyond")
		clear(t.text[at:])
		t.text = append(t.text, make([]byte, rnd.IntN(5000))...)
	case 3:
		did = append(did, "scrambled to the end and beyond")
		t.text = append(t.text[:at], make([]byte, len(t.text)-at+rnd.IntN(700))...)
		for i := at; i < len(t.text); i++ {
			t.text[i] = byte(rnd.Uint32())
		}
	}
	return strings.Join(did, ", "), os.WriteFile(t.path, t.text, 0o600)
}

// nextLines returns the lines of an append that could come after a head.
func nextLines(head eventlog.Head, rnd *rand.Rand) []byte {
	entries := make([]eventlog.Entry, 1+rnd.IntN(4))
	for i := range entries {
		entries[i] = eventlog.Entry{
			ID: uuid.Must(uuid.NewV7()), Stream: "agent/9900000001", Kind: "agent.profile_reviewed.v1",
			Time: head.Time.Add(time.Second), Data: []byte(`{}`),
		}
	}
	records, err := head.Seal(entries...)
	if err != nil {
		panic(err)
	}
	var lines []byte
	for _, r := range records {
		lines = append(r.AppendLine(lines), '\n')
	}
	return lines
}
