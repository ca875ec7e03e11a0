package pglog

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/pglog/pgtest"
)

// mustSay checks that an error is one, says all of some texts, and no password.
func mustSay(t *testing.T, err, want error, texts ...string) {
	t.Helper()
	if err == nil || want != nil && !errors.Is(err, want) {
		t.Fatalf("the error is %v, want %v", err, want)
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("the error does not say %q: %v", text, err)
		}
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("the error holds a password: %v", err)
	}
}

// TestOpenWhereNobodyIs gives connection strings that lead nowhere.
func TestOpenWhereNobodyIs(t *testing.T) {
	server := pgtest.Shared(t)
	dir, _ := server.Socket()
	if dir == "" {
		t.Skip("needs a server of its own: unset RELEVO_TEST_POSTGRES")
	}
	if err := server.Exec(t.Context(), "postgres", "CREATE ROLE locked LOGIN PASSWORD 'correct horse'"); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, dsn string
		says      []string
	}{
		{"no such host", "postgres://agent:hunter2@nowhere.invalid:5432/desk?sslmode=disable", []string{"desk", "nowhere.invalid:5432", "agent", "check that the server runs, and the host and the port"}},
		{"no such port", "postgres://agent:hunter2@127.0.0.1:1/desk?sslmode=disable", []string{"desk", "127.0.0.1:1", "check that the server runs, and the host and the port"}},
		{"no such socket", "postgres://agent:hunter2@/desk?host=/nowhere", []string{"desk", "/nowhere", "check that the server runs"}},
		{"a wrong password", "postgres://locked:hunter2@/postgres?host=" + dir + "&sslmode=disable", []string{"as locked", "check the user, the password and the server's pg_hba.conf"}},
		{"no such user", "postgres://stranger:hunter2@/postgres?host=" + dir + "&sslmode=disable", []string{"as stranger", "check the user"}},
		{"no such database", server.DSN("nowhere"), []string{"database nowhere", "create the database, or give the right one"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			pool := pgtest.Pool(t, tt.dsn)
			_, err := Open(t.Context(), pool, nil)
			mustSay(t, err, nil, append(tt.says, "pglog: open: connecting to database ")...)
			mustSay(t, Migrate(t.Context(), pool, nil), nil, append(tt.says, "pglog: migrate: connecting to database ")...)
		})
	}
}

// TestOpenOnWrongTables gives tables that are no log.
func TestOpenOnWrongTables(t *testing.T) {
	pool := pgtest.Shared(t).Pool(t)
	tests := []struct {
		name, sql string
		want      error
		says      string
	}{
		{"missing", `DROP TABLE LOG`, ErrNoTable, "run pglog.Migrate once"},
		{"a view", `ALTER TABLE LOG RENAME TO LOG_t; CREATE VIEW LOG AS SELECT * FROM LOG_t`, ErrTable, "it is no table"},
		{"unlogged", `ALTER TABLE LOG SET unlogged`, ErrTable, "lost in a crash"},
		{"text", `ALTER TABLE LOG ALTER line TYPE text USING ''`, ErrTable, "the column line is text, not bytea"},
		{"numeric", `ALTER TABLE LOG ALTER position TYPE numeric`, ErrTable, "the column position is numeric, not bigint"},
		{"no column", `ALTER TABLE LOG DROP line`, ErrTable, "the column line is missing, not bytea"},
		{"nullable", `ALTER TABLE LOG ALTER line DROP NOT NULL`, ErrTable, "may be null"},
		{"no key", `ALTER TABLE LOG DROP CONSTRAINT LOG_pkey`, ErrTable, "position is not its primary key"},
		{"another key", `ALTER TABLE LOG DROP CONSTRAINT LOG_pkey; ALTER TABLE LOG ADD PRIMARY KEY (position, line)`, ErrTable, "position is not its primary key"},
		{"a late key", `ALTER TABLE LOG DROP CONSTRAINT LOG_pkey; ALTER TABLE LOG ADD PRIMARY KEY (position) DEFERRABLE`, ErrTable, "deferrable"},
		{"another column", `ALTER TABLE LOG ADD who text NOT NULL`, ErrTable, "the column who needs a value"},
		{"a trigger", `CREATE FUNCTION LOG_f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; CREATE TRIGGER x BEFORE INSERT ON LOG FOR EACH ROW EXECUTE FUNCTION LOG_f()`, ErrTable, "a trigger before each row"},
		{"a rule", `CREATE RULE x AS ON INSERT TO LOG DO INSTEAD NOTHING`, ErrTable, "a rule"},
		{"newer", `ALTER TABLE LOG RENAME CONSTRAINT relevo_log_schema_1 TO relevo_log_schema_2`, ErrTable, "version 2 and this code knows 1"},
		{"an heir", `CREATE TABLE LOG_heir () INHERITS (LOG)`, ErrTable, "other tables inherit from it"},
		{"no note", `ALTER TABLE LOG DROP CONSTRAINT relevo_log_schema_1`, ErrTable, "it lacks the constraint relevo_log_schema_1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			opts := fresh(t, pool)
			exec(t, pool, opts, tt.sql)
			_, err := Open(t.Context(), pool, opts)
			mustSay(t, err, tt.want, "pglog: open: ", opts.Table, tt.says)
			if tt.want == ErrTable {
				mustSay(t, Migrate(t.Context(), pool, opts), tt.want, "pglog: migrate: ", opts.Table, tt.says)
			}
		})
	}
	t.Run("more columns", func(t *testing.T) {
		opts := fresh(t, pool)
		exec(t, pool, opts, `ALTER TABLE LOG ADD seen timestamptz DEFAULT now(), ADD bytes integer GENERATED ALWAYS AS (octet_length(line)) STORED`)
		fill(t, mustOpen(t, pool, opts), 2)
	})
}

