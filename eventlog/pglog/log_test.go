package pglog

import (
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
