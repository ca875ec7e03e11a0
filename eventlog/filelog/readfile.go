package filelog

import (
	"bytes"
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
	for in := readLines(f, 0, info.Size()); ; {
		offset := in.at
		line, err := in.next()
		if err == io.EOF {
			if head.Whole() {
				return nil
			}
			return at(errCutShort, head, path, offset)
		}
		var r eventlog.Record
		if err == nil && offset == 0 {
			if r, err = eventlog.ParseLine(line); err == nil {
				head = eventlog.Head{}
				if r.Position > 1 {
					head = r.Head()
				} else {
					r, err = head.NextLine(line)
				}
			}
		} else if err == nil {
			r, err = head.NextLine(line)
		}
		if isDamage(err) {
			return at(err, head, path, offset)
		}
		if err != nil {
			return err
		}
		r.Data = bytes.Clone(r.Data)
		if !yield(r, nil) {
			return nil
		}
	}
}
