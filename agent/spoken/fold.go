package spoken

import "strings"

// folds lists the languages that are one in speech with another: the key, the
// codes that fold into it, and why.
var folds = [...]struct{ key, codes, why string }{
	{"zh", "cmn", "Mandarin"},
	{"ar", "arb arz apc ajp acm afb ars acw apd", "eastern varieties converse; ary, arq, aeb and ayl stay separate"},
	{"fa", "pes prs", "Iranian Persian and Dari; tg and haz stay separate"},
	{"sr", "hr bs cnr sh", "one spoken language"},
	{"no", "nb nn", "two written standards"},
	{"fil", "tl", "Filipino is standardized Tagalog"},
	{"hmn", "mww hnj", "White and Green Hmong; hea is not"},
	{"pa", "pnb", "Punjabi"},
	{"ku", "kmr", "Kurmanji; ckb stays separate"},
	{"ps", "pbu pst pbt", "Pashto"},
	{"ak", "tw fat", "Akan"},
	{"he", "iw", "retired code"},
	{"id", "in", "retired code"},
	{"ro", "mo", "retired code"},
	{"yi", "ji ydd", "retired code; default member"},
	{"sw", "swh", "default member; swc stays separate"},
	{"ms", "zsm", "default member; id stays separate"},
	{"et", "ekk", "default member"},
	{"lv", "lvs", "default member"},
	{"mn", "khk", "default member"},
	{"az", "azj", "default member; azb stays separate"},
	{"uz", "uzn", "default member"},
	{"ne", "npi", "default member"},
	{"or", "ory", "default member"},
	{"mg", "plt", "default member"},
	{"om", "gaz", "default member"},
	{"gn", "gug", "default member"},
	{"ay", "ayr", "default member"},
	{"kok", "knn", "default member; gom stays separate"},
	{"sq", "als aln", "default member; Tosk and Gheg converse"},
}

// foldOf is the key of each code that folds.
var foldOf = func() map[string]Key {
	m := make(map[string]Key, 64)
	for _, f := range folds {
		for code := range strings.FieldsSeq(f.codes) {
			m[code] = Key(f.key)
		}
	}
	return m
}()

// fold returns the key of a base language that names one language.
func fold(code string) Key {
	if k, ok := foldOf[code]; ok {
		return k
	}
	return Key(code)
}
