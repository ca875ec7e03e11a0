package pglog

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/relevo-go/relevo/eventlog"
)

var (
	// ErrNoTable: the table of the log is not there.
	ErrNoTable = errors.New("the table is not there: run pglog.Migrate once as a role that may create it, or give the right Options.Table and database")
	// ErrTable: the table is not the one that this version of Migrate makes.
	ErrTable = errors.New("the table is not a log of this version of pglog")
	// ErrRights: the role lacks a right that the log needs.
	ErrRights = errors.New("the role lacks a right")
	// ErrServer: a log cannot be kept on this server, or not with these settings.
	ErrServer = errors.New("the server does not suit a log")
	// ErrReadOnly: the log was opened with ReadOnly and takes no append.
	ErrReadOnly = errors.New("pglog: the log was opened read-only: append through one that was not")
)

// The codes of errors that are told apart, from the manual's appendix A.
const (
	uniqueViolation      = "23505"
	serializationFailure = "40001"
	completionUnknown    = "40003"
	deadlockDetected     = "40P01"
	lockNotAvailable     = "55P03" // a rival kept it waiting for longer than lock_timeout
	readOnlyTransaction  = "25006"
	noSuchStatement      = "26000"
	statementIsThere     = "42P05"
	undefinedTable       = "42P01"
	insufficientRights   = "42501"
	noSuchDatabase       = "3D000"
	badPassword          = "28P01"
	badAuthorization     = "28000"
	tooManyConnections   = "53300"
)

// explain says what to do about an error of the driver, if that is known. What
// it says holds no password and nothing of what is in the log.
func (l *Log) explain(err error) error {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch pg.Code {
		case undefinedTable:
			return fmt.Errorf("%w: %w", l.noTable(), err)
		case insufficientRights:
			return fmt.Errorf("%w: %w: GRANT USAGE on its schema, SELECT, INSERT ON %s TO the role that connects", ErrRights, err, l.table)
		case readOnlyTransaction:
			return fmt.Errorf("%w: %w: connect to the primary (target_session_attrs=read-write), and leave default_transaction_read_only off", ErrServer, err)
		case noSuchStatement, statementIsThere:
			return fmt.Errorf("%w: a pooler hands out sessions by transaction: connect with default_query_exec_mode=cache_describe", err)
		}
	}
	return l.where.explain(err)
}

func (l *Log) noTable() error { return fmt.Errorf("pglog: table %s: %w", l.table, ErrNoTable) }

// where is what a connection goes to, without its password.
type where struct{ user, database, host string }

func whereTo(c *pgconn.Config) where {
	host := fmt.Sprintf("%s:%d", c.Host, c.Port)
	if strings.HasPrefix(c.Host, "/") {
		host = fmt.Sprintf("%s (port %d)", c.Host, c.Port)
	}
	for _, f := range c.Fallbacks {
		if f.Host != c.Host || f.Port != c.Port {
			host += fmt.Sprintf(", %s:%d", f.Host, f.Port)
		}
	}
	return where{user: c.User, database: c.Database, host: host}
}

// explain says where a connection was to go that could not be made, and what to
// look at.
func (w where) explain(err error) error {
	if _, ok := errors.AsType[*pgconn.ConnectError](err); !ok {
		return err
	}
	advice := "check that the server runs, and the host and the port"
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch pg.Code {
		case noSuchDatabase:
			advice = "create the database, or give the right one"
		case badPassword, badAuthorization:
			advice = "check the user, the password and the server's pg_hba.conf"
		case tooManyConnections:
			advice = "let other clients have fewer, or raise max_connections"
		case insufficientRights:
			advice = "GRANT CONNECT ON the DATABASE to the role"
		default:
			advice = "look at the server's log"
		}
	}
	return fmt.Errorf("connecting to database %s at %s as %s: %s: %w", w.database, w.host, w.user, advice, err)
}

// settled reports whether an error of an append says that nothing was written:
// the server's own answer that it rolled back, or that nothing was sent to it.
// After any other, the append may have been written, or may be in a moment.
func settled(err error) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return pgconn.SafeToRetry(err)
	}
	// FATAL and PANIC end the session, at whatever point the commit was; a pooler
	// answers for a server it lost with a class of its own.
	return pg.SeverityUnlocalized == "ERROR" && pg.Code != completionUnknown &&
		!strings.HasPrefix(pg.Code, "08") && !strings.HasPrefix(pg.Code, "57P") && !strings.HasPrefix(pg.Code, "58")
}

// over returns the error of a context, if that is what ended a call.
func over(ctx context.Context, err error) error {
	if cause := ctx.Err(); cause != nil && !errors.Is(err, cause) {
		return fmt.Errorf("%w: %w", cause, err)
	}
	return err
}

// damage names the table in what is wrong with its rows.
func (l *Log) damage(err error) error {
	d, ok := errors.AsType[*eventlog.CorruptError](err)
	if !ok {
		return err
	}
	return l.damaged(d.Position, d.Last, "%s", strings.TrimPrefix(d.Err.Error(), "eventlog: "))
}

func (l *Log) damaged(at, last eventlog.Position, format string, args ...any) error {
	return &eventlog.CorruptError{Position: at, Last: last, Err: fmt.Errorf("table "+l.table+": "+format, args...)}
}
