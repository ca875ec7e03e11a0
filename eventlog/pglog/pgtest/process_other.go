//go:build !unix

package pgtest

import (
	"os"
	"os/exec"
)

// identity is whom the server runs as: always the caller.
type identity struct{}

func runAs() (*identity, error)        { return nil, nil }
func (who *identity) own(string) error { return nil }
func (who *identity) become(*exec.Cmd) {}

func halt(p *os.Process) error { return p.Kill() }
func kill(p *os.Process) error { return p.Kill() }
