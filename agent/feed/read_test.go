package feed

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo"
)

var comparable = cmp.Options{cmpopts.IgnoreUnexported(Agent{}, Feed{}), cmp.Comparer(func(p, q geo.Point) bool { return p == q })}

// One roster, as editors, spreadsheets and exports write it.
func TestOneFileInManyForms(t *testing.T) {
	point, err := geo.MakePoint(27.9506, -82.4572)
	if err != nil {
		t.Fatal(err)
	}
	unticked := geo.StatesOf("GA", "TX")
	want := []Agent{{
		NPN: 9900000001, Name: `Sample "S" Heron, Jr`, Email: "heron@example.com", Street: None, State: "FL", ZIP: "33602", Office: &point,
		Languages: []string{"en", "es-MX"}, Display: 1, Unticked: &unticked, Channels: []agent.Channel{"text"}, CMSTerms: "2026-07", Reviewed: true,
	}}
	const row = `9900000001,"Sample ""S"" Heron, Jr",heron@example.com,-,FL,33602,27.9506,-82.4572,en es-MX,1,GA TX,text,2026-07,Y` + "\n"
	const top = "npn,name,email,street,state,zip,lat,lng,languages,display,unticked,channels,cms_terms,reviewed\n"
	unquoted := strings.Replace(row, `"Sample ""S"" Heron, Jr"`, `Sample "S" Heron, Jr`, 1)
	over := func(sep, text string) string {
		head, name, tail := text[:11], `Sample "S" Heron, Jr`, text[31:]
		return strings.ReplaceAll(top, ",", sep) + strings.ReplaceAll(head, ",", sep) + name + strings.ReplaceAll(tail, ",", sep)
	}
	tests := []struct {
		why, text string
		line      int
	}{
		{"plain", top + row, 2},
		{"a byte order mark", "\ufeff" + top + row, 2},
		{"a mark on an empty line", "\ufeff\n" + top + row, 3},
		{"CRLF", strings.ReplaceAll(top+row, "\n", "\r\n"), 2},
		{"no newline at the end", strings.TrimSpace(top + row), 2},
		{"blank lines, and rows of a spreadsheet with nothing in them", "\n\n" + top + "\n  \n" + row + ",,,,,,,,,,,,,\n\n", 6},
		{"spaces around values", strings.ReplaceAll(top, ",", " , ") + strings.ReplaceAll(strings.ReplaceAll(row, ",", " , "), "Heron ,  Jr", "Heron, Jr"), 2},
		{"headers in capitals", strings.ToUpper(top) + row, 2},
		{"headers of people", strings.NewReplacer("npn", "National Producer Number", "cms_terms", "CMS Terms", "zip", "ZIP code", "lat", "Latitude").Replace(top) + row, 2},
		{"quoted headers", `"` + strings.ReplaceAll(strings.TrimSpace(top), ",", `","`) + "\"\n" + row, 2},
		{"a mark, CRLF and quotes", "\ufeff\"" + strings.ReplaceAll(strings.ReplaceAll(strings.TrimSpace(top), ",", `","`)+"\"\n"+strings.ReplaceAll(row, ",Y\n", ",\"Y\"\n"), "\n", "\r\n"), 2},
		{"commas at the end of every line", strings.ReplaceAll(top+row, "\n", ",,\n"), 2},
		{"a column more", strings.ReplaceAll(top, "\n", ",shoe size\n") + strings.ReplaceAll(row, "\n", ",9\n"), 2},
		{"numbers as names", strings.ReplaceAll(top+row, "9900000001", `="9900000001"`), 2},
		{"semicolons", over(";", unquoted), 2},
		{"tabs", over("\t", unquoted), 2},
		{"bars", over("|", unquoted), 2},
	}
	for _, test := range tests {
		want[0].Line = test.line
		f, err := Read(iotest.OneByteReader(strings.NewReader(test.text)), "r.csv", nil)
		if err != nil || f.Kind != Roster || len(f.Problems) > 0 {
			t.Errorf("%s: Read = kind %v, problems %s, %v", test.why, f.Kind, written(f.Problems), err)
			continue
		}
		if diff := cmp.Diff(want, f.Agents, comparable); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.why, diff)
		}
		if more := test.why == "a column more"; more != (len(f.Notes) == 1) || more && f.Notes[0].String() != "r.csv:1: not read: column 15" {
			t.Errorf("%s: notes are %q", test.why, written(f.Notes))
		}
	}
}

