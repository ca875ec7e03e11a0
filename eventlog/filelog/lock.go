package filelog

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// ErrLocked: another Log, in this process or another, has the directory open
// for writing. The error's text names the process if it is known.
var ErrLocked = errors.New("filelog: the log is open for writing elsewhere: close it there, or open it with ReadOnly")

// lockName is the file that is locked while a log is open for writing. It holds
// the process ID of the writer and stays when the log is closed.
const lockName = "lock"

// lockFile takes the lock at path and writes this process's ID into it.
func lockFile(path string) (io.Closer, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o640)
	if err != nil {
		return nil, err
	}
	held, err := tryLock(f)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	if !held {
		holder := readHolder(f)
		f.Close()
		if holder == 0 {
			return nil, ErrLocked
		}
		return nil, fmt.Errorf("%w (process %d)", ErrLocked, holder)
	}
	l := &fileLock{f}
	if err := l.write(strconv.Itoa(os.Getpid()) + "\n"); err != nil {
		f.Close()
		return nil, err
	}
	return l, nil
}

// readHolder returns the process ID that the lock's file holds, 0 if none.
func readHolder(f *os.File) int {
	var b [32]byte
	n, _ := f.ReadAt(b[:], 0)
	pid, err := strconv.Atoi(strings.TrimSpace(string(b[:n])))
	if err != nil || pid < 0 {
		return 0
	}
	return pid
}

type fileLock struct{ f *os.File }

func (l *fileLock) write(holder string) error {
	if err := l.f.Truncate(0); err != nil {
		return err
	}
	_, err := l.f.WriteAt([]byte(holder), 0)
	return err
}

// Close gives the lock back. That nobody holds it is what counts, not that the
// file says so, so an error in emptying it is none.
func (l *fileLock) Close() error {
	_ = l.f.Truncate(0)
	return l.f.Close()
}
