package pglog

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/filelog"
	"github.com/relevo-go/relevo/eventlog/pglog/pgtest"
	"github.com/relevo-go/relevo/referral/audit"
)

// recorded opens the recorded log of the examples.
func recorded(t *testing.T) (log *filelog.Log, lines []byte) {
	t.Helper()
	lines, err := os.ReadFile("../../examples/logs/first-afternoon.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "00000000000000000001.jsonl"), lines, 0o644); err != nil {
		t.Fatal(err)
	}
	if log, err = filelog.Open(dir, nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { log.Close() })
	return log, lines
}

// TestSameBytes gives the same entries to a log in memory.
func TestSameBytes(t *testing.T) {
	pool := pgtest.Shared(t).Pool(t)
	log := mustOpen(t, pool, fresh(t, pool))
	var memory eventlog.Memory
	for at := eventlog.Position(0); at < 300; at += 3 {
		group := entries(int(at)+1, int(at)+3)
		group[1].Data = []byte(`{ "é" : "\u00e9\\n", "1":1.0e+2 , "t":"2026", "nested":{"a":[ 1,2 ]}}`)
		for _, l := range []eventlog.Log{log, &memory} {
			if _, err := l.Append(t.Context(), at, group...); err != nil {
				t.Fatal(err)
			}
		}
	}
	got, head := text(t, log)
	want, wantHead := text(t, &memory)
	if got != want || head != wantHead {
		t.Errorf("the lines differ: heads %v and %v", head, wantHead)
	}
}

// TestCopy brings the recorded log into PostgreSQL and back, and asks the audit of
// what is there.
func TestCopy(t *testing.T) {
	pool := pgtest.Shared(t).Pool(t)
	opts := fresh(t, pool)
	log := mustOpen(t, pool, opts)
	from, lines := recorded(t)
	head, err := eventlog.Copy(t.Context(), log, from)
	if err != nil {
		t.Fatal(err)
	}
	if head != from.Head() || log.Head() != head {
		t.Errorf("the heads are %v, %v and %v", from.Head(), head, log.Head())
	}
	if got, _ := text(t, log); got != string(lines) {
		t.Error("the lines in PostgreSQL differ from the recorded ones")
	}
	dir := t.TempDir()
	back, err := filelog.Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer back.Close()
	if again, err := eventlog.Copy(t.Context(), back, mustOpen(t, pool, opts)); err != nil || again != head {
		t.Fatalf("Copy back = %v, %v, want %v", again, err, head)
	}
	if got, err := os.ReadFile(filepath.Join(dir, "00000000000000000001.jsonl")); err != nil || !bytes.Equal(got, lines) {
		t.Errorf("the file that came back differs: %v", err)
	}
	found, err := audit.Verify(log.Read(t.Context(), 0))
	if err != nil || found.Head != head {
		t.Errorf("audit.Verify = %v, %v, want %v", found.Head, err, head)
	}
	// Copying again adds nothing.
	if again, err := eventlog.Copy(t.Context(), log, from); err != nil || again != head {
		t.Errorf("Copy again = %v, %v", again, err)
	}
	// Nor does another log.
	var other eventlog.Memory
	fill(t, &other, 3)
	if _, err := eventlog.Copy(t.Context(), log, &other); !errors.Is(err, eventlog.ErrDiverged) {
		t.Errorf("Copy of another log = %v, want ErrDiverged", err)
	}
	if now, err := log.head(t.Context()); err != nil || now != head {
		t.Errorf("then the head is %v, %v, want %v", now, err, head)
	}
}

