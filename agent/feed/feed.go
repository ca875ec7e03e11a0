package feed

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/relevo-go/relevo/agent"
)

// Feed is what one source says of agents. [Read] makes one of a file; a host
// with a source of its own fills the rows itself, of one kind or of all three.
type Feed struct {
	Name          string // for findings
	Kind          Kind   // 0 if it is no file, or none that is known
	Agents        []Agent
	Registrations []Registration
	Licenses      []License
	// Complete says that the feed lists every license of each agent whom it, or
	// another feed of the same comparison, names. Then a license on record that
	// no feed lists is removed.
	Complete bool
	// Problems and Notes are what reading found, by line. A row with a problem
	// is in part or as a whole not among the rows.
	Problems, Notes []Finding

	header map[string]string // what the file calls each column that it has
}

// Options adjust reading. A nil *Options is fine, and so is every zero field.
type Options struct {
	// Complete becomes [Feed.Complete] if the file is a license feed.
	Complete bool
	// HealthLines are lines of authority that count as health, beside those
	// that count by the rule in the package documentation.
	HealthLines []string
}

// Read reads a file of any kind, which its header tells; name is what findings
// call it. Everything that is wrong with the file is in [Feed.Problems]; an
// error is the reader's own.
func Read(from io.Reader, name string, opts *Options) (*Feed, error) {
	if opts == nil {
		opts = &Options{}
	}
	r := &reader{feed: &Feed{Name: name}, sheet: newSheet(from), health: healthLines(opts.HealthLines), kept: map[string]string{}, days: map[string]time.Time{}}
	if err := r.read(); err != nil {
		return nil, fmt.Errorf("feed: reading %s: %w", name, err)
	}
	r.feed.Complete = opts.Complete && r.feed.Kind == Licenses
	return r.feed, nil
}

// reader reads one file into a feed.
type reader struct {
	feed   *Feed
	sheet  *sheet
	at     map[string]int // the position of each column that the file has
	width  int
	row    []string
	npn    agent.NPN
	bad    []string // the columns of the row with a problem
	health func(string) bool
	kept   map[string]string    // words that come again
	days   map[string]time.Time // likewise, by text, state and column
}

func (r *reader) read() error {
	for {
		text, flaw, err := r.sheet.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if r.at == nil {
			if flaw == "" && strings.TrimSpace(text) != "" {
				flaw = r.header(text)
			}
			if flaw != "" {
				r.problem("", "%s", flaw)
				return nil
			}
			continue
		}
		r.npn, r.bad = 0, nil
		if flaw == "" {
			r.row, flaw = r.sheet.split(text)
		}
		if flaw == "" && blank(r.row) {
			continue
		}
		if flaw == "" && (len(r.row) < r.width || !blank(r.row[r.width:])) {
			flaw = fmt.Sprintf("the line has %d values and the header has %d: give every column its value, and quote values that hold a separator", len(r.row), r.width)
		}
		if flaw != "" {
			r.problem("", "%s", flaw)
			continue
		}
		r.parse()
	}
	if r.at == nil {
		r.sheet.line = 0
		r.problem("", "the file is empty: begin it with a header of columns")
	}
	return nil
}

// header reads the line that names the columns, and returns what is wrong with
// it. What stands in a line that is no header is not repeated: it may be an agent.
func (r *reader) header(text string) (flaw string) {
	r.sheet.sep = separator(text)
	cells, flaw := r.sheet.split(text)
	if flaw != "" {
		return flaw
	}
	words := make([]string, len(cells))
	for i, c := range cells {
		words[i] = word(c)
	}
	kind := detect(words)
	if kind == 0 {
		return fmt.Sprintf("this is the header of no file known here: a %s has %s; a %s has %s; a %s has %s",
			Roster, Roster.names(), Registrations, Registrations.names(), Licenses, Licenses.names())
	}
	if missing := kind.missing(words); len(missing) > 0 {
		return fmt.Sprintf("the header of this %s lacks %s: add what is missing; its columns are %s", kind, strings.Join(missing, ", "), kind.names())
	}
	r.feed.header, r.at, r.width = map[string]string{}, map[string]int{}, len(words)
	for r.width > 0 && words[r.width-1] == "" {
		r.width--
	}
	var ignored []string
	for i, w := range words {
		at := slices.IndexFunc(columns[kind], func(c column) bool { return c.is(w) })
		switch {
		case w == "":
		case at < 0:
			ignored = append(ignored, strconv.Itoa(i+1)) // what stands there may be a person's
		default:
			name := columns[kind][at].name
			if first, twice := r.at[name]; twice {
				r.at = nil
				return fmt.Sprintf("columns %d and %d of the header are both %s: leave one", first+1, i+1, name)
			}
			r.at[name] = i
			r.feed.header[name] = w
		}
	}
	r.feed.Kind = kind
	if len(ignored) > 0 {
		columns := "column"
		if len(ignored) > 1 {
			columns = "columns"
		}
		r.note("", "not read: %s %s", columns, strings.Join(ignored, ", "))
	}
	return ""
}

// parse reads a row of values into the feed.
func (r *reader) parse() {
	npn, err := agent.ParseNPN(r.cell("npn"))
	if err != nil {
		r.problem("npn", "no National Producer Number: give one to ten digits without a leading zero")
		if r.feed.Kind != Roster {
			return
		}
	}
	r.npn = npn
	switch r.feed.Kind {
	case Roster:
		r.agent()
	case Registrations:
		r.registration()
	case Licenses:
		r.license()
	}
}

// cell returns the value of a column, "" if the file does not have it.
func (r *reader) cell(column string) string {
	if i, ok := r.at[column]; ok {
		return r.row[i]
	}
	return ""
}

// keep returns a text that holds on to no line of the file, and is the same for
// the same text.
func (r *reader) keep(s string) string {
	k, ok := r.kept[s]
	if !ok {
		k = strings.Clone(s)
		r.kept[k] = k
	}
	return k
}

func (r *reader) problem(column, format string, args ...any) {
	r.bad = append(r.bad, column)
	r.feed.Problems = append(r.feed.Problems, r.feed.finding(r.sheet.line, column, r.npn, fmt.Sprintf(format, args...)))
}

func (r *reader) note(column, format string, args ...any) {
	r.feed.Notes = append(r.feed.Notes, r.feed.finding(r.sheet.line, column, r.npn, fmt.Sprintf(format, args...)))
}

// finding returns a finding in the feed at a column, given by its documented name.
func (f *Feed) finding(line int, column string, npn agent.NPN, text string) Finding {
	if _, ok := f.header[column]; column == "line" && f.header != nil && !ok {
		column = "lines"
	}
	if own, ok := f.header[column]; ok {
		column = own
	}
	return Finding{f.Name, line, column, npn, text}
}

// place returns the position of a finding's column among those of the feed.
func (f *Feed) place(found Finding) int {
	if f.Kind == 0 || int(f.Kind) >= len(columns) {
		return 0
	}
	return slices.IndexFunc(columns[f.Kind], func(c column) bool { return c.is(found.Column) })
}

// unknown reports whether an error says that no such agent is on record.
func unknown(err error) bool { return errors.Is(err, agent.ErrUnknown) }
