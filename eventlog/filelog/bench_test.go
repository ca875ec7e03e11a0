package filelog

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/relevo-go/relevo/eventlog"
)

// benchEntry returns an entry whose line has about 282 bytes.
func benchEntry(n int) eventlog.Entry {
	e := entry(n)
	e.Stream = "referral/01992b4e-8a7c-7d3e-9f00-0123456789ab"
	e.Data = []byte(`{"to":"1234567","note":"` + strings.Repeat("x", 18) + `"}`)
	e.Time = start
	return e
}

// BenchmarkAppend appends groups of events, and beside it writes the same lines
// to a file and syncs it, which is the floor.
func BenchmarkAppend(b *testing.B) {
	for _, size := range []int{1, 64, 1000} {
		var entries []eventlog.Entry
		for n := range size {
			entries = append(entries, benchEntry(n))
		}
		b.Run(fmt.Sprintf("group=%d/filelog", size), func(b *testing.B) {
			log := mustOpen(b, b.TempDir(), nil)
			head := eventlog.Position(0)
			for b.Loop() {
				records, err := log.Append(context.Background(), head, entries...)
				if err != nil {
					b.Fatal(err)
				}
				head = records[size-1].Position
			}
			perSecond(b, size)
		})
		b.Run(fmt.Sprintf("group=%d/floor", size), func(b *testing.B) {
			records, err := eventlog.Head{}.Seal(entries...)
			if err != nil {
				b.Fatal(err)
			}
			var lines []byte
			for _, r := range records {
				lines = append(r.AppendLine(lines), '\n')
			}
			f, err := os.Create(filepath.Join(b.TempDir(), "raw"))
			if err != nil {
				b.Fatal(err)
			}
			defer f.Close()
			for b.Loop() {
				if _, err := f.Write(lines); err != nil {
					b.Fatal(err)
				}
				if err := f.Sync(); err != nil {
					b.Fatal(err)
				}
			}
			perSecond(b, size)
		})
	}
}

func perSecond(b *testing.B, size int) {
	b.ReportMetric(float64(b.N*size)/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkReplay opens a log and reads it, and beside it reads the same bytes
// from the same files, which is the floor.
func BenchmarkReplay(b *testing.B) {
	dir := b.TempDir()
	log := mustOpen(b, dir, nil)
	const appends, size = 100, 1000
	for i := range appends {
		var entries []eventlog.Entry
		for n := range size {
			entries = append(entries, benchEntry(n))
		}
		if _, err := log.Append(context.Background(), eventlog.Position(i*size), entries...); err != nil {
			b.Fatal(err)
		}
	}
	info, err := os.Stat(segmentPath(dir, 1))
	if err != nil {
		b.Fatal(err)
	}
	run := func(name string, once func() error) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(info.Size())
			for b.Loop() {
				if err := once(); err != nil {
					b.Fatal(err)
				}
			}
			perSecond(b, appends*size)
		})
	}
	run("read", func() error { return lastError(log.Read(context.Background(), 0)) })
	run("open", func() error {
		l, err := Open(dir, &Options{ReadOnly: true})
		if err != nil {
			return err
		}
		return l.Close()
	})
	run("floor", func() error {
		_, err := os.ReadFile(segmentPath(dir, 1))
		return err
	})
}
