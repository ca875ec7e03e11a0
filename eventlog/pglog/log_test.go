package pglog

import (
	"slices"
	"testing"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/eventlogtest"
	"github.com/relevo-go/relevo/eventlog/pglog/pgtest"
)

// TestLog holds a log in PostgreSQL to the promises of every log.
func TestLog(t *testing.T) {
	pool := pgtest.Shared(t).Pool(t)
	eventlogtest.Run(t, func(t *testing.T) eventlog.Log { return mustOpen(t, pool, fresh(t, pool)) })
}

// TestReadAgain ranges twice over a sequence whose records were spoiled the first
// time.
func TestReadAgain(t *testing.T) {
	pool := pgtest.Shared(t).Pool(t)
	log := mustOpen(t, pool, fresh(t, pool))
	fill(t, log, 100, 100)
	for _, after := range []eventlog.Position{0, 1, 150} {
		all := log.Read(t.Context(), after)
		for range 2 {
			at := after
			for r, err := range all {
				if err != nil {
					t.Fatal(err)
				}
				if at++; string(r.Data) != string(entry(int(at)).Data) {
					t.Fatalf("the data of %d is %s", at, r.Data)
				}
				copy(r.Data, slices.Repeat([]byte("!"), len(r.Data)))
			}
			if at != 200 {
				t.Errorf("the read ends at %d", at)
			}
		}
	}
}
