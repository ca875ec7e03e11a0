package agent_test

import (
	"strings"
	"testing"

	"github.com/relevo-go/relevo/agent"
)

func TestParseNPN(t *testing.T) {
	tests := []struct {
		in   string
		want agent.NPN // 0 for a refusal
	}{
		{"1", 1}, {"17", 17}, {"9999999999", 9_999_999_999},
		{"", 0}, {"0", 0}, {"017", 0}, {"10000000000", 0}, {"+17", 0}, {"-17", 0}, {" 17", 0}, {"1_7", 0}, {"0x11", 0}, {"１７", 0},
		{"18446744073709551633", 0}, {strings.Repeat("9", 10_000), 0},
	}
	for _, test := range tests {
		got, err := agent.ParseNPN(test.in)
		if got != test.want || (err == nil) != (test.want != 0) || err != nil && len(err.Error()) > 160 {
			t.Errorf("ParseNPN(%.30q) = %v, %v, want %v", test.in, got, err, test.want)
		}
		if err == nil && got.String() != test.in {
			t.Errorf("ParseNPN(%q).String() = %q", test.in, got)
		}
	}
}

func TestTermsCheck(t *testing.T) {
	for _, p := range []agent.Terms{{}, {CMS: "2026", HelpOnDemand: "7"}} {
		if err := p.Check(); err != nil {
			t.Errorf("Check of %+v = %v, want nil", p, err)
		}
	}
	for _, p := range []agent.Terms{{CMS: " 2026"}, {HelpOnDemand: "7\n"}, {CMS: "\xff"}, {HelpOnDemand: strings.Repeat("7", 201)}} {
		checkRefusal(t, "R19: no acceptance could match the version.", p.Check(), "R19", nil)
	}
}
