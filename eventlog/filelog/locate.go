package filelog

import (
	"fmt"
	"io"
	"os"

	"github.com/relevo-go/relevo/eventlog"
)

// Locate returns the file and the byte in it at which the line of a record begins,
// for a text about a record that stands whole in its log. It is found by halving, at
// once wherever it is, and nothing is verified.
func (l *Log) Locate(p eventlog.Position) (file string, offset int64, err error) {
	l.mu.Lock()
	segments := l.known.segments
	l.mu.Unlock()
	for i := len(segments) - 1; i >= 0; i-- {
		if seg := segments[i]; seg.first <= p {
			file = segmentPath(l.dir, seg.first)
			f, err := l.disk.open(file, os.O_RDONLY)
			if err != nil {
				return "", 0, named("locate", err)
			}
			defer f.Close()
			offset, err = beginOf(f, seg.size, p)
			return file, offset, err
		}
	}
	return "", 0, fmt.Errorf("filelog: locate position %d: %w", p, errNotFound)
}

// LocateInFile returns the byte at which the line of a record begins in a file of
// lines, as [Log.Locate] does in a directory.
func LocateInFile(path string, p eventlog.Position) (offset int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, named("locate", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return 0, named("locate", err)
	}
	return beginOf(f, info.Size(), p)
}

// beginOf returns where the line of a record begins among the first size bytes of
// a file.
func beginOf(f io.ReaderAt, size int64, p eventlog.Position) (int64, error) {
	r, end, err := find(f, size, p)
	if err != nil {
		return 0, fmt.Errorf("filelog: locate position %d: %w", p, err)
	}
	return end - int64(len(r.AppendLine(nil))+1), nil
}
