package agent

import (
	"time"

	"github.com/relevo-go/relevo/geo"
)

// Card is what a person may see of an agent (S4–S7, R28). Under display choice
// 2 it has no street, and no card ever holds a point: a distance shown to a
// person is taken from the centroid of the card's ZIP.
type Card struct {
	NPN       NPN
	Name      string
	Email     string
	Phone     string
	Street    string
	City      string
	State     geo.State
	ZIP       geo.ZIP
	Languages []string // BCP 47 tags as the agent gave them
}

// Card returns what a person in a state may see of the agent at an instant, and
// whether it may be shown there at all: display choice, license, training and
// Marketplace registration decide; preferences, duty and terms do not (R32).
func (a Agent) Card(in geo.State, at time.Time) (Card, bool) {
	if !a.displayed(at).Has(in) {
		return Card{}, false
	}
	p := a.Profile
	c := Card{a.NPN, p.Name, p.Email, p.Phone, p.Street, p.City, p.State, p.ZIP, nil}
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
