package simulation

import (
	"slices"
	"time"
)

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

// upTo returns a duration from 0 to less than d, in whole milliseconds.
func (c *Chance) upTo(d time.Duration) time.Duration {
	if d < time.Millisecond {
		return 0
	}
	return time.Duration(c.next()%uint64(d/time.Millisecond)) * time.Millisecond
}

// around returns how long people take: less than the median half of the time, more
// than three times the median once in seven, and eleven times at most. It follows the log-normal distribution of sigma 1 by its 64
// quantiles, for no two CPUs need agree on an exponential.
func (c *Chance) around(median time.Duration) time.Duration {
	const fine = 1024
	i, rest := c.Below(len(quantiles)-1), int64(c.Below(fine))
	low, high := quantiles[i], quantiles[i+1]
	millis := median.Milliseconds() * (low*fine + (high-low)*rest) / (1000 * fine)
	return time.Duration(millis) * time.Millisecond
}

// quantiles are those of the log-normal distribution, in thousandths.
var quantiles = [...]int64{
	89, 137, 172, 202, 229, 255, 280, 304, 329, 352, 376, 400, 424, 448, 472, 497,
	522, 547, 573, 600, 627, 655, 683, 712, 742, 773, 805, 838, 872, 907, 943, 981,
	1020, 1061, 1103, 1147, 1194, 1242, 1294, 1347, 1404, 1464, 1527, 1595, 1667, 1744, 1827, 1916,
	2012, 2117, 2233, 2360, 2501, 2659, 2838, 3044, 3284, 3570, 3920, 4364, 4958, 5822, 7297, 11218,
}

// die falls on each of its sides as often as the side's weight says.
type die []int // the sums of the weights up to each side

func newDie(weights []int) die {
	d, sum := make(die, len(weights)), 0
	for i, w := range weights {
		sum += w
		d[i] = sum
	}
	return d
}

// roll returns a side.
func (d die) roll(c *Chance) int {
	at := c.Below(d[len(d)-1])
	i, _ := slices.BinarySearch(d, at+1)
	return i
}
