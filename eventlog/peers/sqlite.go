package main

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite"
)

type sqliteStore struct {
	db     *sql.DB
	insert *sql.Stmt
}

func sqliteDB() contestant {
	c := contestant{
		name:    "SQLite (modernc)",
		durable: "WAL mode with [synchronous=FULL](https://www.sqlite.org/pragma.html#pragma_synchronous); an append is one transaction",
		checks:  "a checksum over each frame of the WAL, up to the first that does not fit; nothing in the main file beyond its structure",
		open:    openSQLite,
	}
	c.replay, c.lines = reading(readSQLite)
	return c
}

func openDB(dir string) (*sql.DB, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "events.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}

func openSQLite(dir string) (store, error) {
	db, err := openDB(dir)
	if err != nil {
		return nil, err
	}
	if _, err := db.Exec("CREATE TABLE IF NOT EXISTS events (position INTEGER PRIMARY KEY, line BLOB NOT NULL)"); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	insert, err := db.Prepare("INSERT INTO events (line) VALUES (?)")
	return &sqliteStore{db, insert}, err
}

func (s *sqliteStore) append(g group) error {
	if len(g.lines) == 1 {
		_, err := s.insert.Exec(g.lines[0])
		return err
	}
	tx, err := s.db.Begin()
	if err != nil {
		return err
	}
	insert := tx.Stmt(s.insert)
	for _, line := range g.lines {
		if _, err := insert.Exec(line); err != nil {
			return errors.Join(err, tx.Rollback())
		}
	}
	return tx.Commit()
}

func (s *sqliteStore) close() error { return errors.Join(s.insert.Close(), s.db.Close()) }

func readSQLite(dir string, each func([]byte)) error {
	db, err := openDB(dir)
	if err != nil {
		return err
	}
	defer db.Close()
	rows, err := db.Query("SELECT line FROM events ORDER BY position")
	if err != nil {
		return err
	}
	defer rows.Close()
	var line sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&line); err != nil {
			return err
		}
		each(line)
	}
	return rows.Err()
}
