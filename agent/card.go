package agent

import (
	"time"

	"github.com/relevo-go/relevo/geo"
)

// Card is what a person may see of an agent (S4–S7, R28). Under display choice
// 2 it has no street, and no card ever holds the office point: how far away the
// agent is shown to be is [Card.Kilometers].
type Card struct {
	NPN       NPN
	Name      string
	Email     string
	Phone     string
	Street    string
	City      string
	State     geo.State
	ZIP       geo.ZIP
	Centroid  geo.Point // of the ZIP, as public as that; unknown if the table at intake lacked it
	Languages []string  // BCP 47 tags as the agent gave them
}

// Kilometers returns the distance that a person may be shown, from a place to
// the centroid of the agent's ZIP in whole kilometers (R28). It is false if one
// of them is unknown.
func (c Card) Kilometers(from geo.Point) (int, bool) {
	chord := geo.ChordBetween(from, c.Centroid)
	if chord == geo.Unreachable {
		return 0, false
	}
	return int((chord.Meters() + 500) / 1000), true
}

// Card returns what a person in a state may see of the agent at an instant, and
// whether it may be shown there at all: display choice, license, training and
// Marketplace registration decide; preferences, duty and terms do not (R32).
func (a Agent) Card(in geo.State, at time.Time) (Card, bool) {
	if !a.displayed(at).Has(in) {
		return Card{}, false
	}
	p := a.Profile
	c := Card{a.NPN, p.Name, p.Email, p.Phone, p.Street, p.City, p.State, p.ZIP, p.Resolved, nil}
	if a.Display == DisplayNoStreet {
		c.Street = ""
	}
	if c.Name == "" {
		c.Name = a.Name
	}
	for _, l := range a.Languages {
		c.Languages = append(c.Languages, l.Tag)
	}
	return c, true
}
