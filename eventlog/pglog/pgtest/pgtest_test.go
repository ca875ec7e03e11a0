package pgtest

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

func TestMain(m *testing.M) { os.Exit(Run(m)) }

// TestPrograms finds the newest server, and none that is too old.
func TestPrograms(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("makes programs out of shell scripts")
	}
	fake := func(version string) string {
		dir := t.TempDir()
		for _, name := range []string{"initdb", "postgres"} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\necho 'postgres (PostgreSQL) "+version+"'\n"), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		return dir
	}
	old, good := fake("14.9 (Debian 14.9-1)"), fake("99.1")
	if v := version(old); v != 14 {
		t.Errorf("the version of 14.9 is %d", v)
	}
	if v := version(t.TempDir()); v != 0 {
		t.Errorf("the version of nothing is %d", v)
	}
	t.Setenv("PATH", strings.Join([]string{t.TempDir(), old, good}, string(os.PathListSeparator)))
	want, err := filepath.EvalSymlinks(good)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := programs(); got != want || err != nil {
		t.Errorf("programs = %s, %v, want %s", got, err, want)
	}
}

// TestDSN names other databases of a server that is somebody else's.
func TestDSN(t *testing.T) {
	for dsn, want := range map[string]string{
		"postgres://me:secret@host:5433/first?sslmode=require": "postgres://me:secret@host:5433/second?sslmode=require",
		"postgres://host":         "postgres://host/second",
		"host=/run user=me":       "host=/run user=me dbname=second",
		"dbname=first user=me":    "dbname=first user=me dbname=second",
		"postgresql:///first?a=b": "postgresql:///second?a=b",
	} {
		if got := (&Server{dsn: dsn}).DSN("second"); got != want {
			t.Errorf("DSN of %s = %s, want %s", dsn, got, want)
		}
	}
}

// TestServer starts, kills, halts and stops a server.
func TestServer(t *testing.T) {
	s := New(t)
	ctx := t.Context()
	database := s.Database(t)
	if err := s.Exec(ctx, database, "CREATE TABLE t AS SELECT 1 AS n"); err != nil {
		t.Fatal(err)
	}
	var fsync string
	if err := s.with(ctx, database, func(c *pgx.Conn) error { return c.QueryRow(ctx, "SHOW fsync").Scan(&fsync) }); err != nil || fsync != "on" {
		t.Errorf("fsync is %s, %v", fsync, err)
	}
	for _, end := range []func() error{s.Kill, s.Halt} {
		conn, err := pgx.Connect(ctx, s.DSN(database))
		if err != nil {
			t.Fatal(err)
		}
		family := children(s.process.Process.Pid)
		if err := end(); err != nil {
			t.Fatal(err)
		}
		if err := conn.Ping(ctx); err == nil {
			t.Error("a connection outlives its server")
		}
		for _, pid := range family {
			if runs(pid) {
				t.Errorf("process %d of the server outlives it", pid)
			}
		}
		if err := s.Exec(ctx, database, "SELECT 1"); err == nil {
			t.Error("the server answers after its end")
		}
		if err := end(); err != nil {
			t.Errorf("to end it twice = %v", err)
		}
		if err := s.Restart(); err != nil {
			t.Fatal(err)
		}
		if err := s.Exec(ctx, database, "SELECT n FROM t"); err != nil {
			t.Errorf("what was committed is gone: %v", err)
		}
	}
	conn, err := pgx.Connect(ctx, s.DSN(database))
	if err != nil {
		t.Fatal(err)
	}
	if n, err := s.Terminate(ctx); n < 1 || err != nil {
		t.Errorf("Terminate = %d, %v", n, err)
	}
	if err := conn.Ping(ctx); err == nil {
		t.Error("a connection outlives Terminate")
	}
	dir, _ := s.Socket()
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Stop leaves %s: %v", dir, err)
	}
}

// TestShared keeps the databases of tests apart.
func TestShared(t *testing.T) {
	s := Shared(t)
	if Shared(t) != s {
		t.Error("there are two shared servers")
	}
	a, b := s.Pool(t), s.Pool(t)
	for _, pool := range []*pgxpool.Pool{a, b} {
		if _, err := pool.Exec(t.Context(), "CREATE TABLE t ()"); err != nil {
			t.Error(err)
		}
	}
}

// echo is a server on a socket that answers with what it is told.
func echo(t *testing.T) *Server {
	t.Helper()
	s := &Server{dir: t.TempDir()}
	_, socket := s.Socket()
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				io.Copy(c, c)
			}()
		}
	}()
	return s
}

func dial(t *testing.T, p *Proxy) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", p.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return c
}

// say sends text and returns what of it comes back before the connection ends, or
// all of it.
func say(c net.Conn, text string) string {
	fmt.Fprint(c, text)
	back := make([]byte, len(text))
	n, _ := io.ReadFull(c, back)
	return string(back[:n])
}

// TestProxy cuts and holds what passes.
func TestProxy(t *testing.T) {
	limits := make(chan [2]int64, 3)
	p := NewProxy(t, echo(t), func() (up, down int64) {
		select {
		case l := <-limits:
			return l[0], l[1]
		default:
			return -1, -1
		}
	})
	c := dial(t, p)
	if got := say(c, "hello"); got != "hello" {
		t.Errorf("through the proxy comes %q", got)
	}
	p.CutAfter(-1, 3)
	if got := say(c, "hello"); got != "hel" {
		t.Errorf("cut after 3 bytes down comes %q", got)
	}
	limits <- [2]int64{2, -1}
	if got := say(dial(t, p), "hello"); len(got) > 2 {
		t.Errorf("cut after 2 bytes up comes %q", got)
	}
	limits <- [2]int64{-1, 0}
	if got := say(dial(t, p), "hello"); got != "" {
		t.Errorf("cut after no byte comes %q", got)
	}

	c = dial(t, p)
	if got := say(c, "a"); got != "a" {
		t.Fatalf("through the proxy comes %q", got)
	}
	p.Hold()
	p.Hold()
	came := make(chan string, 1)
	go func() { came <- say(c, "held") }()
	select {
	case got := <-came:
		t.Errorf("while it holds comes %q", got)
	case <-time.After(20 * time.Millisecond):
	}
	p.Release()
	p.Release()
	if got := <-came; got != "held" {
		t.Errorf("released comes %q", got)
	}
	if n := p.Cut(); n < 1 {
		t.Errorf("%d connections were cut", n)
	}
	if got := say(c, "x"); got != "" {
		t.Errorf("after the cut comes %q", got)
	}
}
