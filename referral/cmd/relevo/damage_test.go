package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/examples/logs"
)

// damaged returns logs that are not what they were, by name.
func damaged(t *testing.T, r logs.Recording) map[string]string {
	t.Helper()
	lines := slices.Collect(strings.Lines(r.Lines))
	join := func(parts ...[]string) string { return strings.Join(slices.Concat(parts...), "") }
	var records []eventlog.Record
	for record, err := range r.Records() {
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, record)
	}
	// edit returns the lines of a log that was written with other content from the
	// start: its chain holds.
	edit := func(change func(i int, r *eventlog.Record)) string { return reseal(t, records, change) }
	at := func(p eventlog.Position, change func(*eventlog.Record)) string {
		return edit(func(i int, r *eventlog.Record) {
			if r.Position == p {
				change(r)
			}
		})
	}
	kind := func(p eventlog.Position, kind string) string {
		return at(p, func(r *eventlog.Record) { r.Kind = kind })
	}
	data := func(p eventlog.Position, from, to string) string {
		return at(p, func(r *eventlog.Record) {
			changed := strings.Replace(string(r.Data), from, to, 1)
			if changed == string(r.Data) {
				t.Fatalf("position %d has no %s in %s", p, from, r.Data)
			}
			r.Data = []byte(changed)
		})
	}
	other := strings.SplitAfter(data(2, "Sample Merlin", "Sample Marlin"), "\n")
	return map[string]string{
		// Files that something happened to.
		"cut":        r.Lines[:len(r.Lines)-30],
		"half":       join(lines[:1151-1]), // the first of two records
		"cut-inside": r.Lines[:300_000] + r.Lines[310_000:],
		"flipped":    join(lines[:999]) + strings.Replace(lines[999], `"agent/99`, `"agent/98`, 1) + join(lines[1000:]),
		"reordered":  join(lines[:1000], lines[1001:1002], lines[1000:1001], lines[1002:]),
		"removed":    join(lines[:900], lines[901:]),
		"spliced":    join(lines[:1140], other[1140:]),
		"shorter":    join(lines[:1742]),
		"rewritten":  strings.Join(other, ""),
		"later-part": join(lines[1000:]),
		"zeros":      join(lines[:1742]) + strings.Repeat("\x00", 4096),
		// Logs that were written so: their chains hold.
		"future":    kind(1157, "referral.offered.v2"),
		"unknown":   kind(1157, "referral.pondered.v1"),
		"undecoded": data(1157, `"to"`, `"too"`),
		"misplaced": at(1157, func(r *eventlog.Record) { r.Stream = "agent/9908893201" }),
		"strange":   at(1157, func(r *eventlog.Record) { r.Stream = "printer/7" }),
		"twice":     data(1604, `"to":"9900383400"`, `"to":"9911522393"`), // asked before
		"two-holders": at(1748, func(r *eventlog.Record) {
			r.Kind, r.Data = "referral.accepted.v1", []byte(`{"by":"9914161467"}`)
		}),
		"after-the-end": at(1164, func(r *eventlog.Record) {
			*r = records[1163-1]
			r.Position = 1164
		}),
		"other-offer": data(1584, `"to":"9911522393"`, `"to":"9900383400"`), // not the first in line
	}
}

// reseal returns the lines of the log that a desk with the changed records would
// have written.
func reseal(t *testing.T, records []eventlog.Record, change func(int, *eventlog.Record)) string {
	t.Helper()
	var head eventlog.Head
	var lines []byte
	for i := 0; i < len(records); {
		n := int(records[i].Last-records[i].First) + 1
		entries := make([]eventlog.Entry, n)
		for j := range entries {
			r := records[i+j]
			change(i+j, &r)
			entries[j] = r.Entry
		}
		sealed, more, err := head.SealLines(lines, entries...)
		if err != nil {
			t.Fatal(err)
		}
		head, lines = sealed[len(sealed)-1].Head(), more
		i += n
	}
	return string(lines)
}

// unlike makes what is no log.
func unlike(t *testing.T) {
	t.Helper()
	for _, dir := range []string{"empty", "letters"} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{
		"letters/letter.txt": "Dear Sample Heron,\n",
		"letter.txt":         "Dear Sample Heron,\n",
		"nothing.jsonl":      "",
		"other.jsonl":        `{"level":"info","msg":"hello"}` + "\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
