package pglog

import (
	"errors"
	"strings"
	"testing"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/pglog/pgtest"
)

// TestImportBreaksOff has the server refuse the second statement of an import: the error
// says how much of it is written.
func TestImportBreaksOff(t *testing.T) {
	pool := pgtest.Shared(t).Pool(t)
	opts := fresh(t, pool)
	log := mustOpen(t, pool, opts)
	exec(t, pool, opts, `
		CREATE FUNCTION LOG_f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF NEW.position > 4 THEN RAISE ''no more''; END IF; RETURN NULL; END';
		CREATE TRIGGER x AFTER INSERT ON LOG FOR EACH ROW EXECUTE FUNCTION LOG_f()`)
	group := entries(1, 4)
	for i := range group {
		group[i].Data = []byte(`{"x":"` + strings.Repeat("x", importBytes/4) + `"}`)
	}
	first, err := eventlog.Head{}.Seal(group...)
	if err != nil {
		t.Fatal(err)
	}
	second, err := first[3].Head().Seal(entries(5, 6)...)
	if err != nil {
		t.Fatal(err)
	}
	err = log.Import(t.Context(), 0, append(first, second...)...)
	if err == nil || !strings.Contains(err.Error(), "no more") || !strings.Contains(err.Error(), "written up to position 4") {
		t.Errorf("Import = %v, want the server's reason, and that it is written up to position 4", err)
	}
	if head, err := eventlog.Verify(log.Read(t.Context(), 0)); err != nil || head != first[3].Head() {
		t.Errorf("Verify = %v, %v, want %v", head, err, first[3].Head())
	}
	if err := log.Import(t.Context(), 4, second...); err == nil || strings.Contains(err.Error(), "written up to") {
		t.Errorf("Import of what the first statement is refused = %v, want an error that says no position", err)
	}
}

// TestImportTooLarge imports appends of which the second is more than the log takes: the
// first is not written either.
func TestImportTooLarge(t *testing.T) {
	pool := pgtest.Shared(t).Pool(t)
	opts := fresh(t, pool)
	opts.most = importBytes + importBytes/2
	log := mustOpen(t, pool, opts)
	all, _ := pairs(t, importBytes, 2*importBytes)
	if err := log.Import(t.Context(), 0, all...); !errors.Is(err, eventlog.ErrTooLarge) {
		t.Errorf("Import = %v, want ErrTooLarge", err)
	}
	if head, err := eventlog.Verify(log.Read(t.Context(), 0)); err != nil || head.Position != 0 {
		t.Errorf("Verify = %v, %v, want an empty log", head, err)
	}
}

// TestImportEachFits imports a small append and one that is nearly as much as the log
// takes at once: together they are more.
func TestImportEachFits(t *testing.T) {
	pool := pgtest.Shared(t).Pool(t)
	opts := fresh(t, pool)
	opts.most = importBytes + importBytes/2
	log := mustOpen(t, pool, opts)
	all, head := pairs(t, importBytes*3/4, importBytes*5/4)
	if err := log.Import(t.Context(), 0, all...); err != nil {
		t.Errorf("Import = %v", err)
	}
	if got, err := eventlog.Verify(log.Read(t.Context(), 0)); err != nil || got != head {
		t.Errorf("Verify = %v, %v, want %v", got, err, head)
	}
}

// pairs returns appends of two records each that are about so many bytes.
func pairs(t *testing.T, sizes ...int) (all []eventlog.Record, head eventlog.Head) {
	t.Helper()
	for _, size := range sizes {
		e, f := entry(len(all)+1), entry(len(all)+2)
		e.Data = []byte(`{"x":"` + strings.Repeat("x", size/2) + `"}`)
		f.Data = e.Data
		records, err := head.Seal(e, f)
		if err != nil {
			t.Fatal(err)
		}
		all, head = append(all, records...), records[1].Head()
	}
	return all, head
}
