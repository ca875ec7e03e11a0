package near_test

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/geo/near"
	"github.com/relevo-go/relevo/geo/zcta"
)

// The languages of a benchmark's agents.
const (
	common   near.Language = 0  // of 95 in 100
	middling near.Language = 40 // of 1 in 300
	rare     near.Language = 70 // of 1 in 10,000
	nobodys  near.Language = 71
)

// onDuty is how many of an agent's ten classes are on duty, from 0.
const onDuty near.Class = 7

// area is a ZIP Code area; most of the agents live in few of them.
type area struct {
	place zcta.Place
	upTo  float64 // its weight and those of all before it
}

// country makes agents and consumers: at ZIP centroids of skewed weights, with
// 4.3 licenses and 1.4 languages each, in ten classes, three of them off duty.
type country struct {
	*rand.Rand
	areas []area
}

func newCountry() *country {
	c := &country{Rand: rand.New(rand.NewPCG(1, 2))}
	total := 0.0
	for _, place := range zcta.All() {
		total += math.Exp(1.5 * c.NormFloat64())
		c.areas = append(c.areas, area{place, total})
	}
	return c
}

func (c *country) area() zcta.Place {
	at := c.Float64() * c.areas[len(c.areas)-1].upTo
	i, _ := slices.BinarySearchFunc(c.areas, at, func(a area, at float64) int { return cmp.Compare(a.upTo, at) })
	return c.areas[i].place
}

func (c *country) agent(id uint64) near.Entry {
	home := c.area()
	e := near.Entry{ID: 1_000_000 + 17*id, Point: home.Point, States: home.States, Class: near.Class(c.IntN(10))}
	for c.IntN(1000) < 790 { // 3.6 more, of which some are not new
		e.States |= c.area().States
	}
	if c.IntN(100) < 95 {
		e.Languages = append(e.Languages, common)
	}
	for c.IntN(100) < 31 {
		l := near.Language(1 + 60*math.Pow(c.Float64(), 3))
		e.Languages = append(e.Languages, l)
	}
	if c.IntN(10_000) == 0 {
		e.Languages = append(e.Languages, rare)
	}
	if c.IntN(2) == 0 {
		e.Last = c.Uint64N(1 << 40)
	}
	return e
}

func (c *country) query(languages ...near.Language) near.Query {
	home := c.area()
	for state := range home.States.All() {
		return near.Query{From: home.Point, State: state, Languages: languages}
	}
	panic("an area without a state")
}

// A benchmark among other agents could not be compared with earlier ones.
func TestBenchmarkPopulation(t *testing.T) {
	c := newCountry()
	const n = 100_000
	places := map[geo.Point]int{}
	var licenses, languages, working, most int
	for i := range uint64(n) {
		e := c.agent(i)
		licenses += e.States.Len()
		languages += len(e.Languages)
		places[e.Point]++
		most = max(most, places[e.Point])
		if e.Class < onDuty {
			working++
		}
	}
	got := fmt.Sprintf("%.1f licenses, %.1f languages, %.0f %% on duty", float64(licenses)/n, float64(languages)/n, float64(100*working)/n)
	if want := "4.3 licenses, 1.4 languages, 70 % on duty"; got != want {
		t.Errorf("an agent has %s, want %s", got, want)
	}
	if len(places) < 10_000 || len(places) > 30_000 || most < 100 {
		t.Errorf("the agents are at %d places, at most %d at one; want 10,000 to 30,000, and 100 or more", len(places), most)
	}
}
