package pglog

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// querier is a connection or a transaction.
type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// state is a server and a table as they are found.
type state struct {
	versionNum         int
	version            string
	standby            bool
	syncCommit, fsync  string
	byteaOutput        string
	role               string
	there              bool // the table; without it nothing below counts
	schema, name       string
	kind, persistence  string
	mayInsert, mayRead bool
	position, line     string // the columns' types, "" if they are missing
	nullable           bool
	primary            string // the name of the primary key's constraint
	noted              int    // the version of the schema, 0 if it is none of ours
	stranger           string // a column that every row needs and we do not fill
	meddled, hidesRows bool
	heirs              bool // other tables inherit from it
}

// noted begins the name of a constraint of the table, which ends with the version
// of its schema. A constraint is in every dump, and everybody can read its name.
const noted = "relevo_log_schema_"

const inspectSQL = `
WITH t AS (
	SELECT c.*, n.nspname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
	WHERE c.oid = pg_catalog.to_regclass($1::text)
), a AS (
	SELECT attname, attnum, attnotnull, atthasdef, attidentity, pg_catalog.format_type(atttypid, atttypmod) AS type
	FROM pg_catalog.pg_attribute JOIN t ON attrelid = t.oid WHERE attnum > 0 AND NOT attisdropped
)
SELECT
	pg_catalog.current_setting('server_version_num')::int, pg_catalog.current_setting('server_version'), pg_catalog.pg_is_in_recovery(),
	pg_catalog.current_setting('synchronous_commit'), pg_catalog.current_setting('fsync'), pg_catalog.current_setting('bytea_output'), current_user::text,
	t.oid IS NOT NULL, coalesce(t.nspname::text, ''), coalesce(t.relname::text, ''), coalesce(t.relkind::text, ''), coalesce(t.relpersistence::text, ''),
	coalesce(pg_catalog.has_table_privilege(t.oid, 'INSERT'), false), coalesce(pg_catalog.has_table_privilege(t.oid, 'SELECT'), false),
	coalesce((SELECT type FROM a WHERE attname = 'position'), ''), coalesce((SELECT type FROM a WHERE attname = 'line'), ''),
	EXISTS (SELECT FROM a WHERE attname IN ('position', 'line') AND NOT attnotnull),
	coalesce((SELECT k.conname::text FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_index i ON i.indexrelid = k.conindid
		WHERE k.conrelid = t.oid AND k.contype = 'p' AND NOT k.condeferrable AND i.indisvalid
		AND k.conkey = ARRAY[(SELECT attnum FROM a WHERE attname = 'position')]), ''),
	coalesce((SELECT max(substr(conname::text, length($2::text) + 1)::int) FROM pg_catalog.pg_constraint
		WHERE conrelid = t.oid AND contype = 'c' AND conname::text ~ ('^' || $2::text || '[0-9]{1,6}$')), 0),
	coalesce((SELECT attname::text FROM a WHERE attname NOT IN ('position', 'line') AND attnotnull AND NOT atthasdef AND attidentity = '' LIMIT 1), ''),
	coalesce(t.relhasrules, false) OR EXISTS (SELECT FROM pg_catalog.pg_trigger WHERE tgrelid = t.oid AND tgenabled <> 'D' AND tgtype & 7 = 7),
	coalesce(pg_catalog.row_security_active(t.oid), false),
	coalesce(t.relkind = 'r' AND EXISTS (SELECT FROM pg_catalog.pg_inherits WHERE inhparent = t.oid), false)
FROM (SELECT) AS one LEFT JOIN t ON true`

