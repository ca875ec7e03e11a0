package filelog

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"
)

// memDisk is a disk in memory that fails where it is told to and forgets what
// was not synced when its machine dies.
//
// Operations that change something are counted. From number failFrom to before
// number failTo they fail; a write that fails has written half of its bytes. A
// sync that fails loses the changes for good although they can still be read,
// as on Linux: a later sync does not bring them back.
type memDisk struct {
	mu       sync.Mutex
	names    map[string]*memFile // as the system shows them
	durable  map[string]*memFile // as they stand on the disk
	locked   bool
	ops      int
	failFrom int
	failTo   int
	failed   string // the first operation that failed
}

// memFile is a file or, if dir is set, a directory.
type memFile struct {
	dir    bool
	data   []byte // as the system shows it
	dirty  []run  // the bytes of data that the next sync writes
	synced []byte // as it stands on the disk
}

// run is bytes of a file that were written and not cut off since.
type run struct{ from, to int64 }

var errInjected = &fs.PathError{Op: "injected", Err: syscall.EIO}

func newMemDisk() *memDisk {
	root := &memFile{dir: true}
	return &memDisk{names: map[string]*memFile{".": root}, durable: map[string]*memFile{".": root}}
}

// holding returns a disk with files in the directory log, all durable.
func holding(files map[string][]byte) *memDisk {
	d := newMemDisk()
	d.names["log"] = &memFile{dir: true}
	for name, b := range files {
		d.names[filepath.Join("log", name)] = &memFile{data: bytes.Clone(b), synced: bytes.Clone(b)}
	}
	d.durable = maps.Clone(d.names)
	return d
}

// contents returns the bytes of the files in the directory log, the lock and the
// note of the end left out.
func (d *memDisk) contents() map[string][]byte {
	all := map[string][]byte{}
	for path, f := range d.names {
		if name := filepath.Base(path); !f.dir && name != lockName && name != endName && name != freshEndName {
			all[name] = bytes.Clone(f.data)
		}
	}
	return all
}

// op counts an operation and says whether it fails. The caller holds mu.
func (d *memDisk) op(what string) error {
	n := d.ops
	d.ops++
	if n >= d.failFrom && n < d.failTo {
		if d.failed == "" {
			d.failed = what
		}
		return errInjected
	}
	return nil
}

// reboot returns the disk after the machine died. keepNames and keepData say
// what became durable by itself of what was not synced.
func (d *memDisk) reboot(keepNames bool, keepData func(synced, shown []byte) []byte) *memDisk {
	from := d.durable
	if keepNames {
		from = d.names
	}
	after := newMemDisk()
	for path, f := range from {
		if !reachable(from, path) {
			continue
		}
		if f.dir {
			after.names[path] = f
			continue
		}
		b := keepData(f.synced, f.data)
		after.names[path] = &memFile{data: bytes.Clone(b), synced: bytes.Clone(b)}
	}
	after.durable = maps.Clone(after.names)
	return after
}

// reachable reports whether all directories above path have names.
func reachable(names map[string]*memFile, path string) bool {
	for path != "." {
		path = filepath.Dir(path)
		if names[path] == nil {
			return false
		}
	}
	return true
}

// copy returns the disk after only the process died: nothing is lost, and what
// is done to the copy does not show on d.
func (d *memDisk) copy() *memDisk {
	copies := map[*memFile]*memFile{}
	each := func(names map[string]*memFile) map[string]*memFile {
		all := map[string]*memFile{}
		for path, f := range names {
			if copies[f] == nil {
				copies[f] = &memFile{f.dir, bytes.Clone(f.data), slices.Clone(f.dirty), bytes.Clone(f.synced)}
			}
			all[path] = copies[f]
		}
		return all
	}
	return &memDisk{names: each(d.names), durable: each(d.durable)}
}

// The ways in which the data of a file may survive the death of its machine.
var survivals = map[string]func(synced, shown []byte) []byte{
	"what was synced": func(synced, _ []byte) []byte { return synced },
	"what was shown":  func(_, shown []byte) []byte { return shown },
	"half of what was written": func(synced, shown []byte) []byte {
		if len(shown) <= len(synced) {
			return synced
		}
		half := (len(shown) - len(synced)) / 2
		return append(bytes.Clone(synced), shown[len(synced):len(synced)+half]...)
	},
	"the length, with zeros": func(synced, shown []byte) []byte {
		return append(bytes.Clone(synced), make([]byte, max(0, len(shown)-len(synced)))...)
	},
	"the second half, after zeros": func(synced, shown []byte) []byte {
		if len(shown) <= len(synced) {
			return synced
		}
		half := (len(shown) - len(synced)) / 2
		return slices.Concat(synced, make([]byte, half), shown[len(synced)+half:])
	},
}

func (d *memDisk) open(path string, flag int) (file, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f := d.names[path]
	switch {
	case f == nil && flag&os.O_CREATE == 0:
		return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
	case f != nil && flag&os.O_EXCL != 0:
		return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrExist}
	case f != nil && f.dir:
		return nil, &fs.PathError{Op: "open", Path: path, Err: syscall.EISDIR}
	}
	if flag&(os.O_CREATE|os.O_TRUNC) != 0 {
		if err := d.op("create"); err != nil {
			return nil, err
		}
		if f == nil {
			f = &memFile{}
			d.names[path] = f
		}
		f.data, f.dirty = nil, nil
	}
	return &memHandle{disk: d, f: f}, nil
}