func TestColumnsInAnyOrder(t *testing.T) {
	one := read(t, "a", Roster.Template())
	var turned strings.Builder
	for line := range strings.Lines(Roster.Template()) {
		s := &sheet{sep: ','}
		cells, _ := s.split(strings.TrimSpace(line))
		for i := range cells {
			turned.WriteString(`"` + cells[len(cells)-1-i] + `"` + ",")
		}
		turned.WriteString("\n")
	}
	other := read(t, "a", turned.String())
	if diff := cmp.Diff(one.Agents, other.Agents, comparable); diff != "" || len(one.Agents) != 2 {
		t.Errorf("columns turned round (-want +got):\n%s", diff)
	}
}

func TestHeaderTellsTheKind(t *testing.T) {
	const known = "roster has npn, name,"
	tests := []struct {
		header string
		kind   Kind
		want   string // in the problem, "" for none
	}{
		{"npn,display", Roster, ""},
		{"NPN,Applicable Plan Year,Individual Registration Completion Date,Individual Marketplace End Date,Shop Registration Completion Date,Shop End Date,NPN Valid (Current Plan Year Only)", Registrations, ""},
		{"npn,applicable_plan_year,individual_registration_completion_date,individual_registration_completion_end_date,npn_valid_current_plan_year_only,status", Registrations, ""},
		{"npn,state,license number,resident,license status,expiration date,loa", Licenses, ""},
		{"npn,applicable_plan_year", 0, "this registration completion list lacks individual_registration_completion_date, individual_registration_completion_end_date:"},
		{"npn,state,number,expiry", 0, "this license feed lacks residency, status, lines (or line):"},
		{"name,state,zip,email", 0, "this roster lacks npn:"},
		{"npn,name,NPN", 0, "columns 1 and 3 of the header are both npn:"},
		{"npn,name,\"x", 0, "a quote is not closed"},
		{"npn", 0, known},
		{"9900000001,Sample Heron,heron@example.com", 0, known},
		{"PK\x03\x04", 0, known},
		{"\xff\xfen\x00p\x00n\x00", 0, "the file is UTF-16"},
		{strings.Repeat("npn,", 20_000), 0, "the line is longer"},
		{"", 0, "the file is empty"},
	}
	for _, test := range tests {
		f := read(t, "f.csv", test.header+"\n")
		if f.Kind != test.kind || (len(f.Problems) != 1) != (test.want == "") {
			t.Errorf("%.60q is a %s, problems %q", test.header, f.Kind, written(f.Problems))
		} else if test.want != "" && !strings.Contains(f.Problems[0].Text, test.want) {
			t.Errorf("%.60q: problem %q, want one with %q", test.header, f.Problems[0], test.want)
		}
		if p := written(f.Problems); strings.Contains(p, "Heron") || strings.Contains(p, "990") {
			t.Errorf("R29: the problem with a header repeats what stands there: %s", p)
		}
	}
}

func TestReadersOwnError(t *testing.T) {
	broken := errors.New("the disk is gone")
	_, err := Read(io.MultiReader(strings.NewReader(Roster.Template()), iotest.ErrReader(broken)), "r.csv", nil)
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), "r.csv") {
		t.Errorf("Read = %v, want the reader's error with the file's name", err)
	}
}

