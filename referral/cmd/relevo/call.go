package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo/zone"
	"github.com/relevo-go/relevo/referral/audit"
)

// call is a command with what it was given.
type call struct {
	*program
	command command
	flags   *flag.FlagSet
	given   []string // as on the command line
	args    []string // without the flags, once parsed
	tz      string
	teller  audit.Teller // tells times in the zone of -tz, once parsed
}

func (p *program) call(c command, given []string) *call {
	flags := flag.NewFlagSet(c.name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	return &call{program: p, command: c, flags: flags, given: given}
}

// usage returns an error of how the command was given.
func (c *call) usage(format string, args ...any) error {
	return &usageError{c.command, fmt.Sprintf(format, args...)}
}

// zoned adds the flag for the time zone.
func (c *call) zoned() {
	c.flags.StringVar(&c.tz, "tz", "UTC", "the time `ZONE` in which times are told and read, such as America/New_York;\nUTC if it is not given")
}

// parse reads the flags, wherever they stand, and the arguments, of which there must
// be as many as the command has. It returns [flag.ErrHelp] after printing help.
func (c *call) parse() error {
	if err := c.read(); err != nil {
		return err
	}
	return c.check()
}

// read reads the flags and the arguments, however many there are.
func (c *call) read() error {
	rest := c.given
	for {
		if err := c.flags.Parse(rest); errors.Is(err, flag.ErrHelp) {
			c.help()
			return err
		} else if err != nil {
			return c.usage("%s: %v", c.command.name, err)
		}
		parsed := rest[:len(rest)-c.flags.NArg()]
		rest = c.flags.Args()
		if len(parsed) > 0 && parsed[len(parsed)-1] == "--" {
			c.args = append(c.args, rest...)
			break
		}
		if len(rest) == 0 {
			break
		}
		c.args, rest = append(c.args, rest[0]), rest[1:]
	}
	var empty string
	c.flags.Visit(func(f *flag.Flag) {
		if v, ok := f.Value.(flag.Getter); ok && v.Get() == "" {
			empty = f.Name
		}
	})
	if empty != "" {
		return c.usage("%s: -%s has an empty value: give one, or leave the flag out", c.command.name, empty)
	}
	c.teller.Zone = time.UTC
	if c.tz != "" && c.tz != "UTC" {
		var err error
		if c.teller.Zone, err = zone.Load(c.tz); err != nil {
			c.teller.Zone, err = time.LoadLocation(c.tz)
		}
		if err != nil {
			return c.usage("-tz: no time zone is called %.40q: give one such as America/New_York, or UTC", c.tz)
		}
	}
	return nil
}

// check returns an error unless there are as many arguments as the command has. If the
// last name ends in … there may be more.
func (c *call) check() error {
	want, more := strings.Fields(c.command.args), false
	for i, name := range want {
		if name[0] == '[' || name[0] == '-' {
			want = want[:i]
			break
		}
		more = strings.HasSuffix(name, "…")
	}
	switch {
	case len(c.args) < len(want):
		return c.usage("%s: %s is missing", c.command.name, strings.TrimSuffix(want[len(c.args)], "…"))
	case len(c.args) > len(want) && !more:
		return c.usage("%s: %.60q is one argument too many", c.command.name, c.args[len(want)])
	}
	return nil
}

// moment reads what was given for a flag that takes a moment.
func (c *call) moment(name, text string) (audit.Moment, error) {
	if text == "" {
		return audit.Moment{}, nil
	}
	m, err := audit.ParseMoment(text, c.teller.Zone)
	if err != nil {
		return m, c.usage("-%s: %v", name, err)
	}
	return m, nil
}

// time reads what was given for a flag that takes a time.
func (c *call) time(name, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := audit.ParseTime(text, c.teller.Zone)
	if err != nil {
		return t, c.usage("-%s: %v", name, err)
	}
	return t, nil
}

// referral reads a referral's ID, as it stands or as a stream's name.
func (c *call) referral(text string) (uuid.UUID, error) {
	id, err := uuid.Parse(strings.TrimPrefix(text, "referral/"))
	if err != nil || id == uuid.Nil {
		return id, c.usage("%.60q is no referral's ID: give one such as 01a20992-4e68-79bd-ba8a-8ec2738c994a", text)
	}
	return id, nil
}

// agent reads an agent's NPN, as it stands or as a stream's name.
func (c *call) agent(text string) (agent.NPN, error) {
	n, err := agent.ParseNPN(strings.TrimPrefix(text, "agent/"))
	if err != nil {
		return n, c.usage("%.60q is no agent's NPN: give one to ten digits, such as 9900192127", text)
	}
	return n, nil
}

// printf prints to standard output. Who reads the log stops if that fails.
func (c *call) printf(format string, args ...any) { fmt.Fprintf(c.out, format, args...) }
