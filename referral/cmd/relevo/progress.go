package main

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral/audit"
)

// progress tells on a terminal how far something has come, such as a pass over a log,
// once it takes more than a second. The zero progress tells nothing.
type progress struct {
	w     io.Writer
	now   func() time.Time
	of    string // what is counted
	end   uint64 // 0 if nobody knows
	began time.Time
	shown time.Time
	width int // of the line that stands there
}

const (
	patience = time.Second           // before anything is shown
	pace     = time.Second / 5       // between two lines
	lookEach = eventlog.Position(64) // records between two looks at the clock
)

// to makes progress tell.
func (p *progress) to(w io.Writer, now func() time.Time) { p.w, p.now = w, now }

// watch yields records as they are, and tells how far they have come on the way to
// the position where the log ends, 0 if nobody knows.
func (p *progress) watch(records audit.Records, end eventlog.Position) audit.Records {
	if p.w == nil {
		return records
	}
	return func(yield func(eventlog.Record, error) bool) {
		p.start("records", uint64(end))
		defer p.erase()
		for r, err := range records {
			if err == nil && r.Position%lookEach == 0 {
				p.at(uint64(r.Position))
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// start begins to count things up to a number, 0 if nobody knows to which.
func (p *progress) start(of string, end uint64) {
	if p.w != nil {
		p.of, p.end, p.began = of, end, p.now()
		p.shown = p.began.Add(patience - pace)
	}
}

// at tells that a number is reached, if it is time to.
func (p *progress) at(n uint64) {
	if p.w == nil {
		return
	}
	if now := p.now(); now.Sub(p.shown) >= pace {
		p.shown = now
		p.show(n, now)
	}
}

// narrow is how wide a line may be: that of a narrow terminal, beyond which it would
// go on in the next row and could not be erased.
const narrow = 39

// show writes the line anew, without its first parts if it is too wide.
func (p *progress) show(at uint64, now time.Time) {
	rate := float64(at) / now.Sub(p.began).Seconds()
	parts := []string{thousands(at) + " " + p.of, brief(rate) + "/s"}
	if p.end >= at && at > 0 {
		left := time.Duration(float64(p.end-at) / rate * float64(time.Second))
		parts = append([]string{fmt.Sprintf("%d %%", 100*at/p.end)}, append(parts, fmt.Sprintf("%v left", max(left.Round(time.Second), time.Second)))...)
	}
	line := strings.Join(parts, ", ")
	for len(parts) > 1 && utf8.RuneCountInString(line) > narrow {
		parts = parts[1:]
		line = strings.Join(parts, ", ")
	}
	width := utf8.RuneCountInString(line)
	fmt.Fprintf(p.w, "\r%s%s", line, strings.Repeat(" ", max(0, p.width-width)))
	p.width = max(p.width, width)
}

// brief returns a number in whole thousands if it is large.
func brief(n float64) string {
	if n < 10_000 {
		return thousands(uint64(n))
	}
	return thousands(uint64(n/1000)) + "k"
}

// erase takes the line away.
func (p *progress) erase() {
	if p.width > 0 {
		fmt.Fprintf(p.w, "\r%s\r", strings.Repeat(" ", p.width))
		p.width = 0
	}
}

// thousands returns a number with a comma before each three digits.
func thousands(n uint64) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
