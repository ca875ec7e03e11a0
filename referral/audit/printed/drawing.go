package printed

import (
	"fmt"
	"html"
	"html/template"
	"strconv"
	"strings"
)

// drawing is a picture under way: SVG, in which every text is escaped. Across it goes
// by percents of its width and down by pixels, so that it fits a screen of any width
// with its letters as large as those around it.
type drawing struct {
	id          string
	title, desc string
	height      int
	view        string // of a picture that keeps its shape instead: the viewBox
	striped     bool
	body        strings.Builder
}

// percents is a place across, in percents of the width.
type percents float64

func (p percents) String() string { return short(float64(p), 2) + "%" }

// short returns a number with so many decimals at most.
func short(x float64, decimals int) string {
	text := strconv.FormatFloat(x, 'f', decimals, 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	if text == "-0" {
		return "0"
	}
	return text
}

// HTML returns the picture, with its name and its description.
func (d *drawing) HTML() template.HTML {
	shape := fmt.Sprintf(`width="100%%" height="%d"`, d.height)
	if d.view != "" {
		shape = fmt.Sprintf(`viewBox="%s"`, d.view)
	}
	return template.HTML(fmt.Sprintf(`<svg id="%[1]s" role="img" aria-labelledby="%[1]s-title %[1]s-desc" %[2]s xmlns="http://www.w3.org/2000/svg"><title id="%[1]s-title">%[3]s</title><desc id="%[1]s-desc">%[4]s</desc>%[5]s</svg>`,
		d.id, shape, html.EscapeString(d.title), html.EscapeString(d.desc), d.body.String()))
}

// stripe lays stripes upon a rectangle, for who sees no colors.
func (d *drawing) stripe(x percents, y float64, width percents, height float64) {
	if !d.striped {
		d.striped = true
		fmt.Fprintf(&d.body, `<defs><pattern id="%s-stripes" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="stripe" width="4" height="8"/></pattern></defs>`, d.id)
	}
	fmt.Fprintf(&d.body, `<rect x="%v" y="%s" width="%v" height="%s" fill="url(#%s-stripes)"/>`, x, short(y, 1), width, short(height, 1), d.id)
}

// text writes a text that begins, has its middle or ends at a place.
func (d *drawing) text(class, anchor string, x percents, dx, y float64, text string) {
	fmt.Fprintf(&d.body, `<text class="%s" x="%v" y="%s"`, class, x, short(y, 1))
	if dx != 0 {
		fmt.Fprintf(&d.body, ` dx="%s"`, short(dx, 1))
	}
	if anchor != "start" {
		fmt.Fprintf(&d.body, ` text-anchor="%s"`, anchor)
	}
	fmt.Fprintf(&d.body, ">%s</text>", html.EscapeString(text))
}

func (d *drawing) rect(class string, x percents, y float64, width percents, height float64) {
	fmt.Fprintf(&d.body, `<rect class="%s" x="%v" y="%s" width="%v" height="%s"/>`, class, x, short(y, 1), width, short(height, 1))
}

func (d *drawing) line(class string, x1 percents, y1 float64, x2 percents, y2 float64) {
	fmt.Fprintf(&d.body, `<line class="%s" x1="%v" y1="%s" x2="%v" y2="%s"/>`, class, x1, short(y1, 1), x2, short(y2, 1))
}

func (d *drawing) dot(class string, x percents, y float64) {
	fmt.Fprintf(&d.body, `<circle class="%s" cx="%v" cy="%s" r="4.5"/>`, class, x, short(y, 1))
}

// stretched draws paths whose places go from 0 to 1000 across the whole width, and
// down a part of the height.
func (d *drawing) stretched(y, height float64, paths ...string) {
	fmt.Fprintf(&d.body, `<svg x="0" y="%s" width="100%%" height="%s" viewBox="0 0 1000 1000" preserveAspectRatio="none" aria-hidden="true">%s</svg>`,
		short(y, 1), short(height, 1), strings.Join(paths, ""))
}

// path returns a path with a class.
func path(class, d string) string { return fmt.Sprintf(`<path class="%s" d="%s"/>`, class, d) }
