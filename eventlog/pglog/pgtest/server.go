package pgtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// patience is how long a server may take for anything before it counts as stuck.
const patience = time.Minute

// Server is a PostgreSQL for tests. Its methods are for one goroutine at a time,
// except DSN, Socket, Terminate, Exec and those that take a test.
type Server struct {
	bin     string // where its programs are
	dir     string // its files, "" if it is somebody else's
	dsn     string // of somebody else's
	process *exec.Cmd
	ended   chan struct{} // closed when process has ended

	databases atomic.Int64
}

// superuser may do everything, without a password.
const superuser = "postgres"

// port is no more than a part of the socket's name.
const port = 5432

// Start starts a new server, which takes about a second. The caller ends it with
// Stop. If this machine has none, the error says how to get one.
func Start() (*Server, error) {
	bin, err := programs()
	if err != nil {
		return nil, err
	}
	who, err := runAs()
	if err != nil {
		return nil, err
	}
	dir, err := home(who)
	if err != nil {
		return nil, err
	}
	s := &Server{bin: bin, dir: dir}
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", s.data(), "-U", superuser, "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
	if out, err := s.output(initdb, who); err != nil {
		return nil, errors.Join(fmt.Errorf("pgtest: initdb: %w\n%s", err, out), os.RemoveAll(dir))
	}
	// The role locked has a password; nobody else needs one.
	hba := "local all locked scram-sha-256\nlocal all all trust\nlocal replication all trust\n"
	if err := os.WriteFile(filepath.Join(s.data(), "pg_hba.conf"), []byte(hba), 0o644); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if err := s.Restart(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return s, nil
}

// New starts a server for one test alone, and ends it with the test.
func New(t testing.TB) *Server {
	t.Helper()
	s, err := Start()
	if errors.Is(err, errNone) {
		t.Skip(errNone.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the server said last:\n%s", s.said())
		}
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// home makes the directory of a server, in which whoever it runs as can come to
// its data, and whose name is short enough for a socket.
func home(who *identity) (string, error) {
	var errs []error
	for _, above := range []string{os.TempDir(), "/tmp"} {
		dir, err := os.MkdirTemp(above, "pgtest")
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if err := who.own(dir); err == nil && len(dir) < 80 {
			return dir, nil
		} else {
			errs = append(errs, err, os.RemoveAll(dir))
		}
	}
	return "", fmt.Errorf("pgtest: no directory for a server: %w", errors.Join(errs...))
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }
func (s *Server) log() string  { return filepath.Join(s.dir, "log") }

// said returns the end of what the server wrote to its log.
func (s *Server) said() []byte {
	all, _ := os.ReadFile(s.log())
	return all[max(0, len(all)-4000):]
}

// Socket returns the directory of the server's socket, and the file in it. Both
// are empty for a server that is somebody else's.
func (s *Server) Socket() (dir, file string) {
	if s.dir == "" {
		return "", ""
	}
	return s.dir, filepath.Join(s.dir, ".s.PGSQL."+strconv.Itoa(port))
}

// DSN returns the connection string of a database. The one that is always there
// is called postgres.
func (s *Server) DSN(database string) string {
	if s.dir == "" {
		return replaced(s.dsn, database)
	}
	return dsn(s.dir, port, database)
}

func dsn(host string, port int, database string) string {
	return fmt.Sprintf("postgres://%s@/%s?host=%s&port=%d&sslmode=disable&connect_timeout=10", superuser, database, url.QueryEscape(host), port)
}

// replaced returns a connection string for another database.
func replaced(dsn, database string) string {
	if u, err := url.Parse(dsn); err == nil && u.Scheme != "" {
		u.Path = "/" + database
		return u.String()
	}
	return dsn + " dbname=" + database // the last one counts
}

// Restart starts the server again after Kill or Halt, and returns when it takes
// connections.
func (s *Server) Restart() error {
	who, err := runAs()
	if err != nil {
		return err
	}
	log, err := os.OpenFile(s.log(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	s.process = exec.Command(filepath.Join(s.bin, "postgres"), "-D", s.data(), "-k", s.dir, "-p", strconv.Itoa(port),
		"-c", "listen_addresses=", "-c", "max_connections=200", "-c", "shared_buffers=64MB", "-c", "wal_level=replica")
	s.process.Dir, s.process.Stdout, s.process.Stderr = s.dir, log, log
	s.process.Env = environment()
	who.become(s.process)
	if err := s.process.Start(); err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	s.ended = make(chan struct{})
	go func(p *exec.Cmd, ended chan struct{}) {
		p.Wait()
		close(ended)
	}(s.process, s.ended)
	return s.answers()
}

// answers waits until the server takes connections.
func (s *Server) answers() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for {
		conn, err := pgx.Connect(ctx, s.DSN("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("pgtest: the server takes no connection: %w\n%s", err, s.said())
		case <-s.ended:
			return fmt.Errorf("pgtest: the server ended while it started\n%s", s.said())
		case <-again.C:
		}
	}
}

// Stop ends the server and removes its files.
func (s *Server) Stop() error {
	if s.dir == "" {
		return nil
	}
	return errors.Join(s.Halt(), os.RemoveAll(s.dir))
}

// Halt ends the server in good order, and keeps its files for Restart.
func (s *Server) Halt() error {
	return s.end(func() error { return halt(s.process.Process) })
}

// Kill ends the server and all its processes with SIGKILL, as a crash of the
// machine does, but for what the disk had not yet: that is not lost.
func (s *Server) Kill() error {
	return s.end(func() error { return kill(s.process.Process) })
}

func (s *Server) end(how func() error) error {
	if s.process == nil {
		return nil
	}
	if err := how(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("pgtest: %w", err)
	}
	stuck := time.NewTimer(patience)
	defer stuck.Stop()
	select {
	case <-s.ended:
		s.process = nil
		return nil
	case <-stuck.C:
		return errors.New("pgtest: the server does not end")
	}
}

// Terminate ends all connections but the one it is told over, as an
// administrator does, and returns how many it were.
func (s *Server) Terminate(ctx context.Context) (n int, err error) {
	err = s.with(ctx, "postgres", func(conn *pgx.Conn) error {
		return conn.QueryRow(ctx, `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'`).Scan(&n)
	})
	return n, err
}

// Exec runs statements in a database as an administrator.
func (s *Server) Exec(ctx context.Context, database, sql string) error {
	return s.with(ctx, database, func(conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, sql)
		return err
	})
}

func (s *Server) with(ctx context.Context, database string, do func(*pgx.Conn) error) error {
	conn, err := pgx.Connect(ctx, s.DSN(database))
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return do(conn)
}

// Database makes a new database for a test and returns its name. It is dropped
// with the test.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	name := fmt.Sprintf("test_%d_%d", os.Getpid(), s.databases.Add(1))
	if err := s.Exec(t.Context(), "postgres", "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// A server that was killed by its test has nothing to drop.
		_ = s.Exec(context.Background(), "postgres", "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
	})
	return name
}

// Pool makes a new database for a test and returns a pool of connections to it.
// It is closed with the test.
func (s *Server) Pool(t testing.TB) *pgxpool.Pool {
	t.Helper()
	return Pool(t, s.DSN(s.Database(t)))
}

// Pool returns a pool that is closed with the test.
func Pool(t testing.TB, dsn string) *pgxpool.Pool {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// Command returns a program of the server, such as psql or pg_dump, that is told
// to connect to a database. If it is not installed, the test is skipped.
func (s *Server) Command(t testing.TB, name, database string, args ...string) *exec.Cmd {
	t.Helper()
	path := filepath.Join(s.bin, name)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if path, err = exec.LookPath(name); err != nil {
			t.Skipf("needs %s: apt-get install postgresql-client", name)
		}
	}
	c := exec.CommandContext(t.Context(), path, append([]string{"-d", s.DSN(database)}, args...)...)
	c.Env = environment()
	return c
}

// output runs a program as somebody and returns what it wrote.
func (s *Server) output(c *exec.Cmd, who *identity) ([]byte, error) {
	var out bytes.Buffer
	c.Dir, c.Stdout, c.Stderr, c.Env = s.dir, &out, &out, environment()
	who.become(c)
	err := c.Run()
	return out.Bytes(), err
}

// environment is that of the server's programs: nothing of the caller's reaches
// them that changes where they connect to or what language they speak.
func environment() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
}

// shared is the one server that the tests of a binary share.
var shared struct {
	once   sync.Once
	server *Server
	err    error
}

// Shared returns the server that the tests of one binary share. It is started
// when the first test wants it; TestMain ends it through Run.
func Shared(t testing.TB) *Server {
	t.Helper()
	shared.once.Do(func() {
		if dsn := os.Getenv("RELEVO_TEST_POSTGRES"); dsn != "" {
			bin, _ := programs()
			shared.server = &Server{bin: bin, dsn: dsn}
			return
		}
		shared.server, shared.err = Start()
	})
	if errors.Is(shared.err, errNone) {
		t.Skip(errNone.Error() + "; or set RELEVO_TEST_POSTGRES to the connection string of one")
	}
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.server
}

// Run runs the tests of a binary and ends the server they shared. It returns what
// TestMain exits with.
func Run(m *testing.M) int {
	code := m.Run()
	if shared.server != nil {
		if err := shared.server.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	return code
}
