package jetlog_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/jetlog"
	"github.com/relevo-go/relevo/eventlog/jetlog/jettest"
)

// refused opens a log that must not open, and returns why.
func refused(t *testing.T, conn *nats.Conn, opts jetlog.Options) error {
	t.Helper()
	log, err := jetlog.Open(t.Context(), newJS(t, conn), &opts)
	if err == nil {
		log.Close()
		t.Fatal("the log opens")
	}
	t.Log(err)
	return err
}

func TestUnsyncedServer(t *testing.T) {
	cluster := jettest.StartWith(t, jettest.Config{Nodes: 1, Unsynced: true})
	conn := cluster.Connect(t)
	opts := fresh(1, cluster.System(t))
	create(t, newJS(t, conn), opts)
	if err := refused(t, conn, *opts); !errors.Is(err, jetlog.ErrUnsynced) || !strings.Contains(err.Error(), "node-0 syncs every 2m0s") || !strings.Contains(err.Error(), "sync_interval: always") {
		t.Errorf("%v, want ErrUnsynced that names the server and the setting", err)
	}
	opts.System = nil
	if err := refused(t, conn, *opts); !errors.Is(err, jetlog.ErrUnsynced) || !strings.Contains(err.Error(), "Options.System") || !strings.Contains(err.Error(), "Options.Unsynced") {
		t.Errorf("%v, want ErrUnsynced that names the options", err)
	}
	opts.System = conn // it is none of the system account
	if err := refused(t, conn, *opts); !errors.Is(err, jetlog.ErrUnsynced) || !strings.Contains(err.Error(), "only 0 told") {
		t.Errorf("%v, want ErrUnsynced that says nobody answered", err)
	}
	opts.System, opts.Unsynced = nil, true
	fill(t, open(t, newJS(t, conn), opts), 0, 2)
}

// TestServerAway opens a log while one of three servers is away: the others are enough.
func TestServerAway(t *testing.T) {
	cluster := jettest.Start(t, 3)
	js, system := newJS(t, cluster.Connect(t)), cluster.System(t)
	opts := fresh(3, system)
	create(t, js, opts)
	leader, err := cluster.AwaitLeader(opts.Stream)
	if err != nil {
		t.Fatal(err)
	}
	cluster.Stop((leader + 1) % 3)
	fill(t, open(t, js, opts), 0, 2)
}

func TestOldServer(t *testing.T) {
	cluster := jettest.Start(t, 1)
	opts := fresh(1, cluster.System(t))
	create(t, newJS(t, cluster.Connect(t)), opts)
	for version, old := range map[string]bool{"2.9.24": true, "2.11.99": true, "1.99.0": true, "next": true, "2.12.0-beta.1": false, "2.15.3": false, "3.0.0": false} {
		conn := jettest.NewProxyOfVersion(t, cluster.Addr(0), version).Connect(t)
		if !old {
			fill(t, open(t, newJS(t, conn), fresh1(t, conn, opts.System)), 0, 1)
			continue
		}
		if err := refused(t, conn, *opts); !errors.Is(err, jetlog.ErrOldServer) || !strings.Contains(err.Error(), version) {
			t.Errorf("%v, want ErrOldServer that names %s", err, version)
		}
	}
}

// fresh1 makes a stream on one server.
func fresh1(t *testing.T, conn *nats.Conn, system *nats.Conn) *jetlog.Options {
	opts := fresh(1, system)
	create(t, newJS(t, conn), opts)
	return opts
}

func TestNoServer(t *testing.T) {
	ports := jettest.NewProxy(t, "127.0.0.1:1") // a port at which nobody answers
	ports.Down()
	url := strings.Replace(ports.URL(), "app:app", "app:secret-word", 1)
	conn, err := nats.Connect(url, jettest.Options()...)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	begin := time.Now()
	err = refused(t, conn, jetlog.Options{Timeout: 300 * time.Millisecond})
	if took := time.Since(begin); took > 5*time.Second || !strings.Contains(err.Error(), "there is no connection to NATS") || strings.Contains(err.Error(), "secret-word") {
		t.Errorf("after %v: %v, want that there is no connection, without the password", took, err)
	}
	ctx, cancel := timeout(t, 100*time.Millisecond)
	defer cancel()
	if _, err := jetlog.Open(ctx, newJS(t, conn), nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Open under a context that ends = %v, want DeadlineExceeded", err)
	}
	conn.Close()
	if err := refused(t, conn, jetlog.Options{}); !strings.Contains(err.Error(), "closed for good") {
		t.Errorf("%v, want that the connection is closed for good", err)
	}
}

