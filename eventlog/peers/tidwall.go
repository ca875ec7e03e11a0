package main

import "github.com/tidwall/wal"

type tidwallStore struct {
	log   *wal.Log
	last  uint64
	batch wal.Batch
}

func tidwallWAL() contestant {
	c := contestant{
		name:    "tidwall/wal",
		durable: "[NoSync](https://pkg.go.dev/github.com/tidwall/wal#Options) false, the default; a group is one WriteBatch",
		checks:  "the length before each entry",
		open:    openTidwall,
	}
	c.replay, c.lines = reading(readTidwall)
	return c
}

func openTidwall(dir string) (store, error) {
	log, err := wal.Open(dir, nil)
	if err != nil {
		return nil, err
	}
	s := &tidwallStore{log: log}
	s.last, err = log.LastIndex()
	return s, err
}

func (s *tidwallStore) append(g group) error {
	if len(g.lines) == 1 {
		s.last++
		return s.log.Write(s.last, g.lines[0])
	}
	s.batch.Clear()
	for _, line := range g.lines {
		s.last++
		s.batch.Write(s.last, line)
	}
	return s.log.WriteBatch(&s.batch)
}

func (s *tidwallStore) close() error { return s.log.Close() }

func readTidwall(dir string, each func([]byte)) error {
	log, err := wal.Open(dir, nil)
	if err != nil {
		return err
	}
	defer log.Close()
	first, err := log.FirstIndex()
	if err != nil {
		return err
	}
	last, err := log.LastIndex()
	if err != nil {
		return err
	}
	for i := first; i <= last; i++ {
		line, err := log.Read(i)
		if err != nil {
			return err
		}
		each(line)
	}
	return nil
}
