package filelog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/relevo-go/relevo/eventlog"
)

// TestTorn asks logs that end at any byte whether they are torn: they say what
// the last segment says when it is read as a file.
func TestTorn(t *testing.T) {
	s := makeSample(t, 1, 2, 1, 1, 3, 1, 1, 3)
	synctest.Test(t, func(t *testing.T) {
		name := s.last()
		path := filepath.Join("log", name)
		for n := 1; n <= len(s.files[name]); n++ {
			files := maps.Clone(s.files)
			files[name] = files[name][:n]
			d := holding(files)
			log, err := open("log", &Options{ReadOnly: true}, d)
			if err != nil {
				t.Fatal(err)
			}
			got := log.Torn(t.Context())
			want := lastError(readFile(d, path))
			if first := s.firsts[len(s.firsts)-1]; want != nil && log.Head().Position < first {
				want = tornAt(path, 0, first-1) // the file by itself may not say where it begins
			}
			if fmt.Sprint(got) != fmt.Sprint(want) || errors.Is(got, eventlog.ErrTorn) != (want != nil) {
				t.Fatalf("of %d bytes: Torn = %v, ReadFile ends with %v", n, got, want)
			}
			log.Close()
			if err := log.Torn(t.Context()); !errors.Is(err, eventlog.ErrClosed) {
				t.Fatalf("Torn of a closed log = %v, want ErrClosed", err)
			}
		}
	})
}

// TestTornLooksAgain calls a tear only what stands still.
func TestTornLooksAgain(t *testing.T) {
	s := makeSample(t, 1, 3)
	synctest.Test(t, func(t *testing.T) {
		name := s.last()
		whole := s.files[name]
		files := maps.Clone(s.files)
		files[name] = whole[:len(whole)-300]
		d := holding(files)
		log, err := open("log", &Options{ReadOnly: true}, d)
		if err != nil {
			t.Fatal(err)
		}
		grow := func(b []byte) {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.names[filepath.Join("log", name)].data = bytes.Clone(b)
		}
		began := time.Now()
		answer := make(chan error)
		go func() { answer <- log.Torn(t.Context()) }()
		for n := 290; n > 0; n -= 10 {
			time.Sleep(pollEvery / 2)
			grow(whole[:len(whole)-n])
		}
		grow(whole)
		if err := <-answer; err != nil {
			t.Errorf("Torn while an append is written = %v, want nil once it is there", err)
		}
		if got, want := log.Head(), s.records[3].Head(); got != want {
			t.Errorf("then the head is %+v, want %+v", got, want)
		}
		grow(whole[:len(whole)-1])
		if err := log.Torn(t.Context()); !errors.Is(err, eventlog.ErrCorrupt) || errors.Is(err, eventlog.ErrTorn) {
			t.Errorf("Torn of a log that lost what it had = %v, want damage", err)
		}
		if time.Since(began) < 10*pollEvery {
			t.Errorf("Torn did not wait for the append")
		}
	})
}

// TestTornInOtherPlaces asks logs that end in other ways.
func TestTornInOtherPlaces(t *testing.T) {
	s := makeSample(t, 1, 1, 1)
	for _, tt := range []struct {
		what, file string
		more       string
		torn       bool
		offset     int64
	}{
		{"garbage at the end", segmentName(1), "garbage\nand more", true, int64(len(s.files[segmentName(1)]))},
		{"garbage in a segment of its own", segmentName(4), "garbage", true, 0},
		{"an empty segment", segmentName(4), "", false, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			files := maps.Clone(s.files)
			files[tt.file] = append(bytes.Clone(files[tt.file]), tt.more...)
			log, err := open("log", &Options{ReadOnly: true}, holding(files))
			if err != nil {
				t.Fatal(err)
			}
			err = log.Torn(t.Context())
			damage, _ := asDamage(err)
			if !tt.torn && err != nil || tt.torn && (!errors.Is(err, eventlog.ErrTorn) || damage.File != filepath.Join("log", tt.file) || damage.Offset != tt.offset || damage.Position != 4 || damage.Last != 3) {
				t.Errorf("%s: Torn = %v, want a tear: %t", tt.what, err, tt.torn)
			}
			ctx, cancel := context.WithTimeout(t.Context(), pollEvery/2)
			defer cancel()
			if err := log.Torn(ctx); tt.torn && !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: Torn with no time to look again = %v, want DeadlineExceeded", tt.what, err)
			}
		})
	}
	dir := t.TempDir()
	writer := mustOpen(t, dir, nil)
	mustAppend(t, writer, 1)
	if err := writer.Torn(t.Context()); err != nil {
		t.Errorf("Torn of a log that is open for writing = %v", err)
	}
}

// TestHead follows the head of a writer and of a reader, which has to look.
func TestHead(t *testing.T) {
	dir := t.TempDir()
	writer := mustOpen(t, dir, nil)
	reader := mustOpen(t, dir, &Options{ReadOnly: true})
	if got := writer.Head(); got != (eventlog.Head{}) {
		t.Errorf("the head of an empty log is %+v", got)
	}
	want := mustAppend(t, writer, 2)[1].Head()
	if got := writer.Head(); got != want {
		t.Errorf("after an append the head is %+v, want %+v", got, want)
	}
	if got := reader.Head(); got != (eventlog.Head{}) {
		t.Errorf("the head of a reader that did not look is %+v, want none", got)
	}
	if err := reader.Wait(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if got := reader.Head(); got != want {
		t.Errorf("the head of a reader that looked is %+v, want %+v", got, want)
	}
}

func TestIsLog(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	is := func(path string, want bool) {
		t.Helper()
		if got, err := IsLog(path); got != want || err != nil {
			t.Errorf("IsLog(%s) = %t, %v, want %t", path, got, err, want)
		}
	}
	is(dir, false)
	if _, err := IsLog(filepath.Join(dir, "missing")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("IsLog of a missing path = %v, want fs.ErrNotExist", err)
	}
	if _, err := IsLog(file); err == nil {
		t.Error("IsLog of a file gives no error")
	}
	fresh := filepath.Join(dir, "fresh")
	log := mustOpen(t, fresh, nil)
	is(fresh, true)
	mustAppend(t, log, 1)
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	for _, gone := range []string{lockName, endName} {
		if err := os.Remove(filepath.Join(fresh, gone)); err != nil {
			t.Fatal(err)
		}
		is(fresh, true)
	}
	if err := os.Remove(segmentPath(fresh, 1)); err != nil {
		t.Fatal(err)
	}
	is(fresh, false)
}
