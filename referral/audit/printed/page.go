package printed

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/relevo-go/relevo/referral/audit"
)

var (
	//go:embed page.html
	pageHTML string
	//go:embed style.css
	styleCSS string
)

// Page writes a report as a page for people. The report must be by state and language,
// or finer. Its errors are those of w, or say that the report is too coarse.
func Page(w io.Writer, r audit.Report, o *Options) error {
	if !r.Breakdown.State || !r.Breakdown.Language {
		return fmt.Errorf("printed: the report does not count by state and language: give audit.Measure both")
	}
	t, err := template.New("page").Funcs(template.FuncMap{"tie": tie, "thousands": thousands[int]}).Parse(pageHTML)
	if err != nil {
		return err
	}
	return t.Execute(w, pageOf(r, o.orDefault()))
}

// page is what the template shows.
type page struct {
	Style     template.CSS
	Title     string
	Log       []fact
	Keys      []fact
	Answers   []string
	Wait      template.HTML
	Quantiles table
	Within    table
	Matrix    matrix
	States    outcome
	Languages outcome
	Map       template.HTML
	MapNote   string
	People    []table
	Fair      template.HTML
	Tenths    table
	FairText  string
	Unserved  []table
	Rest      string // of the languages nobody serves
	Stories   []story
	Empty     bool
}

// fact is a number with its name.
type fact struct{ Name, Value, More string }

// outcome is how the referrals of some groups ended.
type outcome struct {
	Bars            template.HTML
	Outcomes, Times table
}

// story is one referral's.
type story struct {
	Name, Need string
	Picture    template.HTML
	Steps      table
}

func pageOf(r audit.Report, o Options) page {
	at := clock{o.Zone}
	title := "Referrals"
	if o.Name != "" {
		title += " of " + o.Name
	}
	p := page{Style: template.CSS(styleCSS), Title: title, Empty: r.Head.Position == 0}
	p.Log = []fact{{Name: "Records", Value: thousands(uint64(r.Head.Position))}}
	if p.Empty {
		return p
	}
	p.Log = []fact{
		{Name: "From", Value: at.minute(r.From)}, {Name: "To", Value: at.minute(r.To)}, {Name: "Time zone", Value: at.name()},
		{Name: "Records", Value: thousands(uint64(r.Head.Position))}, {Name: "Sum of the last record", Value: r.Head.Sum.String()},
	}
	byState, byLanguage := r.By(audit.Breakdown{State: true}), r.By(audit.Breakdown{Language: true})
	p.Keys, p.Answers = keyFigures(r), answers(r, byState, byLanguage)
	if r.All.ToAccept.Len() > 0 {
		p.Wait = waitCurve(r.All.ToAccept).HTML()
	}
	all := [][]string{append([]string{"all"}, cells(times(), r.All)...)}
	p.Quantiles = tableOf("quantiles", "Times and distances of all: half are no greater than p50, nine in ten than p90, and 99 in 100 than p99", gridOf([]string{"referrals"}, all, times(), overTimes))
	p.Within = within(r.All.ToAccept)
	p.Matrix = matrixOf(r)
	p.States = outcomeOf("states", "state", audit.Breakdown{State: true}, byState, func(g audit.Group) string { return stateName(g.State) })
	p.Languages = outcomeOf("languages", "language", audit.Breakdown{Language: true}, byLanguage, func(g audit.Group) string { return languageName(g.Language) })
	picture, greatest := country(r.Areas)
	p.Map, p.MapNote = picture.HTML(), fmt.Sprintf("the largest is %s", thousands(greatest))
	p.People = columns(tableOf("people", "Consumers who asked, and agents with their office in the state", people(r.Areas)))
	p.FairText = fairnessText(r.Fairness)
	if r.Fairness.Agents > 0 && r.All.Offers > 0 {
		p.Fair = lorenz(r.Fairness).HTML()
		p.Tenths = tenths(r.Fairness)
	}
	unserved := grid{heads: []string{"state", "language", "referrals"}, words: 2}
	for i, u := range r.Unserved {
		if i == mostUnserved {
			p.Rest = fmt.Sprintf("The first %d of %s; relevo stats lists all.", mostUnserved, thousands(len(r.Unserved)))
			break
		}
		unserved.rows = append(unserved.rows, []string{stateName(u.State), languageName(u.Language), thousands(u.Requested)})
	}
	if len(unserved.rows) > 0 {
		p.Unserved = columns(tableOf("unserved", "Languages that no agent speaks who may take referrals in the state", unserved))
	}
	for i, s := range r.Stories {
		p.Stories = append(p.Stories, storyOf(fmt.Sprintf("story-%d", i+1), s, r.To, at))
	}
	return p
}

