package referral_test

import (
	"strings"
	"testing"
	"time"

	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
)

// R29: no refusal repeats the subject or the reason of a decline.
func TestR29_RefusalsHoldNoPersonalData(t *testing.T) {
	e := requested
	e.Subject = "Marker Jane 555-0100"
	open, ended := after(e, offered(17, 0)), after(e, referral.Withdrawn{At: noon})
	tests := []struct {
		r referral.Referral
		c referral.Command
	}{
		{open, request},
		{open, changed(func(c *referral.Request) { c.Subject = "marker other" })},
		{referral.Referral{}, changed(func(c *referral.Request) { c.Subject = "marker\n" })},
		{referral.Referral{}, changed(func(c *referral.Request) { c.Subject = strings.Repeat("marker", 99) })},
		{referral.Referral{}, changed(func(c *referral.Request) { c.Subject, c.State = "marker", "" })},
		{referral.Referral{}, changed(func(c *referral.Request) { c.Subject, c.ZIP = "marker", "1" })},
		{referral.Referral{}, changed(func(c *referral.Request) { c.Subject, c.Languages = "marker", nil })},
		{referral.Referral{}, changed(func(c *referral.Request) { c.Subject, c.Resolved = "marker", geo.Point{} })},
		{open, referral.Decline{By: 17, Reason: "marker\n", At: noon}},
		{open, referral.Decline{By: 17, Reason: strings.Repeat("marker", 99), At: noon}},
		{open, referral.Decline{By: 18, Reason: "marker", At: noon}},
		{open, referral.Accept{By: 17, At: noon.Add(time.Hour)}},
		{ended, referral.Decline{By: 17, Reason: "marker", At: noon}},
		{ended, referral.Contact{By: 17, At: noon}},
	}
	for _, test := range tests {
		_, err := referral.Decide(test.r, test.c)
		if err == nil {
			t.Errorf("Decide(%+v) is not refused", test.c)
			continue
		}
		if s := strings.ToLower(err.Error()); strings.Contains(s, "marker") || strings.Contains(s, "jane") || len(s) > 300 {
			t.Errorf("Decide(%T) = %q, which repeats what it was given", test.c, err)
		}
	}
}
