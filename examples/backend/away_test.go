package main

import (
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/eventlog/jetlog/jettest"
	"github.com/relevo-go/relevo/eventlog/pglog/pgtest"
)

// servers are real stores that can be taken away.
var servers = []struct {
	name string
	make func(t *testing.T) (at address, kill, mend func() error)
}{
	{"PostgreSQL is killed", func(t *testing.T) (address, func() error, func() error) {
		s := pgtest.New(t)
		return address{where: s.DSN("postgres"), create: true}, s.Kill, s.Restart
	}},
	{"two of three nodes of JetStream stop", func(t *testing.T) (address, func() error, func() error) {
		c := jettest.Start(t, 3)
		kill := func() error { c.Stop(0); c.Stop(1); return nil }
		mend := func() error { return errors.Join(c.Restart(0), c.Restart(1)) }
		return stream(c), kill, mend
	}},
}

// A server that is away is told as that in time; what was read stays readable, what
// is sent again when it is back is there once, and nobody starts anything anew.
func TestServerAway(t *testing.T) {
	for _, server := range servers {
		t.Run(server.name, func(t *testing.T) {
			at, kill, mend := server.make(t)
			s := start(t, open(t, at)...)
			s.hire(noon)
			known := s.call(201, "POST", "/referrals", wanted(uuid.New())).ID
			for range 2 { // both have seen all
				s.call(200, "GET", "/referrals/"+known.String(), "")
			}
			if err := kill(); err != nil {
				t.Fatal(err)
			}
			id := uuid.New()
			for range 2 { // at both engines
				began := time.Now()
				a := s.call(503, "POST", "/referrals", wanted(id))
				took := time.Since(began)
				t.Logf("away: after %v: %s", took.Round(time.Millisecond), strings.TrimSpace(a.text))
				if took > 2*patience || !strings.Contains(a.Detail, "send it again") {
					t.Errorf("after %v %s, want within %v that it is to be sent again", took, a.text, 2*patience)
				}
				s.desks.turn()
				s.call(200, "GET", "/referrals/"+known.String(), "")
			}
			s.until("not ready", func(a replied) bool { return a.status == 503 }, "GET", "/readyz")
			if err := mend(); err != nil {
				t.Fatal(err)
			}
			back := time.Now()
			s.until("ready again", func(a replied) bool { return a.status == 200 }, "GET", "/readyz")
			t.Logf("back: ready after %v", time.Since(back).Round(time.Millisecond))
			for range 2 {
				s.call(201, "POST", "/referrals", wanted(id))
			}
			if err := s.stop(); err != nil {
				t.Error(err)
			}
			logged := requests(t, at)
			if len(logged) != 2 || logged["referral/"+known.String()] != 1 || logged["referral/"+id.String()] != 1 {
				t.Errorf("the log has the referrals %v, want %s and %s once each", logged, known, id)
			}
		})
	}
}

// A database that is restored from a backup lacks what was answered since. The
// process ends with that, says where, and does not write on.
func TestRestoredFromBackup(t *testing.T) {
	server := pgtest.Shared(t)
	database := server.Database(t)
	p := launch(t, "-log", server.DSN(database), "-create")
	p.hire(time.Now())
	id := p.call(201, "POST", "/referrals", wanted(uuid.New())).ID
	for range 2 { // both engines have seen all
		p.call(200, "GET", "/referrals/"+id.String(), "")
	}
	if err := server.Exec(t.Context(), database, "DELETE FROM relevo_log WHERE position > 4"); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	said, err := p.ended()
	t.Logf("after %v: %q", time.Since(began).Round(time.Millisecond), said)
	last := said[len(said)-1]
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 1 ||
		!strings.Contains(last, "cannot go on") || !strings.Contains(last, "and ends now at 4 with the sum ") || strings.Contains(strings.Join(said, ""), "case-42") {
		t.Errorf("it ended with %v and said %q, want status 1, that the log ends at 4 now, and no consumer (R29)", err, said)
	}
}
