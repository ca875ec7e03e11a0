package filelog

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

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

// BenchmarkAppend appends groups of events. In turn with every append the same
// lines are written to a plain file and synced, which is the floor, and to one
// with room reserved as the log reserves it. of-floor is the floor's time as a
// part of the log's: 1 is as fast, more is faster. of-hash is the part of the
// log's time that goes into the chain's sums.
func BenchmarkAppend(b *testing.B) {
	for _, size := range []int{1, 64, 1000} {
		b.Run(fmt.Sprintf("group=%d", size), func(b *testing.B) {
			var entries []eventlog.Entry
			for n := range size {
				entries = append(entries, benchEntry(n))
			}
			records, lines, err := eventlog.Head{}.SealLines(nil, entries...)
			if err != nil {
				b.Fatal(err)
			}
			log := mustOpen(b, b.TempDir(), nil)
			plain, reserved := newFloor(b, false), newFloor(b, true)
			var onLog, onPlain, onReserved []time.Duration
			head := eventlog.Position(0)
			turns := []func(){
				func() {
					begin := time.Now()
					records, err := log.Append(context.Background(), head, entries...)
					if err != nil {
						b.Fatal(err)
					}
					onLog = append(onLog, time.Since(begin))
					head = records[size-1].Position
				},
				func() { onPlain = append(onPlain, plain.append(b, lines)) },
				func() { onReserved = append(onReserved, reserved.append(b, lines)) },
			}
			for b.Loop() {
				// In every order, since a sync also does what the one before it left.
				turns[0], turns[1], turns[2] = turns[1], turns[2], turns[0]
				if len(onLog)%2 == 0 {
					turns[1], turns[2] = turns[2], turns[1]
				}
				for _, turn := range turns {
					turn()
				}
			}
			var onSums []time.Duration
			for range len(onLog) {
				begin := time.Now()
				for range records {
					sha256.Sum256(lines[:len(lines)/size])
				}
				onSums = append(onSums, time.Since(begin))
			}
			took := median(onLog)
			b.ReportMetric(float64(size)/took.Seconds(), "events/s")
			b.ReportMetric(float64(size)/median(onPlain).Seconds(), "floor-events/s")
			b.ReportMetric(median(onPlain).Seconds()/took.Seconds(), "of-floor")
			b.ReportMetric(median(onReserved).Seconds()/took.Seconds(), "of-reserved-floor")
			b.ReportMetric(median(onSums).Seconds()/took.Seconds(), "of-hash")
			b.ReportMetric(float64(len(lines))/float64(size), "B/record")
			b.ReportMetric(0, "ns/op") // of the log and both floors together: says nothing
		})
	}
}

// floor is a file that is appended to and synced, and nothing else.
type floor struct {
	file     *os.File
	size     int64
	reserves bool
	reserved int64
}

func newFloor(b *testing.B, reserves bool) *floor {
	f, err := os.Create(filepath.Join(b.TempDir(), "raw"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { f.Close() })
	return &floor{file: f, reserves: reserves}
}

func (f *floor) append(b *testing.B, lines []byte) time.Duration {
	begin := time.Now()
	if f.reserves && f.size+int64(len(lines)) > f.reserved {
		f.reserved = f.size + int64(len(lines)) + reserveStep
		reserve(f.file, f.size, f.reserved)
	}
	if _, err := f.file.WriteAt(lines, f.size); err != nil {
		b.Fatal(err)
	}
	if err := f.file.Sync(); err != nil {
		b.Fatal(err)
	}
	f.size += int64(len(lines))
	return time.Since(begin)
}

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
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
	run("file", func() error { return lastError(ReadFile(segmentPath(dir, 1))) })
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

// BenchmarkAppendNoSync appends one event at a time to a log that syncs each
// append and to one that does not.
func BenchmarkAppendNoSync(b *testing.B) {
	for _, noSync := range []bool{false, true} {
		b.Run(fmt.Sprintf("NoSync=%t", noSync), func(b *testing.B) {
			log := mustOpen(b, b.TempDir(), &Options{NoSync: noSync})
			entry, head := benchEntry(1), eventlog.Position(0)
			for b.Loop() {
				if _, err := log.Append(context.Background(), head, entry); err != nil {
					b.Fatal(err)
				}
				head++
			}
			perSecond(b, 1)
		})
	}
}
