package pglog

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/pglog/pgtest"
)

// TestDamage edits the rows of a log of seven records, in appends of one, three,
// one and two, under a log that is open and before one is opened.
func TestDamage(t *testing.T) {
	pool := pgtest.Shared(t).Pool(t)
	const whole = ^eventlog.Position(0)
	tests := []struct {
		name string
		sql  string
		at   eventlog.Position // the first position that is lost or wrong; whole if a fresh reader finds nothing
		open error             // what the open log says, ErrCorrupt if it is the same
		says string
	}{
		{"a byte of a line", `UPDATE LOG SET line = set_byte(line, 150, get_byte(line, 150) # 1) WHERE position = 4`, 4, nil, ""},
		{"a byte of the last line", `UPDATE LOG SET line = set_byte(line, 150, get_byte(line, 150) # 1) WHERE position = 7`, 7, nil, ""},
		{"a byte of a sum", `UPDATE LOG SET line = set_byte(line, octet_length(line) - 10, ascii('x')) WHERE position = 4`, 4, nil, ""},
		{"a digit of a sum", `UPDATE LOG SET line = set_byte(line, octet_length(line) - 10, CASE get_byte(line, octet_length(line) - 10) WHEN 49 THEN 50 ELSE 49 END) WHERE position = 4`, 4, nil, "the sum does not fit"},
		{"a digit of the last sum", `UPDATE LOG SET line = set_byte(line, octet_length(line) - 10, CASE get_byte(line, octet_length(line) - 10) WHEN 49 THEN 50 ELSE 49 END) WHERE position = 7`, 7, eventlog.ErrDiverged, "the sum does not fit"},
		{"no line", `UPDATE LOG SET line = '' WHERE position = 4`, 4, nil, ""},
		{"no last line", `UPDATE LOG SET line = '' WHERE position = 7`, 7, nil, ""},
		{"no line at all", `UPDATE LOG SET line = ''`, 1, nil, ""},
		{"two lines in a row", `UPDATE LOG SET line = line || '\x0a'::bytea || (SELECT line FROM LOG WHERE position = 5) WHERE position = 4`, 6, nil, "the record here has position 5"},
		{"two rows in one", `UPDATE LOG SET line = line || '\x0a'::bytea || (SELECT line FROM LOG WHERE position = 5) WHERE position = 4; DELETE FROM LOG WHERE position = 5`, 1, nil, "6 rows from here on hold 7 lines"},
		{"a newline", `UPDATE LOG SET line = line || '\x0a'::bytea WHERE position = 4`, 5, nil, ""},
		{"a row is deleted", `DELETE FROM LOG WHERE position = 3`, 3, nil, ""},
		{"the first row is deleted", `DELETE FROM LOG WHERE position = 1`, 1, nil, ""},
		{"an append is deleted", `DELETE FROM LOG WHERE position IN (2, 3, 4)`, 2, nil, ""},
		{"lines are swapped", `UPDATE LOG SET line = (SELECT line FROM LOG AS o WHERE o.position = 5 - LOG.position) WHERE position IN (2, 3)`, 2, nil, "the record here has position 3"},
		{"rows are renumbered", `UPDATE LOG SET position = position + 100`, 1, eventlog.ErrDiverged, ""},
		{"a row is moved", `UPDATE LOG SET position = 9 WHERE position = 7`, 8, eventlog.ErrDiverged, ""},
		{"the end of an append is deleted", `DELETE FROM LOG WHERE position = 7`, 7, eventlog.ErrLost, "the append 6 to 7 is cut short"},
		{"the last append is deleted", `DELETE FROM LOG WHERE position IN (6, 7)`, whole, eventlog.ErrLost, ""},
		{"everything is deleted", `TRUNCATE LOG`, whole, eventlog.ErrLost, ""},
		{"a stranger writes behind", `INSERT INTO LOG VALUES (8, 'hello')`, 8, nil, ""},
		{"a stranger's line ends like one", `INSERT INTO LOG SELECT 8, 'hello' || substr(line, octet_length(line) - 80) FROM LOG WHERE position = 7`, 8, nil, ""},
		{"a stranger writes far behind", `INSERT INTO LOG VALUES (8000, 'hello')`, 8, nil, ""},
		{"a stranger writes over the last", `UPDATE LOG SET line = 'hello' WHERE position = 7`, 7, nil, ""},
		{"a stranger writes over one", `UPDATE LOG SET line = 'hello' WHERE position = 4`, 4, nil, ""},
		{"a record again", `INSERT INTO LOG SELECT 8, line FROM LOG WHERE position = 7`, 8, nil, "the record here has position 7"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			opts := fresh(t, pool)
			log := mustOpen(t, pool, opts)
			fill(t, log, 1, 3, 1, 2)
			exec(t, pool, opts, tt.sql)

			if tt.open == nil {
				tt.open = eventlog.ErrCorrupt
			}
			n, err := lastError(t.Context(), log, 0)
			if !errors.Is(err, tt.open) {
				t.Errorf("the open log reads %v, want %v", err, tt.open)
			}
			if tt.open == eventlog.ErrCorrupt {
				isDamage(t, err, opts, n, tt.at, tt.says)
			} else {
				// And from then on, whatever is asked.
				if _, err := log.Append(t.Context(), 7, entry(8)); !errors.Is(err, tt.open) {
					t.Errorf("the open log appends %v, want %v", err, tt.open)
				}
				if err := log.Wait(t.Context(), 0); !errors.Is(err, tt.open) {
					t.Errorf("the open log waits %v, want %v", err, tt.open)
				}
			}

			fresh, err := Open(t.Context(), pool, opts)
			if err == nil {
				defer fresh.Close()
				if n, err = lastError(t.Context(), fresh, 0); tt.at == whole && err != nil {
					t.Errorf("a fresh log reads %v", err)
				}
			} else {
				n = -1
			}
			if tt.at != whole {
				isDamage(t, err, opts, n, tt.at, tt.says)
			}
		})
	}
}

