package jetlog

import (
	"cmp"
	"slices"

	"github.com/relevo-go/relevo/eventlog"
)

// marks are some places of the log in order, so that a record is found with few
// questions: the last ones all, and fewer the older they are.
type marks []place

const (
	mostMarks = 1024
	allMarks  = 256 // of the last ones all are kept
)

func (m *marks) search(p eventlog.Position) (int, bool) {
	return slices.BinarySearchFunc(*m, p, func(mark place, p eventlog.Position) int { return cmp.Compare(mark.head.Position, p) })
}

func (m *marks) add(p place) {
	i, found := m.search(p.head.Position)
	if found {
		return
	}
	if len(*m) >= mostMarks {
		kept := (*m)[:0]
		for i, mark := range *m {
			if i%2 == 0 || i >= mostMarks-allMarks {
				kept = append(kept, mark)
			}
		}
		*m = kept
		i, _ = m.search(p.head.Position)
	}
	*m = slices.Insert(*m, i, p)
}

// around returns the last mark before a position and the first one at it or behind; the
// zero place for each that there is none of.
func (m *marks) around(p eventlog.Position) (before, behind place) {
	i, _ := m.search(p)
	if i > 0 {
		before = (*m)[i-1]
	}
	if i < len(*m) {
		behind = (*m)[i]
	}
	return before, behind
}
