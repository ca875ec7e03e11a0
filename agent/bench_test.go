package agent_test

import (
	"testing"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/wire"
)

// BenchmarkKinds reads, folds and writes the first canonical golden event of each kind,
// fast and beside it with encoding/json.
func BenchmarkKinds(b *testing.B) {
	for i, kind := range agent.Kinds() {
		e := recorded[i][0]
		if agent.WriteCanonical(e) == nil {
			e = recorded[i][1]
		}
		data, err := agent.Encode(e)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(kind+"/fold", func(b *testing.B) {
			b.ReportAllocs()
			var m wire.Memory
			a := new(agent.Agent)
			for b.Loop() {
				*a = agent.Agent{}
				if err := agent.Fold(a, &m, kind, data); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(kind+"/decode", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := agent.Decode(kind, data); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(kind+"/decode-slow", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := agent.Strictly(kind, data); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(kind+"/encode", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := agent.Encode(e); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(kind+"/encode-slow", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := wire.Encode(e); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
