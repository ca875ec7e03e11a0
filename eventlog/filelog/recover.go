package filelog

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// cut takes a tear off the end of its segment and returns where its bytes are:
// kept, durably and before anything is cut, in a file beside the segment. A
// segment that is nothing but a tear becomes that file.
func cut(d disk, t *tear) (keep string, err error) {
	dir := filepath.Dir(t.path)
	if keep, err = freeName(d, fmt.Sprintf("%s.cut-%d", t.path, t.from)); err != nil {
		return "", err
	}
	if t.from == 0 {
		if err := d.rename(t.path, keep); err != nil {
			return "", err
		}
		return keep, d.syncDir(dir)
	}
	f, err := d.open(t.path, os.O_RDWR)
	if err != nil {
		return "", err
	}
	if err = copyOut(d, f, t, keep); err == nil {
		err = d.syncDir(dir)
	} else {
		_ = d.remove(keep) // half a copy is of no use, and the next opening makes another
		err = fmt.Errorf("keeping the %d bytes of a torn append, which are to be cut off: %w: make room or mend the disk, and open the log again; nothing was cut", t.to-t.from, err)
	}
	if err == nil {
		err = f.Truncate(t.from)
	}
	if err == nil {
		err = f.Sync()
	}
	return keep, errors.Join(err, f.Close())
}

// copyOut writes the bytes of a tear to a new file.
func copyOut(d disk, f io.ReaderAt, t *tear, keep string) error {
	out, err := d.open(keep, os.O_WRONLY|os.O_CREATE|os.O_EXCL)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.NewOffsetWriter(out, 0), io.NewSectionReader(f, t.from, t.to-t.from))
	if err == nil {
		err = out.Sync()
	}
	return errors.Join(err, out.Close())
}

// freeName returns path, or path with a number behind it if there is such a
// file already.
func freeName(d disk, path string) (string, error) {
	names, err := d.list(filepath.Dir(path))
	if err != nil {
		return "", err
	}
	free := path
	for n := 2; slices.Contains(names, filepath.Base(free)); n++ {
		free = fmt.Sprintf("%s.%d", path, n)
	}
	return free, nil
}

// confirm makes the last append durable by writing the same bytes again: its
// sync may have failed while the system still shows what it never wrote.
func confirm(f file, from, to int64) error {
	b := make([]byte, min(to-from, 1<<20))
	for from < to {
		n, err := f.ReadAt(b[:min(to-from, int64(len(b)))], from)
		if err != nil && !(err == io.EOF && from+int64(n) == to) {
			return err
		}
		if _, err := f.WriteAt(b[:n], from); err != nil {
			return err
		}
		from += int64(n)
	}
	return f.Sync()
}
