package storm_test

import (
	"context"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral/referraltest/storm"
)

func TestMain(m *testing.M) {
	storm.Main(dial)
	os.Exit(m.Run())
}

// faults of a server that keeps its promises.
func faults(s *server) []storm.Fault {
	return []storm.Fault{
		{Name: "connections are terminated", Strike: func(*rand.Rand) (func() error, error) {
			s.terminate()
			return nil, nil
		}},
		{Name: "the server is cut off", Strike: func(*rand.Rand) (func() error, error) { return s.sever(), nil }},
		{Name: "the server does not answer", Strike: func(*rand.Rand) (func() error, error) { return s.pause(), nil }},
	}
}

// A log that keeps its promises stands a storm.
func TestStorm(t *testing.T) {
	s, err := serve(new(eventlog.Memory))
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	storm.Run(t, storm.Storm{Where: s.listen.Addr().String(), Open: dial, Faults: faults(s)})
}

func BenchmarkEngines(b *testing.B) {
	s, err := serve(new(eventlog.Memory))
	if err != nil {
		b.Fatal(err)
	}
	defer s.close()
	storm.Benchmark(b, func(ctx context.Context) (eventlog.Log, error) { return dial(ctx, s.listen.Addr().String()) })
}
