package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"
)

// flipEvents is how many events the log has whose bits are flipped.
const flipEvents = 200

// tally counts what became of flipped bits.
type tally struct {
	refused  int // opening or reading is an error or a panic
	harmless int // all events are as they were
	changed  int // no error, and an event has other bytes
	short    int // no error, and events are missing
	hung     int // no answer within a time that is long for so few events
}

// silent counts the flips after which wrong data came without a word.
func (t tally) silent() int { return t.changed + t.short }

// image is the files of a store: their bytes up to the last that is not zero,
// since some are made longer in advance, and their sizes.
type image []struct {
	name string
	text []byte
	size int64
}

// flipped flips one bit at bytes evenly spread over a store's files, opens and
// reads it, and counts: once of files that were closed, once of those that a
// process leaves that dies behind its last append.
func flipped(c contestant, scratch string, flips int) (closed, died tally, err error) {
	dir := filepath.Join(scratch, "flips")
	groups := events(flipEvents, 1)
	s, err := c.open(dir)
	if err != nil {
		return closed, died, err
	}
	for _, g := range groups {
		if err := s.append(g); err != nil {
			return closed, died, err
		}
	}
	open, err := take(dir)
	if err != nil {
		return closed, died, err
	}
	if err := s.close(); err != nil {
		return closed, died, err
	}
	whole, err := take(dir)
	if err != nil {
		return closed, died, err
	}
	if err := os.RemoveAll(dir); err != nil {
		return closed, died, err
	}
	if closed, err = whole.flip(c, dir, linesOf(groups), flips); err == nil {
		died, err = open.flip(c, dir, linesOf(groups), flips)
	}
	return closed, died, err
}

func take(dir string) (files image, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), "-shm") { // shared memory of SQLite, made anew by who opens
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		files = append(files, struct {
			name string
			text []byte
			size int64
		}{e.Name(), bytes.TrimRight(text, "\x00"), int64(len(text))})
	}
	return files, nil
}

// lay writes the files, one with a flipped bit unless bit is 0.
func (files image) lay(dir string, at int, bit byte) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for _, f := range files {
		text := f.text
		if at >= 0 && at < len(text) {
			text = bytes.Clone(text)
			text[at] ^= bit
		}
		at -= len(f.text)
		path := filepath.Join(dir, f.name)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			return err
		}
		if err := os.Truncate(path, f.size); err != nil {
			return err
		}
	}
	return nil
}

func (files image) flip(c contestant, dir string, want [][]byte, flips int) (t tally, err error) {
	total := 0
	for _, f := range files {
		total += len(f.text)
	}
	rnd := rand.New(rand.NewPCG(1, 1))
	for i := -1; i < flips; i++ {
		at, bit := 0, byte(0) // first as it is, which must be right
		if i >= 0 {
			at, bit = (i*total+rnd.IntN(total))/flips, 1<<rnd.IntN(8)
		}
		// A directory of its own: a panic leaves files open and locked.
		one := filepath.Join(dir, fmt.Sprint(i+1))
		if err := files.lay(one, at, bit); err != nil {
			return t, err
		}
		got, err := patiently(c, one)
		different := same(got, want)
		switch {
		case i < 0 && (err != nil || different != nil):
			return t, fmt.Errorf("the files as they are: %v, %v", err, different)
		case i < 0:
		case err == errHung:
			t.hung++
		case err != nil:
			t.refused++
		case different == nil:
			t.harmless++
		case len(got) < len(want):
			t.short++
		default:
			t.changed++
		}
		if err := os.RemoveAll(one); err != nil {
			return t, err
		}
	}
	return t, os.RemoveAll(dir)
}

var errHung = fmt.Errorf("no answer")

// patiently reads a store in a goroutine of its own, since a damaged one may
// panic, point outside its mapped file, or never end.
func patiently(c contestant, dir string) ([][]byte, error) {
	type answer struct {
		lines [][]byte
		err   error
	}
	answered := make(chan answer, 1)
	go func() {
		var a answer
		defer func() {
			if p := recover(); p != nil {
				a = answer{nil, fmt.Errorf("panic: %v", p)}
			}
			answered <- a
		}()
		debug.SetPanicOnFault(true)
		a.lines, a.err = c.lines(dir)
	}()
	select {
	case a := <-answered:
		return a.lines, a.err
	case <-time.After(20 * time.Second):
		return nil, errHung
	}
}
