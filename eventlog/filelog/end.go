package filelog

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/relevo-go/relevo/eventlog"
)

// endName is the file in which a writer notes how far the log is durable: when
// it is closed, and when nothing was appended for a moment. It is a witness and
// nothing else: a log without it is the same log. Once it says that a record was
// durable, a log without that record is damaged and not torn.
const endName = "end"

// freshEndName is the file in which it is made before it gets its name.
const freshEndName = "end.tmp"

// idle is how long nothing is appended before a writer notes the end.
const idle = time.Second

// end is what the file says: the last record that was durable.
type end struct {
	position eventlog.Position
	sum      eventlog.Hash
}

// text returns the content of the file: a line of JSON that ends with the
// SHA-256 of what stands before it.
func (e end) text() []byte {
	b := fmt.Appendf(nil, `{"position":%d,"sum":"%s"`, e.position, e.sum)
	return fmt.Appendf(b, `,"check":"%x"}`+"\n", sha256.Sum256(b))
}

// readEnd returns what the log's witness says; false if there is none, or none
// that is whole: then it says nothing.
func readEnd(d disk, dir string) (e end, ok bool, err error) {
	f, err := d.open(filepath.Join(dir, endName), os.O_RDONLY)
	if errors.Is(err, fs.ErrNotExist) {
		return end{}, false, nil
	}
	b, n := make([]byte, 512), 0
	if err == nil {
		defer f.Close()
		n, err = f.ReadAt(b, 0)
	}
	if notEOF(err) != nil {
		return end{}, false, fmt.Errorf("reading what was noted of the log's end: %w: make the file readable, or take it out of the directory; the log is the same without it", err)
	}
	b = b[:n]
	var digits [2 * len(eventlog.Hash{})]byte
	i := bytes.Index(b, []byte(`,"sum":"`))
	if i < 0 || len(b) < i+len(`,"sum":"`)+len(digits) {
		return end{}, false, nil
	}
	if _, err := fmt.Sscanf(string(b[:i]), `{"position":%d`, &e.position); err != nil {
		return end{}, false, nil
	}
	if _, err := hex.Decode(e.sum[:], b[i+len(`,"sum":"`):][:len(digits)]); err != nil {
		return end{}, false, nil
	}
	if !bytes.Equal(e.text(), b) {
		return end{}, false, nil
	}
	return e, true, nil
}

// noteEnd writes the witness anew, whole or not at all.
func noteEnd(d disk, dir string, e end) error {
	fresh := filepath.Join(dir, freshEndName)
	f, err := d.open(fresh, os.O_WRONLY|os.O_CREATE|os.O_TRUNC)
	if err != nil {
		return err
	}
	if _, err = f.WriteAt(e.text(), 0); err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := d.rename(fresh, filepath.Join(dir, endName)); err != nil {
		return err
	}
	return d.syncDir(dir)
}

// holds returns nil if the log as it was found has the record that the witness
// saw, and damage otherwise.
func (e end) holds(s *survey) error {
	n := len(s.segments)
	if e.position > s.head.Position {
		path, size := segmentPath(s.dir, 1), int64(0)
		if n > 0 {
			path, size = segmentPath(s.dir, s.segments[n-1].first), s.segments[n-1].size
		}
		return at(fmt.Errorf("the log was durable up to position %d when it was last closed or idle, and its end was cut off or changed since (if a shorter log is what you want, take the file %q out of the directory)", e.position, endName), s.head, path, size)
	}
	if e.position == 0 {
		return nil
	}
	i := n - 1
	for s.segments[i].first > e.position {
		i--
	}
	path := segmentPath(s.dir, s.segments[i].first)
	f, err := s.disk.open(path, os.O_RDONLY)
	if err != nil {
		return err
	}
	defer f.Close()
	r, end, err := find(f, s.segments[i].size, e.position)
	if isDamage(err) || err == errNotFound {
		return nil // not as it should be, but not for the note to say: reading it says what is wrong
	}
	if err != nil {
		return err
	}
	if r.Sum != e.sum {
		return at(fmt.Errorf("the record has another sum than was noted when it was durable: the log was written anew (if this log is what you want, take the file %q out of the directory)", endName),
			eventlog.Head{Position: e.position - 1}, path, end-int64(len(r.AppendLine(nil)))-1)
	}
	return nil
}
