package eventlog

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"
)

// Memory is a [Log] in memory, for tests and for trying things out. The zero
// value is an empty log ready for use; it must not be copied. Wait blocks on a
// channel, so that it counts as blocked in testing/synctest.
type Memory struct {
	mu      sync.Mutex
	records []Record // only ever appended to; nothing in it changes
	closed  bool
	moved   chan struct{} // closed at the next change of records or closed; nil while nobody waits
}

var _ Log = (*Memory)(nil)

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
	head := m.head()
	if err := head.Expect(after); err != nil {
		return nil, err
	}
	sealed, err := head.Seal(entries...)
	if err != nil {
		return nil, err
	}
	m.records = append(m.records, sealed...)
	m.move()
	out := slices.Clone(sealed)
	for i := range out {
		out[i].Data = slices.Clone(out[i].Data)
	}
	return out, nil
}

// Read implements [Log].
func (m *Memory) Read(ctx context.Context, after Position) iter.Seq2[Record, error] {
	m.mu.Lock()
	records, closed := m.records, m.closed
	m.mu.Unlock()
	return func(yield func(Record, error) bool) {
		if closed {
			yield(Record{}, ErrClosed)
			return
		}
		for i := uint64(after); i < uint64(len(records)); i++ {
			if err := ctx.Err(); err != nil {
				yield(Record{}, fmt.Errorf("eventlog: read after %d: %w", i, err))
				return
			}
			r := records[i]
			r.Data = slices.Clone(r.Data)
			if !yield(r, nil) {
				return
			}
		}
	}
}

// Wait implements [Log].
func (m *Memory) Wait(ctx context.Context, after Position) error {
	for {
		m.mu.Lock()
		if m.closed {
			m.mu.Unlock()
			return ErrClosed
		}
		if m.head().Position > after {
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

func (m *Memory) head() Head {
	if len(m.records) == 0 {
		return Head{}
	}
	return m.records[len(m.records)-1].Head()
}

// move wakes those who wait.
func (m *Memory) move() {
	if m.moved != nil {
		close(m.moved)
		m.moved = nil
	}
}
