package pglog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/relevo-go/relevo/eventlog"
)

// What is fetched at once, at the most unless a single line is more.
const (
	pageRows  = 8192
	pageBytes = 1 << 20
	// firstRows and firstBytes are for the page that comes with the answer where
	// the head is: many reads want no more than that.
	firstRows  = 64
	firstBytes = 64 << 10
)

// What is fetched at once comes in pieces of so many lines as would be pieceBytes. One
// that comes to more than mostPiece, or has a line of more than longLine, is fetched
// with more care.
const (
	pieceBytes = 64 << 10
	mostPiece  = 4 * pieceBytes
	longLine   = 64 << 10
)

// partBytes is how much memory a record's Data shares with its neighbors, unless
// its line alone is more.
const partBytes = 16 << 10

// page is the rows of some positions, and what they are found to hold.
type page struct {
	from, to eventlog.Position // the first and the last
	rows     int64             // how many the table has of them
	bytes    int64             // of their lines
	lines    lines             // nil if there are none, or too many at once

	head    eventlog.Head // before the first; when they are verified, behind the last good one
	records []eventlog.Record
	err     error         // why there are no more
	done    chan struct{} // closed when they are verified
}

// lines are lines that stand together, each with its newline, in pieces of about
// partBytes of whole lines.
type lines [][]byte

// ScanBytes adds lines with a newline between them, from the driver, whose memory
// they are in.
func (l *lines) ScanBytes(b []byte) error {
	for rest := b; rest != nil; {
		n := len(rest)
		if n >= partBytes {
			if end := bytes.LastIndexByte(rest[:partBytes], '\n'); end >= 0 {
				n = end
			} else if end := bytes.IndexByte(rest, '\n'); end >= 0 {
				n = end
			}
		}
		part := make([]byte, n+1)
		copy(part, rest[:n])
		part[n] = '\n'
		*l = append(*l, part)
		if n == len(rest) {
			break
		}
		rest = rest[n+1:]
	}
	return nil
}

// clone returns lines that share nothing with l.
func (l lines) clone() lines {
	out := make(lines, len(l))
	for i := range l {
		out[i] = bytes.Clone(l[i])
	}
	return out
}

// first takes the first line off, and returns it without its newline.
func (l *lines) first() []byte {
	if len(*l) == 0 {
		return nil
	}
	part := (*l)[0]
	end := bytes.IndexByte(part, '\n')
	line, rest := part[:end], part[end+1:]
	if len(rest) > 0 {
		(*l)[0] = rest
	} else {
		*l = (*l)[1:]
	}
	return line
}

// last returns the last line without its newline.
func (l lines) last() []byte {
	part := l[len(l)-1]
	part = part[:len(part)-1]
	return part[bytes.LastIndexByte(part, '\n')+1:]
}

// fetch asks for the rows of a page, so many in a piece. They are no more than
// fit: if there is too much in them, their end is left for the next page.
func (l *Log) fetch(ctx context.Context, from, to, piece eventlog.Position) *page {
	p := &page{from: from, to: to, done: make(chan struct{})}
	long, err := l.fetchPieces(ctx, p, piece)
	if err == nil && long {
		p.to = min(to, from+piece-1)
		err = l.fetchLong(ctx, p)
	}
	if err != nil {
		p.err = fmt.Errorf("pglog: read after %d: %w", p.from-1, l.explain(over(ctx, err)))
	}
	return p
}

// fetchPieces fetches a page up to a piece with too much in it. It reports whether that
// is the first one.
func (l *Log) fetchPieces(ctx context.Context, p *page, piece eventlog.Position) (long bool, err error) {
	rows, err := l.pool.Query(ctx, l.sql.pages, l.planned, int64(p.from), int64(p.to), int64(piece), longLine, mostPiece)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	for at := p.from; rows.Next(); at += piece {
		var n int64
		var long bool
		var lines lines
		if err := rows.Scan(&n, &long, &lines); err != nil {
			return false, err
		}
		if long || p.bytes > pageBytes {
			p.to = at - 1
			return at == p.from, nil
		}
		p.rows += n
		p.lines = append(p.lines, lines...)
		for _, part := range lines {
			p.bytes += int64(len(part))
		}
	}
	return false, rows.Err()
}

// fetchLong fetches a page of whatever lines.
func (l *Log) fetchLong(ctx context.Context, p *page) error {
	for {
		err := l.pool.QueryRow(ctx, l.sql.page, l.planned, int64(p.from), int64(p.to), int64(pageBytes)).Scan(&p.rows, &p.bytes, &p.lines)
		if err != nil || p.lines != nil || p.rows == 0 {
			return err
		}
		// As many as fit, if they are of one length, and fewer each time.
		fit := eventlog.Position(p.rows * pageBytes / p.bytes)
		p.to = p.from + max(1, min(fit, (p.to-p.from+1)/2)) - 1
	}
}

// verify reads the records of a page, whose Data are pieces of its lines. It
// puts them where other records were, if the page has such a place.
func (p *page) verify() {
	defer close(p.done)
	if p.err != nil {
		return
	}
	p.records = slices.Grow(p.records[:0], int(p.rows))
	for _, part := range p.lines {
		if p.records, _, p.err = p.head.NextLines(p.records, part); p.err != nil {
			return
		}
	}
	want := int(p.to - p.from + 1)
	switch next := p.head.Position + 1; {
	case len(p.records) < want:
		p.err = &eventlog.CorruptError{Position: next, Last: p.head.Position, Err: errors.New("no row has this position")}
	case int64(len(p.records)) != p.rows:
		p.err = &eventlog.CorruptError{Position: p.from, Last: p.from - 1, Err: fmt.Errorf("%d rows from here on hold %d lines", p.rows, len(p.records))}
	}
}
