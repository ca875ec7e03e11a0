package feed

import (
	"fmt"
	"strings"

	"github.com/relevo-go/relevo/agent"
)

// Finding is something found at a place in a file: a problem, which keeps the
// whole import from being applied, or a note. Text says what is wrong and what
// to do; of what the file holds it repeats NPNs, state codes, license numbers
// and names of lines of authority, and nothing else (R29).
type Finding struct {
	File   string
	Line   int    // 0: the file as a whole, or a feed that is no file
	Column string // as the file's header has it, in small letters; may be empty
	NPN    agent.NPN
	Text   string
}

// String returns "file:line: column: text", without what is not known.
func (f Finding) String() string {
	var b strings.Builder
	b.WriteString(f.File)
	if f.Line > 0 {
		fmt.Fprintf(&b, ":%d", f.Line)
	}
	if f.Column != "" {
		fmt.Fprintf(&b, ": %s", f.Column)
	}
	fmt.Fprintf(&b, ": %s", f.Text)
	return b.String()
}
