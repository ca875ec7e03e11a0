//go:build unix

package pgtest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
	"time"
)

// identity is whom the server runs as; nil is the caller.
type identity struct{ uid, gid uint32 }

// runAs returns whom a server can run as: it refuses to be root.
func runAs() (*identity, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uerr := strconv.ParseUint(u.Uid, 10, 32)
		gid, gerr := strconv.ParseUint(u.Gid, 10, 32)
		if uerr == nil && gerr == nil {
			return &identity{uint32(uid), uint32(gid)}, nil
		}
	}
	return nil, errors.New("pgtest: PostgreSQL does not run as root, and there is no user postgres or nobody: run the tests as somebody else")
}

// own gives a directory to the identity, and says whether it can get there.
func (who *identity) own(dir string) error {
	if who == nil {
		return nil
	}
	if err := os.Chown(dir, int(who.uid), int(who.gid)); err != nil {
		return err
	}
	if err := os.Chmod(dir, 0o755); err != nil { // others come to the socket
		return err
	}
	try := exec.Command("/bin/sh", "-c", `cd "$1"`, "sh", dir)
	try.Dir = "/"
	who.become(try)
	if err := try.Run(); err != nil {
		return fmt.Errorf("%s is out of reach for the server: %w", dir, err)
	}
	return nil
}

// become lets a program run as the identity, and end with this process.
func (who *identity) become(c *exec.Cmd) {
	c.SysProcAttr = dying()
	if who != nil {
		c.SysProcAttr.Credential = &syscall.Credential{Uid: who.uid, Gid: who.gid}
	}
}

// halt asks a server to end in good order, whatever its clients do.
func halt(p *os.Process) error { return p.Signal(syscall.SIGINT) }

// kill ends a server and its processes at once, and returns when they are gone:
// the next one would find their shared memory in use.
func kill(p *os.Process) error {
	family := children(p.Pid)
	if err := p.Kill(); err != nil {
		return err
	}
	for _, pid := range family {
		_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended by itself
	}
	again := time.NewTicker(time.Millisecond)
	defer again.Stop()
	for begin := time.Now(); time.Since(begin) < patience; <-again.C {
		left := 0
		for _, pid := range family {
			if runs(pid) {
				left++
			}
		}
		if left == 0 {
			return nil
		}
	}
	return errors.New("processes of a server that was killed go on")
}
