package jetlog_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/jetlog"
	"github.com/relevo-go/relevo/eventlog/jetlog/jettest"
)

// good is the configuration that Create makes.
func good(opts *jetlog.Options) jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name: opts.Stream, Subjects: []string{opts.Subject}, Storage: jetstream.FileStorage, Discard: jetstream.DiscardNew,
		DenyDelete: true, DenyPurge: true, Replicas: 1,
	}
}

// TestOpenRefusesSettings breaks one setting of a stream after the other.
func TestOpenRefusesSettings(t *testing.T) {
	cluster := jettest.Start(t, 1)
	js, system := newJS(t, cluster.Connect(t)), cluster.System(t)
	if _, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "OTHER", Subjects: []string{"other"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "DIRECT", Subjects: []string{"direct"}, AllowDirect: true}); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		setting string
		set     func(c *jetstream.StreamConfig)
	}{
		{"subjects", func(c *jetstream.StreamConfig) { c.Subjects = append(c.Subjects, c.Name+".more") }},
		{"subjects", func(c *jetstream.StreamConfig) { c.Subjects = []string{c.Name + ".else"} }},
		{"subjects", func(c *jetstream.StreamConfig) { c.Subjects = []string{c.Name + ".>"} }},
		{"storage", func(c *jetstream.StreamConfig) { c.Storage = jetstream.MemoryStorage }},
		{"persist_mode", func(c *jetstream.StreamConfig) { c.PersistMode = jetstream.AsyncPersistMode }},
		{"no_ack", func(c *jetstream.StreamConfig) { c.NoAck = true }},
		{"retention", func(c *jetstream.StreamConfig) { c.Retention = jetstream.InterestPolicy }},
		{"retention", func(c *jetstream.StreamConfig) { c.Retention = jetstream.WorkQueuePolicy }},
		{"discard", func(c *jetstream.StreamConfig) { c.Discard = jetstream.DiscardOld }},
		{"max_msgs", func(c *jetstream.StreamConfig) { c.MaxMsgs = 1_000_000 }},
		{"max_bytes", func(c *jetstream.StreamConfig) { c.MaxBytes = 1 << 30 }},
		{"max_msgs_per_subject", func(c *jetstream.StreamConfig) { c.MaxMsgsPerSubject = 1_000_000 }},
		{"max_age", func(c *jetstream.StreamConfig) { c.MaxAge = 365 * 24 * time.Hour }},
		{"allow_msg_ttl", func(c *jetstream.StreamConfig) { c.AllowMsgTTL = true }},
		{"subject_delete_marker_ttl", func(c *jetstream.StreamConfig) {
			c.SubjectDeleteMarkerTTL, c.AllowMsgTTL, c.AllowRollup, c.DenyPurge = time.Hour, true, true, false
		}},
		{"allow_msg_schedules", func(c *jetstream.StreamConfig) { c.AllowMsgSchedules, c.Discard = true, jetstream.DiscardOld }},
		{"allow_msg_counter", func(c *jetstream.StreamConfig) { c.AllowMsgCounter, c.Discard = true, jetstream.DiscardOld }},
		{"allow_rollup_hdrs", func(c *jetstream.StreamConfig) { c.AllowRollup, c.DenyPurge = true, false }},
		{"deny_delete", func(c *jetstream.StreamConfig) { c.DenyDelete = false }},
		{"deny_purge", func(c *jetstream.StreamConfig) { c.DenyPurge = false }},
		{"first_seq", func(c *jetstream.StreamConfig) { c.FirstSeq = 100 }},
		{"mirror", func(c *jetstream.StreamConfig) { c.Mirror, c.Subjects = &jetstream.StreamSource{Name: "OTHER"}, nil }},
		{"sources", func(c *jetstream.StreamConfig) { c.Sources = []*jetstream.StreamSource{{Name: "OTHER"}} }},
		{"subject_transform", func(c *jetstream.StreamConfig) {
			c.SubjectTransform = &jetstream.SubjectTransformConfig{Source: c.Subjects[0], Destination: c.Name + ".changed"}
		}},
		{"allow_direct", func(c *jetstream.StreamConfig) { c.AllowDirect = true }},
		{"mirror_direct", func(c *jetstream.StreamConfig) {
			c.MirrorDirect, c.Mirror, c.Subjects = true, &jetstream.StreamSource{Name: "DIRECT"}, nil
		}},
		{"max_consumers", func(c *jetstream.StreamConfig) { c.MaxConsumers = 10 }},
		{"consumer_limits", func(c *jetstream.StreamConfig) { c.ConsumerLimits.InactiveThreshold = time.Second }},
	}
	for _, tt := range tests {
		t.Run(tt.setting, func(t *testing.T) {
			opts := fresh(1, system)
			config := good(opts)
			tt.set(&config)
			if _, err := js.CreateStream(t.Context(), config); err != nil {
				t.Fatal(err)
			}
			log, err := jetlog.Open(t.Context(), js, opts)
			if err == nil {
				log.Close()
			}
			refusesSetting(t, err, opts.Stream, tt.setting)
			refusesSetting(t, jetlog.Create(t.Context(), js, opts), opts.Stream, tt.setting)
		})
	}
	t.Run("nothing", func(t *testing.T) { // the table breaks what is sound
		opts := fresh(1, system)
		if _, err := js.CreateStream(t.Context(), good(opts)); err != nil {
			t.Fatal(err)
		}
		fill(t, open(t, js, opts), 0, 2)
		if err := jetlog.Create(t.Context(), js, opts); err != nil {
			t.Errorf("Create of a stream that is there = %v, want no error", err)
		}
	})
	t.Run("num_replicas", func(t *testing.T) {
		opts := fresh(1, system)
		create(t, js, opts)
		opts.Replicas = 3
		_, err := jetlog.Open(t.Context(), js, opts)
		refusesSetting(t, err, opts.Stream, "num_replicas")
	})
	t.Run("sealed", func(t *testing.T) {
		opts := fresh(1, system)
		create(t, js, opts)
		head := fill(t, open(t, js, opts), 0, 2)
		config := good(opts)
		config.Sealed = true
		if _, err := js.UpdateStream(t.Context(), config); err != nil {
			t.Fatal(err)
		}
		_, err := jetlog.Open(t.Context(), js, opts)
		refusesSetting(t, err, opts.Stream, "sealed")
		opts.ReadOnly = true
		if got, err := eventlog.Verify(open(t, js, opts).Read(t.Context(), 0)); err != nil || got != head {
			t.Errorf("read only: Verify = %v, %v, want %v", got, err, head)
		}
	})
}

