package pglog

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/relevo-go/relevo/eventlog"
)

// What is fetched at once, at the most unless a single line is more.
const (
	pageRows  = 4096
	pageBytes = 512 << 10
	// firstRows and firstBytes are for the page that comes with the answer where
	// the head is: many reads want no more than that.
	firstRows  = 64
	firstBytes = 64 << 10
)

// partBytes is about how much memory a record's Data shares with its neighbors.
const partBytes = 32 << 10

// page is the rows of some positions, and what they are found to hold.
type page struct {
	from, to eventlog.Position // the first and the last
	rows     int64             // how many the table has of them
	bytes    int64             // of their lines
	lines    []byte            // with a newline between them; nil if they are too many at once

	head    eventlog.Head // before the first; when they are verified, behind the last good one
	records []eventlog.Record
	err     error         // why there are no more
	done    chan struct{} // closed when they are verified
}

// fetch asks for the rows of a page. They are no more than fit: if there is too
// much in them, their end is left for the next page.
func (l *Log) fetch(ctx context.Context, from, to eventlog.Position) *page {
	p := &page{from: from, to: to, done: make(chan struct{})}
	for {
		if err := l.pool.QueryRow(ctx, l.sql.page, l.planned, int64(p.from), int64(p.to), int64(pageBytes)).Scan(&p.rows, &p.bytes, &p.lines); err != nil {
			p.err = fmt.Errorf("pglog: read after %d: %w", p.from-1, l.explain(over(ctx, err)))
			return p
		}
		if p.lines != nil || p.rows == 0 {
			return p
		}
		// The first of the rows may be short and the last one long.
		fewer := max(1, eventlog.Position(p.rows*pageBytes/p.bytes))
		p.to = p.from + min(fewer, (p.to-p.from+1)/2) - 1
		p.to = max(p.to, p.from)
	}
}

// last returns the head that the last line gives on its word: the page itself
// says if that is bad.
func (p *page) last() eventlog.Head {
	r, _ := eventlog.ParseLine(p.lines[bytes.LastIndexByte(p.lines, '\n')+1:])
	return r.Head()
}

// verify reads the records of a page, which share nothing with its lines.
func (p *page) verify() {
	defer close(p.done)
	if p.err != nil {
		return
	}
	for rest := p.lines; p.lines != nil && p.err == nil; {
		var part []byte
		part, rest = cutPart(rest)
		p.records, _, p.err = p.head.NextLines(p.records, part)
		if rest == nil {
			break
		}
	}
	want := int(p.to - p.from + 1)
	switch next := p.head.Position + 1; {
	case p.err != nil:
	case len(p.records) < want:
		p.err = &eventlog.CorruptError{Position: next, Last: p.head.Position, Err: errors.New("no row has this position")}
	case int64(len(p.records)) != p.rows:
		p.err = &eventlog.CorruptError{Position: p.from, Last: p.from - 1, Err: fmt.Errorf("%d rows from here on hold %d lines", p.rows, len(p.records))}
	}
}

// cutPart copies the first of some lines that stand together, each with its
// newline, and returns the others, nil if none is left.
func cutPart(lines []byte) (part, rest []byte) {
	n := len(lines)
	if n > partBytes {
		if end := bytes.LastIndexByte(lines[:partBytes], '\n'); end >= 0 {
			n = end
		} else if end := bytes.IndexByte(lines, '\n'); end >= 0 {
			n = end
		}
	}
	part = make([]byte, n+1)
	copy(part, lines[:n])
	part[n] = '\n'
	if n < len(lines) {
		rest = lines[n+1:]
	}
	return part, rest
}
