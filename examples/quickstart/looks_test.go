package main

import (
	"os/exec"
	"strings"
	"testing"
)

// checkLooks runs the commands that the transcript offers, where the tools are.
func checkLooks(t *testing.T, dir, last string) {
	t.Helper()
	for _, tool := range []string{"sh", "cat", "grep", "jq", "sed", "sha256sum", "sort", "tail", "tr", "uniq"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Logf("the commands on the log are not tried: %v", err)
			return
		}
	}
	outputs := make([]string, len(looks))
	for i, l := range looks {
		cmd := exec.CommandContext(t.Context(), "sh", "-c", strings.ReplaceAll(l.command, "REF", last))
		cmd.Dir = dir
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v", l.command, err)
		}
		outputs[i] = string(out)
	}
	if !strings.Contains(outputs[0], " 14 referral.accepted.v1") {
		t.Errorf("%s prints no count of two days' acceptances:\n%s", looks[0].command, outputs[0])
	}
	if !strings.Contains(outputs[1], `"referral.requested.v1"`) || !strings.Contains(outputs[1], `"referral.accepted.v1"`) {
		t.Errorf("%s prints not the last referral:\n%s", looks[1].command, outputs[1])
	}
	if sums := strings.Fields(outputs[2]); len(sums) < 2 || len(sums[0]) != 64 || sums[0] != sums[1] {
		t.Errorf("%s prints not the same sum twice:\n%s", looks[2].command, outputs[2])
	}
}
