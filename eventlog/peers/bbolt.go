package main

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"
	"go.etcd.io/bbolt/errors"
)

type bboltStore struct{ db *bbolt.DB }

var bucket = []byte("events")

func bboltDB() contestant {
	c := contestant{
		name:    "bbolt",
		durable: "[NoSync](https://pkg.go.dev/go.etcd.io/bbolt#DB) false, the default; an append is one Update, pages are filled to 0.9",
		checks:  "a checksum over each of the two meta pages",
		open:    openBolt,
	}
	c.replay, c.lines = reading(readBolt)
	return c
}

// openFile opens the database, and waits a little for who has it locked.
func openFile(dir string) (*bbolt.DB, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	return bbolt.Open(filepath.Join(dir, "bolt.db"), 0o600, &bbolt.Options{Timeout: 100 * time.Millisecond})
}

func openBolt(dir string) (store, error) {
	db, err := openFile(dir)
	if err != nil {
		return nil, err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucketIfNotExists(bucket)
		return err
	})
	return &bboltStore{db}, err
}

func (s *bboltStore) append(g group) error {
	return s.db.Update(func(tx *bbolt.Tx) error {
		b := tx.Bucket(bucket)
		b.FillPercent = 0.9
		for _, line := range g.lines {
			n, err := b.NextSequence()
			if err != nil {
				return err
			}
			if err := b.Put(binary.BigEndian.AppendUint64(nil, n), line); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *bboltStore) close() error { return s.db.Close() }

func readBolt(dir string, each func([]byte)) error {
	db, err := openFile(dir)
	if err != nil {
		return err
	}
	defer db.Close()
	var buf []byte
	return db.View(func(tx *bbolt.Tx) error {
		b := tx.Bucket(bucket)
		if b == nil {
			return errors.ErrBucketNotFound
		}
		return b.ForEach(func(_, line []byte) error {
			buf = append(buf[:0], line...) // it is a piece of the mapped file
			each(buf)
			return nil
		})
	})
}
