package pglog

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/pglog/pgtest"
)

// benchEntries returns entries whose lines have about 282 bytes.
func benchEntries(n int) []eventlog.Entry {
	all := entries(1, n)
	for i := range all {
		all[i].Stream = "referral/01992b4e-8a7c-7d3e-9f00-0123456789ab"
		all[i].Data = []byte(`{"to":"1234567","note":"` + strings.Repeat("x", 18) + `"}`)
	}
	return all
}

// BenchmarkAppend appends groups of events, and in turn with every append puts the
// same lines into a plain table, through the same pool, with no guard and no sums.
// of-raw is the plain table's time as a part of the log's: 1 is as fast.
func BenchmarkAppend(b *testing.B) {
	for _, size := range []int{1, 64, 1000} {
		b.Run(fmt.Sprintf("group=%d", size), func(b *testing.B) {
			pool := pgtest.Shared(b).Pool(b)
			log := mustOpen(b, pool, fresh(b, pool))
			raw := newRaw(b, pool)
			group := benchEntries(size)
			_, lines, err := eventlog.Head{}.SealLines(nil, group...)
			if err != nil {
				b.Fatal(err)
			}
			var onLog, onRaw []time.Duration
			head := eventlog.Position(0)
			turns := []func(){
				func() {
					begin := time.Now()
					records, err := log.Append(b.Context(), head, group...)
					if err != nil {
						b.Fatal(err)
					}
					onLog = append(onLog, time.Since(begin))
					head = records[size-1].Position
				},
				func() { onRaw = append(onRaw, raw.insert(b, lines)) },
			}
			for b.Loop() {
				slices.Reverse(turns)
				for _, turn := range turns {
					turn()
				}
			}
			took := median(onLog)
			b.ReportMetric(float64(size)/took.Seconds(), "events/s")
			b.ReportMetric(float64(size)/median(onRaw).Seconds(), "raw-events/s")
			b.ReportMetric(median(onRaw).Seconds()/took.Seconds(), "of-raw")
			b.ReportMetric(float64(len(lines))/float64(size), "B/record")
			b.ReportMetric(0, "ns/op") // of both together: says nothing
		})
	}
}

// raw is a table of lines that is inserted into, and nothing else.
type raw struct {
	pool *pgxpool.Pool
	at   int64
}

func newRaw(b *testing.B, pool *pgxpool.Pool) *raw {
	if _, err := pool.Exec(b.Context(), "CREATE TABLE raw (position bigint PRIMARY KEY, line bytea NOT NULL)"); err != nil {
		b.Fatal(err)
	}
	return &raw{pool: pool}
}

func (r *raw) insert(b *testing.B, lines []byte) time.Duration {
	begin := time.Now()
	rows := bytes.Split(lines[:len(lines)-1], []byte("\n"))
	_, err := r.pool.Exec(b.Context(), "INSERT INTO raw (position, line) SELECT $1::bigint + u.n, u.l FROM unnest($2::bytea[]) WITH ORDINALITY AS u(l, n)", r.at, rows)
	if err != nil {
		b.Fatal(err)
	}
	r.at += int64(len(rows))
	return time.Since(begin)
}

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}

// BenchmarkRead reads a log from the beginning, and in turn streams the same lines
// out of the same table through the same pool. of-raw is the plain stream's time as
// a part of the log's, which verifies every record.
func BenchmarkRead(b *testing.B) {
	pool := pgtest.Shared(b).Pool(b)
	opts := fresh(b, pool)
	log := mustOpen(b, pool, opts)
	const groups, size = 200, 1000
	group := benchEntries(size)
	for i := range groups {
		if _, err := log.Append(b.Context(), eventlog.Position(i*size), group...); err != nil {
			b.Fatal(err)
		}
	}
	exec(b, pool, opts, "VACUUM ANALYZE LOG")
	var onLog, onRaw []time.Duration
	turns := []func(){
		func() {
			begin := time.Now()
			if n, err := lastError(context.Background(), log, 0); n != groups*size || err != nil {
				b.Fatal(n, err)
			}
			onLog = append(onLog, time.Since(begin))
		},
		func() {
			begin := time.Now()
			if n := stream(b, pool, opts); n != groups*size {
				b.Fatal(n)
			}
			onRaw = append(onRaw, time.Since(begin))
		},
	}
	for b.Loop() {
		slices.Reverse(turns)
		for _, turn := range turns {
			turn()
		}
	}
	took := median(onLog)
	b.ReportMetric(groups*size/took.Seconds(), "events/s")
	b.ReportMetric(groups*size/median(onRaw).Seconds(), "raw-events/s")
	b.ReportMetric(median(onRaw).Seconds()/took.Seconds(), "of-raw")
	b.ReportMetric(0, "ns/op")
}

func stream(b *testing.B, pool *pgxpool.Pool, opts *Options) (n int) {
	rows, err := pool.Query(b.Context(), "SELECT line FROM "+opts.Table+" ORDER BY position")
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	var line []byte
	for rows.Next() {
		if err := rows.Scan(&line); err != nil {
			b.Fatal(err)
		}
		n++
	}
	if rows.Err() != nil {
		b.Fatal(rows.Err())
	}
	return n
}

// BenchmarkCatchUp reads the one record that is new, as an engine does when it is
// told of it.
func BenchmarkCatchUp(b *testing.B) {
	pool := pgtest.Shared(b).Pool(b)
	log := mustOpen(b, pool, fresh(b, pool))
	fill(b, log, 1000)
	for b.Loop() {
		if n, err := lastError(context.Background(), log, 999); n != 1 || err != nil {
			b.Fatal(n, err)
		}
	}
}
