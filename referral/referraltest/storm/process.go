package storm

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// process is an engine of the storm, as whoever started it sees it.
type process struct {
	orders
	began time.Time
	cmd   *exec.Cmd
	stdin io.WriteCloser
	gone  chan struct{} // closed once it has ended and everything it printed is read

	mu      sync.Mutex
	fresh   []report // not taken yet
	answers []time.Time
	killed  time.Time
	said    strings.Builder // on standard error
	broken  error           // what it printed cannot be read
}

// start starts an engine's process.
func start(o orders) (*process, error) {
	text, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &process{orders: o, gone: make(chan struct{}), cmd: exec.Command(self)}
	p.cmd.Env = append(os.Environ(), lifeVariable+"="+string(text))
	p.cmd.Stderr = (*stderr)(p)
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err == nil {
		p.began = time.Now()
		err = p.cmd.Start()
	}
	if err != nil {
		return nil, err
	}
	go func() {
		defer close(p.gone)
		p.hear(out)
		p.cmd.Wait() // how it ended, it says itself
	}()
	return p, nil
}

// hear reads what it prints to the end, and keeps the reports.
func (p *process) hear(out io.Reader) {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		p.heard(lines.Bytes())
	}
	if err := lines.Err(); err != nil { // a report that is too long: what comes behind it is not read
		p.mu.Lock()
		p.broken = fmt.Errorf("its reports: %w", err)
		p.mu.Unlock()
	}
	io.Copy(io.Discard, out) // so that it is not kept waiting
}

// heard keeps a report.
func (p *process) heard(line []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var r report
	if err := json.Unmarshal(line, &r); err != nil {
		if p.killed.IsZero() { // of its last words a killed process may say a part
			p.broken = fmt.Errorf("the report %q: %w", line, err)
		}
		return
	}
	p.fresh = append(p.fresh, r)
	if r.Verb == done || r.Verb == refused {
		p.answers = append(p.answers, r.At)
	}
}

// stderr is a process, as a writer of what it says on standard error.
type stderr process

func (p *stderr) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.said.Len() < 64<<10 {
		p.said.Write(b)
	}
	return len(b), nil
}

// take returns the reports since the last time, and why there may be more that
// cannot be read.
func (p *process) take() ([]report, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := p.fresh
	p.fresh = nil
	return list, p.broken
}

// answered returns when it first gave an answer after an instant.
func (p *process) answered(since time.Time) (time.Time, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := len(p.answers) - 1; i >= 0; i-- {
		if !p.answers[i].After(since) {
			if i+1 == len(p.answers) {
				return time.Time{}, false
			}
			return p.answers[i+1], true
		}
	}
	if len(p.answers) == 0 {
		return time.Time{}, false
	}
	return p.answers[0], true
}

// kill ends it with SIGKILL and waits until everything it said is heard.
func (p *process) kill() {
	p.mu.Lock()
	p.killed = time.Now()
	p.mu.Unlock()
	p.cmd.Process.Kill()
	<-p.gone
}

// failure returns why it ended by itself, or nil.
func (p *process) failure() error {
	gone := false
	select {
	case <-p.gone:
		gone = true
	default:
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.broken != nil:
		return p.broken
	case gone && p.killed.IsZero():
		return fmt.Errorf("it ended by itself: %s", strings.TrimSpace(p.said.String()))
	}
	return nil
}

// last returns the newest error of the store among reports.
func last(list []report) string {
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].Error != "" {
			return list[i].Error
		}
	}
	return "it reported none"
}
