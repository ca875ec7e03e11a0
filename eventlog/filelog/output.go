package filelog

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/relevo-go/relevo/eventlog"
)

// freshName is the file in which a segment is made before it gets its name.
const freshName = "segment.tmp"

// output is the last segment of a log, open for writing. The zero output has
// none yet.
type output struct {
	disk     disk
	file     file
	size     int64 // of the segment
	reserved int64 // up to where room was asked for
	lazy     bool  // appends are synced together, not each
	unsynced bool
}

// reserveStep is how much room is asked for at once. Syncing an append that has
// its room already takes about a third less time than one that makes the file
// system find some.
const reserveStep = 4 << 20

// resume opens a segment that has size bytes.
func (o *output) resume(d disk, path string, size int64) error {
	f, err := d.open(path, os.O_RDWR)
	if err != nil {
		return err
	}
	*o = output{disk: d, file: f, size: size, lazy: o.lazy}
	return nil
}

// append writes an append behind the segment's end and, unless the output is
// lazy, syncs it.
func (o *output) append(b []byte) error {
	if end := o.size + int64(len(b)); end > o.reserved {
		o.reserved = end + reserveStep
		o.file.reserve(o.size, o.reserved)
	}
	if _, err := o.file.WriteAt(b, o.size); err != nil {
		return err
	}
	o.unsynced = true
	if !o.lazy {
		if err := o.sync(); err != nil {
			return err
		}
	}
	o.size += int64(len(b))
	return nil
}

// sync makes durable what is not. After an error nothing tells what is, and a
// second try would tell wrong.
func (o *output) sync() error {
	if !o.unsynced {
		return nil
	}
	if err := o.file.Sync(); err != nil {
		return err
	}
	o.unsynced = false
	return nil
}

// begin ends the segment and makes the next one with its first append: under
// another name until it is whole and durable, so that a segment never begins
// with a tear.
func (o *output) begin(d disk, dir string, first eventlog.Position, b []byte) error {
	if err := o.close(); err != nil {
		return err
	}
	fresh := filepath.Join(dir, freshName)
	f, err := d.open(fresh, os.O_RDWR|os.O_CREATE|os.O_TRUNC)
	if err != nil {
		return err
	}
	if _, err = f.WriteAt(b, 0); err == nil {
		err = f.Sync()
	}
	// It is closed before the rename because Windows renames no open file.
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	path := segmentPath(dir, first)
	if err := d.rename(fresh, path); err != nil {
		return err
	}
	if err := o.resume(d, path, int64(len(b))); err != nil {
		return err
	}
	return d.syncDir(dir)
}

// close makes the segment durable, gives back what room is left and closes it.
func (o *output) close() error {
	f := o.file
	if f == nil {
		return nil
	}
	if err := o.sync(); err != nil {
		return err
	}
	o.file = nil
	f.release(o.size) // also what a process that died had reserved
	return f.Close()
}

// abandon closes the segment as it is, after a failure.
func (o *output) abandon() {
	if o.file != nil {
		o.file.Close()
		o.file = nil
	}
}
