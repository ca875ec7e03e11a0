package referral_test

import (
	"testing"

	"github.com/relevo-go/relevo/agent/wire"
	"github.com/relevo-go/relevo/referral"
)

// BenchmarkKinds reads, folds and writes the first canonical golden event of each kind,
// fast and beside it with encoding/json.
func BenchmarkKinds(b *testing.B) {
	for i, kind := range referral.Kinds() {
		e := recorded[i][0]
		if referral.WriteCanonical(e) == nil {
			e = recorded[i][1]
		}
		data, err := referral.Encode(e)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(kind+"/fold", func(b *testing.B) {
			b.ReportAllocs()
			var m wire.Memory
			r := new(referral.Referral)
			for b.Loop() {
				*r = referral.Referral{}
				if err := referral.Fold(r, &m, kind, id, noon, data); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(kind+"/decode", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := referral.Decode(kind, id, noon, data); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(kind+"/decode-slow", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := referral.Strictly(kind, id, noon, data); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(kind+"/encode", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := referral.Encode(e); err != nil {
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
