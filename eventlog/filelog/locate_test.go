package filelog

import (
	"os"
	"strings"
	"testing"

	"github.com/relevo-go/relevo/eventlog"
)

// TestLocate looks up every record in a log of several segments, and in each
// segment as a file: its line begins there.
func TestLocate(t *testing.T) {
	dir := t.TempDir()
	log := mustOpen(t, dir, &Options{SegmentBytes: 2000})
	for n := range 40 {
		mustAppend(t, log, 1+n%3)
	}
	records := readAll(t, log, 0)
	files := map[string]bool{}
	for _, r := range records {
		file, offset, err := log.Locate(r.Position)
		if err != nil {
			t.Fatal(err)
		}
		files[file] = true
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if line := string(r.AppendLine(nil)) + "\n"; !strings.HasPrefix(string(text[offset:]), line) {
			t.Errorf("Locate(%d) = %s, %d, where another line begins", r.Position, file, offset)
		}
		if again, err := LocateInFile(file, r.Position); again != offset || err != nil {
			t.Errorf("LocateInFile(%s, %d) = %d, %v, want %d", file, r.Position, again, err, offset)
		}
	}
	if len(files) < 3 {
		t.Errorf("the log has %d segments, want several", len(files))
	}
	last := records[len(records)-1].Position
	for _, p := range []eventlog.Position{0, last + 1} {
		if file, offset, err := log.Locate(p); err == nil {
			t.Errorf("Locate(%d) = %s, %d, want an error", p, file, offset)
		}
	}
	if _, err := LocateInFile(segmentPath(dir, 1), last); err == nil {
		t.Errorf("LocateInFile finds position %d in the first segment", last)
	}
}
