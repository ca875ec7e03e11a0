package filelog

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/relevo-go/relevo/eventlog"
)

// segmentExt ends the name of every segment. Nothing but whole lines stands in
// files with this end, so that *.jsonl is the log to any text tool.
const segmentExt = ".jsonl"

// segment is a file of the log, as far as it is known to hold whole appends.
type segment struct {
	first eventlog.Position
	size  int64
}

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
