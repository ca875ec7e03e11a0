package printed_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/examples/logs"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/geo/zcta"
	"github.com/relevo-go/relevo/referral/audit"
	"github.com/relevo-go/relevo/referral/audit/printed"
)

func TestTheSamePageAgain(t *testing.T) {
	if first, again := pageOf(t, recorded(t, both), nil), pageOf(t, recorded(t, both), nil); !bytes.Equal(first, again) {
		t.Error("the same log has two pages")
	}
	finer := both
	finer.Month = true
	if coarse, fine := pageOf(t, recorded(t, both), nil), pageOf(t, recorded(t, finer), nil); !bytes.Equal(coarse, fine) {
		t.Error("a report by month too has another page")
	}
	if err := printed.Page(new(bytes.Buffer), recorded(t, audit.Breakdown{State: true}), nil); err == nil || !strings.Contains(err.Error(), "audit.Measure") {
		t.Errorf("the page of a report by state alone: %v, want an error that says what to give", err)
	}
}

// everywhere is a report of people in every place that the census knows, in all
// languages that the picker has.
func everywhere() audit.Report {
	r := audit.Report{Breakdown: both, Head: eventlog.Head{Position: 1_000_000_000}}
	for z, place := range zcta.All() {
		for s := range place.States.All() {
			r.Areas = append(r.Areas, audit.Area{State: s, Point: place.Point, Consumers: 1 + z.Number()%1000, Agents: 1 + z.Number()%90})
		}
	}
	for s := range geo.AllStates() {
		for _, c := range spoken.Picker() {
			r.Groups = append(r.Groups, audit.Figures{Group: audit.Group{State: s, Language: c.Key}, Requested: 4_000_000, Accepted: 1_000_000, Exhausted: 1_000_000, Withdrawn: 1_000_000, Offers: 9_000_000})
			r.Unserved = append(r.Unserved, audit.Unserved{State: s, Language: c.Key, Requested: 1_000_000})
		}
	}
	r.All = r.By(audit.Breakdown{})[0]
	return r
}

func TestPageIsSmallAndAsksForNothing(t *testing.T) {
	for name, page := range map[string][]byte{
		"recorded": pageOf(t, recorded(t, both), nil), "simulated": pageOf(t, simulated(t, both), nil),
		"empty": pageOf(t, audit.Report{Breakdown: both}, nil), "everywhere": pageOf(t, everywhere(), nil),
	} {
		t.Logf("%s: %d bytes", name, len(page))
		if len(page) > 1_000_000 {
			t.Errorf("%s: the page has %d bytes, want at most a million", name, len(page))
		}
		outside := regexp.MustCompile(`(?i)<(script|iframe|object|embed|img|form|base)\b|\bon[a-z]+=|@import|https?:[^"]*`)
		for _, found := range outside.FindAllString(string(page), -1) {
			if found != "http://www.w3.org/2000/svg" {
				t.Errorf("%s: the page has %q", name, found)
			}
		}
		for _, found := range regexp.MustCompile(`url\([^)]*\)|(?:src|href)="[^"]*"`).FindAllString(string(page), -1) {
			if !strings.HasPrefix(found, "url(#") && !strings.HasPrefix(found, `href="#`) && found != `href="data:,"` {
				t.Errorf("%s: the page asks for %q", name, found)
			}
		}
		ids := map[string]bool{}
		for _, id := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(string(page), -1) {
			if ids[id[1]] {
				t.Errorf("%s: two elements have the ID %q", name, id[1])
			}
			ids[id[1]] = true
		}
		for _, ref := range regexp.MustCompile(` aria-labelledby="([^"]*)"|href="#([^"]*)"|url\(#([^)]*)\)`).FindAllStringSubmatch(string(page), -1) {
			for _, id := range strings.Fields(ref[1] + ref[2] + ref[3]) {
				if !ids[id] {
					t.Errorf("%s: nothing has the ID %q", name, id)
				}
			}
		}
	}
}

// hostile is a text that would do something on a page where it is not text.
const hostile = `"'><script>alert(1)</script><b>Ann & Co</b>{{.Log}}`

// tampered is the recorded log with hostile subjects and names.
func tampered(t *testing.T) audit.Records {
	t.Helper()
	log, err := logs.FirstAfternoon()
	if err != nil {
		t.Fatal(err)
	}
	var head eventlog.Head
	var all []eventlog.Record
	for r, err := range log.Records() {
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{"subject", "name", "reason", "street", "city"} {
			var data map[string]json.RawMessage
			if err := json.Unmarshal(r.Data, &data); err != nil {
				t.Fatal(err)
			}
			var was string
			if json.Unmarshal(data[key], &was) != nil {
				continue
			}
			is, err := json.Marshal(hostile)
			if err != nil {
				t.Fatal(err)
			}
			r.Data = bytes.Replace(r.Data, fmt.Appendf(nil, "%q:%s", key, data[key]), fmt.Appendf(nil, "%q:%s", key, is), 1)
		}
		sealed, err := head.Seal(r.Entry)
		if err != nil {
			t.Fatal(err)
		}
		head = sealed[0].Head()
		all = append(all, sealed...)
	}
	return func(yield func(eventlog.Record, error) bool) {
		for _, r := range all {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// No consumer's subject and no agent's name is on the page (R29), and what is, is text.
func TestHostileTexts(t *testing.T) {
	r := measured(t, tampered(t), both)
	if told := r.Stories[0].Referral.Subject; told != hostile {
		t.Fatalf("the subject is %q, want the hostile one", told)
	}
	page := string(pageOf(t, r, nil))
	for _, text := range []string{"alert(1)", "Ann", "Sample", "case-"} {
		if strings.Contains(page, text) {
			t.Errorf("the page has %q, which stands in a subject or a name", text)
		}
	}
	if n := strings.Count(page, r.Stories[0].Referral.Offer.To.String()); n < 2 {
		t.Errorf("the agent who accepted is on the page %d times, want its NPN in the picture and the table", n)
	}
	page = string(pageOf(t, r, &printed.Options{Name: hostile}))
	if strings.Contains(page, "<script") || strings.Contains(page, "<b>Ann") || strings.Count(page, "&lt;script&gt;alert(1)") < 2 {
		t.Error("the name of the log is not text on the page")
	}
}
