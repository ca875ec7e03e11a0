package engine

import (
	"cmp"
	"slices"

	"github.com/google/uuid"
)

// ranked is a referral and the log position of its request.
type ranked struct {
	id       uuid.UUID
	position uint64
}

func (s *step) rank(id uuid.UUID) ranked {
	_, position := s.draft.Referral(id)
	return ranked{id, position}
}

// sortRanked puts the oldest request first.
func sortRanked(list []ranked) {
	slices.SortFunc(list, func(x, y ranked) int { return cmp.Compare(x.position, y.position) })
}
