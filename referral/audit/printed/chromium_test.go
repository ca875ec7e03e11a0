package printed_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/relevo-go/relevo/referral/audit"
	"github.com/relevo-go/relevo/referral/audit/printed"
)

var shots = flag.String("shots", "", "a directory to which TestChromium writes pictures of the page, and the page on paper")

// TestChromium looks at pages as people do: wide and narrow, light and dark.
func TestChromium(t *testing.T) {
	b := chromium(t)
	for _, page := range []struct {
		name   string
		report func(testing.TB, audit.Breakdown) audit.Report
	}{{"recorded", recorded}, {"simulated", simulated}} {
		file := kept(t, pageOf(t, page.report(t, both), &printed.Options{Name: hostile}))
		for _, width := range []int{1280, 390} {
			for _, scheme := range []string{"light", "dark"} {
				b.open(file, width, scheme)
				name := fmt.Sprintf("%s-%d-%s", page.name, width, scheme)
				b.fits(name, width, scheme)
				if *shots != "" {
					var height int
					b.evaluate("document.documentElement.scrollHeight", &height)
					b.keep(name+".png", b.shot(0, width, min(height, 16_000)))
				}
			}
		}
		b.isNamed(page.name)
		b.hasNumbers(page.name, page.report)
		if *shots != "" {
			b.keep(page.name+".pdf", b.pdf())
		}
		for _, c := range b.complaints(file) {
			t.Errorf("%s: %s", page.name, c)
		}
	}
	// What the test itself would see if something were wrong.
	file := kept(t, []byte(`<!DOCTYPE html><title>bad</title><img src="http://127.0.0.1:1/x.png"><script>console.error("oh"); nothing()</script><p style="width:2000px">wide`))
	b.open(file, 390, "light")
	found := strings.Join(b.complaints(file), "\n")
	for _, want := range []string{"Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Network.requestWillBeSent", "Network.loadingFailed"} {
		if !strings.Contains(found, want) {
			t.Errorf("of a bad page the test sees %s, want %s too", found, want)
		}
	}
}

