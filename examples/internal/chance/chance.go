// Package chance draws numbers that depend on a seed alone, the same with every
// version of Go: the examples compare the bytes that come of them.
//
//	c := chance.New(1)
//	if c.Percent(30) {
//		zip = zips[c.Below(len(zips))]
//	}
package chance

// Source draws numbers by splitmix64. It is for one goroutine at a time.
type Source struct{ state uint64 }

// New returns the source of a seed.
func New(seed uint64) *Source { return &Source{seed} }

func (c *Source) next() uint64 {
	c.state += 0x9e3779b97f4a7c15
	z := c.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Below returns a number from 0 to n-1; 0 if n is less than 1.
func (c *Source) Below(n int) int {
	if n < 1 {
		return 0
	}
	return int(c.next() % uint64(n))
}

// Percent is true p times in a hundred.
func (c *Source) Percent(p int) bool { return c.Below(100) < p }

// Weighted returns an index, as often as its weight says.
func (c *Source) Weighted(weights ...int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	rest := c.Below(sum)
	for i, w := range weights {
		if rest < w {
			return i
		}
		rest -= w
	}
	return 0
}
