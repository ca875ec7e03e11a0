package pglog

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/pglog/pgtest"
)

// TestAnswers lets the server refuse an append with errors of many kinds, from a
// trigger that raises them.
func TestAnswers(t *testing.T) {
	pool := pgtest.Shared(t).Pool(t)
	for code, uncertain := range map[string]bool{
		"40001": false, "40P01": false, "23505": false, "23514": false, "55P03": false, "57014": false, "53100": false, "P0001": false, "XX000": false,
		"40003": true, "57P01": true, "08006": true, "58030": true,
	} {
		t.Run(code, func(t *testing.T) {
			opts := fresh(t, pool)
			log := mustOpen(t, pool, opts)
			fill(t, log, 1)
			exec(t, pool, opts, `CREATE SEQUENCE LOG_tries`)
			exec(t, pool, opts, `CREATE FUNCTION LOG_f() RETURNS trigger LANGUAGE plpgsql AS
				'BEGIN PERFORM nextval(''LOG_tries''); RAISE ''no'' USING ERRCODE = ''`+code+`''; END'`)
			exec(t, pool, opts, `CREATE TRIGGER x AFTER INSERT ON LOG EXECUTE FUNCTION LOG_f()`)
			_, err := log.Append(t.Context(), 1, entry(2))
			if err == nil || errors.Is(err, eventlog.ErrUncertain) != uncertain || errors.Is(err, eventlog.ErrConflict) {
				t.Errorf("Append = %v, want an error, uncertain %t, no conflict", err, uncertain)
			}
			if pg, ok := errors.AsType[*pgconn.PgError](err); !ok || pg.Code != code {
				t.Errorf("the server's error is not in %v", err)
			}
			var tries int
			if err := pool.QueryRow(t.Context(), "SELECT last_value FROM "+opts.Table+"_tries").Scan(&tries); err != nil {
				t.Fatal(err)
			}
			if want := map[string]int{"40001": attempts, "40P01": attempts, "55P03": attempts}[code]; tries != max(1, want) {
				t.Errorf("the append was tried %d times, want %d", tries, max(1, want))
			}
			exec(t, pool, opts, `DROP TRIGGER x ON LOG`)
			if _, err := log.Append(t.Context(), 1, entry(2)); err != nil {
				t.Errorf("Append again = %v", err)
			}
		})
	}
}

// TestUniqueIndex has an index of the host's on the log, which refuses an ID.
func TestUniqueIndex(t *testing.T) {
	pool := pgtest.Shared(t).Pool(t)
	opts := fresh(t, pool)
	exec(t, pool, opts, `CREATE UNIQUE INDEX ON LOG (substr(line, 20, 30))`) // the ID is in there
	log := mustOpen(t, pool, opts)
	fill(t, log, 1)
	_, err := log.Append(t.Context(), 1, entry(1))
	if err == nil || errors.Is(err, eventlog.ErrConflict) || errors.Is(err, eventlog.ErrUncertain) {
		t.Errorf("Append = %v, want a plain error: the head has not moved", err)
	}
}

// TestPartialTake has a trigger that drops rows, made after the log was opened.
func TestPartialTake(t *testing.T) {
	pool := pgtest.Shared(t).Pool(t)
	opts := fresh(t, pool)
	log := mustOpen(t, pool, opts)
	exec(t, pool, opts, `CREATE FUNCTION LOG_f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF NEW.position = 2 THEN RETURN NULL; END IF; RETURN NEW; END';
		CREATE TRIGGER x BEFORE INSERT ON LOG FOR EACH ROW EXECUTE FUNCTION LOG_f()`)
	_, err := log.Append(t.Context(), 0, entries(1, 3)...)
	mustSay(t, err, eventlog.ErrCorrupt, "of 3 rows it took 2", "a trigger or a rule")
}

// TestIsolation races writers whose transactions are isolated more than need be.
func TestIsolation(t *testing.T) {
	server := pgtest.Shared(t)
	for _, level := range []string{"serializable", "repeatable read"} {
		t.Run(level, func(t *testing.T) {
			dsn := server.DSN(server.Database(t))
			all := writers(t, 3, 60, dsn+"&default_transaction_isolation="+url.PathEscape(level), dsn, nil)
			if n := all.uncertain.Load(); n > 0 {
				t.Errorf("%d appends are uncertain with nothing in their way", n)
			}
		})
	}
}

// TestReadOnlyTransactions connects with transactions that may not write.
func TestReadOnlyTransactions(t *testing.T) {
	server := pgtest.Shared(t)
	database := server.Database(t)
	opts := fresh(t, pgtest.Pool(t, server.DSN(database)))
	log := mustOpen(t, pgtest.Pool(t, server.DSN(database)+"&options=-cdefault_transaction_read_only%3Don"), opts)
	_, err := log.Append(t.Context(), 0, entry(1))
	mustSay(t, err, ErrServer, "pglog: nothing appended: ", "connect to the primary")
}

// TestTimeouts lets the server end statements that take too long.
func TestTimeouts(t *testing.T) {
	server := pgtest.Shared(t)
	database := server.Database(t)
	pool := pgtest.Pool(t, server.DSN(database))
	opts := fresh(t, pool)
	hurried := narrow(t, server.DSN(database))
	log := mustOpen(t, hurried, opts)
	fill(t, log, 1)
	exec(t, hurried, opts, "SET statement_timeout = 200")
	tx, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(t.Context())
	if _, err := tx.Exec(t.Context(), "LOCK TABLE "+opts.Table); err != nil {
		t.Fatal(err)
	}
	_, err = log.Append(t.Context(), 1, entry(2))
	if err == nil || errors.Is(err, eventlog.ErrUncertain) || !strings.Contains(err.Error(), "statement timeout") {
		t.Errorf("Append = %v, want a plain error", err)
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	exec(t, hurried, opts, "SET statement_timeout = 0")
	fill(t, log, 1)
}

// TestSettled judges errors of the driver.
func TestSettled(t *testing.T) {
	tests := []struct {
		err  error
		want bool
	}{
		{&pgconn.PgError{SeverityUnlocalized: "ERROR", Code: "23505"}, true},
		{fmt.Errorf("wrapped: %w", &pgconn.PgError{SeverityUnlocalized: "ERROR", Code: "23505"}), true},
		{&pgconn.PgError{SeverityUnlocalized: "FATAL", Code: "23505"}, false},
		{&pgconn.PgError{SeverityUnlocalized: "PANIC", Code: "53100"}, false},
		{&pgconn.PgError{SeverityUnlocalized: "FATAL", Code: "57P01"}, false},
		{&pgconn.PgError{SeverityUnlocalized: "ERROR", Code: "08P01"}, false}, // PgBouncer, when it lost the server
		{&pgconn.PgError{Severity: "FEHLER", Code: "23505"}, false},           // from before 9.6
		{pgx.ErrTxClosed, false},
		{errors.New("broken pipe"), false},
	}
	for _, tt := range tests {
		if got := settled(tt.err); got != tt.want {
			t.Errorf("settled(%v) = %t, want %t", tt.err, got, tt.want)
		}
	}
}