func (b *browser) keep(name string, data []byte) {
	b.t.Helper()
	if err := os.MkdirAll(*shots, 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(*shots+"/"+name, data, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// fits holds the page to its screen.
func (b *browser) fits(name string, width int, scheme string) {
	b.t.Helper()
	var page struct {
		Scroll, Inner int
		Paper         string
		Overflows     []string
		Scripts       int
		Title         string
	}
	b.evaluate(`({
		Scroll: document.documentElement.scrollWidth, Inner: innerWidth,
		Paper: getComputedStyle(document.body).backgroundColor,
		Scripts: document.scripts.length,
		Title: document.querySelector("h1").textContent,
		Overflows: [...document.querySelectorAll("main svg text")].filter(e => {
			const box = e.getBoundingClientRect(), svg = e.closest("svg[role=img]").getBoundingClientRect();
			return box.width > 0 && (box.left < svg.left - 2 || box.right > svg.right + 2);
		}).map(e => e.textContent),
	})`, &page)
	if page.Inner != width || page.Scroll > page.Inner {
		b.t.Errorf("%s: the page is %d pixels wide on a screen of %d, want at most %d", name, page.Scroll, page.Inner, width)
	}
	if want := map[string]string{"light": "rgb(255, 255, 255)", "dark": "rgb(18, 22, 27)"}[scheme]; page.Paper != want {
		b.t.Errorf("%s: the page is %s, want %s", name, page.Paper, want)
	}
	if len(page.Overflows) > 0 {
		b.t.Errorf("%s: texts stand out of their picture: %q", name, page.Overflows)
	}
	if page.Scripts > 0 || page.Title != "Referrals of "+hostile {
		b.t.Errorf("%s: the page has %d scripts and the title %q", name, page.Scripts, page.Title)
	}
}

// isNamed holds the page to what who does not see it needs: a name for each picture and
// each part that scrolls, headings in order, and a way past what comes first.
func (b *browser) isNamed(name string) {
	b.t.Helper()
	var tree struct {
		Nodes []struct {
			Role, Name, Description struct{ Value any }
			Ignored                 bool
		}
	}
	b.call("Accessibility.getFullAXTree", nil, &tree)
	images, regions := 0, 0
	for _, n := range tree.Nodes {
		text := func(v any) string { s, _ := v.(string); return s }
		switch role := text(n.Role.Value); role {
		case "image", "img", "region":
			if role == "region" {
				regions++
			} else {
				images++
			}
			if strings.TrimSpace(text(n.Name.Value)) == "" && !n.Ignored {
				b.t.Errorf("%s: a %s has no name", name, role)
			}
		}
	}
	var page struct {
		Pictures, Tables, Captions, Loose, Mute int
		Headings                                []int
		Lang                                    string
	}
	b.evaluate(`({
		Pictures: document.querySelectorAll("figure svg[role=img]").length,
		Tables: document.querySelectorAll("table").length,
		Captions: document.querySelectorAll("table > caption").length,
		Loose: [...document.querySelectorAll("table")].filter(e => e.parentElement.tabIndex !== 0).length,
		Mute: [...document.querySelectorAll("figure svg[role=img] > title, figure svg[role=img] > desc")].filter(e => e.textContent.length < 12).length,
		Headings: [...document.querySelectorAll("h1,h2,h3,h4")].map(e => +e.tagName[1]),
		Lang: document.documentElement.lang,
	})`, &page)
	if images != page.Pictures || page.Pictures < 6 || page.Mute > 0 || regions < page.Tables || page.Captions != page.Tables || page.Loose > 0 || page.Lang != "en" {
		b.t.Errorf("%s: of %d pictures %d have a name and %d titles and descriptions say nothing, of %d tables %d a region and %d a caption, %d cannot be scrolled by keyboard, in language %q",
			name, page.Pictures, images, page.Mute, page.Tables, regions, page.Captions, page.Loose, page.Lang)
	}
	for i, level := range page.Headings {
		if i == 0 && level != 1 || i > 0 && (level == 1 || level > page.Headings[i-1]+1) {
			b.t.Errorf("%s: the headings have the levels %v", name, page.Headings)
		}
	}
	for _, kind := range []string{"keyDown", "keyUp"} {
		b.call("Input.dispatchKeyEvent", map[string]any{"type": kind, "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9}, nil)
	}
	var focus string
	b.evaluate(`document.activeElement.className + " " + document.activeElement.getBoundingClientRect().left`, &focus)
	if focus != "skip 16" {
		b.t.Errorf("%s: the first Tab leads to %q, want the visible link past the head", name, focus)
	}
}

// hasNumbers compares the tables with the text of the same log, which is measured by
// each part alone.
func (b *browser) hasNumbers(name string, report func(testing.TB, audit.Breakdown) audit.Report) {
	b.t.Helper()
	var tables map[string][][]string
	b.evaluate(`Object.fromEntries([...document.querySelectorAll("table")].map(t =>
		[t.id, [...t.tBodies[0].rows].map(r => [...r.cells].map(c => c.textContent.trim()))]))`, &tables)
	text := func(by audit.Breakdown) [][][]string { return parsed(b.t, report(b.t, by)) }
	inOrder := func(rows [][]string) [][]string {
		rows = slices.Clone(rows)
		slices.SortFunc(rows, slices.Compare)
		return rows
	}
	compare := func(id string, want [][]string) {
		b.t.Helper()
		if diff := cmp.Diff(inOrder(want), inOrder(tables[id])); diff != "" || len(want) == 0 {
			b.t.Errorf("%s: table %s (-stats +page):\n%s", name, id, diff)
		}
	}
	states, languages := text(audit.Breakdown{State: true}), text(audit.Breakdown{Language: true})
	compare("quantiles", states[1])
	compare("states-outcomes", states[2])
	compare("states-times", states[3])
	compare("languages-outcomes", languages[2])
	compare("languages-times", languages[3])
	all := text(both)
	unserved := all[4]
	var shown [][]string
	for _, part := range []string{"unserved-1", "unserved-2", "unserved-3"} {
		shown = append(shown, tables[part]...)
	}
	if diff := cmp.Diff(unserved[:min(len(unserved), 60)], shown); diff != "" {
		b.t.Errorf("%s: languages nobody serves (-stats +page):\n%s", name, diff)
	}
	// The matrix has medians with how many they are of.
	cells := map[string]string{}
	var heads []string
	b.evaluate(`[...document.querySelectorAll("#matrix thead th")].map(e => e.textContent)`, &heads)
	for _, row := range tables["matrix"] {
		for i, cell := range row[1:] {
			cells[row[0]+"/"+heads[i+1]] = strings.TrimSpace(cell)
		}
	}
	looked := 0
	for _, row := range all[3] {
		language := regexp.MustCompile(` \(\w+\)$`).ReplaceAllString(row[1], "")
		got, there := cells[row[0]+"/"+language]
		if want := strings.TrimSuffix(row[3]+" "+row[2], "– 0"); there && got != want && !(got == "–" && want == "") {
			b.t.Errorf("%s: the median of %s in %s is %q, want %q", name, row[0], row[1], got, want)
		} else if there {
			looked++
		}
	}
	if looked < 8 {
		b.t.Errorf("%s: %d medians were compared", name, looked)
	}
}

// parsed reads the tables of a text: of all, twice, of the groups, twice, and of the
// languages nobody serves.
func parsed(t *testing.T, r audit.Report) (tables [][][]string) {
	t.Helper()
	var b bytes.Buffer
	if err := printed.Text(&b, r, nil); err != nil {
		t.Fatal(err)
	}
	apart := regexp.MustCompile(`  +`)
	for block := range strings.SplitSeq(b.String(), "\n\n") {
		lines := strings.Split(strings.TrimSpace(block), "\n")
		head := slices.IndexFunc(lines, func(l string) bool {
			return strings.Contains(l, "referrals  ") || strings.Contains(l, "p50") || strings.HasSuffix(l, "  referrals")
		})
		for head >= 0 && head+1 < len(lines) && strings.Contains(lines[head], "─") {
			head++
		}
		if head < 0 || head+1 == len(lines) {
			continue
		}
		var rows [][]string
		for _, line := range lines[head+1:] {
			rows = append(rows, apart.Split(strings.TrimSpace(line), -1))
		}
		tables = append(tables, rows)
	}
	if len(tables) != 5 {
		t.Fatalf("the text has %d tables, want 5:\n%s", len(tables), b.String())
	}
	return tables
}
