package printed_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/examples/logs"
	"github.com/relevo-go/relevo/referral/audit"
	"github.com/relevo-go/relevo/referral/audit/printed"
	"github.com/relevo-go/relevo/referral/simulation"
)

var both = audit.Breakdown{State: true, Language: true}

// recorded measures the recorded log.
func recorded(t testing.TB, by audit.Breakdown) audit.Report {
	t.Helper()
	log, err := logs.FirstAfternoon()
	if err != nil {
		t.Fatal(err)
	}
	return measured(t, log.Records(), by)
}

func measured(t testing.TB, records audit.Records, by audit.Breakdown) audit.Report {
	t.Helper()
	r, err := audit.Measure(records, by)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// week is the week that relevo simulate makes, and in short tests a smaller one.
var week = sync.OnceValues(func() (*eventlog.Memory, error) {
	o := simulation.Options{Agents: 2_000, Referrals: 5_000, Seed: 1}
	if testing.Short() {
		o = simulation.Options{Agents: 400, Referrals: 1_000, Seed: 1, Days: 2}
	}
	var log eventlog.Memory
	return &log, simulation.Run(context.Background(), &log, o)
})

// simulated measures the simulated week.
func simulated(t testing.TB, by audit.Breakdown) audit.Report {
	t.Helper()
	log, err := week()
	if err != nil {
		t.Fatal(err)
	}
	return measured(t, log.Read(t.Context(), 0), by)
}

// pageOf returns a report's page.
func pageOf(t testing.TB, r audit.Report, o *printed.Options) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := printed.Page(&b, r, o); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// kept writes a page to a file.
func kept(t testing.TB, page []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(file, page, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
