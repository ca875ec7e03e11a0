package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/eventlog"
)

const (
	lineBytes = 282 // with the newline
	groupSize = 64
)

// group is what one append holds: entries for the log that makes its lines
// itself, and those lines for the stores that take bytes.
type group struct {
	entries []eventlog.Entry
	lines   [][]byte // without newlines
}

// events returns n events in groups of a size, every line as long as the others.
func events(n, size int) []group {
	groups := make([]group, 0, (n+size-1)/size)
	var head eventlog.Head
	at := time.Date(2026, 11, 23, 15, 0, 0, 123456789, time.UTC)
	for n > 0 {
		g := group{entries: make([]eventlog.Entry, min(n, size))}
		for i := range g.entries {
			var id uuid.UUID
			binary.BigEndian.PutUint64(id[:], 0x0199_2b4e_8a7c_7d3e)
			binary.BigEndian.PutUint64(id[8:], 0x8000_0000_0000_0000|uint64(head.Position)+uint64(1+i))
			g.entries[i] = eventlog.Entry{
				ID: id, Stream: "agent/1234567", Kind: "agent.profile_reviewed.v1", Time: at, Data: []byte(`{"note":""}`),
			}
		}
		bare := seal(head, g.entries)
		for i, r := range bare {
			pad := lineBytes - 1 - len(r.AppendLine(nil))
			g.entries[i].Data = fmt.Appendf(nil, `{"note":"%s"}`, strings.Repeat("x", pad))
		}
		for _, r := range seal(head, g.entries) {
			g.lines = append(g.lines, r.AppendLine(nil))
			head = r.Head()
		}
		groups = append(groups, g)
		n -= len(g.entries)
	}
	return groups
}

func seal(head eventlog.Head, entries []eventlog.Entry) []eventlog.Record {
	records, err := head.Seal(entries...)
	if err != nil {
		panic(err) // the entries are ours
	}
	return records
}

// linesOf returns the lines of all groups.
func linesOf(groups []group) (all [][]byte) {
	for _, g := range groups {
		all = append(all, g.lines...)
	}
	return all
}

// same returns an error unless a store has exactly the lines it was given.
func same(got, want [][]byte) error {
	for i := range min(len(got), len(want)) {
		if !bytes.Equal(got[i], want[i]) {
			return fmt.Errorf("event %d reads %q, was %q", i+1, got[i], want[i])
		}
	}
	if len(got) != len(want) {
		return fmt.Errorf("%d events are there, %d were appended", len(got), len(want))
	}
	return nil
}

// reading makes a contestant's replay and lines of one function that passes
// every line to another, which may keep it only until it returns.
func reading(read func(dir string, each func(line []byte)) error) (replay func(string) (int, error), lines func(string) ([][]byte, error)) {
	replay = func(dir string) (n int, err error) {
		err = read(dir, func([]byte) { n++ })
		return n, err
	}
	lines = func(dir string) (all [][]byte, err error) {
		err = read(dir, func(line []byte) { all = append(all, bytes.Clone(line)) })
		return all, err
	}
	return replay, lines
}
