package main

import (
	"go.etcd.io/etcd/server/v3/storage/wal"
	"go.etcd.io/etcd/server/v3/storage/wal/walpb"
	"go.etcd.io/raft/v3/raftpb"
)

type etcdStore struct {
	log  *wal.WAL
	last uint64
	term uint64
}

func etcdWAL() contestant {
	c := contestant{
		name:    "etcd's wal",
		durable: "[Save](https://pkg.go.dev/go.etcd.io/etcd/server/v3/storage/wal#WAL.Save) with entries syncs by itself (fdatasync in preallocated files); SetUnsafeNoFsync is not called",
		checks:  "a CRC-32C over each record and those before it",
		open:    openEtcd,
	}
	c.replay, c.lines = reading(readEtcd)
	return c
}

// start is the snapshot before the first entry.
func start() *walpb.Snapshot { return &walpb.Snapshot{Index: new(uint64), Term: new(uint64)} }

func openEtcd(dir string) (store, error) {
	if !wal.Exist(dir) {
		log, err := wal.Create(nil, dir, nil)
		return &etcdStore{log: log, term: 1}, err
	}
	log, err := wal.Open(nil, dir, start())
	if err != nil {
		return nil, err
	}
	_, _, entries, err := log.ReadAll()
	return &etcdStore{log: log, last: uint64(len(entries)), term: 1}, err
}

func (s *etcdStore) append(g group) error {
	entries := make([]*raftpb.Entry, len(g.lines))
	for i, line := range g.lines {
		s.last++
		index := s.last
		entries[i] = &raftpb.Entry{Index: &index, Term: &s.term, Data: line}
	}
	return s.log.Save(&raftpb.HardState{}, entries)
}

func (s *etcdStore) close() error { return s.log.Close() }

func readEtcd(dir string, each func([]byte)) error {
	log, err := wal.Open(nil, dir, start())
	if err != nil {
		return err
	}
	defer log.Close()
	_, _, entries, err := log.ReadAll()
	if err != nil {
		return err
	}
	for _, e := range entries {
		each(e.GetData())
	}
	return nil
}
