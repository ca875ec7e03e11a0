package agent_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/relevo-go/relevo/agent"
)

// FuzzDecode reads anything: nothing panics, and what is read is written and
// read again as the same event, and folds into an agent that can be judged.
func FuzzDecode(f *testing.F) {
	for _, kind := range agent.Kinds() {
		file, err := os.ReadFile(golden(kind))
		if err != nil {
			f.Fatal(err)
		}
		for line := range bytes.Lines(file) {
			f.Add(kind, bytes.TrimSpace(line))
		}
	}
	f.Fuzz(func(t *testing.T, kind string, data []byte) {
		e, err := agent.Decode(kind, data)
		if err != nil {
			return
		}
		once, err := agent.Encode(e)
		if err != nil {
			t.Fatalf("%s %s is read and cannot be written: %v", kind, data, err)
		}
		again, err := agent.Decode(kind, once)
		if err != nil {
			t.Fatalf("%s %s is written as %s, which reads as %v", kind, data, once, err)
		}
		if twice, err := agent.Encode(again); err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("%s %s is written as %s and then as %s, %v", kind, data, once, twice, err)
		}
		a := agent.Apply(fold(t, agent.Agent{}, ready...), e)
		a.Verdict(florida, anyTerms, noon)
		a.Standing(anyTerms, noon)
		a.StateChoices(noon)
		a.Card("FL", noon)
	})
}
