package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// saved is a file that a flag names to be written.
type saved struct {
	flag, name string
	ours       func([]byte) bool // whether a text is one that the flag wrote before
}

// allowed returns an error if the file is there and is none that the flag wrote: what
// somebody named by mistake is kept, a log above all.
func (s saved) allowed() error {
	info, err := os.Lstat(s.name)
	switch {
	case s.name == "-":
		return fmt.Errorf("%s: - is no file: give the name of one", s.flag)
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return s.failed(err)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s: %s is a directory, a link or a device: give the name of a file", s.flag, s.name)
	}
	f, err := os.Open(s.name)
	if err != nil {
		return s.failed(err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, 64<<10))
	if err != nil {
		return s.failed(err)
	}
	if len(text) > 0 && !s.ours(text) {
		return fmt.Errorf("%s: %s holds something else, which is kept: give the name of a new file, or of one that %s wrote before", s.flag, s.name, s.flag)
	}
	return nil
}

// write writes the file so that it is there as it was or whole, whatever happens.
func (s saved) write(text string) error {
	if err := s.allowed(); err != nil {
		return err
	}
	mode := fs.FileMode(0o644)
	if info, err := os.Stat(s.name); err == nil {
		mode = info.Mode().Perm()
	}
	f, err := os.CreateTemp(filepath.Dir(s.name), ".relevo-*")
	if err != nil {
		return s.failed(err)
	}
	_, err = f.WriteString(text)
	err = cmp.Or(err, f.Chmod(mode), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), s.name)
	}
	if err != nil {
		f.Close()
		os.Remove(f.Name())
		return s.failed(err)
	}
	return nil
}

// failed returns an error without the name of the file that was to take the other's
// place.
func (s saved) failed(err error) error {
	return fmt.Errorf("%s: %s could not be written: %w", s.flag, s.name, cause(err))
}
