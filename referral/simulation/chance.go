package simulation

// Chance draws numbers by splitmix64, from a seed alone: the same with every
// version of Go, so that bytes that come of them can be compared. It is for one
// goroutine at a time.
type Chance struct{ state uint64 }

// NewChance returns the chance of a seed.
func NewChance(seed uint64) *Chance { return &Chance{seed} }

func (c *Chance) next() uint64 {
	c.state += 0x9e3779b97f4a7c15
	z := c.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Below returns a number from 0 to n-1; 0 if n is less than 1.
func (c *Chance) Below(n int) int {
	if n < 1 {
		return 0
	}
	return int(c.next() % uint64(n))
}

// Percent is true p times in a hundred.
func (c *Chance) Percent(p int) bool { return c.Below(100) < p }

// Weighted returns an index, as often as its weight says.
func (c *Chance) Weighted(weights ...int) int {
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
