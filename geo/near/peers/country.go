package main

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/geo/zcta"
)

// The languages of the agents.
const (
	common  = 0  // of 95 in 100
	rare    = 70 // of 1 in 10,000
	nobodys = 71
)

// area is a ZIP Code area; most of the agents live in few of them.
type area struct {
	place zcta.Place
	upTo  float64 // its weight and those of all before it
}

// country makes agents and consumers as the benchmark of geo/near does: at ZIP
// centroids of skewed weights, with 4.3 licenses and 1.4 languages each, 30 %
// off duty.
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

func (c *country) agents(n int) agents {
	all := make(agents, n)
	for i := range all {
		all[i] = c.agent(i)
	}
	return all
}

// agent makes the agent with a number, another one at each call.
func (c *country) agent(n int) agent {
	home := c.area()
	a := agent{id: idOf(n), point: home.Point, vector: home.Point.Vector(), states: home.States, onDuty: c.IntN(10) < 7}
	for c.IntN(1000) < 790 { // 3.6 more, of which some are not new
		a.states |= c.area().States
	}
	a.languages = someLanguages(c.Rand)
	if c.IntN(2) == 0 {
		a.last = c.Uint64N(1 << 40)
	}
	return a
}

func someLanguages(r *rand.Rand) (set [2]uint64) {
	if r.IntN(100) < 95 {
		set[0] |= 1 << common
	}
	for r.IntN(100) < 31 {
		set[0] |= 1 << (1 + int(60*math.Pow(r.Float64(), 3)))
	}
	if r.IntN(10_000) == 0 {
		set[rare/64] |= 1 << (rare % 64)
	}
	return set
}

// query makes a consumer at home somewhere in the country.
func (c *country) query(language uint16) query {
	home := c.area()
	for state := range home.States.All() {
		return query{from: home.Point, state: state, states: geo.StatesOf(state), language: language}
	}
	panic("an area without a state")
}

// spoken returns a language, each as often as agents speak it.
func spoken(r *rand.Rand) uint16 {
	for {
		if set := someLanguages(r); set != [2]uint64{} {
			for {
				if l := uint16(r.IntN(128)); set[l/64]>>(l%64)&1 == 1 {
					return l
				}
			}
		}
	}
}
