package printed

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/geo/zcta"
	"github.com/relevo-go/relevo/referral/audit"
)

// spot is a cell of the grid on the map.
type spot struct{ column, row int }

// heap is how many people a spot has.
type heap struct{ consumers, agents int }

// country draws where consumers and agents are, upon the ZIPs of the census, and
// returns the most people that one dot stands for.
func country(areas []audit.Area) (d *drawing, greatest int) {
	d = &drawing{id: "map", title: "Where consumers and agents are", view: fmt.Sprintf("0 0 %d %d", mapWidth, mapHeight)}
	where := pieces()
	ground := map[spot]struct{}{}
	for _, place := range zcta.All() {
		for s := range place.States.All() {
			if at, ok := spotOf(where[s], place.Point); ok {
				ground[at] = struct{}{}
			}
			break
		}
	}
	heaps := map[spot]heap{}
	var placed heap
	for _, a := range areas {
		if !a.Point.Known() || where[a.State] == nil {
			continue
		}
		at, ok := spotOf(where[a.State], a.Point)
		if !ok {
			continue
		}
		h := heaps[at]
		h.consumers, h.agents = h.consumers+a.Consumers, h.agents+a.Agents
		heaps[at] = h
		greatest = max(greatest, h.consumers, h.agents)
		placed.consumers, placed.agents = placed.consumers+a.Consumers, placed.agents+a.Agents
	}
	d.desc = fmt.Sprintf("A map of the United States with a dot for each place. %s and %s have a place on it. The table has them by state.",
		count(placed.consumers, "consumer"), count(placed.agents, "agent"))
	d.body.WriteString(path("ground", dots(slices.Collect(maps.Keys(ground)), "h0")))
	d.crowds("consumers", heaps, greatest, func(h heap) int { return h.consumers }, func(float64) string { return "h0" })
	d.crowds("agents", heaps, greatest, func(h heap) int { return h.agents }, func(wide float64) string {
		w, half := short(wide, 1), short(wide/2, 2)
		return fmt.Sprintf("m-%s -%sh%sv%sh-%szm%s %s", half, half, w, w, w, half, half) // and back to the middle
	})
	drawn := map[*piece]bool{}
	for s := range geo.AllStates() {
		if p := where[s]; p.name != "" && !drawn[p] {
			drawn[p] = true
			fmt.Fprintf(&d.body, `<text class="inset name" x="%[1]s" y="%[2]s">%[3]s</text><text class="inset code" x="%[1]s" y="%[2]s">%[4]s</text>`,
				short(p.left, 1), short(p.top, 1), p.name, p.code)
		}
	}
	return d, greatest
}

// spotOf returns the cell of a point, if it is in the piece's part of the picture.
func spotOf(p *piece, at geo.Point) (spot, bool) {
	x, y := p.albers.at(at)
	in := x >= p.left && x < p.left+p.width && y >= p.top && y < p.top+p.height
	return spot{int(x / cellSize), int(y / cellSize)}, in
}

// dots returns a path with a shape at each spot, which ends where it begins. A shape
// of no size is a dot, as large as the pen.
func dots(list []spot, shape string) string {
	slices.SortFunc(list, func(a, b spot) int { return cmp.Or(cmp.Compare(a.row, b.row), cmp.Compare(a.column, b.column)) })
	var b strings.Builder
	var at spot
	for i, s := range list {
		if i == 0 {
			fmt.Fprintf(&b, "M%s %s%s", short((float64(s.column)+0.5)*cellSize, 1), short((float64(s.row)+0.5)*cellSize, 1), shape)
		} else {
			fmt.Fprintf(&b, "m%d %d%s", (s.column-at.column)*cellSize, (s.row-at.row)*cellSize, shape)
		}
		at = s
	}
	return b.String()
}

// The pens of dots: the area of a dot is as its number, from the least to the greatest,
// in so many sizes.
const (
	sizes           = 12
	leastPen        = 3.2
	greatestPen     = 26.0
	greatestPenArea = greatestPen * greatestPen
)

// pen returns the size of a number, from 1 to sizes.
func pen(n, greatest int) int {
	wide := math.Sqrt(greatestPenArea * float64(n) / float64(max(greatest, 40)))
	return min(max(1+int(math.Round((sizes-1)*(wide-leastPen)/(greatestPen-leastPen))), 1), sizes)
}

// crowds draws some people, the largest shapes beneath.
func (d *drawing) crowds(class string, heaps map[spot]heap, greatest int, of func(heap) int, shape func(wide float64) string) {
	var bySize [sizes + 1][]spot
	for at, h := range heaps {
		if n := of(h); n > 0 {
			size := pen(n, greatest)
			bySize[size] = append(bySize[size], at)
		}
	}
	fmt.Fprintf(&d.body, `<g class="%s">`, class)
	for size := sizes; size > 0; size-- {
		if len(bySize[size]) == 0 {
			continue
		}
		wide := leastPen + float64(size-1)*(greatestPen-leastPen)/(sizes-1)
		fmt.Fprintf(&d.body, `<path stroke-width="%s" d="%s"/>`, short(wide, 1), dots(bySize[size], shape(wide)))
	}
	d.body.WriteString("</g>")
}
