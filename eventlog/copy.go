package eventlog

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
)

// Importer is a [Log] that takes records as another log sealed them, many
// appends at once. [Copy] uses it; a log without it is written append by append.
type Importer interface {
	Log
	// Import adds whole appends that follow position after, as they are: of
	// them all that come before some append, all if the error is nil. Records
	// that do not go on with the log are [ErrCorrupt] and add nothing; the
	// other errors are those of Append, but nothing tells how much of an
	// uncertain import arrives. [Head.NextAppend] verifies them, append by append,
	// and makes the lines that are stored.
	Import(ctx context.Context, after Position, records ...Record) error
}

// Copy adds to one log what another one has beyond it, as it stands there at the
// time of the call, and returns the head that both then have: the same lines,
// byte for byte. Every record is verified on the way, also those that the target has
// already: by the reads, and by the target, which seals it again or, as an [Importer],
// verifies it. So a copy that was broken off is resumed by calling Copy again.
//
// The target is empty or holds a beginning of the source: anything else is a
// [DivergedError] and changes nothing. Nobody else may write to it meanwhile, and
// it may not have more than the source: both are [ErrConflict]. An append that is
// more than the target takes at once is [ErrTooLarge]: divided, it would not be
// the same log.
func Copy(ctx context.Context, to, from Log) (Head, error) {
	c := copier{ctx: ctx, to: to}
	c.bulk, _ = to.(Importer)
	had, stop := iter.Pull2(to.Read(ctx, 0))
	defer stop()
	more := true // the target may have the next record
	for r, err := range from.Read(ctx, 0) {
		if err != nil {
			return c.head, fmt.Errorf("eventlog: copy: reading the source: %w", err)
		}
		if more {
			var there Record
			if there, err, more = had(); err != nil {
				return c.head, fmt.Errorf("eventlog: copy: reading the target: %w", err)
			}
			if more {
				if err := r.Head().Confirm(there.Head()); err != nil {
					return c.head, fmt.Errorf("eventlog: copy: the target has other records than the source: %w", err)
				}
				c.head = there.Head()
				continue
			}
		}
		if err := c.add(r); err != nil {
			return c.head, err
		}
	}
	if more {
		if r, err, extra := had(); err != nil {
			return c.head, fmt.Errorf("eventlog: copy: reading the target: %w", err)
		} else if extra {
			return c.head, fmt.Errorf("eventlog: copy: the target goes on with position %d, where the source ends: %w", r.Position, ErrConflict)
		}
	}
	return c.head, c.flush()
}

// copier adds records to a log.
type copier struct {
	ctx  context.Context
	to   Log
	bulk Importer // to, if it takes many appends at once

	head Head     // of the target
	held []Record // that are to follow it
	size int      // bytes of data held
}

// What an Importer is given at once, at the most unless a single append is more.
const (
	copyRecords = 4096
	copyBytes   = 1 << 20
)

func (c *copier) add(r Record) error {
	c.held = append(c.held, r)
	c.size += len(r.Data)
	if !r.Head().Whole() || c.bulk != nil && len(c.held) < copyRecords && c.size < copyBytes {
		return nil
	}
	return c.flush()
}

// flush adds what is held.
func (c *copier) flush() error {
	if len(c.held) == 0 {
		return nil
	}
	last := c.held[len(c.held)-1].Head()
	if !last.Whole() {
		return fmt.Errorf("eventlog: copy: the source: %w", c.head.corrupt(ErrTorn))
	}
	if err := c.force(last); err != nil {
		return fmt.Errorf("eventlog: copy: positions %d to %d: %w", c.head.Position+1, last.Position, err)
	}
	c.head, c.held, c.size = last, c.held[:0], 0
	return nil
}

// copyTries is how often a write is made again that comes to nothing.
const copyTries = 5

// force writes what is held, and forces the answer if it is uncertain: what an uncertain
// write left is found where a later one is told of a conflict. More of it may arrive
// meanwhile, which is a conflict again.
func (c *copier) force(last Head) error {
	uncertain := false
	for try := 1; ; try++ {
		err := c.write(last)
		switch {
		case errors.Is(err, ErrUncertain):
			uncertain = true
		case uncertain && errors.Is(err, ErrConflict):
			before := len(c.held)
			if wrong := c.resume(); wrong != nil || len(c.held) == 0 {
				return wrong
			}
			if len(c.held) < before {
				try = 0
			}
		case uncertain && err != nil: // more of it may arrive yet
			return fmt.Errorf("%w: %w", ErrUncertain, err)
		default:
			return err
		}
		if try == copyTries {
			return fmt.Errorf("%w: it was tried %d times: %w", ErrUncertain, try, err)
		}
	}
}

func (c *copier) write(last Head) error {
	if c.bulk != nil {
		return c.bulk.Import(c.ctx, c.head.Position, c.held...)
	}
	entries := make([]Entry, len(c.held))
	for i, r := range c.held {
		entries[i] = r.Entry
	}
	sealed, err := c.to.Append(c.ctx, c.head.Position, entries...)
	if err != nil {
		return err
	}
	return last.Confirm(sealed[len(sealed)-1].Head())
}

// resume drops of what is held that which the target has behind the head by now.
func (c *copier) resume() error {
	for r, err := range c.to.Read(c.ctx, c.head.Position) {
		if err != nil {
			return err
		}
		if len(c.held) == 0 {
			return ErrConflict
		}
		if err := c.held[0].Head().Confirm(r.Head()); err != nil {
			return fmt.Errorf("somebody else writes to the target: %w: %w", ErrConflict, err)
		}
		c.head, c.held = r.Head(), c.held[1:]
	}
	return nil
}

// WriteLines writes records as lines, each with its newline, and returns the head
// they lead to: an export of any log, such as log.Read(ctx, 0), that every relevo
// command reads and that [ReadLines] reads back. It takes the sums on the word of
// a log's Read. Its errors are those of w and of the records; the head is then
// that of the last record given to w, of which some may be in a buffer still.
func WriteLines(w io.Writer, records iter.Seq2[Record, error]) (Head, error) {
	var head Head
	out := bufio.NewWriterSize(w, 64<<10)
	var line []byte
	for r, err := range records {
		if err != nil {
			return head, errors.Join(err, out.Flush())
		}
		line = append(r.AppendLine(line[:0]), '\n')
		if _, err := out.Write(line); err != nil {
			return head, fmt.Errorf("eventlog: write lines: %w", err)
		}
		head = r.Head()
	}
	if err := out.Flush(); err != nil {
		return head, fmt.Errorf("eventlog: write lines: %w", err)
	}
	return head, nil
}
