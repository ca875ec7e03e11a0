package main

import (
	"math"
	"math/rand/v2"

	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/geo/zcta"
)

const radian = math.Pi / 180

// far are the states of the hard places.
var far = []geo.State{"AK", "AS", "GU", "HI", "MP"}

// hardPlaces makes agents and consumers where longitudes and latitudes behave
// badly.
type hardPlaces struct {
	*rand.Rand
	centroids []geo.Point // of the ZIPs in the far states
}

func newHardPlaces() *hardPlaces {
	h := &hardPlaces{Rand: rand.New(rand.NewPCG(3, 4))}
	for _, place := range zcta.All() {
		if place.States&geo.StatesOf(far...) != 0 {
			h.centroids = append(h.centroids, place.Point)
		}
	}
	return h
}

// towns lie far apart: Utqiagvik, Nome, Attu, Adak, Unalaska; Guam, Saipan,
// Pago Pago, Honolulu.
var towns = [][2]float64{
	{71.2906, -156.7886}, {64.5011, -165.4064}, {52.902, 172.909}, {51.8557, -176.6686}, {53.8722, -166.5367},
	{13.4529, 144.7472}, {15.1869, 145.7544}, {-14.3229, -170.7523}, {21.3069, -157.8583},
}

func (h *hardPlaces) spot() geo.Point {
	switch h.IntN(6) {
	case 0:
		return h.centroids[h.IntN(len(h.centroids))]
	case 1: // around a town
		t := towns[h.IntN(len(towns))]
		return h.within(t[0]-2, t[0]+2, t[1]-2, t[1]+2)
	case 2: // along 180°
		return h.within(-60, 75, 177, 183)
	case 3: // high latitudes
		return h.within(75, 90, -180, 180)
	case 4: // Alaska with the Aleutians
		return h.within(51, 72, 172, 230)
	}
	return h.within(-20, 60, 140, 240) // the Pacific
}

// within returns a place between two latitudes, as many on each square mile, and
// two longitudes, which may pass 180°.
func (h *hardPlaces) within(south, north, west, east float64) geo.Point {
	low, high := math.Sin(south*radian), math.Sin(north*radian)
	lat := math.Asin(low+h.Float64()*(high-low)) / radian
	lng := math.Remainder(west+h.Float64()*(east-west), 360)
	p, err := geo.MakePoint(lat, lng)
	if err != nil {
		panic(err) // both are within their bounds
	}
	return p
}

func (h *hardPlaces) agents(n int) agents {
	all := make(agents, n)
	for i := range all {
		all[i] = h.agent(i)
	}
	return all
}

func (h *hardPlaces) agent(n int) agent {
	at := h.spot()
	a := agent{id: idOf(n), point: at, vector: at.Vector(), languages: someLanguages(h.Rand), onDuty: h.IntN(10) < 7}
	for _, s := range far {
		if h.IntN(10) < 6 {
			a.states = a.states.With(s)
		}
	}
	if h.IntN(2) == 0 {
		a.last = h.Uint64N(1 << 40)
	}
	return a
}

func (h *hardPlaces) query() query {
	state := far[h.IntN(len(far))]
	return query{from: h.spot(), state: state, states: geo.StatesOf(state), language: spoken(h.Rand)}
}
