package pglog

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/pglog/pgtest"
)

// isDiverged checks that a log answers the same DivergedError to everything.
func isDiverged(t *testing.T, log *Log, known, found eventlog.Position) {
	t.Helper()
	_, first := lastError(t.Context(), log, 0)
	d, ok := errors.AsType[*eventlog.DivergedError](first)
	if !ok {
		t.Fatalf("Read = %v, want a DivergedError", first)
	}
	if d.Known.Position != known || d.Found.Position != found || errors.Is(first, eventlog.ErrLost) != (found < known) {
		t.Errorf("the error knows %d and found %d, want %d and %d: %v", d.Known.Position, d.Found.Position, known, found, first)
	}
	if !strings.Contains(first.Error(), log.table) || !strings.Contains(first.Error(), d.Known.Sum.String()) {
		t.Errorf("the error does not name the table, or the sum: %v", first)
	}
	if _, err := log.Append(t.Context(), found, entry(99)); err != first {
		t.Errorf("Append = %v, want the same error", err)
	}
	if err := log.Import(t.Context(), found, eventlog.Record{}); err != first {
		t.Errorf("Import = %v, want the same error", err)
	}
	if err := log.Wait(t.Context(), 0); err != first {
		t.Errorf("Wait = %v, want the same error", err)
	}
	if _, again := lastError(t.Context(), log, 0); again != first {
		t.Errorf("Read again = %v, want the same error", again)
	}
}

// TestRestored restores a whole server from yesterday's backup under logs that
// are open.
func TestRestored(t *testing.T) {
	t.Parallel() // it mostly waits for a server of its own
	server := pgtest.New(t)
	database := server.Database(t)
	pool := pgtest.Pool(t, server.DSN(database))
	opts := fresh(t, pool)
	fill(t, mustOpen(t, pool, opts), 1, 2) // yesterday
	if err := server.Halt(); err != nil {
		t.Fatal(err)
	}
	backup := server.Backup(t)
	if err := server.Restart(); err != nil {
		t.Fatal(err)
	}
	pool.Reset()
	reads, appends, waits, outpaced := mustOpen(t, pool, opts), mustOpen(t, pool, opts), mustOpen(t, pool, opts), mustOpen(t, pool, opts)
	fill(t, reads, 3) // today
	for _, log := range []*Log{appends, waits, outpaced} {
		if n, err := lastError(t.Context(), log, 0); n != 6 || err != nil {
			t.Fatal(n, err)
		}
	}
	waiting := make(chan error, 1)
	go func() { waiting <- waits.Wait(t.Context(), 6) }()
	if err := server.Halt(); err != nil {
		t.Fatal(err)
	}
	server.Restore(t, backup)
	if err := server.Restart(); err != nil {
		t.Fatal(err)
	}
	pool.Reset()

	if _, err := appends.Append(t.Context(), 6, entry(7)); !errors.Is(err, eventlog.ErrLost) || !errors.Is(err, eventlog.ErrDiverged) {
		t.Errorf("Append = %v, want ErrLost and ErrDiverged", err)
	}
	if err := <-waiting; !errors.Is(err, eventlog.ErrLost) || !errors.Is(err, eventlog.ErrDiverged) {
		t.Errorf("Wait = %v, want ErrLost and ErrDiverged", err)
	}
	for _, log := range []*Log{reads, appends, waits} {
		isDiverged(t, log, 6, 3)
	}

	// Somebody who knows of nothing writes other records in their place.
	stranger := mustOpen(t, pool, opts)
	fill(t, stranger, 5)
	isDiverged(t, outpaced, 6, 6)
}

