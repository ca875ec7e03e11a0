package filelog

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/eventlogtest"
)

func TestLog(t *testing.T) {
	for _, size := range []int64{0, 1, 700} {
		t.Run(fmt.Sprint("SegmentBytes ", size), func(t *testing.T) {
			eventlogtest.Run(t, func(t *testing.T) eventlog.Log {
				return mustOpen(t, t.TempDir(), &Options{SegmentBytes: size})
			})
		})
	}
}

// pair appends through a log that writes, and reads through one that does not.
type pair struct{ writer, reader *Log }

func (p pair) Append(ctx context.Context, after eventlog.Position, entries ...eventlog.Entry) ([]eventlog.Record, error) {
	return p.writer.Append(ctx, after, entries...)
}

func (p pair) Read(ctx context.Context, after eventlog.Position) iter.Seq2[eventlog.Record, error] {
	return p.reader.Read(ctx, after)
}

func (p pair) Wait(ctx context.Context, after eventlog.Position) error {
	return p.reader.Wait(ctx, after)
}

func (p pair) Close() error { return errors.Join(p.writer.Close(), p.reader.Close()) }

// TestReadOnlyBesideWriter holds a read-only log beside its writer to every
// promise.
func TestReadOnlyBesideWriter(t *testing.T) {
	eventlogtest.Run(t, func(t *testing.T) eventlog.Log {
		dir := t.TempDir()
		writer := mustOpen(t, dir, &Options{SegmentBytes: 700})
		return pair{writer, mustOpen(t, dir, &Options{ReadOnly: true})}
	})
}

// TestReopen checks that what a log holds is the same after every opening, and
// that it grows on from there, whatever the size of segments.
func TestReopen(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "not", "there", "yet")
	var want []eventlog.Record
	for i := range 12 {
		log := mustOpen(t, dir, &Options{SegmentBytes: int64(400 * (i%3 + 1))})
		if diff := cmp.Diff(want, readAll(t, log, 0)); diff != "" {
			t.Fatalf("opening %d: (-want +got)\n%s", i, diff)
		}
		want = append(want, mustAppend(t, log, i%4+1)...)
		want = append(want, mustAppend(t, log, 1)...)
		if err := log.Close(); err != nil {
			t.Fatal(err)
		}
	}
	names := dirNames(t, dir)
	if len(names) < 4 {
		t.Errorf("the log is in %v, want several segments", names)
	}
}

// TestFiles pins what is on disk: whole canonical lines, and nothing else, in
// files named after their first position.
func TestFiles(t *testing.T) {
	dir := t.TempDir()
	log := mustOpen(t, dir, &Options{SegmentBytes: 900})
	var want strings.Builder
	for _, n := range []int{1, 2, 3, 1, 1, 4, 1} {
		for _, r := range mustAppend(t, log, n) {
			want.Write(append(r.AppendLine(nil), '\n'))
		}
	}
	var got strings.Builder
	for _, name := range dirNames(t, dir) {
		if name == lockName || name == endName {
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		line, _, _ := strings.Cut(string(b), "\n")
		first, err := eventlog.ParseLine([]byte(line))
		if err != nil || name != fmt.Sprintf("%020d.jsonl", first.Position) || first.First != first.Position {
			t.Errorf("file %s begins with %s (%v), want its first append's first line", name, line, err)
		}
		if size := int64(len(b)); size > 900 && first.Last != lastPosition(t, b) {
			t.Errorf("file %s has %d bytes, want at most 900 or a single append", name, size)
		}
		got.Write(b)
	}
	if diff := cmp.Diff(want.String(), got.String()); diff != "" {
		t.Errorf("the files hold: (-want +got)\n%s", diff)
	}
}

func TestLocked(t *testing.T) {
	dir := t.TempDir()
	first := mustOpen(t, dir, nil)
	want := mustAppend(t, first, 2)
	_, err := Open(dir, nil)
	if !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), fmt.Sprintf("process %d", os.Getpid())) {
		t.Errorf("opening twice = %v, want ErrLocked with this process's ID", err)
	}
	reader := mustOpen(t, dir, &Options{ReadOnly: true})
	if diff := cmp.Diff(want, readAll(t, reader, 0)); diff != "" {
		t.Errorf("read-only beside the writer: (-want +got)\n%s", diff)
	}
	if _, err := reader.Append(t.Context(), 2, entry(3)); !errors.Is(err, ErrReadOnly) {
		t.Errorf("Append to a read-only log = %v, want ErrReadOnly", err)
	}
	want = append(want, mustAppend(t, first, 1)...)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := mustOpen(t, dir, nil)
	want = append(want, mustAppend(t, second, 1)...)
	if diff := cmp.Diff(want, readAll(t, reader, 0)); diff != "" {
		t.Errorf("read-only across two writers: (-want +got)\n%s", diff)
	}
}

