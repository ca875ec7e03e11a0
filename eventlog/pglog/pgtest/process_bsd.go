//go:build unix && !linux

package pgtest

import "syscall"

func dying() *syscall.SysProcAttr { return &syscall.SysProcAttr{} }
