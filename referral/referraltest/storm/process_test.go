package storm

import (
	"strings"
	"testing"
	"time"
)

// A report that cannot be read is no silence: what comes behind it would go
// unchecked.
func TestUnreadReports(t *testing.T) {
	const report = `{"Verb":"done","Deed":"it is done"}` + "\n"
	long := `{"Verb":"failed","Error":"` + strings.Repeat("x", 1<<16) + `"}` + "\n"
	for _, test := range []struct {
		about, printed string
		killed         bool
		reports        int
		says           string
	}{
		{"all that it printed is read", report + report, false, 2, ""},
		{"a killed process does not finish its last word", report + report[:9], true, 1, ""},
		{"one that lives always does", report + report[:9], false, 1, "unexpected end of JSON"},
		{"a report is too long, and there are more", report + long + report, false, 1, "token too long"},
		{"so it is if the process is killed then", report + long + report, true, 1, "token too long"},
	} {
		p := &process{gone: make(chan struct{})}
		if test.killed {
			p.killed = time.Now()
		}
		out := strings.NewReader(test.printed)
		p.hear(out)
		if out.Len() > 0 {
			t.Errorf("%s: %d bytes are not read, and the process waits", test.about, out.Len())
		}
		list, err := p.take()
		if len(list) != test.reports || (err == nil) != (test.says == "") || err != nil && !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %d reports, %v, want %d and an error with %q", test.about, len(list), err, test.reports, test.says)
		}
		if failure := p.failure(); (failure == nil) != (test.says == "") {
			t.Errorf("%s: as a failure %v", test.about, failure)
		}
	}
}
