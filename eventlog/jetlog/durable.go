package jetlog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

var (
	// ErrUnsynced: a server that holds the stream answers before it has synced, or
	// nobody could be asked.
	ErrUnsynced = errors.New("jetlog: the stream is not durable")
	// ErrOldServer: a server is older than what this package is made for.
	ErrOldServer = errors.New("jetlog: the NATS server is too old")
)

// The oldest servers that are taken: 2.12.
const leastMajor, leastMinor = 2, 12

// checkVersion returns nil if a server of a version, such as "2.15.3", is new enough.
func checkVersion(who, version string) error {
	major, rest, _ := strings.Cut(version, ".")
	minor, _, _ := strings.Cut(rest, ".")
	a, errA := strconv.Atoi(major)
	b, errB := strconv.Atoi(minor)
	if errA != nil || errB != nil || a < leastMajor || a == leastMajor && b < leastMinor {
		return fmt.Errorf("%w: %s has the version %q: use %d.%d or newer, best 2.15", ErrOldServer, who, version, leastMajor, leastMinor)
	}
	return nil
}

// durable asks every server that holds the stream whether it syncs always, and returns
// those that do. Servers that are away are asked when they are back; most must have
// answered once.
func (l *Log) durable(ctx context.Context, info *jetstream.StreamInfo, times uint64) (map[string]bool, error) {
	if l.opts.Unsynced {
		return nil, nil
	}
	if l.opts.System == nil {
		return nil, fmt.Errorf("%w: nobody can tell whether its servers sync before they answer: "+
			"give a connection of the system account as Options.System, so that they can be asked; or see to it that every server has `jetstream { sync_interval: always }` "+
			"and set Options.Unsynced; or set Options.Unsynced and take the risk that answered appends are lost when machines lose power", ErrUnsynced)
	}
	all, here := l.holders(info)
	l.mu.Lock()
	synced, since := maps.Clone(l.state.synced), l.state.times
	l.mu.Unlock()
	asked := synced != nil
	if asked && since == times && !slices.ContainsFunc(here, func(name string) bool { return !synced[name] }) {
		return synced, nil
	}
	atMost := min(l.opts.Timeout, 2*time.Second)
	if asked {
		atMost = attempt / 4 // an append may wait for it
	} else {
		synced = map[string]bool{}
	}
	answers, err := l.servers(ctx, here, atMost)
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(answers)) {
		a := answers[name]
		if err := checkVersion("the server "+name, a.Server.Version); err != nil {
			return nil, err
		}
		if a.Data.Disabled {
			continue
		}
		if !a.Data.Config.SyncAlways {
			return nil, fmt.Errorf("%w: the server %s syncs every %v and answers before: set `jetstream { sync_interval: always }` in its configuration and restart it, "+
				"or set Options.Unsynced and take the risk", ErrUnsynced, name, a.Data.Config.SyncInterval)
		}
		synced[name] = true
	}
	if !asked && len(synced) <= len(all)/2 {
		return nil, fmt.Errorf("%w: of its servers %s only %d told the system account how they sync: see whether Options.System is a connection of the system account of these servers, and whether they run",
			ErrUnsynced, strings.Join(all, ", "), len(synced))
	}
	return synced, nil
}

// holders returns the names of the servers that hold the stream, and of those among
// them that are there.
func (l *Log) holders(info *jetstream.StreamInfo) (all, here []string) {
	c := info.Cluster
	if c == nil || c.Leader == "" {
		name := l.conn.ConnectedServerName()
		return []string{name}, []string{name}
	}
	all, here = []string{c.Leader}, []string{c.Leader}
	for _, p := range c.Replicas {
		all = append(all, p.Name)
		if !p.Offline {
			here = append(here, p.Name)
		}
	}
	return all, here
}

// answer is what a server says of its JetStream.
type answer struct {
	Server struct {
		Name    string `json:"name"`
		Version string `json:"ver"`
	} `json:"server"`
	Data struct {
		Disabled bool `json:"disabled"`
		Config   struct {
			SyncAlways   bool          `json:"sync_always"`
			SyncInterval time.Duration `json:"sync_interval"`
		} `json:"config"`
	} `json:"data"`
}

// servers asks all servers and returns the answers of those named, as many as come in
// time.
func (l *Log) servers(ctx context.Context, names []string, atMost time.Duration) (map[string]answer, error) {
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	defer context.AfterFunc(l.life, cancel)()
	system := l.opts.System
	inbox := system.NewInbox()
	sub, err := system.SubscribeSync(inbox)
	if err != nil {
		return nil, fmt.Errorf("jetlog: Options.System: %w", err)
	}
	defer sub.Unsubscribe()
	all := map[string]answer{}
	for len(all) < len(names) && ctx.Err() == nil {
		if err := system.PublishRequest("$SYS.REQ.SERVER.PING.JSZ", inbox, nil); err != nil {
			return nil, fmt.Errorf("jetlog: Options.System: %w", err)
		}
		for deadline := time.Now().Add(attempt / 2); len(all) < len(names); {
			m, err := nextBefore(ctx, sub, deadline)
			if err != nil {
				break // ask again
			}
			var a answer
			if json.Unmarshal(m.Data, &a) == nil && slices.Contains(names, a.Server.Name) {
				all[a.Server.Name] = a
			}
		}
	}
	return all, nil
}

func nextBefore(ctx context.Context, sub *nats.Subscription, deadline time.Time) (*nats.Msg, error) {
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	return sub.NextMsgWithContext(ctx)
}