// refusesSetting checks that an error names the stream and the setting.
func refusesSetting(t *testing.T, err error, stream, setting string) {
	t.Helper()
	e, ok := errors.AsType[*jetlog.ConfigError](err)
	if !ok || !errors.Is(err, jetlog.ErrConfig) || e.Stream != stream {
		t.Fatalf("%v, want a ConfigError of the stream %s", err, stream)
	}
	if !slices.ContainsFunc(e.Problems, func(p jetlog.Problem) bool { return p.Setting == setting && p.Is != p.Must }) || !strings.Contains(err.Error(), setting+" is ") {
		t.Errorf("%v\n\tdoes not name %s", err, setting)
	}
}

// TestSettingChangesBeneathALog makes a stream unsafe and safe again while a log is at
// work on it.
func TestSettingChangesBeneathALog(t *testing.T) {
	t.Parallel() // it mostly waits for its servers
	cluster := jettest.Start(t, 1)
	js, system := newJS(t, cluster.Connect(t)), cluster.System(t)
	opts := fresh(1, system)
	create(t, js, opts)
	log := open(t, js, opts)
	head := fill(t, log, 0, 2)
	waiting := make(chan error, 1)
	go func() { waiting <- log.Wait(t.Context(), head.Position) }()

	config := good(opts)
	config.MaxMsgs = 1000
	if _, err := js.UpdateStream(t.Context(), config); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-waiting:
		refusesSetting(t, err, opts.Stream, "max_msgs")
	case <-time.After(20 * time.Second):
		t.Fatal("a log that waits does not notice that max_msgs was set")
	}
	_, err := log.Append(t.Context(), head.Position, entry(9))
	refusesSetting(t, err, opts.Stream, "max_msgs")
	_, err = eventlog.Verify(log.Read(t.Context(), 0))
	refusesSetting(t, err, opts.Stream, "max_msgs")

	config.MaxMsgs = -1
	if _, err := js.UpdateStream(t.Context(), config); err != nil {
		t.Fatal(err)
	}
	fill(t, log, head.Position, 1)

	// Once the limit took something, putting it right does not bring it back.
	config.MaxMsgs, config.Discard = 1, jetstream.DiscardOld
	if _, err := js.UpdateStream(t.Context(), config); err != nil {
		t.Fatal(err)
	}
	config.MaxMsgs, config.Discard = -1, jetstream.DiscardNew
	if _, err := js.UpdateStream(t.Context(), config); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); ; {
		ctx, cancel := timeout(t, time.Second)
		err := log.Wait(ctx, head.Position+3)
		cancel()
		if damage, ok := errors.AsType[*eventlog.CorruptError](err); ok {
			if damage.Position != 1 || !strings.Contains(err.Error(), "messages 1 to 2") {
				t.Errorf("%v, want position 1 and the messages 1 to 2", err)
			}
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("a log whose beginning was deleted answers %v", err)
		}
	}
}
