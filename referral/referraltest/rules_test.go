package referraltest_test

import (
	"testing"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/referraltest"
)

// The library's own tests of its rules, in the order of the rules; the files
// beside this one hold those of licenses, of time, and of what goes wrong.

// noon is noon on a Monday in New York.
var noon = time.Date(2026, 11, 23, 17, 0, 0, 0, time.UTC)

const (
	ana agent.NPN = 1001 + iota
	ben
	cho
	dee
)

// tampa is a request from the center of Tampa by somebody who speaks Spanish.
var tampa = referral.Request{Subject: "case-1", State: "FL", ZIP: "33602", Languages: []string{"es"}}

// rule is one case of a rule, in one sentence, told at a fresh desk at noon.
type rule struct {
	says string
	so   func(t *testing.T, d *referraltest.Desk)
}

func hold(t *testing.T, rules ...rule) {
	for _, r := range rules {
		t.Run(r.says, func(t *testing.T) { r.so(t, referraltest.New(t, noon)) })
	}
}