func TestReadOnlyChangesNothing(t *testing.T) {
	dir := t.TempDir()
	missing := filepath.Join(dir, "missing")
	if _, err := Open(missing, &Options{ReadOnly: true}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open of a missing directory = %v, want fs.ErrNotExist", err)
	}
	empty := mustOpen(t, dir, &Options{ReadOnly: true})
	if got := readAll(t, empty, 0); got != nil {
		t.Errorf("an empty directory reads as %v", got)
	}
	if names := dirNames(t, dir); len(names) > 0 {
		t.Errorf("read-only leaves %v behind", names)
	}
	writer := mustOpen(t, dir, nil)
	want := mustAppend(t, writer, 1)
	mustAppend(t, writer, 2)
	writer.Close()
	if err := os.Remove(filepath.Join(dir, endName)); err != nil {
		t.Fatal(err)
	}
	path := segmentPath(dir, 1)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	torn := b[:len(b)-10]
	if err := os.WriteFile(path, torn, 0o600); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, readAll(t, mustOpen(t, dir, &Options{ReadOnly: true}), 0)); diff != "" {
		t.Errorf("read-only before a torn tail: (-want +got)\n%s", diff)
	}
	if got, _ := os.ReadFile(path); string(got) != string(torn) {
		t.Error("read-only changes the segment")
	}
	// The rest arrives, and what was half an append is whole.
	reader := mustOpen(t, dir, &Options{ReadOnly: true})
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := reader.Wait(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	if got := readAll(t, reader, 0); len(got) != 3 {
		t.Errorf("%d records after the append became whole, want 3", len(got))
	}
}

