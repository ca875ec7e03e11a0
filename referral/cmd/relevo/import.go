package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/feed"
	"github.com/relevo-go/relevo/eventlog/filelog"
	"github.com/relevo-go/relevo/referral/audit"
)

var importCommand = command{
	name: "import",
	args: "LOG FILE… [-dry-run] [-complete] [-n N] | -template KIND",
	does: "bring agents from files into a log: rosters, registration lists, license feeds",
	more: `Import compares files of agents with a log and records what differs: a roster of your own,
the Marketplace's registration completion list, license feeds of a registry. The header
tells which of them a file is; -template prints one to fill in. Columns are documented in
package agent/feed. What files do not say stays as it is, and nobody is removed by not
being listed.

If anything is wrong with the files, all of it is printed by file, line and column, and
nothing is recorded. What is only worth knowing is a note. Otherwise each agent's events
are recorded together or not at all. An import that was stopped is gone on with by
importing again, and the same files again record nothing.

A desk at work keeps its log to itself: stop it first, or import through it, in the
program that runs it. -dry-run works beside it. While agents come in, the desk's own work
goes on: deadlines pass, and who waited gets an offer.

The exit status is 1 if something is wrong with the files, or an agent is refused.
`,
	examples: `  relevo import -template roster > roster.csv              # fill it in, then
  relevo import /var/lib/desk roster.csv -dry-run          # what would change, and what is wrong?
  relevo import /var/lib/desk roster.csv registrations.csv licenses.csv
  relevo import /var/lib/desk licenses.csv -complete       # and remove licenses that are not listed
  zcat licenses.csv.gz | relevo import /var/lib/desk -
`,
	log: `LOG is the directory of a log, which becomes one if it is empty or not there yet. FILE is
a CSV file in UTF-8, or - for standard input.
`,
	run: importing,
}

// templates are the kinds of file by what -template calls them.
var templates = []struct {
	name string
	kind feed.Kind
}{{"roster", feed.Roster}, {"registrations", feed.Registrations}, {"licenses", feed.Licenses}}

// maxSkew is how far a log may be ahead of the clock of the desk that an import opens:
// what an engine takes if nothing is said.
const maxSkew = 2 * time.Minute

func importing(c *call) (int, error) {
	c.zoned()
	var o feed.Options
	template := c.flags.String("template", "", "print a file of a `KIND` and do nothing else: roster, registrations or licenses")
	dryRun := c.flags.Bool("dry-run", false, "say what is wrong and what would change, and change nothing")
	c.flags.BoolVar(&o.Complete, "complete", false, "the license feeds list every license of each agent whom they name:\na license that is not listed is removed")
	health := c.flags.String("health-lines", "", "`NAMES` of lines of authority that are health as well, with semicolons between them")
	most := c.flags.Int("n", 0, "print the first `N` problems and notes only; all if it is not given")
	if err := c.read(); err != nil {
		return fine, err
	}
	if *template != "" {
		return fine, c.template(*template)
	}
	if err := c.check(); err != nil {
		return fine, err
	}
	if *most < 0 {
		return fine, c.usage("-n %d: give how many to print, or leave it out for all", *most)
	}
	stdin := 0
	for _, name := range c.args[1:] {
		if name == "-" {
			stdin++
		}
	}
	if stdin > 1 {
		return fine, c.usage("import: standard input can be read once: give - once")
	}
	for name := range strings.SplitSeq(*health, ";") {
		if name = strings.TrimSpace(name); name != "" {
			o.HealthLines = append(o.HealthLines, name)
		}
	}
	i := importer{call: c, dir: c.args[0]}
	err := i.look()
	if err == nil {
		err = i.readFiles(c.args[1:], &o)
	}
	if err == nil {
		err = i.compare()
	}
	if err != nil {
		return fine, err
	}
	i.list(i.plan.Problems, "", "problem", *most)
	i.list(i.plan.Notes, "note: ", "note", *most)
	agents := count(uint64(i.plan.Agents), "agent")
	switch n := len(i.plan.Changes); {
	case len(i.plan.Problems) > 0:
		c.printf("%s: nothing was recorded. Mend the files and import again.\n", count(uint64(len(i.plan.Problems)), "problem"))
		return found, nil
	case n == 0:
		c.printf("%s compared: nothing differs, and nothing was recorded.\n", agents)
	case *dryRun:
		c.printf("%s compared: %s would change.\n", agents, thousands(uint64(n)))
		c.tabulate(i.plan.Counts())
		c.printf("This was a dry run: nothing was recorded.\n")
		now := time.Now
		if c.desk != nil && c.desk.Now != nil {
			now = c.desk.Now
		}
		if c.log != nil && c.log.last.Time.After(now().Add(maxSkew)) {
			c.printf("Nor could it be now: the log's head is at %s, ahead of the clock (R25). Set the clock right first.\n", c.teller.Time(c.log.last.Time))
			return found, nil
		}
	default:
		return i.apply()
	}
	return fine, nil
}

// template prints a file to fill in.
func (c *call) template(name string) error {
	if len(c.args) > 0 {
		return c.usage("-template: it prints a file and takes no LOG and no FILE: leave out %.60q", c.args[0])
	}
	for _, t := range templates {
		if t.name == name {
			c.printf("%s", t.kind.Template())
			return nil
		}
	}
	return c.usage("-template: %.40q is no kind of file: give roster, registrations or licenses", name)
}