// inspect looks at the server and at a table.
func inspect(ctx context.Context, q querier, table string) (s state, err error) {
	name, err := identifier(table)
	if err != nil {
		return s, err
	}
	err = q.QueryRow(ctx, inspectSQL, name.Sanitize(), noted).Scan(
		&s.versionNum, &s.version, &s.standby, &s.syncCommit, &s.fsync, &s.byteaOutput, &s.role,
		&s.there, &s.schema, &s.name, &s.kind, &s.persistence, &s.mayInsert, &s.mayRead,
		&s.position, &s.line, &s.nullable, &s.primary, &s.noted, &s.stranger, &s.meddled, &s.hidesRows, &s.heirs)
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok && pg.Code == insufficientRights {
		return s, fmt.Errorf("%w: %w: GRANT USAGE ON SCHEMA of table %s TO the role that connects", ErrRights, err, name.Sanitize())
	}
	return s, err
}

// suits says what keeps a log from being on this server.
func (s *state) suits(o *Options) error {
	switch {
	case s.versionNum < o.oldest:
		return fmt.Errorf("%w: it is PostgreSQL %s: use %d or newer", ErrServer, s.version, o.oldest/10000)
	case s.byteaOutput != "hex":
		return fmt.Errorf("%w: bytea_output is %s, which the driver cannot read where it asks for text: set it to hex for this role or database", ErrServer, s.byteaOutput)
	case o.ReadOnly:
		return nil
	case s.standby:
		return fmt.Errorf("%w: it is a standby, which takes no appends: connect to the primary (target_session_attrs=read-write), or open the log with ReadOnly", ErrServer)
	case !o.Unsynced:
		return lossy(s.syncCommit, s.fsync)
	}
	return nil
}

// lossy says which setting lets the server lose what it answered, nil if none
// does.
func lossy(syncCommit, fsync string) error {
	switch {
	case fsync != "on":
		return fmt.Errorf("%w: fsync is off, so that it may lose the log when it crashes: set it to on, or take the risk with Options.Unsynced", ErrServer)
	case syncCommit == "off":
		return fmt.Errorf("%w: synchronous_commit is off, so that appends which were answered may be lost: set it to on for this role or database, or take the risk with Options.Unsynced", ErrServer)
	}
	return nil
}

// is says why the table that is there is none of ours, nil if it is.
func (s *state) is() error {
	var wrong []string
	add := func(bad bool, format string, args ...any) {
		if bad {
			wrong = append(wrong, fmt.Sprintf(format, args...))
		}
	}
	add(s.kind != "r" && s.kind != "p", "it is no table")
	add(s.kind == "r" && s.persistence != "p", "it is unlogged or temporary, and so lost in a crash")
	add(s.position != "bigint", "the column position is %s, not bigint", orMissing(s.position))
	add(s.line != "bytea", "the column line is %s, not bytea", orMissing(s.line))
	add(s.nullable, "position or line may be null")
	add(s.primary == "", "position is not its primary key, or that is deferrable or not valid")
	add(s.stranger != "", "the column %s needs a value, which no append gives", s.stranger)
	add(s.meddled, "a rule, or a trigger before each row, can change or drop what is written")
	add(s.heirs, "other tables inherit from it, whose rows its primary key does not see")
	add(s.hidesRows, "row security hides rows from this role")
	add(s.noted == 0, "it lacks the constraint %s%d", noted, schema)
	switch {
	case s.noted > schema:
		return fmt.Errorf("%w: its schema has version %d and this code knows %d: use the version of pglog that made it, or a newer one", ErrTable, s.noted, schema)
	case len(wrong) > 0:
		return fmt.Errorf("%w: %s: give another Options.Table, or undo what was changed on this one", ErrTable, strings.Join(wrong, "; "))
	}
	return nil
}

func orMissing(what string) string {
	if what == "" {
		return "missing"
	}
	return what
}

// may says which right the role lacks.
func (s *state) may(table string, o *Options) error {
	need := "SELECT"
	if !o.ReadOnly {
		need = "INSERT, SELECT"
	}
	if s.mayRead && (s.mayInsert || o.ReadOnly) {
		return nil
	}
	return fmt.Errorf("%w: GRANT %s ON %s TO %s", ErrRights, need, table, pgx.Identifier{s.role}.Sanitize())
}