// TestWaitAcrossSegments follows a log whose every append begins a segment, in
// the writer's log and in a read-only one.
func TestWaitAcrossSegments(t *testing.T) {
	dir := t.TempDir()
	writer := mustOpen(t, dir, &Options{SegmentBytes: 1})
	reader := mustOpen(t, dir, &Options{ReadOnly: true})
	const appends = 8
	done := make(chan error, 2)
	for _, log := range []*Log{writer, reader} {
		go func() {
			var head eventlog.Head
			for head.Position < 2*appends {
				if err := log.Wait(t.Context(), head.Position); err != nil {
					done <- err
					return
				}
				for r, err := range log.Read(t.Context(), head.Position) {
					if err == nil {
						err = head.Next(r)
					}
					if err != nil {
						done <- err
						return
					}
				}
			}
			done <- nil
		}()
	}
	for range appends {
		mustAppend(t, writer, 2)
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if n := len(dirNames(t, dir)); n != appends+1 {
		t.Errorf("%d files, want a segment per append and the lock", n)
	}
}

// TestDamageUnderAnOpenLog flips a bit while the log is open: a read finds it.
func TestDamageUnderAnOpenLog(t *testing.T) {
	dir := t.TempDir()
	log := mustOpen(t, dir, nil)
	mustAppend(t, log, 1)
	second := mustAppend(t, log, 1)
	path := segmentPath(dir, 1)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	offset := int64(len(b) - len(second[0].AppendLine(nil)) - 1)
	b[offset+int64(strings.Index(string(b[offset:]), "happened"))] ^= 2
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	wantDamage(t, lastError(log.Read(t.Context(), 0)), path, offset, 2)
	if err := os.Truncate(path, offset+20); err != nil {
		t.Fatal(err)
	}
	wantDamage(t, lastError(log.Read(t.Context(), 0)), path, offset, 2)
	if err := os.Truncate(path, offset); err != nil {
		t.Fatal(err)
	}
	wantDamage(t, lastError(log.Read(t.Context(), 1)), path, offset, 2)
}

func TestWrongThingsInTheDirectory(t *testing.T) {
	t.Run("a file instead of a directory", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, opts := range []*Options{nil, {ReadOnly: true}} {
			if _, err := Open(path, opts); err == nil || !strings.Contains(err.Error(), "not a directory") {
				t.Errorf("Open of a file = %v", err)
			}
		}
		if _, err := Open(filepath.Join(path, "below"), nil); err == nil {
			t.Error("Open below a file gives no error")
		}
		if b, _ := os.ReadFile(path); string(b) != "mine" {
			t.Error("the file was changed")
		}
	})
	t.Run("files of others are left alone", func(t *testing.T) {
		dir := t.TempDir()
		others := []string{"README", "export.jsonl", "00000000000000000001.jsonl.bak", freshName, "index", ".jsonl", "1.json"}
		for _, name := range others {
			if err := os.WriteFile(filepath.Join(dir, name), []byte("mine"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		log := mustOpen(t, dir, nil)
		want := mustAppend(t, log, 3)
		log.Close()
		if diff := cmp.Diff(want, readAll(t, mustOpen(t, dir, nil), 0)); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		for _, name := range others {
			if b, err := os.ReadFile(filepath.Join(dir, name)); name != freshName && string(b) != "mine" {
				t.Errorf("%s was changed: %q, %v", name, b, err)
			}
		}
	})
	for _, name := range []string{"1.jsonl", "0000000000000000001.jsonl", "00000000000000000000.jsonl", "09223372036854775808.jsonl", "99999999999999999999.jsonl", "000000000000000000001.jsonl"} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
				t.Fatal(err)
			}
			for _, opts := range []*Options{nil, {ReadOnly: true}} {
				if _, err := Open(dir, opts); err == nil || !strings.Contains(err.Error(), name) {
					t.Errorf("Open = %v, want an error that names the file", err)
				}
			}
		})
	}
	t.Run("a directory named like a segment", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.Mkdir(segmentPath(dir, 1), 0o700); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir, nil); err == nil || !strings.Contains(err.Error(), segmentName(1)) {
			t.Errorf("Open = %v, want an error that names it", err)
		}
	})
	if _, err := Open(t.TempDir(), &Options{SegmentBytes: -1}); err == nil {
		t.Error("Open with SegmentBytes -1 gives no error")
	}
}

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	log := mustOpen(t, dir, &Options{SegmentBytes: 500})
	var want []eventlog.Record
	for _, n := range []int{1, 2, 1, 2} {
		want = append(want, mustAppend(t, log, n)...)
	}
	firsts, err := segmentNames(dirNames(t, dir))
	if err != nil || len(firsts) < 3 {
		t.Fatalf("segments %v, %v, want several", firsts, err)
	}
	var got []eventlog.Record
	var all []byte
	for _, first := range firsts {
		for r, err := range ReadFile(segmentPath(dir, first)) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, r)
		}
		b, _ := os.ReadFile(segmentPath(dir, first))
		all = append(all, b...)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ReadFile of each segment: (-want +got)\n%s", diff)
	}
	export := filepath.Join(t.TempDir(), "log.jsonl")
	write := func(b []byte) {
		if err := os.WriteFile(export, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(all)
	if head, err := eventlog.Verify(ReadFile(export)); err != nil || head != want[len(want)-1].Head() {
		t.Errorf("Verify(ReadFile) = %v, %v", head, err)
	}
	boundaries := boundaries(t, all)
	for n := range all {
		write(all[:n])
		head, err := eventlog.Verify(ReadFile(export))
		whole, ok := boundaries[n]
		if ok != (err == nil) || ok && head.Position != whole || !ok && !errors.Is(err, eventlog.ErrCorrupt) {
			t.Fatalf("ReadFile of the first %d bytes ends at %d, %v", n, head.Position, err)
		}
	}
	for i := range all {
		spoiled := append([]byte(nil), all...)
		spoiled[i] ^= 1
		write(spoiled)
		if _, err := eventlog.Verify(ReadFile(export)); !errors.Is(err, eventlog.ErrCorrupt) {
			t.Fatalf("ReadFile with byte %d changed = %v, want ErrCorrupt", i, err)
		}
	}
	second := segmentPath(dir, firsts[1])
	if err := os.WriteFile(second, []byte("{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	wantDamage(t, lastError(ReadFile(second)), second, 0, firsts[1])
	if err := lastError(ReadFile(filepath.Join(dir, "missing"))); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("ReadFile of a missing file = %v, want fs.ErrNotExist", err)
	}
}

// A log that was opened under a relative path stays where it is when the
// process changes its directory.
func TestChangedDirectory(t *testing.T) {
	here := t.TempDir()
	t.Chdir(here)
	l, err := Open("log", &Options{SegmentBytes: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	entry := eventlog.Entry{ID: uuid.UUID{1}, Stream: "desk", Kind: "test.v1", Time: time.Unix(0, 0), Data: []byte(`{}`)}
	for after := range eventlog.Position(3) {
		entry.ID[0]++
		if _, err := l.Append(t.Context(), after, entry); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(filepath.Join(here, "log"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if head, err := eventlog.Verify(again.Read(t.Context(), 0)); err != nil || head.Position != 3 {
		t.Errorf("the log ends at %d, %v, want 3", head.Position, err)
	}
}