// TestReplaced exchanges the rows of a table under a log that is open.
func TestReplaced(t *testing.T) {
	pool := pgtest.Shared(t).Pool(t)
	// other fills a table with another log of one group.
	other := func(t *testing.T, opts *Options, n int) {
		t.Helper()
		log := mustOpen(t, pool, opts)
		group := entries(1, n)
		for i := range group {
			group[i].Kind = "thing.other.v1"
		}
		if _, err := log.Append(t.Context(), 0, group...); err != nil {
			t.Fatal(err)
		}
	}
	for name, tt := range map[string]struct {
		found eventlog.Position
		by    func(t *testing.T, opts *Options)
	}{
		"emptied": {0, func(t *testing.T, opts *Options) { exec(t, pool, opts, "TRUNCATE LOG") }},
		"made anew": {0, func(t *testing.T, opts *Options) {
			exec(t, pool, opts, "DROP TABLE LOG")
			if err := Migrate(t.Context(), pool, opts); err != nil {
				t.Fatal(err)
			}
		}},
		"shorter": {2, func(t *testing.T, opts *Options) { exec(t, pool, opts, "TRUNCATE LOG"); other(t, opts, 2) }},
		"as long": {4, func(t *testing.T, opts *Options) { exec(t, pool, opts, "TRUNCATE LOG"); other(t, opts, 4) }},
		"longer":  {4, func(t *testing.T, opts *Options) { exec(t, pool, opts, "TRUNCATE LOG"); other(t, opts, 9) }},
		"a hole where it ended": {6, func(t *testing.T, opts *Options) {
			fill(t, mustOpen(t, pool, opts), 2)
			exec(t, pool, opts, "DELETE FROM LOG WHERE position = 4")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			opts := fresh(t, pool)
			log, appends := mustOpen(t, pool, opts), mustOpen(t, pool, opts)
			fill(t, log, 1, 3)
			if n, err := lastError(t.Context(), appends, 0); n != 4 || err != nil {
				t.Fatal(n, err)
			}
			tt.by(t, opts)
			if _, err := appends.Append(t.Context(), 4, entry(5)); !errors.Is(err, eventlog.ErrDiverged) {
				t.Errorf("Append = %v, want ErrDiverged", err)
			}
			isDiverged(t, log, 4, tt.found)
		})
	}
	t.Run("the same again", func(t *testing.T) {
		opts := fresh(t, pool)
		log := mustOpen(t, pool, opts)
		fill(t, log, 1, 3)
		exec(t, pool, opts, "CREATE TABLE LOG_kept AS SELECT * FROM LOG; TRUNCATE LOG; INSERT INTO LOG SELECT * FROM LOG_kept")
		fill(t, log, 1)
	})
	t.Run("dropped", func(t *testing.T) {
		opts := fresh(t, pool)
		log := mustOpen(t, pool, opts)
		fill(t, log, 1, 3)
		exec(t, pool, opts, "DROP TABLE LOG")
		_, err := log.Append(t.Context(), 4, entry(5))
		mustSay(t, err, ErrNoTable, opts.Table, "pglog: nothing appended: ")
		_, err = lastError(t.Context(), log, 0)
		mustSay(t, err, ErrNoTable, opts.Table)
		mustSay(t, log.Wait(t.Context(), 4), ErrNoTable, opts.Table)
	})
}

// TestDuringARead exchanges or drops the table while it is read.
func TestDuringARead(t *testing.T) {
	pool := pgtest.Shared(t).Pool(t)
	for sql, want := range map[string]error{"TRUNCATE LOG": eventlog.ErrDiverged, "DROP TABLE LOG": ErrNoTable} {
		opts := fresh(t, pool)
		log := mustOpen(t, pool, opts)
		var at eventlog.Position
		for range 20 {
			if _, err := log.Append(t.Context(), at, entries(int(at)+1, int(at)+1000)...); err != nil {
				t.Fatal(err)
			}
			at += 1000
		}
		for _, when := range []eventlog.Position{1, 10_000} {
			if when > 1 { // a reader that has pages behind it, on a table that is there again
				exec(t, pool, opts, "CREATE TABLE IF NOT EXISTS LOG (LIKE LOG_kept INCLUDING ALL); INSERT INTO LOG SELECT * FROM LOG_kept")
			} else {
				exec(t, pool, opts, "CREATE TABLE LOG_kept (LIKE LOG INCLUDING ALL); INSERT INTO LOG_kept SELECT * FROM LOG")
			}
			reader := mustOpen(t, pool, opts)
			var last error
			n := eventlog.Position(0)
			for r, err := range reader.Read(t.Context(), 0) {
				if last = err; err != nil {
					break
				}
				if n++; r.Position != n {
					t.Fatalf("the read yields position %d behind %d", r.Position, n-1)
				}
				if n == when {
					exec(t, pool, opts, sql)
				}
			}
			if !errors.Is(last, want) {
				t.Errorf("%s at %d: the read ends with %v after %d records, want %v", sql, when, last, n, want)
			}
		}
	}
}

