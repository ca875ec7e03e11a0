package pgtest

import "syscall"

// dying lets a server end at once when the process that started it dies.
func dying() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGQUIT} }