func TestNoStream(t *testing.T) {
	cluster := jettest.StartWith(t, jettest.Config{Accounts: `PLAIN: { users: [ { user: plain, password: plain } ] }`})
	if err := refused(t, cluster.Connect(t), jetlog.Options{Unsynced: true}); !errors.Is(err, jetstream.ErrStreamNotFound) || !strings.Contains(err.Error(), "RELEVO") || !strings.Contains(err.Error(), "jetlog.Create") {
		t.Errorf("%v, want that the stream RELEVO is not found, and what makes one", err)
	}
	if err := refused(t, cluster.ConnectAs(t, "plain", "plain"), jetlog.Options{Unsynced: true}); !strings.Contains(err.Error(), "JetStream not enabled for account") && !errors.Is(err, nats.ErrNoResponders) {
		t.Errorf("%v, want that the account has no JetStream", err)
	}
	opts := fresh(3, nil)
	if err := jetlog.Create(t.Context(), newJS(t, cluster.Connect(t)), opts); err == nil || !strings.Contains(err.Error(), "replicas > 1 not supported") {
		t.Errorf("Create of three replicas on one server = %v, want the server's reason", err)
	}
}

// TestDomain uses a log through a JetStream domain, whose requests have other subjects.
func TestDomain(t *testing.T) {
	cluster := jettest.StartWith(t, jettest.Config{Domain: "hub"})
	js, err := jetstream.NewWithDomain(cluster.Connect(t), "hub")
	if err != nil {
		t.Fatal(err)
	}
	opts := fresh(1, cluster.System(t))
	create(t, js, opts)
	log := open(t, js, opts)
	head := fill(t, log, 0, 60) // so many that they come from a consumer
	if got, err := eventlog.Verify(log.Read(t.Context(), 0)); err != nil || got != head {
		t.Errorf("Verify = %v, %v, want %v", got, err, head)
	}
}

func TestOptions(t *testing.T) {
	cluster := jettest.Start(t, 1)
	js := newJS(t, cluster.Connect(t))
	for _, tt := range []struct {
		opts jetlog.Options
		says string
	}{
		{jetlog.Options{Stream: "a.b"}, "Options.Stream"},
		{jetlog.Options{Stream: "a b"}, "Options.Stream"},
		{jetlog.Options{Subject: "log.>"}, "Options.Subject"},
		{jetlog.Options{Subject: "log."}, "Options.Subject"},
		{jetlog.Options{Subject: "log..x"}, "Options.Subject"},
		{jetlog.Options{Subject: "$JS.API.x"}, "Options.Subject"},
		{jetlog.Options{Replicas: 6}, "Options.Replicas"},
		{jetlog.Options{Timeout: -1}, "Options.Timeout"},
	} {
		_, err := jetlog.Open(t.Context(), js, &tt.opts)
		if err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("Open with %+v = %v, want an error about %s", tt.opts, err, tt.says)
		}
		if err := jetlog.Create(t.Context(), js, &tt.opts); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("Create with %+v = %v, want an error about %s", tt.opts, err, tt.says)
		}
	}
}

// documented returns the block of the package's documentation that begins so.
func documented(t *testing.T, begin, password string) string {
	t.Helper()
	source, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	var block []string
	for line := range strings.Lines(string(source)) {
		code, ok := strings.CutPrefix(line, "//\t")
		if len(block) == 0 && !strings.HasPrefix(code, begin) {
			continue
		}
		if !ok {
			break
		}
		block = append(block, code)
	}
	if len(block) == 0 {
		t.Fatalf("doc.go has no block that begins with %s", begin)
	}
	return strings.ReplaceAll(strings.Join(block, ""), "…", password)
}