// TestDump restores a dump beside the log it was made of.
func TestDump(t *testing.T) {
	server := pgtest.Shared(t)
	database := server.Database(t)
	pool := pgtest.Pool(t, server.DSN(database))
	if err := Migrate(t.Context(), pool, nil); err != nil {
		t.Fatal(err)
	}
	log := mustOpen(t, pool, nil)
	fill(t, log, 1, 3)
	dump, err := server.Command(t, "pg_dump", database, "--no-comments").Output()
	if err != nil {
		t.Fatal(err)
	}
	fill(t, log, 2)
	want, head := text(t, log)

	elsewhere := server.Database(t)
	restore := server.Command(t, "psql", elsewhere, "-q", "-v", "ON_ERROR_STOP=1")
	restore.Stdin = bytes.NewReader(dump)
	if out, err := restore.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	restored := mustOpen(t, pgtest.Pool(t, server.DSN(elsewhere)), nil)
	got, _ := text(t, restored)
	if !strings.HasPrefix(want, got) || strings.Count(got, "\n") != 4 {
		t.Errorf("the restored log is\n%s", got)
	}
	// A head that was kept elsewhere tells that it is not all of it.
	if err := eventlog.Confirm(t.Context(), log, head); err != nil {
		t.Errorf("the log has not its own head: %v", err)
	}
	if err := eventlog.Confirm(t.Context(), restored, head); !errors.Is(err, eventlog.ErrLost) {
		t.Errorf("the restored log has the head %v, want ErrLost", err)
	}
}

// TestStandby opens logs on a standby, and fails over to it although it lags.
func TestStandby(t *testing.T) {
	t.Parallel() // it mostly waits for a server of its own
	server := pgtest.New(t)
	database := server.Database(t)
	pool := pgtest.Pool(t, server.DSN(database))
	opts := fresh(t, pool)
	fill(t, mustOpen(t, pool, opts), 1, 2)
	standby := server.Standby(t)

	there := pgtest.Pool(t, standby.DSN(database))
	_, err := Open(t.Context(), there, opts)
	mustSay(t, err, ErrServer, "it is a standby", "connect to the primary", "ReadOnly")
	reading := *opts
	reading.ReadOnly = true
	reader := mustOpen(t, there, &reading)
	if n, err := lastError(t.Context(), reader, 0); n != 3 || err != nil {
		t.Errorf("on the standby there are %d records, %v, want 3", n, err)
	}
	// A standby gives no notifications: it is asked.
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	fill(t, mustOpen(t, pool, opts), 1)
	if err := reader.Wait(ctx, 3); err != nil {
		t.Errorf("Wait on the standby = %v", err)
	}

	// What the standby does not have is lost in a failover, and whoever saw it
	// notices. A standby that is cut off before an append is one that lags.
	writer := mustOpen(t, pool, opts)
	if err := standby.Halt(); err != nil {
		t.Fatal(err)
	}
	if _, err := writer.Append(t.Context(), 4, entries(5, 6)...); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(server.Kill(), standby.Restart(), standby.Promote(t.Context())); err != nil {
		t.Fatal(err)
	}
	there.Reset()
	writer.pool = there // as the caller's pool connects to whoever is the primary
	if _, err := writer.Append(t.Context(), 6, entry(7)); !errors.Is(err, eventlog.ErrLost) {
		t.Errorf("Append after the failover = %v, want ErrLost", err)
	}
	isDiverged(t, writer, 6, 4)
}