// importer is an import under way.
type importer struct {
	*call
	dir    string
	exists bool // as a log
	feeds  []*feed.Feed
	plan   feed.Plan
}

// look looks whether the directory holds a log or may become one.
func (i *importer) look() error {
	if i.dir == "-" {
		return i.usage("import: LOG is the directory of a log, and - is none: give the directory first, and - behind it for a file from standard input")
	}
	info, err := os.Stat(i.dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("there is no log in %s: %w", i.dir, cause(err))
	case !info.IsDir():
		return i.usage("import: %s is a file, and nothing is recorded in files: give the directory of a log first, and the files behind it", i.dir)
	}
	if i.exists, err = filelog.IsLog(i.dir); err != nil || i.exists {
		return err
	}
	names, err := os.ReadDir(i.dir)
	if err == nil && len(names) > 0 {
		return i.usage("import: %s holds other files and no log: give the directory of a log, or one that is empty or not there yet", i.dir)
	}
	return err
}

// readFiles reads all files.
func (i *importer) readFiles(names []string, o *feed.Options) error {
	for _, name := range names { // a name that is misspelt is told before a long read
		if info, err := os.Stat(name); name != "-" && (err != nil || info.IsDir()) {
			return unreadable(name, err)
		}
	}
	for _, name := range names {
		f, err := i.readFile(name, o)
		if err != nil {
			return unreadable(name, err)
		}
		i.feeds = append(i.feeds, f)
	}
	if o.Complete && !slices.ContainsFunc(i.feeds, func(f *feed.Feed) bool { return f.Complete || f.Kind == 0 }) {
		return i.usage("-complete: none of these files is a license feed")
	}
	return nil
}

// unreadable returns what to do about a file that cannot be read. A nil error is that
// of a directory.
func unreadable(name string, err error) error {
	switch {
	case err == nil:
		return fmt.Errorf("%s is a directory: give CSV files", name)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no %s: give CSV files, or - for standard input", name)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s may not be read: permission denied", name)
	}
	return err
}

func (i *importer) readFile(name string, o *feed.Options) (*feed.Feed, error) {
	if name == "-" {
		return i.readFrom(i.stream(i.stdin), "standard input", 0, o)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return i.readFrom(i.stream(f), name, 0, o)
	}
	return i.readFrom(f, name, info.Size(), o)
}

func (i *importer) readFrom(from io.Reader, name string, size int64, o *feed.Options) (*feed.Feed, error) {
	i.progress.start("KB of "+name, uint64(size)>>10)
	defer i.progress.erase()
	return feed.Read(&watched{call: i.call, from: from}, name, o)
}

// watched is a file that is read. Reading ends when the run does.
type watched struct {
	*call
	from io.Reader
	n    uint64
}

func (w *watched) Read(b []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := w.from.Read(b)
	w.n += uint64(n)
	w.progress.at(w.n >> 10)
	return n, err
}

// compare plans what is to change, from a log that is only read. What is on record
// leaves memory with it.
func (i *importer) compare() error {
	current := func(agent.NPN) (agent.Agent, error) { return agent.Agent{}, agent.ErrUnknown }
	if i.exists {
		log, err := i.open(i.dir)
		if err != nil {
			return err
		}
		past, err := audit.AsOf(log.records(), audit.Moment{})
		if err != nil {
			return err
		}
		current = past.Agent
	}
	n := uint64(0)
	i.progress.start("agents compared", i.named())
	defer i.progress.erase()
	var err error
	i.plan, err = feed.Compare(func(npn agent.NPN) (agent.Agent, error) {
		if err := i.ctx.Err(); err != nil {
			return agent.Agent{}, err
		}
		n++
		i.progress.at(n)
		return current(npn)
	}, i.feeds...)
	return err
}

// named returns how many agents the files name.
func (i *importer) named() uint64 {
	all := map[agent.NPN]struct{}{}
	for _, f := range i.feeds {
		for _, row := range f.Agents {
			all[row.NPN] = struct{}{}
		}
		for _, row := range f.Registrations {
			all[row.NPN] = struct{}{}
		}
		for _, row := range f.Licenses {
			all[row.NPN] = struct{}{}
		}
	}
	return uint64(len(all))
}

// list prints what was found in the files, each with a word before its text, and how
// many of the things are left out beyond a number.
func (i *importer) list(findings []feed.Finding, word, thing string, most int) {
	for n, f := range findings {
		if most > 0 && n == most {
			i.printf("and %s\n", count(uint64(len(findings)-n), "more "+thing))
			return
		}
		f.Text = word + f.Text
		i.printf("%s\n", f)
	}
}

// tabulate prints how many events of each kind there are, of how many agents.
func (c *call) tabulate(counts []feed.Count) {
	if len(counts) == 0 {
		return
	}
	c.printf("\n%9s  %9s\n", "events", "agents")
	for _, n := range counts {
		c.printf("%9s  %9s  %s\n", thousands(uint64(n.Events)), thousands(uint64(n.Agents)), n.Kind)
	}
	c.printf("\n")
}