// TestRights uses a log with the rights that the documentation lists, and with less.
func TestRights(t *testing.T) {
	desk := documented(t, "{ user: desk", "desk")
	less := func(user, right string) string {
		without := strings.Replace(strings.Replace(desk, right, `"nothing"`, 1), "user: desk", "user: "+user, 1)
		if !strings.Contains(without, `"nothing"`) {
			t.Fatalf("the documentation does not list %s", right)
		}
		return without
	}
	cluster := jettest.StartWith(t, jettest.Config{
		Users:  desk + less("reader", `"relevo.log"`) + less("stranger", `"$JS.API.STREAM.INFO.RELEVO"`) + less("deaf", `"_INBOX.>"`) + less("unheard", `"relevo.log.stored"`),
		System: documented(t, "{ user: watch", "watch"),
	})
	admin := newJS(t, cluster.Connect(t))
	opts := &jetlog.Options{Replicas: 1, System: cluster.SystemAs(t, "watch", "watch"), Timeout: 2 * time.Second}
	create(t, admin, opts)
	js := newJS(t, cluster.ConnectAs(t, "desk", "desk"))
	log := open(t, js, opts)

	t.Run("what an engine does", func(t *testing.T) {
		waiting := make(chan error, 1)
		go func() { waiting <- log.Wait(t.Context(), 0) }()
		head := fill(t, log, 0, 30)
		if err := <-waiting; err != nil {
			t.Error(err)
		}
		if got, err := eventlog.Verify(log.Read(t.Context(), 0)); got != head || err != nil {
			t.Errorf("Verify = %v, %v, want %v", got, err, head)
		}
		var mem eventlog.Memory
		if _, err := eventlog.Copy(t.Context(), &mem, log); err != nil {
			t.Fatal(err)
		}
		fill(t, &mem, head.Position, 30)
		if _, err := eventlog.Copy(t.Context(), log, &mem); err != nil {
			t.Error(err)
		}
	})
	t.Run("what it may not", func(t *testing.T) {
		ctx, cancel := timeout(t, time.Second)
		defer cancel()
		s, err := js.Stream(ctx, "RELEVO")
		if err != nil {
			t.Fatal(err)
		}
		for what, err := range map[string]error{
			"delete the stream": js.DeleteStream(ctx, "RELEVO"),
			"purge it":          s.Purge(ctx),
			"delete a message":  s.DeleteMsg(ctx, 1),
			"change it":         second(js.UpdateStream(ctx, good(&jetlog.Options{Stream: "RELEVO", Subject: "relevo.log"}))),
		} {
			if err == nil {
				t.Errorf("the account may %s", what)
			}
		}
		ctx, cancel = timeout(t, 10*time.Second)
		defer cancel()
		err = jetlog.Create(ctx, js, &jetlog.Options{Stream: "RELEVO", Timeout: 500 * time.Millisecond})
		if err == nil || !strings.Contains(err.Error(), "permissions violation") && !strings.Contains(err.Error(), "Permissions Violation") {
			t.Errorf("Create = %v, want a permissions violation", err)
		}
		if info, err := admin.Stream(ctx, "RELEVO"); err != nil || info.CachedInfo().State.Msgs < 60 {
			t.Errorf("the stream is not what it was: %v", err)
		}
	})
	t.Run("nobody hears what is stored", func(t *testing.T) {
		log := open(t, newJS(t, cluster.ConnectAs(t, "unheard", "desk")), opts)
		records, err := eventlog.Verify(log.Read(t.Context(), 0))
		if err != nil {
			t.Fatal(err)
		}
		waiting := make(chan error, 1)
		go func() { waiting <- log.Wait(t.Context(), records.Position) }()
		fill(t, log, records.Position, 1)
		if err := <-waiting; err != nil {
			t.Error(err)
		}
	})
	t.Run("no right to publish", func(t *testing.T) {
		conn := cluster.ConnectAs(t, "reader", "desk")
		if err := refused(t, conn, *opts); !errors.Is(err, nats.ErrPermissionViolation) || !strings.Contains(err.Error(), `"relevo.log"`) || !strings.Contains(err.Error(), "Options.ReadOnly") {
			t.Errorf("%v, want a permissions violation for relevo.log", err)
		}
		reading := *opts
		reading.ReadOnly = true
		log := open(t, newJS(t, conn), &reading)
		if _, err := eventlog.Verify(log.Read(t.Context(), 0)); err != nil {
			t.Error(err)
		}
		if _, err := log.Append(t.Context(), 0, entry(1)); err == nil || !strings.Contains(err.Error(), "ReadOnly") {
			t.Errorf("Append = %v, want that the log is open with ReadOnly", err)
		}
	})
	t.Run("no right to the stream", func(t *testing.T) {
		if err := refused(t, cluster.ConnectAs(t, "stranger", "desk"), *opts); !errors.Is(err, nats.ErrPermissionViolation) || !strings.Contains(err.Error(), "$JS.API.STREAM.INFO.RELEVO") {
			t.Errorf("%v, want a permissions violation", err)
		}
	})
	t.Run("no right to answers", func(t *testing.T) {
		if err := refused(t, cluster.ConnectAs(t, "deaf", "desk"), *opts); !strings.Contains(err.Error(), "_INBOX") {
			t.Errorf("%v, want a permissions violation for _INBOX", err)
		}
	})
	t.Run("a wrong password", func(t *testing.T) {
		conn, err := nats.Connect(strings.Replace(cluster.URL(), "app:app", "desk:secret-word", 1), append(jettest.Options(), nats.MaxReconnects(1))...)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if err := refused(t, conn, *opts); strings.Contains(err.Error(), "secret-word") || !strings.Contains(err.Error(), "authorization") && !strings.Contains(err.Error(), "closed for good") {
			t.Errorf("%v, want an authorization violation", err)
		}
	})
}