// TestExport writes a log as JSON Lines with psql, as the documentation says, and
// reads it with what the relevo command reads files with.
func TestExport(t *testing.T) {
	server := pgtest.Shared(t)
	database := server.Database(t)
	pool := pgtest.Pool(t, server.DSN(database))
	if err := Migrate(t.Context(), pool, nil); err != nil {
		t.Fatal(err)
	}
	from, lines := recorded(t)
	log := mustOpen(t, pool, nil)
	if _, err := eventlog.Copy(t.Context(), log, from); err != nil {
		t.Fatal(err)
	}
	cmd := server.Command(t, "psql", database, strings.Fields(documented(t, "-AtqX", "-c"))...)
	cmd.Args = append(cmd.Args, "-c", documented(t, "SELECT convert_from(line", `"`))
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(out, lines) {
		t.Errorf("psql writes %d bytes that differ from the %d of the log", len(out), len(lines))
	}
	file := filepath.Join(t.TempDir(), "log.jsonl")
	if err := os.WriteFile(file, out, 0o644); err != nil {
		t.Fatal(err)
	}
	if found, err := audit.Verify(filelog.ReadFile(file)); err != nil || found.Head != from.Head() {
		t.Errorf("audit.Verify of the export = %v, %v", found.Head, err)
	}
}

// documented returns the piece of the package's documentation that begins with a
// text and goes on to another.
func documented(t *testing.T, from, to string) string {
	t.Helper()
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(strings.ReplaceAll(string(doc), "\n//\t", "\n"), from)
	piece, _, ends := strings.Cut(rest, to)
	if !found || !ends {
		t.Fatalf("doc.go has nothing between %q and %q", from, to)
	}
	return from + piece
}

// TestView makes the view that the documentation gives to analysts.
func TestView(t *testing.T) {
	pool := pgtest.Shared(t).Pool(t)
	if err := Migrate(t.Context(), pool, nil); err != nil {
		t.Fatal(err)
	}
	from, _ := recorded(t)
	log := mustOpen(t, pool, nil)
	if _, err := eventlog.Copy(t.Context(), log, from); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{documented(t, "CREATE VIEW relevo_events", ";"), documented(t, "CREATE FUNCTION relevo_event", ";"), documented(t, "CREATE INDEX ON relevo_log", ";")} {
		if _, err := pool.Exec(t.Context(), sql); err != nil {
			t.Fatalf("%v\n%s", err, sql)
		}
	}
	counts := map[string]int{}
	for r, err := range from.Read(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		counts[r.Kind]++
	}
	rows, err := pool.Query(t.Context(), documented(t, "SELECT kind, count(*)", ";"))
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var kind string
		var n int
		if err := rows.Scan(&kind, &n); err != nil {
			t.Fatal(err)
		}
		if counts[kind] != n {
			t.Errorf("the view counts %d of %s, want %d", n, kind, counts[kind])
		}
		delete(counts, kind)
	}
	if rows.Err() != nil || len(counts) > 0 {
		t.Errorf("the view lacks %v, %v", counts, rows.Err())
	}
	// An index of the caller's is no matter.
	e := entry(1)
	e.Time = log.Head().Time
	if _, err := mustOpen(t, pool, nil).Append(t.Context(), log.Head().Position, e); err != nil {
		t.Error(err)
	}
}

// TestImport gives records that do not go on with the log, or not as they should.
func TestImport(t *testing.T) {
	pool := pgtest.Shared(t).Pool(t)
	log := mustOpen(t, pool, fresh(t, pool))
	var source eventlog.Memory
	all := fill(t, &source, 1, 3, 2, 1)
	if err := log.Import(t.Context(), 0, all[:4]...); err != nil {
		t.Fatal(err)
	}
	changed := append([]eventlog.Record(nil), all[4:]...)
	changed[1].Data = []byte(`{"n":0}`)
	invalid := append([]eventlog.Record(nil), all[4:]...)
	invalid[0].Data = []byte(`{"n":`)
	for name, tt := range map[string]struct {
		after   eventlog.Position
		records []eventlog.Record
		want    error
	}{
		"again":             {0, all[:4], eventlog.ErrConflict},
		"beyond":            {6, all[6:], eventlog.ErrLost},
		"a hole":            {4, all[6:], eventlog.ErrCorrupt},
		"half an append":    {4, all[4:5], eventlog.ErrCorrupt},
		"its second half":   {4, all[5:], eventlog.ErrCorrupt},
		"a changed record":  {4, changed, eventlog.ErrCorrupt},
		"an invalid record": {4, invalid, eventlog.ErrCorrupt},
	} {
		if err := log.Import(t.Context(), tt.after, tt.records...); !errors.Is(err, tt.want) {
			t.Errorf("Import of %s = %v, want %v", name, err, tt.want)
		}
	}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	if err := log.Import(canceled, 4, all[4:]...); !errors.Is(err, context.Canceled) {
		t.Errorf("Import under a canceled context = %v", err)
	}
	if n, err := lastError(t.Context(), log, 0); n != 4 || err != nil {
		t.Errorf("the log has %d records, %v, want 4", n, err)
	}
	if err := log.Import(t.Context(), 4); err != nil {
		t.Errorf("Import of nothing = %v", err)
	}
	if err := log.Import(t.Context(), 4, all[4:]...); err != nil {
		t.Error(err)
	}
	got, _ := text(t, log)
	want, _ := text(t, &source)
	if got != want {
		t.Errorf("the log is\n%swant\n%s", got, want)
	}
}

