package feed

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo"
)

// None is what a text of an [Agent], or a cell of a roster, holds to say that
// there is none. Empty says that it is not told.
const None = "-"

// Agent is a row of a roster: what an agent gave and chose. Whatever is zero or
// nil is not told, and stays as it is on record. Email, Phone, Street and City
// may be [None].
type Agent struct {
	Line int // in the file, 0 if it is of none
	NPN  agent.NPN
	// Name registers an agent who is unknown, and is then its profile's.
	Name, Email, Phone, Street, City string
	State                            geo.State
	ZIP                              geo.ZIP
	Office                           *geo.Point // an unknown point: there is none
	Languages                        []string   // BCP 47 tags; empty and not nil: none
	Display                          agent.Display
	Unticked                         *geo.States
	Channels                         []agent.Channel // empty and not nil: none chosen (R34)
	CMSTerms, HelpOnDemandTerms      string          // the accepted versions (R19)
	Reviewed                         bool
	Zone                             string
	Weekly                           []agent.Shift // empty and not nil: always on duty (B1)

	bad []string // the columns that could not be read
}

// same reports whether two rows say the same.
func (a *Agent) same(b *Agent) bool {
	x, y := *a, *b
	x.Line, y.Line = 0, 0
	return reflect.DeepEqual(x, y)
}

// spoiled reports whether one of the columns could not be read; without names,
// whether any could not.
func (a *Agent) spoiled(columns ...string) bool {
	return slices.ContainsFunc(a.bad, func(b string) bool { return len(columns) == 0 || slices.Contains(columns, b) })
}

// list returns the words of a cell, parted by semicolons or commas, or else by
// space: nil if it is empty, and an empty list for [None].
func list(cell string) []string {
	switch {
	case cell == "":
		return nil
	case cell == None:
		return []string{}
	case !strings.ContainsAny(cell, ";,|"):
		return strings.Fields(cell)
	}
	words := []string{}
	for w := range strings.FieldsFuncSeq(cell, func(c rune) bool { return c == ';' || c == ',' || c == '|' }) {
		if w = strings.TrimSpace(w); w != "" {
			words = append(words, w)
		}
	}
	return words
}

// agent reads a row of a roster.
func (r *reader) agent() {
	a := Agent{
		Line: r.sheet.line, NPN: r.npn,
		Name: r.cell("name"), Email: r.cell("email"), Phone: r.cell("phone"), Street: r.cell("street"), City: r.cell("city"),
		Languages: list(r.cell("languages")), CMSTerms: r.cell("cms_terms"), HelpOnDemandTerms: r.cell("help_on_demand_terms"),
		Zone: r.cell("zone"),
	}
	for _, column := range []string{"name", "state", "zip", "display", "cms_terms", "help_on_demand_terms", "zone"} {
		if r.cell(column) == None {
			r.problem(column, "this cannot be none: leave the value empty to say nothing of it")
		}
	}
	var err error
	if s := r.cell("state"); s != "" && s != None {
		if a.State, err = geo.ParseState(s); err != nil {
			r.problem("state", "no US jurisdiction: give the two-letter postal code of a state, DC or a territory")
		}
	}
	if s := r.cell("zip"); s != "" && s != None {
		if a.ZIP, err = geo.ParseZIP(s); err != nil {
			r.problem("zip", "no ZIP Code: give five digits, leading zeros included, which spreadsheets drop")
		}
	}
	r.office(&a)
	if s := r.cell("display"); s != "" && s != None {
		n, err := strconv.ParseUint(s, 10, 8)
		if a.Display = agent.Display(n); err != nil || !a.Display.Valid() {
			a.Display = 0
			r.problem("display", "the display choice is not one of 1, 2, 3, 4 (R26)")
		}
	}
	if words := list(r.cell("unticked")); words != nil {
		a.Unticked = new(geo.States)
		for _, w := range words {
			s, err := geo.ParseState(w)
			if err != nil {
				r.problem("unticked", "not all of these are codes of states: give postal codes with spaces between them, or %s for none (S11)", None)
				a.Unticked = nil
				break
			}
			*a.Unticked = a.Unticked.With(s)
		}
	}
	if words := list(r.cell("channels")); words != nil {
		a.Channels = []agent.Channel{}
		for _, w := range words {
			c := agent.Channel(strings.ToLower(w))
			if !c.Valid() {
				r.problem("channels", "not all of these are channels: give any of %s, %s and %s with spaces between them, or %s for none (S16)", agent.Email, agent.Text, agent.App, None)
				a.Channels = nil
				break
			}
			a.Channels = append(a.Channels, c)
		}
	}
	if s := r.cell("reviewed"); s != "" {
		yes, ok := yesNo(s)
		if a.Reviewed = yes; !ok {
			r.problem("reviewed", "write Y or N")
		}
	}
	if s := r.cell("hours"); s != "" {
		var flaw string
		if a.Weekly, flaw = week(s); flaw != "" {
			r.problem("hours", "%s", flaw)
		}
	}
	a.bad = r.bad
	r.feed.Agents = append(r.feed.Agents, a)
}

// office reads latitude and longitude.
func (r *reader) office(a *Agent) {
	lat, lng := r.cell("lat"), r.cell("lng")
	switch {
	case lat == "" && lng == "":
		return
	case lat == None && lng == None:
		a.Office = new(geo.Point)
		return
	}
	var degrees [2]float64
	for i, of := range [...]struct {
		column, cell string
		most         float64
	}{{"lat", lat, 90}, {"lng", lng, 180}} {
		d, err := strconv.ParseFloat(of.cell, 64)
		switch {
		case of.cell == "" || of.cell == None:
			r.problem(of.column, "give both latitude and longitude, or neither")
			return
		case err != nil || !(-of.most <= d && d <= of.most):
			r.problem(of.column, "not a number of degrees from -%g to %g", of.most, of.most)
		}
		degrees[i] = d
	}
	if p, err := geo.MakePoint(degrees[0], degrees[1]); err == nil && !slices.Contains(r.bad, "lat") && !slices.Contains(r.bad, "lng") {
		a.Office = &p
	}
}

// yesNo reads Y, N and their like.
func yesNo(s string) (yes, ok bool) {
	switch strings.ToLower(s) {
	case "y", "yes", "true", "1":
		return true, true
	case "n", "no", "false", "0":
		return false, true
	}
	return false, false
}
