package feed

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// fuzz reads files of one kind and imports what is sound: nothing panics, what
// is said is short and readable, and a second import plans nothing.
func fuzz(f *testing.F, kind Kind, file string) {
	f.Add(kind.Template())
	f.Add(strings.ReplaceAll(kind.Template(), ",", ";"))
	broken, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(broken))
	head, _, _ := strings.Cut(string(broken), "\n")
	for line := range strings.Lines(string(broken)) {
		f.Add(head + "\n" + line)
	}
	base := desk{}
	roster := read(f, "roster", Roster.Template()+strings.ReplaceAll("9900000099,Sample Heron,,,,,,,,,,,,,,,,,\n", "\t", ""))
	p, err := Compare(base.current, roster)
	if err != nil || len(p.Problems) > 0 {
		f.Fatal(err, written(p.Problems))
	}
	base.apply(f, p)
	f.Fuzz(func(t *testing.T, text string) {
		d := desk{}
		for n, a := range base { // of the test alone, where order is nothing
			d[n] = a
		}
		fed := read(t, "f.csv", text)
		fed.Complete = fed.Kind == Licenses && len(text)%2 == 0
		p := compare(t, d, fed)
		for _, found := range append(p.Problems, p.Notes...) {
			if s := found.String(); len(s) > 2000 || !utf8.ValidString(s) || strings.ContainsAny(s, "\n\r\x00") || found.Text == "" {
				t.Errorf("a finding reads %q", s)
			}
		}
		if lines := strings.Count(text, "\n") + 1; len(fed.Agents)+len(fed.Registrations)+len(fed.Licenses) > lines {
			t.Errorf("%d lines have more rows than that", lines)
		}
		d.apply(t, p)
		if again := compare(t, d, fed); len(p.Problems) == 0 && len(again.Changes)+len(again.Problems) > 0 {
			t.Errorf("a second import plans %v, problems %s", kinds(again), written(again.Problems))
		}
	})
}

func FuzzRoster(f *testing.F)        { fuzz(f, Roster, "roster.csv") }
func FuzzRegistrations(f *testing.F) { fuzz(f, Registrations, "registrations.csv") }
func FuzzLicenses(f *testing.F)      { fuzz(f, Licenses, "licenses.csv") }