func (d *memDisk) rename(from, to string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.op("rename"); err != nil {
		return err
	}
	d.names[to] = d.names[from]
	delete(d.names, from)
	return nil
}

func (d *memDisk) remove(path string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.op("remove"); err != nil {
		return err
	}
	delete(d.names, path)
	return nil
}

func (d *memDisk) isDir(path string) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if f := d.names[path]; f != nil {
		return f.dir, nil
	}
	return false, fs.ErrNotExist
}

func (d *memDisk) mkdirAll(path string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	var missing []string
	for ; d.names[path] == nil; path = filepath.Dir(path) {
		missing = append(missing, path)
	}
	for _, path := range slices.Backward(missing) {
		if err := d.op("mkdir"); err != nil {
			return err
		}
		d.names[path] = &memFile{dir: true}
	}
	return nil
}

func (d *memDisk) list(dir string) (names []string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for path := range d.names {
		if filepath.Dir(path) == dir && path != dir {
			names = append(names, filepath.Base(path))
		}
	}
	return names, nil
}

func (d *memDisk) syncDir(dir string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.op("sync of a directory"); err != nil {
		return err
	}
	in := func(path string, _ *memFile) bool { return filepath.Dir(path) == dir && path != dir }
	maps.DeleteFunc(d.durable, in)
	for path, f := range d.names {
		if in(path, f) {
			d.durable[path] = f
		}
	}
	return nil
}

func (d *memDisk) lock(string) (io.Closer, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.locked {
		return nil, ErrLocked
	}
	d.locked = true
	return memLock{d}, nil
}

func (d *memDisk) remote(string) bool { return false }

type memLock struct{ d *memDisk }

func (l memLock) Close() error {
	l.d.mu.Lock()
	defer l.d.mu.Unlock()
	l.d.locked = false
	return nil
}

// memHandle is an open file.
type memHandle struct {
	disk   *memDisk
	f      *memFile
	wrote  bool
	closed bool
}

func (h *memHandle) ReadAt(p []byte, off int64) (int, error) {
	h.disk.mu.Lock()
	defer h.disk.mu.Unlock()
	if h.closed {
		return 0, fs.ErrClosed
	}
	return bytes.NewReader(h.f.data).ReadAt(p, off)
}

func (h *memHandle) WriteAt(p []byte, off int64) (int, error) {
	h.disk.mu.Lock()
	defer h.disk.mu.Unlock()
	if h.closed {
		return 0, fs.ErrClosed
	}
	h.wrote = true
	err := h.disk.op("write")
	if err != nil {
		p = p[:len(p)/2]
	}
	h.f.resize(max(int64(len(h.f.data)), off+int64(len(p))))
	copy(h.f.data[off:], p)
	h.f.dirty = append(h.f.dirty, run{off, off + int64(len(p))})
	return len(p), err
}

// resize changes the length that the system shows.
func (f *memFile) resize(size int64) {
	if n := int64(len(f.data)); size > n {
		f.data = append(f.data, make([]byte, size-n)...)
	}
	f.data = f.data[:size]
	for i, r := range f.dirty {
		f.dirty[i] = run{min(r.from, size), min(r.to, size)}
	}
}

func (h *memHandle) Truncate(size int64) error {
	h.disk.mu.Lock()
	defer h.disk.mu.Unlock()
	if err := h.disk.op("truncate"); err != nil {
		return err
	}
	h.wrote = true
	h.f.resize(size)
	return nil
}

func (h *memHandle) Sync() error {
	h.disk.mu.Lock()
	defer h.disk.mu.Unlock()
	if h.closed {
		return fs.ErrClosed
	}
	f := h.f
	err := h.disk.op("sync")
	if err == nil {
		f.synced = append(f.synced, make([]byte, max(0, len(f.data)-len(f.synced)))...)[:len(f.data)]
		for _, r := range f.dirty {
			copy(f.synced[r.from:r.to], f.data[r.from:r.to])
		}
	}
	f.dirty = nil
	return err
}

func (h *memHandle) reserve(int64, int64) {}

func (h *memHandle) release(int64) {}

func (h *memHandle) Stat() (fs.FileInfo, error) {
	h.disk.mu.Lock()
	defer h.disk.mu.Unlock()
	return memInfo(len(h.f.data)), nil
}

// Close counts as an operation on a file that was written to.
func (h *memHandle) Close() error {
	h.disk.mu.Lock()
	defer h.disk.mu.Unlock()
	if h.closed {
		return errors.New("closed twice")
	}
	h.closed = true
	if !h.wrote {
		return nil
	}
	return h.disk.op("close")
}

// memInfo is the size of a file.
type memInfo int64

func (i memInfo) Size() int64      { return int64(i) }
func (memInfo) Name() string       { return "" }
func (memInfo) Mode() fs.FileMode  { return 0 }
func (memInfo) ModTime() time.Time { return time.Time{} }
func (memInfo) IsDir() bool        { return false }
func (memInfo) Sys() any           { return nil }