// TestNames opens tables with names that SQL would read otherwise.
func TestNames(t *testing.T) {
	pool := pgtest.Shared(t).Pool(t)
	if _, err := pool.Exec(t.Context(), `CREATE SCHEMA "My Logs"`); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Log", `"; DROP TABLE x; --`, "über", "My Logs.select", "My Logs." + strings.Repeat("l", 63)} {
		opts := &Options{Table: name}
		if err := Migrate(t.Context(), pool, opts); err != nil {
			t.Fatalf("Migrate(%q) = %v", name, err)
		}
		log := mustOpen(t, pool, opts)
		fill(t, log, 1, 2)
		if err := log.Wait(t.Context(), 2); err != nil {
			t.Errorf("Wait on %q = %v", name, err)
		}
	}
	for _, name := range []string{".", "a.", ".b", "a.b.c", strings.Repeat("l", 64), "a\x00b", "\xff"} {
		_, err := Open(t.Context(), pool, &Options{Table: name})
		mustSay(t, err, nil, "is no name of a table")
		mustSay(t, Migrate(t.Context(), pool, &Options{Table: name}), nil, "is no name of a table")
	}
	mustSay(t, Migrate(t.Context(), pool, &Options{Table: "nowhere.log"}), nil, `schema "nowhere" does not exist`)
	_, err := Open(t.Context(), pool, &Options{Table: "nowhere.log"})
	mustSay(t, err, ErrNoTable)
	_, err = Open(t.Context(), pool, &Options{Poll: -1})
	mustSay(t, err, nil, "Poll is -1ns")
}

// TestServers opens logs on servers that do not suit.
func TestServers(t *testing.T) {
	server := pgtest.Shared(t)
	database := server.Database(t)
	pool := pgtest.Pool(t, server.DSN(database))
	opts := fresh(t, pool)

	old := *opts
	old.oldest = 99_00_00
	_, err := Open(t.Context(), pool, &old)
	mustSay(t, err, ErrServer, "it is PostgreSQL ", "use 99 or newer")
	mustSay(t, Migrate(t.Context(), pool, &old), ErrServer, "use 99 or newer")
	for num, want := range map[int]bool{14_00_23: false, 15_00_00: true, 18_00_01: true} {
		s := state{versionNum: num, version: "x", syncCommit: "on", fsync: "on", byteaOutput: "hex"}
		if err := s.suits(&Options{oldest: oldest}); (err == nil) != want {
			t.Errorf("a server of version %d: %v", num, err)
		}
	}

	escaping := pgtest.Pool(t, server.DSN(database)+"&options=-cbytea_output%3Descape")
	_, err = Open(t.Context(), escaping, opts)
	mustSay(t, err, ErrServer, "bytea_output is escape", "set it to hex")

	loose := pgtest.Pool(t, server.DSN(database)+"&options=-csynchronous_commit%3Doff")
	_, err = Open(t.Context(), loose, opts)
	mustSay(t, err, ErrServer, "synchronous_commit is off", "Options.Unsynced")
	risky := *opts
	risky.Unsynced = true
	log := mustOpen(t, loose, &risky)
	fill(t, log, 1)

	// A connection that is made later may have other settings.
	log = mustOpen(t, pool, opts)
	if _, err := pool.Exec(t.Context(), "ALTER DATABASE "+database+" SET synchronous_commit = off"); err != nil {
		t.Fatal(err)
	}
	pool.Reset()
	_, err = log.Append(t.Context(), 1, entry(2))
	mustSay(t, err, ErrServer, "pglog: nothing appended: ", "synchronous_commit is off")
	if n, err := lastError(t.Context(), log, 0); n != 1 || err != nil {
		t.Errorf("the log has %d records, %v, want 1", n, err)
	}

	if err := lossy("on", "off"); !errors.Is(err, ErrServer) {
		t.Errorf("fsync off = %v", err)
	}
	for _, level := range []string{"on", "local", "remote_write", "remote_apply"} {
		if err := lossy(level, "on"); err != nil {
			t.Errorf("synchronous_commit %s = %v", level, err)
		}
	}
}

// TestNoFsync opens a log on a server that syncs nothing.
func TestNoFsync(t *testing.T) {
	t.Parallel() // it mostly waits for a server of its own
	server := pgtest.New(t)
	pool := server.Pool(t)
	opts := fresh(t, pool)
	log := mustOpen(t, pool, opts)
	fill(t, log, 1)
	if err := errors.Join(server.Exec(t.Context(), "postgres", "ALTER SYSTEM SET fsync = off"), server.Halt(), server.Restart()); err != nil {
		t.Fatal(err)
	}
	pool.Reset()
	_, err := Open(t.Context(), pool, opts)
	mustSay(t, err, ErrServer, "fsync is off")
	_, err = log.Append(t.Context(), 1, entry(2))
	mustSay(t, err, ErrServer, "pglog: nothing appended: ", "fsync is off")
}

// TestRoles opens logs as roles with the rights that the documentation gives, and
// with fewer.
func TestRoles(t *testing.T) {
	server := pgtest.Shared(t)
	database := server.Database(t)
	pool := pgtest.Pool(t, server.DSN(database))
	run := func(sql string) {
		t.Helper()
		if _, err := pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	as := func(role string) *pgxpool.Pool {
		t.Helper()
		config, err := pgxpool.ParseConfig(server.DSN(database))
		if err != nil {
			t.Fatal(err)
		}
		config.ConnConfig.User = role
		p, err := pgxpool.NewWithConfig(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(p.Close)
		return p
	}
	run(`CREATE ROLE engine LOGIN; CREATE ROLE auditor LOGIN; CREATE ROLE nobody LOGIN`)
	t.Cleanup(func() {
		run := func(database, sql string) {
			if err := server.Exec(context.Background(), database, sql); err != nil {
				t.Error(err)
			}
		}
		run(database, `DROP OWNED BY engine, auditor, nobody; DROP ROLE engine, auditor, nobody`)
	})
	if err := Migrate(t.Context(), pool, nil); err != nil {
		t.Fatal(err)
	}
	run(`GRANT INSERT, SELECT ON relevo_log TO engine; GRANT SELECT ON relevo_log TO auditor`)

	log := mustOpen(t, as("engine"), nil)
	fill(t, log, 1, 3)
	if err := log.Wait(t.Context(), 3); err != nil {
		t.Error(err)
	}
	mustSay(t, Migrate(t.Context(), as("engine"), &Options{Table: "another"}), ErrRights, "run Migrate as a role that may create tables")
	if err := Migrate(t.Context(), as("engine"), nil); err != nil {
		t.Errorf("Migrate of a table that is as it must be = %v", err)
	}

	_, err := Open(t.Context(), as("auditor"), nil)
	mustSay(t, err, ErrRights, `GRANT INSERT, SELECT ON "public"."relevo_log" TO "auditor"`)
	audited := mustOpen(t, as("auditor"), &Options{ReadOnly: true})
	if n, err := lastError(t.Context(), audited, 0); n != 4 || err != nil {
		t.Errorf("the auditor reads %d records, %v, want 4", n, err)
	}
	if err := audited.Wait(t.Context(), 3); err != nil {
		t.Error(err)
	}
	if _, err := audited.Append(t.Context(), 4, entry(5)); !errors.Is(err, ErrReadOnly) {
		t.Errorf("Append by the auditor = %v, want ErrReadOnly", err)
	}
	if err := audited.Import(t.Context(), 4, eventlog.Record{}); !errors.Is(err, ErrReadOnly) {
		t.Errorf("Import by the auditor = %v, want ErrReadOnly", err)
	}

	_, err = Open(t.Context(), as("nobody"), &Options{ReadOnly: true})
	mustSay(t, err, ErrRights, `GRANT SELECT ON "public"."relevo_log" TO "nobody"`)
	run(`CREATE SCHEMA closed; CREATE TABLE closed.log ()`)
	_, err = Open(t.Context(), as("nobody"), &Options{Table: "closed.log"})
	mustSay(t, err, ErrRights, `GRANT USAGE ON SCHEMA`)

	// Rights that are taken away later.
	run(`REVOKE INSERT ON relevo_log FROM engine`)
	_, err = log.Append(t.Context(), 4, entry(5))
	mustSay(t, err, ErrRights, "pglog: nothing appended: ", "INSERT ON", "TO the role")
	run(`REVOKE SELECT ON relevo_log FROM engine`)
	_, err = lastError(t.Context(), log, 0)
	mustSay(t, err, ErrRights, "pglog: read after 0: ")
	mustSay(t, log.Wait(t.Context(), 4), ErrRights, "pglog: waiting for a record after 4: ")

	// And that come back: who waits then is not told of before.
	run(`GRANT INSERT, SELECT ON relevo_log TO engine`)
	waiting := make(chan error, 1)
	go func() { waiting <- log.Wait(t.Context(), 4) }()
	if _, err := mustOpen(t, pool, nil).Append(t.Context(), 4, entry(5)); err != nil {
		t.Fatal(err)
	}
	if err := <-waiting; err != nil {
		t.Errorf("Wait when the right is back = %v", err)
	}

	run(`ALTER TABLE relevo_log ENABLE ROW LEVEL SECURITY`)
	_, err = Open(t.Context(), as("engine"), nil)
	mustSay(t, err, ErrTable, "row security hides rows")
}

// TestMigrateTwice makes one table many times at once, also where transactions are
// stricter by default.
func TestMigrateTwice(t *testing.T) {
	for _, level := range []string{"read committed", "repeatable read", "serializable"} {
		t.Run(level, func(t *testing.T) { migrateTwice(t, level) })
	}
}

func migrateTwice(t *testing.T, level string) {
	config, err := pgxpool.ParseConfig(pgtest.Shared(t).DSN(pgtest.Shared(t).Database(t)))
	if err != nil {
		t.Fatal(err)
	}
	config.ConnConfig.RuntimeParams["default_transaction_isolation"] = level
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	errs := make([]error, 8)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() { errs[i] = Migrate(t.Context(), pool, nil) })
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	fill(t, mustOpen(t, pool, nil), 3)
	if err := Migrate(t.Context(), pool, nil); err != nil {
		t.Fatal(err)
	}
	if n, err := lastError(t.Context(), mustOpen(t, pool, nil), 0); n != 3 || err != nil {
		t.Errorf("after Migrate there are %d records, %v, want 3", n, err)
	}
}

// TestSearchPath holds an open log to its table, whatever other connections have
// on their search_path.
func TestSearchPath(t *testing.T) {
	pool := narrow(t, func() string { s := pgtest.Shared(t); return s.DSN(s.Database(t)) }())
	fill(t, mustOpen(t, pool, fresh(t, pool)), 1)
	opts := fresh(t, pool)
	log := mustOpen(t, pool, opts)
	fill(t, log, 2)
	exec(t, pool, opts, `CREATE SCHEMA other; CREATE TABLE other.LOG (LIKE LOG INCLUDING ALL); SET search_path = other`)
	if n, err := lastError(t.Context(), log, 0); n != 2 || err != nil {
		t.Errorf("Read = %d records, %v, want 2", n, err)
	}
	fill(t, log, 1)
	exec(t, pool, opts, `SET search_path = public`)
	if n, err := lastError(t.Context(), mustOpen(t, pool, opts), 0); n != 3 || err != nil {
		t.Errorf("the table has %d records, %v, want 3", n, err)
	}
}
