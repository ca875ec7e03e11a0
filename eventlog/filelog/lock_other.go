//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package filelog

import (
	"errors"
	"os"
)

func tryLock(*os.File) (bool, error) {
	return false, errors.New("this system has no file lock to keep a second writer out: open the log with ReadOnly")
}
