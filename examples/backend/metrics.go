package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"
)

// metrics are how often each route was answered and with what, and how long it took.
type metrics struct {
	mu      sync.Mutex
	answers map[answer]int
	took    map[string]time.Duration // by route, all together
}

type answer struct {
	route  string
	status int
}

// answered counts an answer.
func (m *metrics) answered(route string, status int, took time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.answers[answer{route, status}]++
	m.took[route] += took
}

func (m *metrics) write(w io.Writer) {
	m.mu.Lock()
	defer m.mu.Unlock()
	count := map[string]int{}
	byRoute := func(a, b answer) int { return cmp.Or(cmp.Compare(a.route, b.route), cmp.Compare(a.status, b.status)) }
	fmt.Fprintln(w, "# TYPE relevo_http_requests_total counter")
	for _, a := range slices.SortedFunc(maps.Keys(m.answers), byRoute) {
		fmt.Fprintf(w, "relevo_http_requests_total{route=%q,status=\"%d\"} %d\n", a.route, a.status, m.answers[a])
		count[a.route] += m.answers[a]
	}
	fmt.Fprintln(w, "# TYPE relevo_http_request_seconds summary")
	for _, route := range slices.Sorted(maps.Keys(count)) {
		fmt.Fprintf(w, "relevo_http_request_seconds_sum{route=%q} %g\n", route, m.took[route].Seconds())
		fmt.Fprintf(w, "relevo_http_request_seconds_count{route=%q} %d\n", route, count[route])
	}
}

// showMetrics is GET /metrics, in the text format of Prometheus.
func (s *server) showMetrics(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	s.metrics.write(w)
	family := func(name, kind string, value func(d *desk) any) {
		fmt.Fprintf(w, "# TYPE %s %s\n", name, kind)
		for _, d := range s.desks.all {
			fmt.Fprintf(w, "%s{engine=\"%d\"} %v\n", name, d.number, value(d))
		}
	}
	family("relevo_engine_position", "gauge", func(d *desk) any { return d.Position() })
	family("relevo_engine_heard_seconds", "gauge", func(d *desk) any {
		heard, _ := d.last()
		return time.Since(heard).Seconds()
	})
	family("relevo_appends_total", "counter", func(d *desk) any { return d.log.appended.Load() })
	family("relevo_appended_records_total", "counter", func(d *desk) any { return d.log.records.Load() })
	family("relevo_append_conflicts_total", "counter", func(d *desk) any { return d.log.conflicts.Load() })
	family("relevo_append_uncertain_total", "counter", func(d *desk) any { return d.log.uncertain.Load() })
	family("relevo_append_failures_total", "counter", func(d *desk) any { return d.log.failed.Load() })

	// What happened in the log is the same for every engine on it, but for how far
	// each has read.
	furthest := slices.MaxFunc(s.desks.all, func(a, b *desk) int { return int(a.Position()) - int(b.Position()) })
	c := furthest.Counts()
	for _, m := range []struct {
		name, kind string
		value      int
	}{
		{"relevo_agents", "gauge", c.Agents},
		{"relevo_referrals_live", "gauge", c.Requested - c.Accepted - c.Exhausted - c.Withdrawn}, // offered or waiting
		{"relevo_referrals_requested_total", "counter", c.Requested},
		{"relevo_referrals_accepted_total", "counter", c.Accepted},
		{"relevo_referrals_exhausted_total", "counter", c.Exhausted},
		{"relevo_referrals_withdrawn_total", "counter", c.Withdrawn},
		{"relevo_offers_total", "counter", c.Offered},
	} {
		fmt.Fprintf(w, "# TYPE %s %s\n%s %d\n", m.name, m.kind, m.name, m.value)
	}
}
