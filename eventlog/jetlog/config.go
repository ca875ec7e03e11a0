package jetlog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/nats-io/nats.go/jetstream"
)

// ErrConfig: the stream is not set as a log needs it. See [ConfigError].
var ErrConfig = errors.New("jetlog: the stream is not set as a log needs it")

// ConfigError says what is wrong with a stream's settings. It is [ErrConfig].
type ConfigError struct {
	Stream   string
	Problems []Problem // at least one
}

// Problem is one setting that a log cannot live with.
type Problem struct {
	Setting string // as the server names it, such as "deny_purge"
	Is      string
	Must    string // what it must be
	Why     string
}

// Error names every setting, what it is and what it must be.
func (e *ConfigError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "jetlog: the stream %s is not set as a log needs it: ", e.Stream)
	for i, p := range e.Problems {
		if i > 0 {
			b.WriteString("; ")
		}
		fmt.Fprintf(&b, "%s is %s and must be %s (%s)", p.Setting, p.Is, p.Must, p.Why)
	}
	b.WriteString(": change it with `nats stream edit`; what cannot be changed needs another stream, made by jetlog.Create, and eventlog.Copy")
	return b.String()
}

// Is reports whether target is [ErrConfig].
func (e *ConfigError) Is(target error) bool { return target == ErrConfig }

// Create makes the stream that opts name, as [Open] wants it, and is content with one
// that is there already if Open would be. It needs the right to make streams, which
// the account that the log is used with had better not have.
func Create(ctx context.Context, js jetstream.JetStream, opts *Options) error {
	o, err := opts.withDefaults()
	if err != nil {
		return err
	}
	l := newLog(js, o)
	defer l.Close()
	return l.ask(ctx, "making the stream "+o.Stream, func(ctx context.Context) error {
		s, err := js.CreateStream(ctx, o.config())
		if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
			s, err = js.Stream(ctx, o.Stream)
		}
		if err != nil {
			return err
		}
		return o.judge(s.CachedInfo().Config)
	})
}

// config is the stream as it should be.
func (o *Options) config() jetstream.StreamConfig {
	replicas := o.Replicas
	if replicas == 0 {
		replicas = 3
	}
	return jetstream.StreamConfig{
		Name:         o.Stream,
		Description:  "An event log of Relevo: one message per append, never deleted.",
		Subjects:     []string{o.Subject},
		Storage:      jetstream.FileStorage,
		Retention:    jetstream.LimitsPolicy,
		Discard:      jetstream.DiscardNew,
		MaxConsumers: -1, MaxMsgs: -1, MaxBytes: -1, MaxMsgsPerSubject: -1, MaxMsgSize: -1,
		Replicas:   replicas,
		DenyDelete: true,
		DenyPurge:  true,
		RePublish:  &jetstream.RePublish{Source: o.Subject, Destination: o.stored(), HeadersOnly: true},
	}
}

// stored is the subject under which the servers announce what is stored.
func (o *Options) stored() string { return o.Subject + ".stored" }

// judge returns a ConfigError for a stream that a log cannot be kept in.
func (o *Options) judge(c jetstream.StreamConfig) error {
	var problems []Problem
	must := func(holds bool, setting string, is any, must, why string) {
		if !holds {
			problems = append(problems, Problem{setting, fmt.Sprint(is), must, why})
		}
	}
	const forget = "the server would delete records by itself"
	none := func(n int64) bool { return n == -1 || n == 0 }

	must(slices.Equal(c.Subjects, []string{o.Subject}), "subjects", fmt.Sprintf("%q", c.Subjects), fmt.Sprintf("[%q]", o.Subject), "the stream holds the log and nothing else")
	must(c.Storage == jetstream.FileStorage, "storage", c.Storage, "file", "records must outlive the server's process")
	must(c.PersistMode == jetstream.DefaultPersistMode, "persist_mode", c.PersistMode, "default", "the server would answer before it writes")
	must(!c.NoAck, "no_ack", c.NoAck, "false", "appends would not be answered")
	must(c.Retention == jetstream.LimitsPolicy, "retention", c.Retention, "limits", "records would be deleted once they were read")
	must(c.Discard == jetstream.DiscardNew, "discard", c.Discard, "new", "old records would go to make room")
	must(none(c.MaxMsgs), "max_msgs", c.MaxMsgs, "-1", forget)
	must(none(c.MaxBytes), "max_bytes", c.MaxBytes, "-1", forget)
	must(none(c.MaxMsgsPerSubject), "max_msgs_per_subject", c.MaxMsgsPerSubject, "-1", forget)
	must(c.MaxAge == 0, "max_age", c.MaxAge, "0", forget)
	must(!c.AllowMsgTTL, "allow_msg_ttl", c.AllowMsgTTL, "false", "messages could be made to expire")
	must(c.SubjectDeleteMarkerTTL == 0, "subject_delete_marker_ttl", c.SubjectDeleteMarkerTTL, "0", "the server would write messages of its own")
	must(!c.AllowMsgSchedules, "allow_msg_schedules", c.AllowMsgSchedules, "false", "the server would write messages of its own")
	must(!c.AllowMsgCounter, "allow_msg_counter", c.AllowMsgCounter, "false", "the stream would keep counters instead of messages")
	must(!c.AllowRollup, "allow_rollup_hdrs", c.AllowRollup, "false", "one message could replace all others")
	must(c.DenyDelete, "deny_delete", c.DenyDelete, "true", "anybody with the right could delete records")
	must(c.DenyPurge, "deny_purge", c.DenyPurge, "true", "anybody with the right could delete all records")
	must(c.FirstSeq <= 1, "first_seq", c.FirstSeq, "1", "the log begins with message 1")
	must(c.Mirror == nil, "mirror", "set", "unset", "a mirror lags and takes no appends")
	must(len(c.Sources) == 0, "sources", fmt.Sprintf("%d streams", len(c.Sources)), "none", "other streams would write into the log")
	must(c.SubjectTransform == nil, "subject_transform", "set", "unset", "messages would come under another subject")
	must(!c.AllowDirect, "allow_direct", c.AllowDirect, "false", "replicas that lag would answer")
	must(!c.MirrorDirect, "mirror_direct", c.MirrorDirect, "false", "mirrors that lag would answer")
	must(none(int64(c.MaxConsumers)), "max_consumers", c.MaxConsumers, "-1", "readers would be refused")
	must(c.ConsumerLimits == jetstream.StreamConsumerLimits{}, "consumer_limits", "set", "unset", "readers would be refused")
	must(!c.Sealed || o.ReadOnly, "sealed", c.Sealed, "false", "no append would be taken")
	must(c.Replicas >= o.Replicas, "num_replicas", c.Replicas, fmt.Sprintf("%d at least", o.Replicas), "Options.Replicas asks for it")
	if len(problems) == 0 {
		return nil
	}
	return &ConfigError{o.Stream, problems}
}
