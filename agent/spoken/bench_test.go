package spoken

import (
	"testing"

	"golang.org/x/text/language"
)

func BenchmarkParse(b *testing.B) {
	for _, tag := range []string{"es", "es-MX", "zh-Hant-HK", "sgn-ase", "qu", "english"} {
		b.Run(tag, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Parse(tag)
			}
		})
	}
}

func BenchmarkMatch(b *testing.B) {
	one, speaks := []Language{{"es-MX", "es"}}, []Key{"es"}
	b.Run("first", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			Match(one, speaks)
		}
	})
	three := []Language{{"mam", "mam"}, {"quc", "quc"}, {"es", "es"}}
	many := []Key{"en", "pt", "fr", "es"}
	b.Run("last of 3 in 4", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			Match(three, many)
		}
	})
	b.Run("comprehends", func(b *testing.B) {
		es, mx := language.MustParse("es-419"), language.MustParse("es-MX")
		for b.Loop() {
			language.Comprehends(es, mx)
		}
	})
}

func BenchmarkFromLabel(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		FromLabel("Kreyòl ayisyen")
	}
}
