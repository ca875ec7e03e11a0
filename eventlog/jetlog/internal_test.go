package jetlog

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/jetlog/jettest"
)

// cluster returns what a leader says of the others, by when it heard of them.
func cluster(leader string, replicas ...jetstream.PeerInfo) *jetstream.StreamInfo {
	info := &jetstream.StreamInfo{Cluster: &jetstream.ClusterInfo{Leader: leader}}
	for _, r := range replicas {
		info.Cluster.Replicas = append(info.Cluster.Replicas, &r)
	}
	return info
}

func peer(name string, active time.Duration) jetstream.PeerInfo {
	return jetstream.PeerInfo{Name: name, Active: active}
}

// TestFollowed holds to account whom a log believes that records are lost.
func TestFollowed(t *testing.T) {
	const learned = 10 * time.Second // ago
	for _, tt := range []struct {
		name string
		info *jetstream.StreamInfo
		want bool
	}{
		{"a server by itself", &jetstream.StreamInfo{}, true},
		{"one replica", cluster("a"), true},
		{"both others just now", cluster("a", peer("b", time.Second), peer("c", 2*time.Second)), true},
		{"one other just now", cluster("a", peer("b", time.Second), peer("c", time.Hour)), true},
		{"one other just now, one never", cluster("a", peer("b", time.Second), peer("c", 0)), true},
		{"both before the records were known", cluster("a", peer("b", 11*time.Second), peer("c", 12*time.Second)), false},
		{"nobody ever", cluster("a", peer("b", 0), peer("c", 0)), false},
		{"one of four others", cluster("a", peer("b", time.Second), peer("c", time.Hour), peer("d", time.Hour), peer("e", time.Hour)), false},
		{"two of four others", cluster("a", peer("b", time.Second), peer("c", time.Second), peer("d", time.Hour), peer("e", time.Hour)), true},
	} {
		if got := followed(tt.info, learned); got != tt.want {
			t.Errorf("followed(%s) = %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestByLeader(t *testing.T) {
	for _, tt := range []struct {
		name string
		info *jetstream.StreamInfo
		want bool
	}{
		{"a server by itself", &jetstream.StreamInfo{}, true},
		{"the leader", cluster("a", peer("b", 1), peer("c", 1)), true},
		{"a replica while there is no leader", cluster("", peer("a", 1), peer("b", 1), peer("c", 1)), false},
		{"a replica that knows the new leader", cluster("b", peer("b", 1), peer("c", 1)), false},
	} {
		if got := byLeader(tt.info); got != tt.want {
			t.Errorf("byLeader(%s) = %v, want %v", tt.name, got, tt.want)
		}
	}
}

// TestMarks adds many places in order and out of order, and looks for them.
func TestMarks(t *testing.T) {
	var m marks
	at := func(seq int) place {
		return place{eventlog.Head{Position: eventlog.Position(3 * seq)}, uint64(seq)}
	}
	const n = 20_000
	for seq := 1; seq <= n; seq++ {
		m.add(at(seq))
		if seq%7 == 0 {
			m.add(at(seq / 2))
			m.add(at(seq))
		}
	}
	if len(m) > mostMarks {
		t.Errorf("%d marks are kept, want %d at most", len(m), mostMarks)
	}
	for i := 1; i < len(m); i++ {
		if m[i-1].seq >= m[i].seq || m[i] != at(int(m[i].seq)) {
			t.Fatalf("mark %d is %v, behind %v", i, m[i], m[i-1])
		}
	}
	for seq := n - allMarks/2; seq <= n; seq++ {
		if before, mark := m.around(eventlog.Position(3 * seq)); mark != at(seq) || before != at(seq-1) {
			t.Fatalf("around the end of message %d: %v and %v", seq, before, mark)
		}
	}
	if _, mark := m.around(3*n + 1); mark != (place{}) {
		t.Errorf("behind the last mark: %v", mark)
	}
	if before, _ := m.around(1); before != (place{}) {
		t.Errorf("before the first mark: %v", before)
	}
	for p := eventlog.Position(1); p < 3*n; p += 17 {
		before, behind := m.around(p)
		if before.head.Position >= p || behind.head.Position < p {
			t.Fatalf("around %d: %v and %v", p, before, behind)
		}
	}
}

// TestJudgeAck gives answers as servers make them.
func TestJudgeAck(t *testing.T) {
	l := &Log{opts: Options{Stream: "S"}}
	for _, tt := range []struct {
		answer string
		want   error // errTrouble stands for one that leaves it open
	}{
		{`{"stream":"S","seq":8}`, nil},
		{`{"stream":"S","seq":8,"domain":"hub"}`, nil},
		{`{"error":{"code":400,"err_code":10071,"description":"wrong last sequence: 9"},"stream":"S","seq":0}`, errMoved},
		{`{"error":{"code":400,"err_code":10164,"description":"wrong last sequence"},"stream":"S","seq":0}`, errMoved},
		{`{"error":{"code":400,"err_code":10054,"description":"message size exceeds maximum allowed"},"stream":"S","seq":0}`, eventlog.ErrTooLarge},
		{`{"error":{"code":400,"err_code":10060,"description":"expected stream does not match"},"stream":"T","seq":0}`, errRefused},
		{`{"error":{"code":503,"err_code":10023,"description":"insufficient resources"},"stream":"S","seq":0}`, errRefused},
		{`{"error":{"code":503,"err_code":10077,"description":"store is closed"},"stream":"S","seq":0}`, errTrouble}, // of the leader; the others may have it
		{`{"stream":"S","seq":7}`, errTrouble},
		{`{"stream":"S","seq":9}`, errTrouble},
		{`{"stream":"T","seq":8}`, errTrouble},
		{`+OK`, errTrouble},
		{``, errTrouble},
	} {
		err := l.judgeAck([]byte(tt.answer), 7)
		open := err != nil && !errors.Is(err, errMoved) && !errors.Is(err, errRefused) && !errors.Is(err, eventlog.ErrTooLarge)
		if open != (tt.want == errTrouble) || tt.want != errTrouble && !errors.Is(err, tt.want) {
			t.Errorf("judgeAck(%s) = %v, want %v", tt.answer, err, tt.want)
		}
	}
}

// TestDeniedBefore publishes over a connection on which something else about the subject
// was refused before: if there is no answer, that says nothing of why.
func TestDeniedBefore(t *testing.T) {
	cluster := jettest.StartWith(t, jettest.Config{Users: `{ user: desk, password: desk, permissions: { publish: [ "relevo.log" ], subscribe: [ "_INBOX.>" ] } }`})
	conn := cluster.ConnectAs(t, "desk", "desk")
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	refuse := func(do func() error) {
		t.Helper()
		if err := errors.Join(do(), conn.FlushTimeout(time.Minute)); err != nil { // what was refused is told before the flush is answered
			t.Fatal(err)
		}
		if err := conn.LastError(); !errors.Is(err, nats.ErrPermissionViolation) {
			t.Fatalf("the last error is %v, want a permissions violation", err)
		}
	}
	log := func(subject string) *Log {
		o, err := (&Options{Subject: subject}).withDefaults()
		if err != nil {
			t.Fatal(err)
		}
		l := newLog(js, o)
		t.Cleanup(func() { l.Close() })
		return l
	}
	allowed, denied := log("relevo.log"), log("relevo.other")
	refuse(func() error { _, err := conn.SubscribeSync("relevo.log"); return err })
	if err := allowed.publish(t.Context(), time.Minute, 0, nil); !errors.Is(err, nats.ErrNoResponders) || errors.Is(err, errRefused) {
		t.Errorf("publish without a stream = %v, want that nobody answers", err)
	}
	refuse(func() error { return conn.Publish("relevo.other", nil) })
	if denied.denied(nil, `Publish to "relevo.other"`) == nil || denied.denied(conn.LastError(), `Publish to "relevo.other"`) != nil {
		t.Errorf("the last error is %v: want that it counts, but not if it came before", conn.LastError())
	}
}

func TestCheckVersion(t *testing.T) {
	for version, want := range map[string]bool{"2.12.0": true, "2.15.3": true, "3.0.0": true, "2.12.0-RC.1": true, "2.11.9": false, "1.20.0": false, "": false, "2": false, "new": false} {
		if err := checkVersion("it", version); (err == nil) != want || err != nil && (!errors.Is(err, ErrOldServer) || !strings.Contains(err.Error(), "it")) {
			t.Errorf("checkVersion(%q) = %v, want that it is taken: %v", version, err, want)
		}
	}
}

func TestAPIPrefix(t *testing.T) {
	for want, js := range map[string]func() (jetstream.JetStream, error){
		"$JS.API":     func() (jetstream.JetStream, error) { return jetstream.New(new(nats.Conn)) },
		"$JS.hub.API": func() (jetstream.JetStream, error) { return jetstream.NewWithDomain(new(nats.Conn), "hub") },
		"FROM.DESK":   func() (jetstream.JetStream, error) { return jetstream.NewWithAPIPrefix(new(nats.Conn), "FROM.DESK") },
	} {
		js, err := js()
		if err != nil {
			t.Fatal(err)
		}
		if got := apiPrefix(js); got != want {
			t.Errorf("apiPrefix = %q, want %q", got, want)
		}
	}
}

// TestEnded has requests of a consumer end before all came.
func TestEnded(t *testing.T) {
	ended := func(left ...string) *nats.Msg {
		return &nats.Msg{Header: nats.Header{"Status": {"409"}, "Nats-Pending-Messages": left}}
	}
	p := pull{underWay: 10}
	if err := p.ended(ended("4")); err != nil || p.underWay != 6 {
		t.Errorf("4 did not come of 10: %v, and %d are under way", err, p.underWay)
	}
	if err := p.ended(ended("9")); err != nil || p.underWay != 0 {
		t.Errorf("9 did not come of 6: %v, and %d are under way", err, p.underWay)
	}
	for _, m := range []*nats.Msg{ended(), ended("many"), {}} { // such as that the consumer was deleted
		if err := p.ended(m); err != errTrouble {
			t.Errorf("ended(%v) = %v, want trouble", m.Header, err)
		}
	}
}
