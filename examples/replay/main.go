// Command replay judges a recorded afternoon by another policy than the one it was
// run under, and prints which decisions differ and why:
//
//	go run ./examples/replay
package main

import (
	"fmt"
	"io"
	"log"
	"os"
	"strings"

	"github.com/relevo-go/relevo/examples/logs"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/audit"
)

func main() {
	if err := replay(os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func replay(w io.Writer) error {
	recording, err := logs.FirstAfternoon()
	if err != nil {
		return err
	}
	proven, err := audit.Verify(recording.Records())
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%d records, in order and whole. What if an agent held one open offer at most?\n\n", proven.Position)
	one := func(p referral.Policy) referral.Policy { p.MaxOpenOffers = 1; return p }
	judged, different := 0, map[audit.Difference]int{}
	for j, err := range audit.Rematch(recording.Records(), one) {
		if err != nil {
			return err
		}
		judged++
		for _, d := range j.Differences() {
			different[d]++
			fmt.Fprintf(w, "%d  Agent %s, %v away, was asked and %s. Instead: %s.\n", j.Position,
				j.Recorded.To, j.Recorded.Meters, strings.Trim(fmt.Sprint(j.Against), "[]"), told(j.Judged))
		}
	}
	fmt.Fprintf(w, "\n%d decisions judged, each on what was recorded before it. Differences: %v\n", judged, different)
	return nil
}

func told(d audit.Decision) string {
	if d.To == 0 {
		return "wait, for nobody is in line"
	}
	return fmt.Sprintf("agent %s, %v away", d.To, d.Meters)
}
