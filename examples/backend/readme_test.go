package main

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

// The commands of README.md, run in its order by one shell against the service as
// README.md starts it.
func TestReadme(t *testing.T) {
	for _, tool := range []string{"bash", "curl", "jq"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("apt-get install %s: the commands of README.md need %s", tool, tool)
		}
	}
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?ms)^```sh\n(.*?)^```$").FindAllStringSubmatch(string(text), -1)
	var script strings.Builder
	for _, b := range blocks {
		script.WriteString(b[1])
	}
	const address = "http://localhost:8080"
	if strings.Count(script.String(), address) != 1 {
		t.Fatalf("README.md does not say once that the service is at %s", address)
	}
	p := launch(t, "-log", t.TempDir(), "-invented")
	cmd := exec.Command("bash", "-euo", "pipefail", "-c", strings.Replace(script.String(), address, p.url, 1))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s\nof\n%s", err, out, &script)
	}
	got := string(out)
	for _, want := range []string{
		`"status": "offered"`, `"notice": "Esta referencia`, // asked
		"accepted\n", `"status": 409,`, `"rule": "R23"`, "The agent was asked before", // answered
		time.Now().UTC().Format("2006-"), "enrolled\n", " km: Sample ", `"override": "off"`, // what came of it
		`"referral.accepted.v1"`, `"agent.override_set.v1"`, // the log
		"alive\n", `{"engine":2,`, `"usable":true`, "relevo_referrals_accepted_total 1\n", // how it is doing
	} {
		_, after, found := strings.Cut(got, want)
		if !found {
			t.Fatalf("README.md's commands print no %q behind what came before it:\n%s", want, out)
		}
		got = after
	}
}
