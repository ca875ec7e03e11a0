package audit_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral/audit"
)

// rawLine is a record as a text tool sees it.
type rawLine struct {
	Position eventlog.Position
	Time     time.Time
	Stream   string
	Kind     string
	Data     map[string]any
}

// rawLines reads a recording without the decoder.
func rawLines(t *testing.T) (lines []rawLine) {
	t.Helper()
	for line := range strings.Lines(firstAfternoon(t).Lines) {
		var l rawLine
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, l)
	}
	return lines
}

// speaks reports whether the data lists a language.
func (l rawLine) speaks(k spoken.Key) bool {
	list, _ := l.Data["languages"].([]any)
	return slices.ContainsFunc(list, func(item any) bool { return item.(map[string]any)["key"] == string(k) })
}

// wanted is the dumb twin of a filter: it looks at the raw lines, all of them for
// each question about a referral.
func wanted(f audit.Filter, l rawLine, all []rawLine) bool {
	id, isReferral := strings.CutPrefix(l.Stream, "referral/")
	request := l
	for _, other := range all {
		if isReferral && other.Stream == l.Stream && other.Kind == "referral.requested.v1" {
			request = other
		}
	}
	named := l.Stream == "agent/"+f.Agent.String()
	for _, key := range []string{"to", "by", "from"} {
		named = named || isReferral && l.Data[key] == f.Agent.String()
	}
	inState := request.Data["state"] == string(f.State)
	if !isReferral {
		list, _ := l.Data["states"].([]any)
		inState = inState || slices.Contains(list, any(string(f.State)))
	}
	return (f.Referral == uuid.Nil || isReferral && id == f.Referral.String()) &&
		(f.Agent == 0 || named) &&
		(f.Kind == "" || l.Kind == f.Kind || strings.HasPrefix(l.Kind, f.Kind+".")) &&
		(f.State == "" || inState) &&
		(f.Language == "" || request.speaks(f.Language)) &&
		!l.Time.Before(f.Since) && (f.Until.IsZero() || l.Time.Before(f.Until))
}

func TestFilters(t *testing.T) {
	lines, records := rawLines(t), recorded(t)
	var id uuid.UUID
	npns := map[string]int{}
	for _, l := range lines {
		if l.Kind == "referral.accepted.v1" {
			id = uuid.MustParse(strings.TrimPrefix(l.Stream, "referral/"))
			npns[l.Data["by"].(string)]++
		}
	}
	var busy agent.NPN
	for text, n := range npns {
		parsed, err := agent.ParseNPN(text)
		if err != nil {
			t.Fatal(err)
		}
		if best := npns[busy.String()]; n > best || n == best && parsed < busy {
			busy = parsed
		}
	}
	middle := lines[len(lines)*3/4].Time
	filters := []audit.Filter{
		{},
		{Referral: id},
		{Agent: busy},
		{Kind: "referral"},
		{Kind: "agent.license_recorded"},
		{Kind: "referral.offered.v1"},
		{State: "FL"},
		{State: "GA"},
		{Language: "es"},
		{Language: "ht"},
		{Since: middle},
		{Until: middle},
		{Since: middle, Until: middle.Add(20 * time.Minute)},
		{State: "FL", Language: "es"},
		{State: "FL", Agent: busy},
		{Agent: busy, Kind: "referral.accepted"},
		{State: "FL", Kind: "referral.offered", Since: middle},
		{Language: "es", Since: middle, Kind: "referral.accepted.v1"},
		{Referral: id, Language: "zu"},
		{Referral: uuid.UUID{15: 3}},
	}
	for _, f := range filters {
		t.Run(strings.Trim(fmt.Sprintf("%+v", f), "{}"), func(t *testing.T) {
			var want, got []eventlog.Position
			for _, l := range lines {
				if wanted(f, l, lines) {
					want = append(want, l.Position)
				}
			}
			for e, err := range f.Select(each(records)) {
				if err != nil {
					t.Fatal(err)
				}
				if e.Err != nil || e.Event == nil || e.Event.Kind() != e.Record.Kind {
					t.Errorf("position %d: %v, %v", e.Record.Position, e.Event, e.Err)
				}
				got = append(got, e.Record.Position)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the positions (-raw lines +filter):\n%s", diff)
			}
			if len(want) == 0 && f.Language != "zu" && f.Referral != (uuid.UUID{15: 3}) {
				t.Error("nothing is wanted: the filter tests nothing")
			}
		})
	}
}

func TestFiltersThatAreNone(t *testing.T) {
	noon := time.Date(2026, time.November, 2, 12, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		filter audit.Filter
		want   string
	}{
		{audit.Filter{Kind: "referral.offerred"}, "referral.offered.v1"},
		{audit.Filter{Kind: "offered"}, "no kind of event matches"},
		{audit.Filter{Kind: "referral.off"}, "no kind of event matches"},
		{audit.Filter{Since: noon, Until: noon}, "give the earlier first"},
	} {
		if err := test.filter.Check(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("Check(%+v) = %v, want an error with %q", test.filter, err, test.want)
		}
		for _, err := range test.filter.Select(each(recorded(t))) {
			if err == nil {
				t.Errorf("Select(%+v) yields a record", test.filter)
			}
		}
	}
}

// What cannot be read is yielded to who wants everything of its stream, kind and time,
// and says why.
func TestFiltersYieldWhatCannotBeRead(t *testing.T) {
	records := recorded(t)
	entries := entriesOf(records[:40])
	entries[30].Kind = "agent.sang_a_song.v1"
	npn, err := agent.ParseNPN(strings.TrimPrefix(entries[30].Stream, "agent/"))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		filter audit.Filter
		want   bool
	}{
		{audit.Filter{}, true}, {audit.Filter{Agent: npn}, true}, {audit.Filter{State: geo.State("FL")}, false}, {audit.Filter{Kind: "agent.registered"}, false},
	} {
		found := false
		for e, err := range test.filter.Select(each(sealed(t, entries))) {
			if err != nil {
				t.Fatal(err)
			}
			if e.Err != nil {
				found = true
				if sentence, _ := (audit.Teller{}).Tell(e); !strings.Contains(sentence, "sang_a_song") {
					t.Errorf("it is told as %q, want its kind named", sentence)
				}
			}
		}
		if found != test.want {
			t.Errorf("Select(%+v) yields what cannot be read: %v, want %v", test.filter, found, test.want)
		}
	}
}
