package pglog

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/pglog/pgtest"
)

// eventually asks until something is so.
func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for begin := time.Now(); !so(); <-again.C {
		if time.Since(begin) > time.Minute {
			t.Fatalf("never: %s", what)
		}
	}
}

// listening returns how many connections to the pool's database listen.
func listening(t *testing.T, pool *pgxpool.Pool) (n int) {
	t.Helper()
	// What a connection did last is all there is to see from outside.
	err := pool.QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity
		WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
		AND pid NOT IN (SELECT unnest($1::int[]))`, pids(pool)).Scan(&n)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// pids returns the server's processes of the connections that a pool has idle.
func pids(pool *pgxpool.Pool) (all []int32) {
	for _, c := range pool.AcquireAllIdle(context.Background()) {
		all = append(all, int32(c.Conn().PgConn().PID()))
		c.Release()
	}
	return all
}

// TestNotified lets somebody wait who asks but once an hour.
func TestNotified(t *testing.T) {
	pool := pgtest.Shared(t).Pool(t)
	opts := fresh(t, pool)
	opts.Poll = time.Hour
	writer, waiter := mustOpen(t, pool, opts), mustOpen(t, pool, opts)
	for at := range eventlog.Position(20) {
		waiting := make(chan error, 1)
		go func() { waiting <- waiter.Wait(t.Context(), at) }()
		if _, err := writer.Append(t.Context(), at, entry(int(at)+1)); err != nil {
			t.Fatal(err)
		}
		if err := <-waiting; err != nil {
			t.Fatal(err)
		}
		if at == 10 { // what anybody may say on the channel is no more than a hint
			if _, err := pool.Exec(t.Context(), "SELECT pg_notify($1, '12'), pg_notify($1, 'x'), pg_notify($1, '')", writer.channel); err != nil {
				t.Fatal(err)
			}
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := waiter.Wait(ctx, 20); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Wait for what is not there = %v", err)
	}
	// One's own append is known without asking.
	waiting := make(chan error, 1)
	go func() { waiting <- waiter.Wait(t.Context(), 20) }()
	if n, err := lastError(t.Context(), waiter, 19); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if _, err := waiter.Append(t.Context(), 20, entry(21)); err != nil {
		t.Fatal(err)
	}
	if err := <-waiting; err != nil {
		t.Error(err)
	}
}

// TestAsked adds rows that nobody is notified of.
func TestAsked(t *testing.T) {
	pool := pgtest.Shared(t).Pool(t)
	opts := fresh(t, pool)
	log := mustOpen(t, pool, opts)
	from := new(eventlog.Memory)
	for i, r := range fill(t, from, 1, 1, 1) {
		waiting := make(chan error, 1)
		go func() { waiting <- log.Wait(t.Context(), r.Position-1) }()
		if i > 0 { // while it waits, with notifications coming
			if _, err := pool.Exec(t.Context(), "SELECT pg_notify($1, '0')", log.channel); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := pool.Exec(t.Context(), "INSERT INTO "+opts.Table+" VALUES ($1, $2)", int64(r.Position), r.AppendLine(nil)); err != nil {
			t.Fatal(err)
		}
		if err := <-waiting; err != nil {
			t.Error(err)
		}
	}
	// That they did not come is noticed, while the connection stays the same.
	ctx, cancel := context.WithCancel(t.Context())
	var staying sync.WaitGroup
	staying.Go(func() { _ = log.Wait(ctx, eventlog.MaxPosition) })
	defer staying.Wait()
	defer cancel()
	eventually(t, "it does not rely on notifications", func() bool {
		log.mu.Lock()
		defer log.mu.Unlock()
		return !log.watch.hears
	})
}

// TestNewcomer has somebody come after a row that nobody was notified of, and who
// asks but once an hour.
func TestNewcomer(t *testing.T) {
	pool := pgtest.Shared(t).Pool(t)
	opts := fresh(t, pool)
	opts.Poll = time.Hour
	log := mustOpen(t, pool, opts)
	ctx, cancel := context.WithCancel(t.Context())
	var staying sync.WaitGroup
	staying.Go(func() { _ = log.Wait(ctx, eventlog.MaxPosition) })
	defer staying.Wait()
	defer cancel()
	eventually(t, "it rests", func() bool {
		log.mu.Lock()
		defer log.mu.Unlock()
		return log.watch.answered > 0 && log.watch.nudge != nil
	})
	r := fill(t, new(eventlog.Memory), 1)[0]
	if _, err := pool.Exec(t.Context(), "INSERT INTO "+opts.Table+" VALUES (1, $1)", r.AppendLine(nil)); err != nil {
		t.Fatal(err)
	}
	if err := log.Wait(t.Context(), 0); err != nil {
		t.Error(err)
	}
}

// TestOneConnection lets many wait on a log whose pool has one connection.
func TestOneConnection(t *testing.T) {
	server := pgtest.Shared(t)
	database := server.Database(t)
	beside := pgtest.Pool(t, server.DSN(database))
	opts := fresh(t, beside)
	pool := narrow(t, server.DSN(database))
	log := mustOpen(t, pool, opts)
	errs := make([]error, 50)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() { errs[i] = log.Wait(t.Context(), eventlog.Position(i%3)) })
	}
	// It is the one that the pool had.
	eventually(t, "one connection for all who wait", func() bool {
		log.mu.Lock()
		waiting := log.watch.waiting
		log.mu.Unlock()
		return waiting == len(errs) && listening(t, beside) == 1
	})
	fill(t, log, 1, 1, 1)
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
	if n := listening(t, beside); n != 2 {
		t.Errorf("there are %d connections, want the pool's and the one that listens", n)
	}
	ended := log.watch.ended
	if err := log.Close(); err != nil {
		t.Error(err)
	}
	select {
	case <-ended:
	default:
		t.Error("who asks outlives Close")
	}
	eventually(t, "the connection is gone", func() bool { return listening(t, beside) == 1 })
	if err := pool.Ping(t.Context()); err != nil {
		t.Errorf("the pool of a log that was closed = %v", err)
	}
}

// TestNobodyWaits gives the connection back some time after the last who waited.
func TestNobodyWaits(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	pool := pgtest.Shared(t).Pool(t)
	log := mustOpen(t, pool, fresh(t, pool))
	for at := range eventlog.Position(2) {
		waiting := make(chan error, 1)
		go func() { waiting <- log.Wait(t.Context(), at) }()
		eventually(t, "somebody listens", func() bool { return listening(t, pool) == 1 })
		fill(t, log, 1)
		if err := <-waiting; err != nil {
			t.Error(err)
		}
		eventually(t, "nobody listens", func() bool { return listening(t, pool) == 0 })
		eventually(t, "nothing is left running", func() bool {
			log.mu.Lock()
			defer log.mu.Unlock()
			return !log.watch.runs
		})
	}
}

// TestServerComesBack lets somebody wait over the server's end and return.
func TestServerComesBack(t *testing.T) {
	server := pgtest.New(t)
	pool := server.Pool(t)
	opts := fresh(t, pool)
	waiter, writer := mustOpen(t, pool, opts), mustOpen(t, pool, opts)
	for at, end := range []func() error{server.Halt, server.Kill, func() error { _, err := server.Terminate(t.Context()); return err }} {
		waiting := make(chan error, 1)
		begun := time.Now()
		go func() {
			for {
				err := waiter.Wait(t.Context(), eventlog.Position(at))
				// A server that takes long to return is told of, and waited for again.
				if err == nil || t.Context().Err() != nil || time.Since(begun) < patience {
					waiting <- err
					return
				}
			}
		}()
		eventually(t, "it waits", func() bool {
			waiter.mu.Lock()
			defer waiter.mu.Unlock()
			return waiter.watch.waiting > 0 && waiter.watch.answered > 0
		})
		if err := end(); err != nil {
			t.Fatal(err)
		}
		if at < 2 {
			if _, err := writer.Append(t.Context(), eventlog.Position(at), entry(at+1)); err == nil {
				t.Error("an append to no server is no error")
			}
			if err := server.Restart(); err != nil {
				t.Fatal(err)
			}
		}
		back := time.Now()
		for {
			_, err := writer.Append(t.Context(), eventlog.Position(at), entry(at+1))
			if err == nil {
				break
			}
			if errors.Is(err, eventlog.ErrConflict) || time.Since(back) > time.Minute {
				t.Fatal(err)
			}
		}
		select {
		case err := <-waiting:
			if err != nil {
				t.Errorf("Wait = %v", err)
			}
			t.Logf("%v after the server takes connections", time.Since(back))
		case <-time.After(time.Minute):
			t.Fatal("Wait never returns")
		}
	}
}

// TestServerStaysAway lets somebody wait longer than that is put up with.
func TestServerStaysAway(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	server := pgtest.New(t)
	pool := server.Pool(t)
	log := mustOpen(t, pool, fresh(t, pool))
	if err := server.Halt(); err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	mustSay(t, log.Wait(t.Context(), 0), nil, "pglog: waiting for a record after 0: connecting to database ", "check that the server runs")
	if took := time.Since(begin); took < patience {
		t.Errorf("Wait gave up after %v", took)
	}
	_, err := log.Append(t.Context(), 0, entry(1))
	mustSay(t, err, nil, "pglog: nothing appended: no connection: connecting to database ")
	if errors.Is(err, eventlog.ErrUncertain) {
		t.Errorf("an append that never left is uncertain: %v", err)
	}
	if err := server.Restart(); err != nil {
		t.Fatal(err)
	}
	fill(t, log, 1)
	if err := log.Wait(t.Context(), 0); err != nil {
		t.Error(err)
	}
}
