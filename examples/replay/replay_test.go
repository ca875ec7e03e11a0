package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const want = `1752 records, in order and whole. What if an agent held one open offer at most?

1396  Agent 9900192127, 159.1 km away, was asked and holds as many open offers as one agent may (R17). Instead: agent 9905923892, 283.6 km away.
1484  Agent 9900192127, 0 m away, was asked and holds as many open offers as one agent may (R17). Instead: agent 9907342941, 7.5 km away.
1577  Agent 9900216511, 18.6 km away, was asked and holds as many open offers as one agent may (R17). Instead: agent 9907548195, 57.3 km away.
1606  Agent 9908893201, 0 m away, was asked and holds as many open offers as one agent may (R17). Instead: agent 9907855931, 4.4 km away.
1659  Agent 9910332704, 62.4 km away, was asked and holds as many open offers as one agent may (R17). Instead: agent 9901941328, 104.3 km away.
1727  Agent 9900807766, 97.3 km away, was asked and holds as many open offers as one agent may (R17). Instead: agent 9906474559, 101.8 km away.

163 decisions judged, each on what was recorded before it. Differences: map[agent:6]
`

func TestReplay(t *testing.T) {
	var got bytes.Buffer
	if err := replay(&got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("the differences (-want +got):\n%s", diff)
	}
}

// The program is short enough to be read as one page.
func TestItIsShort(t *testing.T) {
	text, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), "\n"); n >= 60 {
		t.Errorf("main.go has %d lines, want fewer than 60", n)
	}
}
