package main

import (
	"context"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/filelog"
)

type fileStore struct {
	log  *filelog.Log
	head eventlog.Position
}

func fileLog() contestant {
	return contestant{
		name:    "**eventlog/filelog**",
		durable: "always ([Append](https://pkg.go.dev/github.com/relevo-go/relevo/eventlog/filelog#Log.Append)); no option turns it off",
		checks:  "the form of every line, a SHA-256 chain over all of them, that positions have no hole and appends are whole: all that is read, and on opening at least the end. If the log was not closed, a bad last append may be taken for one that a crash cut off",
		open: func(dir string) (store, error) {
			log, err := filelog.Open(dir, nil)
			if err != nil {
				return nil, err
			}
			s := &fileStore{log: log}
			err = s.read(func(r eventlog.Record) { s.head = r.Position })
			return s, err
		},
		replay: func(dir string) (n int, err error) {
			err = readFileLog(dir, func(eventlog.Record) { n++ })
			return n, err
		},
		lines: func(dir string) (all [][]byte, err error) {
			err = readFileLog(dir, func(r eventlog.Record) { all = append(all, r.AppendLine(nil)) })
			return all, err
		},
	}
}

func (s *fileStore) append(g group) error {
	records, err := s.log.Append(context.Background(), s.head, g.entries...)
	if err == nil {
		s.head = records[len(records)-1].Position
	}
	return err
}

func (s *fileStore) close() error { return s.log.Close() }

func (s *fileStore) read(each func(eventlog.Record)) error {
	for r, err := range s.log.Read(context.Background(), 0) {
		if err != nil {
			return err
		}
		each(r)
	}
	return nil
}

func readFileLog(dir string, each func(eventlog.Record)) error {
	log, err := filelog.Open(dir, nil)
	if err != nil {
		return err
	}
	defer log.Close()
	return (&fileStore{log: log}).read(each)
}
