package filelog

import (
	"io"
	"iter"
	"os"
	"path/filepath"

	"github.com/relevo-go/relevo/eventlog"
)

// ReadFile yields the records of one file of lines: a segment, or a log that
// was exported. It takes the first record's sum on its word, unless that is at
// position 1, and verifies all that follow; hand the sequence to
// [eventlog.Verify] if it should begin at position 1. A file that ends inside a
// line or an append ends with a [eventlog.CorruptError].
func ReadFile(path string) iter.Seq2[eventlog.Record, error] {
	return func(yield func(eventlog.Record, error) bool) {
		if err := readFile(path, yield); err != nil {
			if !isDamage(err) {
				err = named("read", err)
			}
			yield(eventlog.Record{}, err)
		}
	}
}

func readFile(path string, yield func(eventlog.Record, error) bool) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	// A segment's name says which record is lost if its first line is bad.
	var head eventlog.Head
	if firsts, err := segmentNames([]string{filepath.Base(path)}); err == nil && len(firsts) == 1 {
		head.Position = firsts[0] - 1
	}
	in := scan{f: f, to: info.Size(), head: head}
	if first, end, err := lineAt(f, 0, info.Size()); err == nil && first.Position > 1 {
		in.head, in.at = first.Head(), end
		if !yield(first, nil) {
			return nil
		}
	} else if err == nil {
		in.head = eventlog.Head{}
	}
	for {
		records, _, err := in.next(nil)
		switch {
		case err == io.EOF && in.head.Whole():
			return nil
		case err == io.EOF:
			return at(errCutShort, in.head, path, in.at)
		case isDamage(err):
			return at(err, in.head, path, in.at)
		case err != nil:
			return err
		}
		keepData(records)
		for _, r := range records {
			if !yield(r, nil) {
				return nil
			}
		}
	}
}
