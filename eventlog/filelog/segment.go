package filelog

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/relevo-go/relevo/eventlog"
)

// segmentExt ends the name of every segment. Nothing but whole lines stands in
// files with this end, so that *.jsonl is the log to any text tool.
const segmentExt = ".jsonl"

// segmentName returns the name of the segment that begins at a position.
func segmentName(first eventlog.Position) string {
	return fmt.Sprintf("%020d%s", uint64(first), segmentExt)
}

func segmentPath(dir string, first eventlog.Position) string {
	return filepath.Join(dir, segmentName(first))
}

// segmentNames returns the first positions of the segments among names, in
// order. Names that are digits and the segments' end but no position are an
// error, since a segment may have been misnamed; all other files are left
// alone.
func segmentNames(names []string) ([]eventlog.Position, error) {
	var firsts []eventlog.Position
	for _, name := range names {
		digits, ok := strings.CutSuffix(name, segmentExt)
		if !ok || digits == "" || strings.Trim(digits, "0123456789") != "" {
			continue
		}
		n, err := strconv.ParseUint(digits, 10, 64)
		if len(digits) != 20 || err != nil || n == 0 || n > uint64(eventlog.MaxPosition) {
			return nil, fmt.Errorf("%s looks like a segment but is named after no position (20 digits, from 1): give it its right name or take it out of the directory", name)
		}
		firsts = append(firsts, eventlog.Position(n))
	}
	slices.Sort(firsts)
	return firsts, nil
}

// segment is a file of the log, as far as it is known to hold whole appends.
type segment struct {
	first eventlog.Position
	size  int64
	marks []mark // where a read may begin, in order; the first is the segment's beginning
}

// mark is a place between two appends.
type mark struct {
	head   eventlog.Head // before the place
	offset int64
}

// markEvery is about how many bytes lie between two marks: what a read from the
// middle passes over at most, beside one append.
const markEvery = 128 << 10

// note adds a mark if the last is far enough behind.
func (s *segment) note(head eventlog.Head, offset int64) {
	last := int64(math.MinInt64 / 2)
	if n := len(s.marks); n > 0 {
		last = s.marks[n-1].offset
	}
	if offset-last >= markEvery {
		s.marks = append(s.marks, mark{head, offset})
	}
}

// markBefore returns the last mark from which a read reaches the record after
// the position.
func (s *segment) markBefore(after eventlog.Position) mark {
	i := sort.Search(len(s.marks), func(i int) bool { return s.marks[i].head.Position > after })
	return s.marks[max(i-1, 0)]
}
