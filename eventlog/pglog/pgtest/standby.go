package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Standby returns a server that follows s, as it is in streaming replication, and
// ends with the test.
func (s *Server) Standby(t testing.TB) *Server {
	t.Helper()
	if s.dir == "" {
		t.Skip("needs a server of its own: unset RELEVO_TEST_POSTGRES")
	}
	who, err := runAs()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := home(who)
	if err != nil {
		t.Fatal(err)
	}
	standby := &Server{bin: s.bin, dir: dir}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the standby said last:\n%s", standby.said())
		}
		if err := standby.Stop(); err != nil {
			t.Error(err)
		}
	})
	backup := exec.Command(filepath.Join(s.bin, "pg_basebackup"), "-D", standby.data(), "-d", s.DSN("postgres"), "-R", "-c", "fast", "--no-sync")
	if out, err := standby.output(backup, who); err != nil {
		t.Fatalf("pg_basebackup: %v\n%s", err, out)
	}
	if err := standby.Restart(); err != nil {
		t.Fatal(err)
	}
	return standby
}

// Promote makes a standby a primary.
func (s *Server) Promote(ctx context.Context) error {
	return s.Exec(ctx, "postgres", "SELECT pg_promote()")
}

// Backup returns the files of a server that is halted, to be put back with
// Restore.
func (s *Server) Backup(t testing.TB) (dir string) {
	t.Helper()
	dir = s.data() + ".backup"
	if err := s.copyData(s.data(), dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Restore gives a server that is halted the files of a backup, instead of its own.
func (s *Server) Restore(t testing.TB, dir string) {
	t.Helper()
	if err := errors.Join(os.RemoveAll(s.data()), s.copyData(dir, s.data())); err != nil {
		t.Fatal(err)
	}
}

func (s *Server) copyData(from, to string) error {
	who, err := runAs()
	if err != nil {
		return err
	}
	if out, err := s.output(exec.Command("cp", "-a", from, to), who); err != nil {
		return fmt.Errorf("pgtest: %w\n%s", err, out)
	}
	return nil
}
