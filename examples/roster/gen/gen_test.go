package main

import (
	"bytes"
	"os"
	"testing"
)

func TestTheCommittedRosterIsWhatThisWrites(t *testing.T) {
	want, err := os.ReadFile("../roster.csv")
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	write(&got)
	if !bytes.Equal(got.Bytes(), want) {
		t.Error("roster.csv is not what gen writes: in examples/roster, run go run ./gen > roster.csv")
	}
}
