package filelog

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// disk is every file operation of a log, so that tests can put a disk in its
// place that fails and crashes. [osDisk] is the real one.
type disk interface {
	// open opens a file with the flags of os.OpenFile.
	open(path string, flag int) (file, error)
	rename(from, to string) error
	// remove takes away a file that is there.
	remove(path string) error
	// isDir reports whether path is a directory; a missing path is fs.ErrNotExist.
	isDir(path string) (bool, error)
	// mkdirAll makes a directory and those above it.
	mkdirAll(path string) error
	// list returns the names in a directory, in any order.
	list(dir string) ([]string, error)
	// syncDir makes the names in a directory durable.
	syncDir(dir string) error
	// lock takes the lock at path without waiting, or fails with ErrLocked.
	lock(path string) (io.Closer, error)
	// remote reports whether dir is known to lie on a network file system.
	remote(dir string) bool
}

// file is an open file.
type file interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	Sync() error
	Truncate(size int64) error
	// reserve asks for room on the disk up to an offset, without changing the
	// file's size, so that later syncs have less to do. release gives back what
	// lies behind the file's end. Either may do nothing.
	reserve(from, to int64)
	release(size int64)
	Stat() (fs.FileInfo, error)
}

// osDisk is the disk of the operating system.
type osDisk struct{}

func (osDisk) open(path string, flag int) (file, error) {
	f, err := os.OpenFile(path, flag, 0o640)
	if err != nil {
		return nil, err
	}
	return osFile{f}, nil
}

// osFile is a file of the operating system.
type osFile struct{ *os.File }

func (f osFile) reserve(from, to int64) { reserve(f.File, from, to) }

func (f osFile) release(size int64) { release(f.File, size) }

func (osDisk) remote(dir string) bool { return remote(dir) }

func (osDisk) rename(from, to string) error { return os.Rename(from, to) }

func (osDisk) remove(path string) error { return os.Remove(path) }

func (osDisk) mkdirAll(path string) error { return os.MkdirAll(path, 0o750) }

func (osDisk) isDir(path string) (bool, error) {
	info, err := os.Stat(path)
	if err != nil {
		return false, err
	}
	return info.IsDir(), nil
}

func (osDisk) list(dir string) ([]string, error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return d.Readdirnames(-1)
}

func (osDisk) syncDir(dir string) error { return syncDir(dir) }

func (osDisk) lock(path string) (io.Closer, error) { return lockFile(path) }

// makeDir makes dir and the directories above it that are missing.
func makeDir(d disk, dir string) error {
	switch is, err := d.isDir(dir); {
	case errors.Is(err, fs.ErrNotExist):
		return d.mkdirAll(dir)
	case err != nil:
		return err
	case !is:
		return notDir(dir)
	}
	return nil
}

// syncAbove makes the name of a directory durable, and the names of those above
// it: any of them may have been made for this log, now or by a process that
// died. Directories that cannot be synced are not of this log's making.
func syncAbove(d disk, dir string) error {
	for above := filepath.Dir(dir); above != dir; dir, above = above, filepath.Dir(above) {
		err := d.syncDir(above)
		if err != nil && !errors.Is(err, fs.ErrPermission) && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, syscall.EINVAL) {
			return err
		}
	}
	return nil
}

func notDir(path string) error {
	return fmt.Errorf("%s is a file, not a directory: give the log a directory of its own, or read the file with ReadFile", path)
}

func isADir(path string) error {
	return fmt.Errorf("%s is a directory, not a file: read the log in it with Open", path)
}
