package jetlog_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/jetlog"
	"github.com/relevo-go/relevo/eventlog/jetlog/jettest"
)

// benchEntry returns an entry whose line has about 282 bytes.
func benchEntry(n int) eventlog.Entry {
	e := entry(n)
	e.Stream = "referral/01992b4e-8a7c-7d3e-9f00-0123456789ab"
	e.Data = []byte(`{"to":"1234567","note":"` + strings.Repeat("x", 18) + `"}`)
	return e
}

func benchEntries(n int) []eventlog.Entry {
	var all []eventlog.Entry
	for i := range n {
		all = append(all, benchEntry(i))
	}
	return all
}

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}

// BenchmarkAppend appends groups of events to a stream on three servers that sync
// always. In turn with every append the same bytes are published to another such stream,
// without a guard, a chain or a check: that is the floor. of-floor is the floor's time as
// a part of the log's.
func BenchmarkAppend(b *testing.B) {
	cluster := jettest.Start(b, 3)
	js, system := newJS(b, cluster.Connect(b)), cluster.System(b)
	for _, size := range []int{1, 64, 1000} {
		b.Run(fmt.Sprintf("group=%d", size), func(b *testing.B) {
			group := benchEntries(size)
			_, lines, err := eventlog.Head{}.SealLines(nil, group...)
			if err != nil {
				b.Fatal(err)
			}
			opts, raw := fresh(3, system), fresh(3, system)
			create(b, js, opts)
			create(b, js, raw)
			log := open(b, js, opts)
			if leader, err := cluster.AwaitLeader(opts.Stream); err != nil {
				b.Fatal(err)
			} else if err := lead(cluster, raw.Stream, leader); err != nil { // equal ways to go
				b.Fatal(err)
			}
			var onLog, onRaw []time.Duration
			head := eventlog.Position(0)
			turns := []func(){
				func() {
					begin := time.Now()
					records, err := log.Append(context.Background(), head, group...)
					if err != nil {
						b.Fatal(err)
					}
					onLog = append(onLog, time.Since(begin))
					head = records[size-1].Position
				},
				func() {
					begin := time.Now()
					if _, err := js.PublishMsg(context.Background(), &nats.Msg{Subject: raw.Subject, Data: lines}); err != nil {
						b.Fatal(err)
					}
					onRaw = append(onRaw, time.Since(begin))
				},
			}
			for b.Loop() {
				turns[0], turns[1] = turns[1], turns[0]
				turns[0]()
				turns[1]()
			}
			var sumLog, sumRaw time.Duration
			for i := range onLog {
				sumLog, sumRaw = sumLog+onLog[i], sumRaw+onRaw[i]
			}
			b.ReportMetric(float64(size)/median(onLog).Seconds(), "events/s")
			b.ReportMetric(float64(size)/median(onRaw).Seconds(), "floor-events/s")
			b.ReportMetric(median(onRaw).Seconds()/median(onLog).Seconds(), "of-floor")
			b.ReportMetric(sumRaw.Seconds()/sumLog.Seconds(), "of-floor-mean")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// lead has a stream step down until a node leads it.
func lead(cluster *jettest.Cluster, stream string, node int) error {
	for range 50 {
		leader, err := cluster.AwaitLeader(stream)
		if err != nil || leader == node {
			return err
		}
		if err := cluster.StepDown(stream); err != nil {
			return err
		}
	}
	return fmt.Errorf("node %d does not come to lead %s", node, stream)
}

// BenchmarkRead reads a log from its beginning, and in turn receives the same messages
// with the client's ordered consumer, which is the floor.
func BenchmarkRead(b *testing.B) {
	cluster := jettest.Start(b, 3)
	js, system := newJS(b, cluster.Connect(b)), cluster.System(b)
	for _, size := range []int{1, 64, 1000} {
		b.Run(fmt.Sprintf("group=%d", size), func(b *testing.B) {
			opts := fresh(3, system)
			create(b, js, opts)
			log := open(b, js, opts)
			messages := max(200_000/size/(1+10/size), 200)
			var mem eventlog.Memory
			head := eventlog.Position(0)
			for range messages {
				if _, err := mem.Append(context.Background(), head, benchEntries(size)...); err != nil {
					b.Fatal(err)
				}
				head += eventlog.Position(size)
			}
			if _, err := eventlog.Copy(context.Background(), log, &mem); err != nil {
				b.Fatal(err)
			}
			var onLog, onRaw, onDefault []time.Duration
			turns := []func(){
				func() {
					begin := time.Now()
					n := 0
					for _, err := range log.Read(context.Background(), 0) {
						if err != nil {
							b.Fatal(err)
						}
						n++
					}
					if n != int(head) {
						b.Fatalf("%d records, want %d", n, head)
					}
					onLog = append(onLog, time.Since(begin))
				},
				func() { onRaw = append(onRaw, receive(b, js, opts, messages, jetstream.PullMaxBytes(8<<20))) },
				func() { onDefault = append(onDefault, receive(b, js, opts, messages)) },
			}
			for b.Loop() {
				turns[0], turns[1], turns[2] = turns[1], turns[2], turns[0]
				for _, turn := range turns {
					turn()
				}
			}
			b.ReportMetric(float64(head)/median(onLog).Seconds(), "events/s")
			b.ReportMetric(float64(head)/median(onRaw).Seconds(), "floor-events/s")
			b.ReportMetric(median(onRaw).Seconds()/median(onLog).Seconds(), "of-floor")
			b.ReportMetric(median(onDefault).Seconds()/median(onLog).Seconds(), "of-default-floor")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// receive receives messages with an ordered consumer and does nothing with them.
func receive(b *testing.B, js jetstream.JetStream, opts *jetlog.Options, messages int, pull ...jetstream.PullMessagesOpt) time.Duration {
	begin := time.Now()
	consumer, err := js.OrderedConsumer(context.Background(), opts.Stream, jetstream.OrderedConsumerConfig{})
	if err != nil {
		b.Fatal(err)
	}
	all, err := consumer.Messages(pull...)
	if err != nil {
		b.Fatal(err)
	}
	defer all.Stop()
	for range messages {
		if _, err := all.Next(); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(begin)
}
