package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/filelog"
	"github.com/relevo-go/relevo/referral/audit"
)

// source is the log that a command reads: a directory, a file, or a stream such as
// standard input.
type source struct {
	*program
	name  string
	dir   *filelog.Log      // nil of a file or a stream
	input io.Closer         // the stream, nil of a directory or a file
	lines *bufio.Reader     // of it
	end   eventlog.Position // where the log ends as it claims, 0 if nobody knows
	last  eventlog.Head     // of the last record that was read
	torn  error             // why what follows the last record does not count
}

// open opens a log for the rest of the run.
func (c *call) open(name string) (*source, error) {
	s := &source{program: c.program, name: name}
	if name == "-" {
		s.name, c.log = "standard input", s
		return s, s.openInput(s.stdin)
	}
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, c.inaccessible(name, err)
	case info.IsDir():
		err = s.openDir(c)
	case info.Mode().IsRegular():
		err = s.openFile(c)
	default: // a pipe with a name, or the shell's <(…)
		f, opening := os.Open(name)
		if opening != nil {
			return nil, c.inaccessible(name, opening)
		}
		err = s.openInput(f)
	}
	if err != nil {
		return nil, err
	}
	c.log = s
	return s, nil
}

// inaccessible returns what to do about a log that cannot be looked at.
func (c *call) inaccessible(name string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return fmt.Errorf("there is no %s: give the directory of a log, a .jsonl file, or - for standard input", name)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s may not be read: permission denied: ask for the right to read, nothing else is needed", name)
	}
	return err
}

func (s *source) openDir(c *call) error {
	is, err := filelog.IsLog(s.name)
	if err == nil && !is {
		return fmt.Errorf("%s holds no log, whose files are named like 00000000000000000001.jsonl: give the directory in which they stand", s.name)
	}
	if err == nil {
		s.dir, err = filelog.Open(s.name, &filelog.Options{ReadOnly: true})
	}
	if err != nil {
		return c.inaccessible(s.name, err)
	}
	s.end = s.dir.Head().Position
	return nil
}

func (s *source) openFile(c *call) error {
	f, err := os.Open(s.name)
	if err != nil {
		return c.inaccessible(s.name, err)
	}
	defer f.Close()
	start := make([]byte, 64<<10)
	n, err := io.ReadFull(f, start)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return err
	}
	if err := isLog(s.name, start[:n]); err != nil {
		return err
	}
	if head, err := filelog.FileHead(s.name); err == nil { // damage is for the pass to find
		s.end = head.Position
	}
	return nil
}

const lineStart = `{"position":`

// isLog returns an error if what a file begins with shows that it is no log at all,
// or not the beginning of one.
func isLog(name string, start []byte) error {
	switch {
	case len(start) == 0:
		return fmt.Errorf("%s is empty: no log has no records at all, so something went wrong before", name)
	case !bytes.HasPrefix(bytes.TrimLeft(start, "\ufeff \t\r\n"), []byte(lineStart)):
		return fmt.Errorf("%s is no log, whose lines begin with %s: give the directory of a log or its lines", name, lineStart[:len(lineStart)-1])
	}
	if r, _, err := eventlog.ParsePrefix(start); err == nil && r.Position > 1 {
		return fmt.Errorf("%s begins with position %d, so it is a part of a log: give the directory, or all parts in order", name, r.Position)
	}
	return nil
}

// stream makes a stream a thing that can be given up while nothing comes.
func (p *program) stream(from io.Reader) io.ReadCloser {
	r, w := io.Pipe()
	go func() {
		_, err := io.Copy(w, from)
		w.CloseWithError(err)
	}()
	context.AfterFunc(p.ctx, func() { w.CloseWithError(p.ctx.Err()) })
	return r
}

// openInput opens a stream, which begins as a log does.
func (s *source) openInput(from io.Reader) error {
	r := s.stream(from)
	s.input = r
	s.lines = bufio.NewReaderSize(r, 64<<10)
	if _, err := s.lines.Peek(len(lineStart)); err != nil && err != io.EOF {
		return err
	}
	start, _ := s.lines.Peek(s.lines.Buffered())
	return isLog(s.name, start)
}

func (s *source) close() {
	if s.dir != nil {
		s.dir.Close()
	}
	if s.input != nil {
		s.input.Close()
	}
}

// records yields the log's records, once. A torn end is none of them, and is told at
// the end of the run. It stops when the run does, or when nobody reads what it prints.
func (s *source) records() audit.Records { return s.progress.watch(s.read, s.end) }

func (s *source) read(yield func(eventlog.Record, error) bool) {
	for r, err := range s.raw() {
		switch {
		case err == nil && s.screen.err != nil:
			err = s.screen.err
		case err == nil && s.ctx.Err() != nil:
			err = s.ctx.Err()
		}
		if errors.Is(err, eventlog.ErrTorn) {
			s.torn = err
			return
		}
		if err == nil {
			s.last = r.Head()
		}
		if !yield(r, err) || err != nil {
			return
		}
	}
	if s.dir == nil {
		return
	}
	if err := s.dir.Torn(s.ctx); errors.Is(err, eventlog.ErrTorn) {
		s.torn = err
	} else if err != nil {
		yield(eventlog.Record{}, err)
	}
}

func (s *source) raw() audit.Records {
	switch {
	case s.dir != nil:
		return s.dir.Read(s.ctx, 0)
	case s.input != nil:
		return eventlog.ReadLines(s.lines)
	}
	return filelog.ReadFile(s.name)
}

// follow yields the records of a directory as records does, and goes on with those
// that are appended until the run stops.
func (s *source) follow() audit.Records {
	return func(yield func(eventlog.Record, error) bool) {
		for {
			for r, err := range s.dir.Read(s.ctx, s.last.Position) {
				if err == nil && s.screen.err != nil {
					err = s.screen.err
				}
				if err != nil && s.ctx.Err() != nil || !yield(r, err) || err != nil {
					return
				}
				s.last = r.Head()
			}
			s.out.Flush()
			if err := s.dir.Wait(s.ctx, s.last.Position); s.ctx.Err() != nil {
				return
			} else if err != nil {
				yield(eventlog.Record{}, err)
				return
			}
		}
	}
}

// place returns where the record at a position stands.
func (s *source) place(p eventlog.Position) string {
	file, offset, err := s.name, int64(0), error(nil)
	switch {
	case s.input != nil:
		return fmt.Sprintf("line %d of %s", p, s.name)
	case s.dir != nil:
		file, offset, err = s.dir.Locate(p)
	default:
		offset, err = filelog.LocateInFile(file, p)
	}
	if err != nil {
		return s.name
	}
	return fmt.Sprintf("file %s, byte %d", file, offset)
}
