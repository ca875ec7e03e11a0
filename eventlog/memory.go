package eventlog

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"
)

// Memory is a [Log] in memory, for tests and for trying things out. The zero
// value is an empty log ready for use; it must not be copied. Wait blocks on a
// channel, so that it counts as blocked in testing/synctest.
//
// It holds the lines that any other log would hold, and reads its records from
// them. What is appended is never moved, and holds nothing for the garbage
// collector to follow.
type Memory struct {
	mu     sync.Mutex
	head   Head
	chunks []chunk
	closed bool
	moved  chan struct{} // closed at the next change of head or closed; nil while nobody waits
}

// chunk is a stretch of whole lines. It is written behind its end only, and
// never beyond its room, so that a reader may go on with what it has seen.
type chunk struct {
	first Position // of its first line
	lines []byte
}

// chunkSize is the room of a chunk, or more if an append needs it: a reader has
// to pass by that much at most to come to the line where it begins.
const chunkSize = 64 << 10

// maxEnvelope is the length of the longest line whose stream, kind and data are
// empty, with its newline.
const maxEnvelope = 278

var _ Importer = (*Memory)(nil)

// Append implements [Log].
func (m *Memory) Append(ctx context.Context, after Position, entries ...Entry) ([]Record, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("eventlog: nothing appended: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil, ErrClosed
	}
	if len(entries) == 0 {
		return nil, nil
	}
	if err := m.head.Expect(after); err != nil {
		return nil, err
	}
	room := m.room(m.head.Position+1, entries)
	sealed, lines, err := m.head.SealLines(*room, entries...)
	if err != nil {
		return nil, err
	}
	*room = lines
	m.head = sealed[len(sealed)-1].Head()
	m.move()
	return sealed, nil
}

// Import implements [Importer].
func (m *Memory) Import(ctx context.Context, after Position, records ...Record) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("eventlog: nothing imported: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return ErrClosed
	}
	if len(records) == 0 {
		return nil
	}
	if err := m.head.Expect(after); err != nil {
		return err
	}
	entries := make([]Entry, len(records))
	for i := range records {
		entries[i] = records[i].Entry
	}
	room := m.room(m.head.Position+1, entries)
	head, lines := m.head, *room
	for len(records) > 0 {
		var n int
		var err error
		if lines, n, err = head.NextAppend(lines, records); err != nil {
			return err
		}
		records = records[n:]
	}
	*room, m.head = lines, head
	m.move()
	return nil
}

// room returns where the lines of entries, the first of them of a position, are
// to be written: behind those of the last chunk, or of a new one.
func (m *Memory) room(first Position, entries []Entry) *[]byte {
	need := 0
	for i := range entries {
		e := &entries[i]
		need += len(e.Data) + len(e.Stream) + len(e.Kind) + maxEnvelope
	}
	last := len(m.chunks) - 1
	if last < 0 || cap(m.chunks[last].lines)-len(m.chunks[last].lines) < need {
		if last < 0 || len(m.chunks[last].lines) > 0 {
			m.chunks = append(m.chunks, chunk{})
			last++
		}
		m.chunks[last] = chunk{first, make([]byte, 0, max(chunkSize, need))}
	}
	return &m.chunks[last].lines
}

// Read implements [Log].
func (m *Memory) Read(ctx context.Context, after Position) iter.Seq2[Record, error] {
	m.mu.Lock()
	head, closed := m.head.Position, m.closed
	m.mu.Unlock()
	return func(yield func(Record, error) bool) {
		if closed {
			yield(Record{}, ErrClosed)
			return
		}
		names := namesPool.Get().(*names)
		defer namesPool.Put(names)
		copied := 512 // bytes at a time, at first, for many readers want one record
		for done := after; done < head; {
			rest := m.behind(done)
			for len(rest) > 0 && done < head {
				// A copy is the reader's, who may do with it what it likes.
				lines := slices.Clone(rest[:wholeLines(rest, copied)])
				rest = rest[len(lines):]
				copied = min(2*copied, chunkSize)
				for len(lines) > 0 && done < head {
					if err := ctx.Err(); err != nil {
						yield(Record{}, fmt.Errorf("eventlog: read after %d: %w", done, err))
						return
					}
					end := bytes.IndexByte(lines, '\n')
					var r Record
					stream, kind, err := r.parse(lines[:end:end])
					r.Stream, r.Kind = string(stream), names.kind(kind)
					if !yield(r, err) || err != nil {
						return
					}
					lines = lines[end+1:]
					done++
				}
			}
		}
	}
}

// behind returns the lines of a chunk that are behind the one of a position.
func (m *Memory) behind(after Position) []byte {
	c := m.chunk(after + 1)
	for at := c.first; at <= after; at++ {
		c.lines = c.lines[bytes.IndexByte(c.lines, '\n')+1:]
	}
	return c.lines
}

// wholeLines returns the length of the lines at the beginning of b that have so
// many bytes together, or of the first one if it is longer.
func wholeLines(b []byte, n int) int {
	if n >= len(b) {
		return len(b)
	}
	if end := bytes.LastIndexByte(b[:n], '\n'); end >= 0 {
		return end + 1
	}
	return bytes.IndexByte(b, '\n') + 1
}

// chunk returns the chunk with the line of a position, which is there.
func (m *Memory) chunk(p Position) chunk {
	m.mu.Lock()
	defer m.mu.Unlock()
	i, found := slices.BinarySearchFunc(m.chunks, p, func(c chunk, p Position) int { return cmp.Compare(c.first, p) })
	if !found {
		i--
	}
	return m.chunks[i]
}

// Wait implements [Log].
func (m *Memory) Wait(ctx context.Context, after Position) error {
	for {
		m.mu.Lock()
		if m.closed {
			m.mu.Unlock()
			return ErrClosed
		}
		if m.head.Position > after {
			m.mu.Unlock()
			return nil
		}
		if m.moved == nil {
			m.moved = make(chan struct{})
		}
		moved := m.moved
		m.mu.Unlock()
		select {
		case <-ctx.Done():
			return fmt.Errorf("eventlog: waiting for a record after %d: %w", after, ctx.Err())
		case <-moved:
		}
	}
}

// Close implements [Log]. The records are gone with m.
func (m *Memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.closed {
		m.closed = true
		m.move()
	}
	return nil
}

// move wakes those who wait.
func (m *Memory) move() {
	if m.moved != nil {
		close(m.moved)
		m.moved = nil
	}
}
