package storm

import (
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
)

// report is a line that an engine's process prints: what a caller was told, as
// soon as it was.
type report struct {
	Verb     verb
	At       time.Time
	Position eventlog.Position // the newest that the engine knew by then
	Sum      eventlog.Hash     // of that record
	Deed     string            `json:",omitempty"` // what is in the log once it is acknowledged
	Error    string            `json:",omitempty"`
	Digest   string            `json:",omitempty"`

	// How the log answered since the report before.
	Appends, Conflicts, Uncertain int64
}

type verb string

const (
	opened  verb = "opened"  // the engine is open
	done    verb = "done"    // a command is acknowledged
	refused verb = "refused" // a command is refused by the rules
	failed  verb = "failed"  // the store failed; the command will be repeated
	unsure  verb = "unsure"  // the same, and it may have been recorded
	ended   verb = "ended"   // the engine is stopped, and its state is Digest
)

// printer writes reports, each in one piece.
type printer struct {
	mu sync.Mutex
	to *json.Encoder
}

func newPrinter(w io.Writer) *printer { return &printer{to: json.NewEncoder(w)} }

func (p *printer) print(r report) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	r.At = time.Now()
	return p.to.Encode(r)
}

// deed names an event that a command of a caller leads to, and that no other
// command of any caller does; "" for events of other kinds.
func deed(s book.Stream, e book.Event) string {
	switch e := e.(type) {
	case agent.Registered:
		return fmt.Sprintf("%v registered", s)
	case agent.ProfileUpdated:
		return fmt.Sprintf("%v at %s", s, e.Street)
	case referral.Requested:
		return fmt.Sprintf("%v requested", s)
	case referral.Accepted:
		return fmt.Sprintf("%v accepted by %s", s, e.By)
	case referral.Declined:
		return fmt.Sprintf("%v declined by %s", s, e.By)
	case referral.Withdrawn:
		return fmt.Sprintf("%v withdrawn", s)
	case referral.Contacted:
		return fmt.Sprintf("%v contacted by %s", s, e.By)
	}
	return ""
}
