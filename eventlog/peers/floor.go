package main

import (
	"bufio"
	"io"
	"os"
	"path/filepath"
)

// rawFile is the floor: the lines written to one file, and nothing else.
type rawFile struct {
	file *os.File
	buf  []byte
}

func floor() contestant {
	c := contestant{
		name:    "the floor: raw lines",
		durable: "one [write and fsync](https://pkg.go.dev/os#File.Sync) an append",
		checks:  "nothing",
		open:    openRaw,
	}
	c.replay, c.lines = reading(readRaw)
	return c
}

func openRaw(dir string) (store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, "raw"), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	return &rawFile{file: f}, err
}

func (s *rawFile) append(g group) error {
	s.buf = s.buf[:0]
	for _, line := range g.lines {
		s.buf = append(append(s.buf, line...), '\n')
	}
	if _, err := s.file.Write(s.buf); err != nil {
		return err
	}
	return s.file.Sync()
}

func (s *rawFile) close() error { return s.file.Close() }

func readRaw(dir string, each func([]byte)) error {
	f, err := os.Open(filepath.Join(dir, "raw"))
	if err != nil {
		return err
	}
	defer f.Close()
	for in := bufio.NewReaderSize(f, 1<<20); ; {
		line, err := in.ReadSlice('\n')
		if err == io.EOF && len(line) == 0 {
			return nil
		}
		if err != nil && err != io.EOF {
			return err
		}
		each(line[:max(len(line)-1, 0)])
	}
}