// isDamage checks that an error is damage at a position, with all records before
// it read unless n is negative, and names the table.
func isDamage(t *testing.T, err error, opts *Options, n int, at eventlog.Position, says string) {
	t.Helper()
	damage, ok := errors.AsType[*eventlog.CorruptError](err)
	if !ok {
		t.Fatalf("the error is %v, want a CorruptError", err)
	}
	if damage.Position != at || damage.Last != at-1 || n >= 0 && n < int(at)-1 {
		t.Errorf("%d records, then damage at %d behind %d, want it at %d: %v", n, damage.Position, damage.Last, at, err)
	}
	if !strings.Contains(err.Error(), opts.Table) || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "eventlog: eventlog") {
		t.Errorf("the error does not name table %s, or say %q: %v", opts.Table, says, err)
	}
}

// TestReadFromDamage reads on from a position whose own row is damaged.
func TestReadFromDamage(t *testing.T) {
	pool := pgtest.Shared(t).Pool(t)
	for _, sql := range []string{
		`DELETE FROM LOG WHERE position = 4`,
		`UPDATE LOG SET line = '' WHERE position = 4`,
		`UPDATE LOG SET line = 'hello' WHERE position = 4`,
		`UPDATE LOG SET line = (SELECT line FROM LOG WHERE position = 5) WHERE position = 4`,
	} {
		opts := fresh(t, pool)
		log := mustOpen(t, pool, opts)
		fill(t, log, 1, 3, 1, 2)
		exec(t, pool, opts, sql)
		n, err := lastError(t.Context(), log, 4)
		isDamage(t, err, opts, -1, 4, "")
		if n > 0 {
			t.Errorf("%s: %d records are read before the error", sql, n)
		}
	}
}

// TestDamageInLongLogs damages logs that are read in many pages, at the edges of
// pages and pieces and between them.
func TestDamageInLongLogs(t *testing.T) {
	pool := pgtest.Shared(t).Pool(t)
	opts := fresh(t, pool)
	log := mustOpen(t, pool, opts)
	const size = 6000
	for at := eventlog.Position(0); at < size; at += 1000 {
		if _, err := log.Append(t.Context(), at, entries(int(at)+1, int(at)+1000)...); err != nil {
			t.Fatal(err)
		}
	}
	for _, at := range []eventlog.Position{2, 64, 65, 66, 67, 128, 129, 130, 577, 578, 3000, size - 1} {
		for _, sql := range []string{`DELETE FROM LOG WHERE position = %d`, `UPDATE LOG SET line = set_byte(line, 20, 0) WHERE position = %d`} {
			tx, err := pool.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := tx.Exec(t.Context(), "CREATE TABLE before AS SELECT * FROM "+opts.Table+" WHERE position = $1", int64(at)); err != nil {
				t.Fatal(err)
			}
			if err := tx.Commit(t.Context()); err != nil {
				t.Fatal(err)
			}
			exec(t, pool, opts, fmt.Sprintf(sql, at))
			n, err := lastError(t.Context(), log, 0)
			isDamage(t, err, opts, n, at, "")
			exec(t, pool, opts, `INSERT INTO LOG SELECT * FROM before ON CONFLICT (position) DO UPDATE SET line = excluded.line; DROP TABLE before`)
		}
	}
	if n, err := lastError(t.Context(), log, 0); n != size || err != nil {
		t.Errorf("mended, the log reads %d records, %v", n, err)
	}
}

// TestLongLines reads lines of very different lengths, more than fit into a page.
func TestLongLines(t *testing.T) {
	pool := pgtest.Shared(t).Pool(t)
	log := mustOpen(t, pool, fresh(t, pool))
	sizes := []int{10, 70_000, 10, 16<<20 - 400, 10, 10, 900_000, 900_000, 1 << 20, 64<<10 - 214, 64<<10 - 215}
	for range 200 {
		sizes = append(sizes, 10, 3000)
	}
	sizes = append(sizes, 2<<20, 2<<20, 200_000, 10)
	var head eventlog.Position
	var want []int
	for len(sizes) > 0 {
		n := min(7, len(sizes))
		group := entries(int(head)+1, int(head)+n)
		for i := range group {
			group[i].Data = fmt.Appendf(nil, `{"x":"%s"}`, strings.Repeat("x", sizes[i]))
			want = append(want, sizes[i])
		}
		records, err := log.Append(t.Context(), head, group...)
		if err != nil {
			t.Fatal(err)
		}
		head, sizes = records[n-1].Position, sizes[n:]
	}
	for _, after := range []eventlog.Position{0, 3, 4, 9, 10, head - 5, head - 4, head - 2, head - 1} {
		at := after
		for r, err := range log.Read(t.Context(), after) {
			if err != nil {
				t.Fatalf("Read(%d) at %d: %v", after, at, err)
			}
			if at++; r.Position != at || len(r.Data) != want[at-1]+8 {
				t.Fatalf("Read(%d) yields %d with %d bytes, want %d with %d", after, r.Position, len(r.Data), at, want[at-1]+8)
			}
		}
		if at != head {
			t.Errorf("Read(%d) ends at %d, want %d", after, at, head)
		}
	}
}
