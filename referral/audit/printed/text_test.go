package printed_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/relevo-go/relevo/referral/audit"
	"github.com/relevo-go/relevo/referral/audit/printed"
)

var update = flag.Bool("update", false, "write the texts of the recorded log to testdata")

// golden compares a text with a file.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got); if this is meant, run go test ./referral/audit/printed -update\n%s", file, diff)
	}
}

func TestTexts(t *testing.T) {
	var b bytes.Buffer
	eastern := time.FixedZone("EST", -5*3600)
	if err := printed.Text(&b, recorded(t, both), &printed.Options{Name: "first-afternoon", Zone: eastern}); err != nil {
		t.Fatal(err)
	}
	b.WriteString("\n")
	if err := printed.Text(&b, recorded(t, audit.Breakdown{}), nil); err != nil {
		t.Fatal(err)
	}
	b.WriteString("\n")
	if err := printed.Text(&b, audit.Report{}, nil); err != nil {
		t.Fatal(err)
	}
	golden(t, "text.txt", b.Bytes())
	b.Reset()
	if err := printed.CSV(&b, recorded(t, audit.Breakdown{State: true, Language: true, Month: true})); err != nil {
		t.Fatal(err)
	}
	golden(t, "table.csv", b.Bytes())
}

// The rows of CSV add up to the one row of all, whatever they are told apart by.
func TestCSVAddsUp(t *testing.T) {
	rows := func(by audit.Breakdown) [][]string {
		var b bytes.Buffer
		if err := printed.CSV(&b, recorded(t, by)); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(&b).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	all := rows(audit.Breakdown{})
	for _, by := range []audit.Breakdown{{State: true}, {Language: true}, {Month: true}, both} {
		rows := rows(by)
		for i, name := range all[0] {
			at := slices.Index(rows[0], name)
			if !slices.Contains([]string{"referrals", "accepted", "exhausted", "withdrawn", "open", "offers", "offers_accepted", "offers_declined", "offers_expired",
				"offers_rescinded", "offers_withdrawn", "accept_count", "wait_count", "distance_count"}, name) {
				continue
			}
			sum := 0
			for _, row := range rows[1:] {
				n, err := strconv.Atoi(row[at])
				if err != nil {
					t.Fatal(err)
				}
				sum += n
			}
			if strconv.Itoa(sum) != all[1][i] {
				t.Errorf("by %+v %s adds up to %d, want %s", by, name, sum, all[1][i])
			}
		}
	}
}

type full struct{}

var errFull = errors.New("the disk is full")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestErrorsOfWriting(t *testing.T) {
	r := recorded(t, both)
	for name, err := range map[string]error{"Text": printed.Text(full{}, r, nil), "CSV": printed.CSV(full{}, r), "Page": printed.Page(full{}, r, nil)} {
		if !errors.Is(err, errFull) {
			t.Errorf("%s = %v, want %v", name, err, errFull)
		}
	}
}