// TestImportInGroups imports more than one statement takes.
func TestImportInGroups(t *testing.T) {
	pool := pgtest.Shared(t).Pool(t)
	log := mustOpen(t, pool, fresh(t, pool))
	var source eventlog.Memory
	var head eventlog.Position
	var all []eventlog.Record
	for _, size := range []int{1, 2, 5, 1, 1, 3, 2} {
		group := entries(int(head)+1, int(head)+size)
		for i := range group {
			group[i].Data = []byte(`{"x":"` + strings.Repeat("x", 3<<20) + `"}`)
		}
		records, err := source.Append(t.Context(), head, group...)
		if err != nil {
			t.Fatal(err)
		}
		all, head = append(all, records...), records[size-1].Position
	}
	if err := log.Import(t.Context(), 0, all...); err != nil {
		t.Fatal(err)
	}
	if end, err := eventlog.Verify(log.Read(t.Context(), 0)); err != nil || end != all[len(all)-1].Head() {
		t.Errorf("Verify = %v, %v", end, err)
	}
}

// TestTooLarge gives an append that is more than the log takes at once.
func TestTooLarge(t *testing.T) {
	pool := pgtest.Shared(t).Pool(t)
	opts := fresh(t, pool)
	opts.most = 1000
	log := mustOpen(t, pool, opts)
	all := fill(t, new(eventlog.Memory), 20)
	if _, err := log.Append(t.Context(), 0, entries(1, 20)...); !errors.Is(err, eventlog.ErrTooLarge) {
		t.Errorf("Append = %v, want ErrTooLarge", err)
	}
	if err := log.Import(t.Context(), 0, all...); !errors.Is(err, eventlog.ErrTooLarge) {
		t.Errorf("Import = %v, want ErrTooLarge", err)
	}
	fill(t, log, 2)
}

// TestModes runs a log over each of the driver's ways to send a statement.
func TestModes(t *testing.T) {
	server := pgtest.Shared(t)
	database := server.Database(t)
	from, lines := recorded(t)
	for _, mode := range []string{"cache_statement", "cache_describe", "describe_exec", "exec", "simple_protocol"} {
		t.Run(mode, func(t *testing.T) {
			config, err := pgxpool.ParseConfig(server.DSN(database) + "&default_query_exec_mode=" + mode)
			if err != nil {
				t.Fatal(err)
			}
			pool, err := pgxpool.NewWithConfig(t.Context(), config)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(pool.Close)
			log := mustOpen(t, pool, fresh(t, pool))
			fill(t, log, 1, 3)
			if _, err := log.Append(t.Context(), 3, entry(9)); !errors.Is(err, eventlog.ErrConflict) {
				t.Errorf("Append = %v, want ErrConflict", err)
			}
			if err := log.Wait(t.Context(), 3); err != nil {
				t.Errorf("Wait = %v", err)
			}
			log = mustOpen(t, pool, fresh(t, pool))
			if _, err := eventlog.Copy(t.Context(), log, from); err != nil {
				t.Fatal(err)
			}
			if got, _ := text(t, log); got != string(lines) {
				t.Error("the lines differ")
			}
		})
	}
}
