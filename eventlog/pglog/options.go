package pglog

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
)

// DefaultTable is the table of a log if Options does not say.
const DefaultTable = "relevo_log"

// Options are how a log is opened and its table made; nil and the zero value are
// the defaults.
type Options struct {
	// Table is the log's table, as "name" or "schema.name", each letter as it
	// stands. A name alone is looked for along the search_path, once, when the log
	// is opened. "" means DefaultTable. Each table is a log of its own.
	Table string

	// ReadOnly opens the log for those who may only SELECT, and on a standby as
	// well: Append and Import answer ErrReadOnly.
	ReadOnly bool

	// Unsynced takes the risk that appends which were answered are lost when the
	// server or its machine dies: the log is opened and written also where
	// synchronous_commit or fsync is off.
	Unsynced bool

	// Poll is how often Wait asks the server. 0 means every second, beside its
	// notifications, and every 100 ms as long as none come.
	Poll time.Duration

	oldest int // instead of oldest, so that a test needs no old server
	most   int // instead of mostBytes, so that a test needs no large append
}

// schema is the version of the table that this code makes and reads.
const schema = 1

// oldest is the oldest server that is tried, as server_version_num has it.
const oldest = 15_00_00

// mostBytes is how much an append is at the most, in bytes of lines: written as
// text, as some modes of the driver do, it is twice that, and a message to the
// server must be less than 1 GiB.
const mostBytes = 256 << 20

// filled returns the options with what they leave out.
func (o *Options) filled() (Options, error) {
	if o == nil {
		o = &Options{}
	}
	out := *o
	if out.Table == "" {
		out.Table = DefaultTable
	}
	if _, err := identifier(out.Table); err != nil {
		return out, err
	}
	if out.Poll < 0 {
		return out, fmt.Errorf("pglog: Poll is %v: give 0 or more", out.Poll)
	}
	if out.oldest == 0 {
		out.oldest = oldest
	}
	if out.most == 0 {
		out.most = mostBytes
	}
	return out, nil
}

// identifier reads the name of a table.
func identifier(table string) (pgx.Identifier, error) {
	parts := strings.Split(table, ".")
	bad := len(parts) > 2
	for _, part := range parts {
		// A longer one would be cut by the server, without an error.
		bad = bad || part == "" || len(part) > 63 || !utf8.ValidString(part) || strings.ContainsRune(part, 0)
	}
	if bad {
		return nil, fmt.Errorf("pglog: %q is no name of a table: give a name, or a schema and a name with a dot between them, each of 1 to 63 bytes", table)
	}
	return parts, nil
}