func second[A any](_ A, err error) error { return err }

func TestPayloadLimit(t *testing.T) {
	const most = 20_000
	cluster := jettest.StartWith(t, jettest.Config{MaxPayload: most})
	js, system := newJS(t, cluster.Connect(t)), cluster.System(t)
	for _, limit := range []string{"max_payload", "max_msg_size"} {
		t.Run(limit, func(t *testing.T) {
			opts, most := fresh(1, system), most
			config := good(opts)
			if limit == "max_msg_size" {
				most = 7_000
				config.MaxMsgSize = int32(most)
			}
			if _, err := js.CreateStream(t.Context(), config); err != nil {
				t.Fatal(err)
			}
			log := open(t, js, opts)
			// The longest that is taken is found byte by byte: the limit is exact.
			var size, taken int
			for size = most - 600; ; size++ {
				e := entry(1)
				e.Data = fmt.Appendf(nil, `{"pad":"%s"}`, strings.Repeat("x", size))
				_, err := log.Append(t.Context(), eventlog.Position(taken), e)
				if err == nil {
					taken++
					continue
				}
				if !errors.Is(err, eventlog.ErrTooLarge) || !strings.Contains(err.Error(), limit) || errors.Is(err, eventlog.ErrUncertain) {
					t.Fatalf("Append = %v, want ErrTooLarge that names %s", err, limit)
				}
				break
			}
			if taken == 0 || taken == 600 {
				t.Fatalf("%d appends were taken before one was too large", taken)
			}
			last, err := js.Stream(t.Context(), opts.Stream)
			if err != nil {
				t.Fatal(err)
			}
			m, err := last.GetMsg(t.Context(), uint64(taken))
			if err != nil {
				t.Fatal(err)
			}
			total := len(m.Data) + len("NATS/1.0\r\n\r\n")
			for name, values := range m.Header {
				total += len(name + ": " + values[0] + "\r\n")
			}
			if total != most {
				t.Errorf("the largest message taken has %d bytes, want %d", total, most)
			}
			// A copy says so too, and adds nothing.
			var mem eventlog.Memory
			if _, err := eventlog.Copy(t.Context(), &mem, log); err != nil {
				t.Fatal(err)
			}
			if _, err := mem.Append(t.Context(), eventlog.Position(taken), entries(1, 400)...); err != nil {
				t.Fatal(err)
			}
			if _, err := eventlog.Copy(t.Context(), log, &mem); !errors.Is(err, eventlog.ErrTooLarge) {
				t.Errorf("Copy = %v, want ErrTooLarge", err)
			}
			if got, err := eventlog.Verify(log.Read(t.Context(), 0)); err != nil || got.Position != eventlog.Position(taken) {
				t.Errorf("Verify = %v, %v, want position %d", got, err, taken)
			}
		})
	}
}
