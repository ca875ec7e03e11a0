package wire

import (
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/geo"
)

// State reads or writes a jurisdiction's code.
func State(c *Cursor, s *geo.State) {
	Word(c, s)
	c.Want(s.Valid())
}

// ZIP reads or writes five digits.
func ZIP(c *Cursor, z *geo.ZIP) {
	Word(c, z)
	c.Want(z.Valid())
}

// PointIf reads or writes a key and a point, neither of which is there if the
// point is unknown.
func PointIf(c *Cursor, key string, p *geo.Point) {
	if !c.Has(key, p.Known()) {
		return
	}
	lat, lng := p.E7()
	c.Key(`{"lat_e7":`)
	Int(c, &lat)
	c.Key(`,"lng_e7":`)
	Int(c, &lng)
	c.Key(`}`)
	if c.Writes() {
		return
	}
	read, err := geo.PointE7(lat, lng)
	c.Want(err == nil)
	*p = read
}

// States reads or writes a set of jurisdictions, which is written in order.
func States(c *Cursor, set *geo.States) {
	if c.Writes() {
		i := 0
		for s := range set.All() {
			c.comma(i, set.Len())
			c.quote(string(s))
			i++
		}
		c.comma(i, i)
		return
	}
	*set = 0
	c.Want(c.next('['))
	for i := 0; !c.failed && !c.next(']'); i++ {
		c.Want(i == 0 || c.next(','))
		s := geo.State(c.quoted())
		c.Want(s.Valid() && !set.Has(s))
		*set = set.With(s)
	}
}

// LanguageKey reads or writes the key of a spoken language.
func LanguageKey(c *Cursor, k *spoken.Key) {
	Word(c, k)
	c.Want(k.Valid())
}

// Languages reads or writes languages, each as given and as resolved (R31).
func Languages(c *Cursor, list *[]spoken.Language) {
	for i := 0; Next(c, list, i); i++ {
		l := &(*list)[i]
		c.Key(`{"tag":`)
		Word(c, &l.Tag)
		c.Key(`,"key":`)
		LanguageKey(c, &l.Key)
		c.Key(`}`)
	}
}
