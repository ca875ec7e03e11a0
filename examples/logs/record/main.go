// Command record writes the recordings of package logs: it leads a desk through
// an afternoon under a simulated clock. From the folder examples/logs:
//
//	go run ./record
//
// The same source gives the same bytes on every machine.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/relevo-go/relevo/examples/logs"
)

func main() {
	out := flag.String("out", ".", "write the files into this `directory`")
	flag.Parse()
	recording, err := recordFirstAfternoon(context.Background())
	if err == nil {
		err = save(*out, "first-afternoon", recording)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "record:", err)
		os.Exit(1)
	}
}

// save writes a recording's two files.
func save(dir, name string, r logs.Recording) error {
	if err := os.WriteFile(filepath.Join(dir, name+".jsonl"), []byte(r.Lines), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, name+".txt"), []byte(r.End()), 0o644)
}
