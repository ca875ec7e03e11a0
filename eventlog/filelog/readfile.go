package filelog

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"

	"github.com/relevo-go/relevo/eventlog"
)

// ReadFile yields the records of one file of lines: a segment, or a log that was
// exported. It takes the first record's sum on its word, unless that is at
// position 1, and verifies all that follow, as fast as a log's Read; hand the
// sequence to [eventlog.Verify] if it should begin at position 1.
//
// It yields whole appends only. A file that ends in bytes that are none ends
// with a [eventlog.CorruptError] that is [eventlog.ErrTorn], where a log in a
// directory would be torn; if the file is being written, more may come. Anything
// else that is wrong is a CorruptError that is not. A named pipe is read as
// [eventlog.ReadLines] reads.
//
// A record's Data is the caller's, as it is with a log's Read.
func ReadFile(path string) iter.Seq2[eventlog.Record, error] { return readFile(osDisk{}, path) }

func readFile(d disk, path string) iter.Seq2[eventlog.Record, error] {
	return func(yield func(eventlog.Record, error) bool) {
		if err := yieldFile(d, path, yield); err != nil {
			if !isDamage(err) {
				err = named("read", err)
			}
			yield(eventlog.Record{}, err)
		}
	}
}

func yieldFile(d disk, path string, yield func(eventlog.Record, error) bool) error {
	f, err := d.open(path, os.O_RDONLY)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.IsDir() {
		return isADir(path)
	}
	if r, ok := f.(io.Reader); ok && !info.Mode().IsRegular() {
		return yieldPipe(r, path, yield)
	}
	size := info.Size()
	p, word, before := begin(f, path, size)
	out := appends{yield: yield, before: before, last: before}
	if !out.hand(word) {
		return nil
	}
	w := &walk{view: &view{disk: d, file: path, segments: []segment{{size: size}}}, place: p}
	defer w.close()
	for s := range w.stretches() {
		if !out.hand(s.records) {
			return nil
		}
		if s.err != nil {
			return out.judge(f, w.wrong(s), size)
		}
	}
	if n := len(out.open); n > 0 {
		return out.judge(f, at(errCutShort, out.open[n-1].Head(), path, size), size)
	}
	return nil
}

// yieldPipe yields what comes through a file that has no size and no offsets.
func yieldPipe(r io.Reader, path string, yield func(eventlog.Record, error) bool) error {
	for r, err := range eventlog.ReadLines(r) {
		if damage, ok := asDamage(err); ok {
			damage.File = path
		}
		if err != nil {
			return err
		}
		if !yield(r, nil) {
			return nil
		}
	}
	return nil
}

// begin returns from where a file is verified, the record before that, if one is
// taken on its word, and the position before the file's first record.
func begin(f io.ReaderAt, path string, size int64) (p place, word []eventlog.Record, before eventlog.Position) {
	r, end, err := lineAt(f, 0, size)
	if err == nil && r.Position > 1 {
		return place{head: r.Head(), offset: end}, []eventlog.Record{r}, r.Position - 1
	}
	if err == nil {
		return place{}, nil, 0
	}
	// What says which record is lost if the first line is bad: the line itself, if
	// it lacks its newline only, or a segment's name.
	start := make([]byte, min(size, eventlog.MaxLine))
	n, _ := f.ReadAt(start, 0)
	if r, _, err := eventlog.ParsePrefix(start[:n]); err == nil {
		p.head.Position = r.Position - 1
	} else if firsts, err := segmentNames([]string{filepath.Base(path)}); err == nil && len(firsts) == 1 {
		p.head.Position = firsts[0] - 1
	}
	return p, nil, p.head.Position
}

// appends hands on whole appends, and holds back what is there of one.
type appends struct {
	yield  func(eventlog.Record, error) bool
	before eventlog.Position // before the first record
	last   eventlog.Position // of the last whole append, or before
	open   []eventlog.Record // of the append behind it
}

// hand takes the next records. It reports whether the reader wants more.
func (a *appends) hand(records []eventlog.Record) bool {
	n := len(records)
	for n > 0 && records[n-1].Position < records[n-1].Last {
		n--
	}
	if n > 0 {
		for _, part := range [][]eventlog.Record{a.open, records[:n]} {
			for i := range part {
				if !a.yield(part[i], nil) {
					return false
				}
			}
		}
		a.last, a.open = records[n-1].Position, a.open[:0]
	}
	a.open = append(a.open, records[n:]...)
	return true
}

// judge returns damage that was met in a file as what it is: the torn end of the
// file, as that of a directory's last segment would be, or what it was met as.
func (a *appends) judge(f io.ReaderAt, err error, size int64) error {
	damage, ok := asDamage(err)
	if !ok {
		return err
	}
	from := int64(0)
	if a.last > a.before {
		if _, from, err = find(f, damage.Offset, a.last); err != nil {
			return err
		}
	}
	torn, err := isTorn(f, eventlog.Head{Position: a.last}, from, damage.Offset, size)
	if err != nil || !torn {
		return cmp.Or[error](err, damage)
	}
	return tornAt(damage.File, from, a.last)
}

// FileHead returns the head that the last whole append of a file of lines
// claims: how much there is to read, for who shows how far a read has come. It
// is found from the file's end, whatever the file's size, and nothing is
// verified. A file without a whole append has the zero Head.
func FileHead(path string) (eventlog.Head, error) {
	info, err := os.Stat(path)
	if err == nil && !info.IsDir() && !info.Mode().IsRegular() {
		err = errors.New("it is no regular file, and where it ends is known when it is read")
	}
	var head eventlog.Head
	if err == nil {
		head, err = fileHead(osDisk{}, path)
	}
	if err != nil {
		return eventlog.Head{}, fmt.Errorf("filelog: the end of %s: %w", path, err)
	}
	return head, nil
}

func fileHead(d disk, path string) (head eventlog.Head, err error) {
	f, err := d.open(path, os.O_RDONLY)
	if err != nil {
		return head, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return head, err
	}
	if info.IsDir() {
		return head, isADir(path)
	}
	size, err := behindLastNewline(f, info.Size())
	if err != nil || size == 0 {
		return head, err
	}
	r, err := lastLine(f, size)
	if err != nil || r.Position == r.Last {
		return r.Head(), err
	}
	first, _, err := lineAt(f, 0, size)
	if err != nil || first.Position >= r.First {
		return head, err
	}
	r, _, err = find(f, size, r.First-1)
	return r.Head(), err
}