// mostUnserved is how many languages that nobody serves have their place.
const mostUnserved = 60

// outcomeOf returns how the referrals of some groups ended.
func outcomeOf(id, by string, b audit.Breakdown, groups []audit.Figures, name func(audit.Group) string) outcome {
	bars := outcomeBars(id, "How referrals ended, by "+by, barsOf(groups, name)).HTML()
	groups = byName(groups)
	return outcome{
		Bars:     bars,
		Outcomes: tableOf(id+"-outcomes", "Outcomes by "+by+": of the referrals, and of the offers that were made", gridOf(heads(b), groupRows(b, groups, outcomes()), outcomes(), overOutcomes)),
		Times:    tableOf(id+"-times", "Times and distances by "+by, gridOf(heads(b), groupRows(b, groups, times()), times(), overTimes)),
	}
}

// within returns how many were accepted within some times.
func within(s audit.Spread) table {
	g := grid{heads: []string{"within", "accepted", "of them"}, words: 1}
	for _, d := range []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 4 * time.Hour, 24 * time.Hour} {
		n := s.UpTo(int64(d))
		g.rows = append(g.rows, []string{span(d), thousands(n), partOf(n, s.Len())})
	}
	g.rows = append(g.rows, []string{"all, " + spanAt(s, 1), thousands(s.Len()), partOf(s.Len(), s.Len())})
	return tableOf("within", "Accepted within a time", g)
}

// tenths returns which part of the offers each tenth of the agents had.
func tenths(f audit.Fairness) table {
	g := grid{heads: []string{"agents", "offers", "so far"}, words: 1}
	for i := range 10 {
		name := fmt.Sprintf("tenth %d", i+1)
		switch i {
		case 0:
			name = "the tenth with fewest"
		case 9:
			name = "the tenth with most"
		}
		from, to := f.Lorenz(float64(i)/10), f.Lorenz(float64(i+1)/10)
		g.rows = append(g.rows, []string{name, percent(max(to-from, 0)), percent(to)})
	}
	return tableOf("tenths", "Part of all offers, by tenths of the agents", g)
}

func storyOf(id string, s audit.Story, end time.Time, at clock) story {
	steps := stepsOf(s, end)
	g := grid{heads: []string{"who", "how it ended", "language", "distance", "from", "for"}, words: 3}
	for _, step := range steps {
		g.rows = append(g.rows, []string{step.who, step.how, step.language, step.meters, at.second(step.from), span(step.to.Sub(step.from))})
	}
	var wants []string
	for _, l := range s.Referral.Languages {
		wants = append(wants, l.Key.English())
	}
	return story{
		Name: s.Referral.ID.String(), Need: fmt.Sprintf("A consumer in %s asked for help in %s at %s", stateName(s.Referral.State), strings.Join(wants, " or "), at.second(s.Referral.Requested)),
		Picture: timeline(id, s, steps, at).HTML(),
		Steps:   tableOf(id+"-steps", "The same, step by step", g),
	}
}

// tie returns a text whose numbers keep their units on the line.
func tie(text string) string { return units.ReplaceAllString(text, "$1\u00a0$2") }

var units = regexp.MustCompile(`(\d) ((?:s|min|h|d|m|km)\b|%)`)