// A quote that is not closed spoils its line and no other.
func TestProblemsStayInTheirLine(t *testing.T) {
	f := read(t, "r.csv", "npn,name\n9900000001,\"Sample Heron\n9900000002,Sample Wren\n9900000003,\"Sample\" Lark\n"+strings.Repeat("x", 70_000)+"\n9900000004,Sample Owl\n9900000005,Sample Heron, Jr\n")
	want := `r.csv:2: a quote is not closed by the end of the line: close it, and write no line break into a value
r.csv:4: text follows a closing quote: write a quote inside a quoted value twice
r.csv:5: the line is longer than 65536 bytes
r.csv:7: the line has 3 values and the header has 2: give every column its value, and quote values that hold a separator
`
	if diff := cmp.Diff(want, written(f.Problems)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if len(f.Agents) != 2 || f.Agents[0].Line != 3 || f.Agents[1].Line != 6 {
		t.Errorf("the rows are %+v, want those of lines 3 and 6", f.Agents)
	}
}

func TestHealthLines(t *testing.T) {
	health := healthLines([]string{"Disability", "Ltd. Health-Care"})
	for name, want := range map[string]bool{
		"Health": true, "HEALTH": true, "Accident & Health": true, "Accident and Health or Sickness": true, "Life and Health": true,
		"Life, Accident & Health": true, "Life/Accident/Health/HMO": true, "Accident/Sickness": true, "A&H": true, "L & H": true,
		"Health & Life (Incl Variable Annuity)": true, "Individual Health": true, "disability": true, "ltd health care": true,
		"Life": false, "Variable Life and Variable Annuity": false, "Property & Casualty": false, "Credit Accident and Health": false,
		"Travel Accident and Health": false, "Animal Health": false, "Limited Lines": false, "": false, "Medical": false, "Accident": false,
	} {
		if got := health(name); got != want {
			t.Errorf("R21: %q counts as health: %v, want %v", name, got, want)
		}
	}
}

func TestWeek(t *testing.T) {
	nine, noon, one, five := agent.MinuteOf(9, 0), agent.MinuteOf(12, 0), agent.MinuteOf(13, 0), agent.MinuteOf(17, 0)
	tests := []struct {
		cell string
		want []agent.Shift
	}{
		{"-", []agent.Shift{}},
		{"Mon 9:00-17:00", []agent.Shift{{Day: 1, From: nine, To: five}}},
		{"monday, wed 09:00-12:00 13:00-17:00", []agent.Shift{{Day: 1, From: nine, To: noon}, {Day: 1, From: one, To: five}, {Day: 3, From: nine, To: noon}, {Day: 3, From: one, To: five}}},
		{"fri-sun 17:00-24:00;", []agent.Shift{{Day: 5, From: five, To: 1440}, {Day: 6, From: five, To: 1440}, {Day: 0, From: five, To: 1440}}},
		{"sat 17:00-09:00; sun 09:00-12:00", []agent.Shift{{Day: 6, From: five, To: nine}, {Day: 0, From: nine, To: noon}}},
	}
	for _, test := range tests {
		got, flaw := week(test.cell)
		if diff := cmp.Diff(test.want, got); diff != "" || flaw != "" {
			t.Errorf("B1: week(%q) = %v, %q (-want +got):\n%s", test.cell, got, flaw, diff)
		}
	}
	for _, cell := range []string{"9-5", "mon", "mon 9", "mon 09:00", "mond 09:00-17:00", "un  09:00-10:00", "mon-xyz 09:00-10:00", "mon-sun mon 09:00-10:00", "mon 25:00-26:00", "09:00-17:00"} {
		if got, flaw := week(cell); flaw == "" || got != nil {
			t.Errorf("B1: week(%q) = %v, want a flaw", cell, got)
		}
	}
}

// A file whose lines end in CR alone is one line to everybody else: it is refused, and
// nothing of it is repeated (R29).
func TestLinesThatEndInCR(t *testing.T) {
	for _, kind := range []Kind{Roster, Registrations, Licenses} {
		f, err := Read(strings.NewReader(strings.ReplaceAll(kind.Template(), "\n", "\r")), "old.csv", nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(f.Problems) != 1 || !strings.Contains(f.Problems[0].Text, "LF or CRLF") || len(f.Notes) > 0 {
			t.Errorf("a %s with CR for line ends: problems %v, notes %v, want one that says what to do", kind, f.Problems, f.Notes)
		}
	}
}
