package roster

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/geo/zcta"
)

//go:embed roster.csv
var file string

// Agent is one row: what [Agent.Commands] registers. State and ZIP are where the
// office is, Languages are BCP 47 tags, and Unticked are the licensed states that
// the agent wants no referrals from (S11).
type Agent struct {
	NPN       agent.NPN
	Name      string
	State     geo.State
	ZIP       geo.ZIP
	Display   agent.Display
	Languages []string
	Licenses  []geo.State
	Unticked  []geo.State
}

// All returns the roster by NPN. The slice is the caller's.
func All() ([]Agent, error) { return read(strings.NewReader(file)) }

// Point returns where matching takes the agent to be: the centroid of the ZIP.
func (a Agent) Point() geo.Point {
	place, _ := zcta.Lookup(a.ZIP)
	return place.Point
}

var header = []string{"npn", "name", "state", "zip", "display", "languages", "licenses", "unticked"}

// read reads rows under a header; its errors name the line.
func read(r io.Reader) (agents []Agent, err error) {
	rows := csv.NewReader(r)
	for {
		fields, err := rows.Read()
		if err == io.EOF {
			return agents, nil
		}
		line, _ := rows.FieldPos(0)
		switch {
		case err != nil:
			return nil, fmt.Errorf("roster: %w", err)
		case line == 1 && !slices.Equal(fields, header):
			return nil, fmt.Errorf("roster: line 1: the columns are not %s", strings.Join(header, ","))
		case line == 1:
			continue
		}
		a, err := parse(fields)
		if err != nil {
			return nil, fmt.Errorf("roster: line %d: %w", line, err)
		}
		agents = append(agents, a)
	}
}

func parse(fields []string) (a Agent, err error) {
	a.Name, a.Languages = fields[1], strings.Fields(fields[5])
	if a.NPN, err = agent.ParseNPN(fields[0]); err != nil {
		return a, err
	}
	if a.State, err = geo.ParseState(fields[2]); err != nil {
		return a, err
	}
	if a.ZIP, err = geo.ParseZIP(fields[3]); err != nil {
		return a, err
	}
	choice, err := strconv.ParseUint(fields[4], 10, 8)
	if err != nil || !agent.Display(choice).Valid() {
		return a, fmt.Errorf("display choice %q is not one of 1, 2, 3, 4", fields[4])
	}
	a.Display = agent.Display(choice)
	if a.Licenses, err = states(fields[6]); err != nil {
		return a, err
	}
	a.Unticked, err = states(fields[7])
	return a, err
}

func states(list string) (all []geo.State, err error) {
	for code := range strings.FieldsSeq(list) {
		s, err := geo.ParseState(code)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}
