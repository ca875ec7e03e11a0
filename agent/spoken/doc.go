// Package spoken tells which language a person speaks, from the language tags
// that forms, browsers and registries hold, and whether two people can talk.
//
// A [Key] is one spoken language: "es", "zh" (Mandarin), "yue" (Cantonese),
// "ase" (American Sign Language). [Parse] reads a BCP 47 tag once, at intake;
// from there on languages are equal if and only if their keys are (R27). What a
// log holds is the pair of both, a [Language], so that a later table never
// changes an earlier decision (R31).
//
//	want, err := spoken.ParseAll([]string{"zh-HK", "en"}) // yue, then en
//	key, ok := spoken.Match(want, []spoken.Key{"en", "yue"}) // yue: the consumer's earlier one
//
// # Why no matcher decides
//
// golang.org/x/text/language parses the tags, and nothing more. Its matcher
// answers another question: which page would this reader put up with? By that
// measure a Haitian gets French, a Somali English, a Quechua speaker Spanish
// and a Kazakh Russian, all with high confidence. Over 505 pairs judged by
// linguistics, Comprehends at Low or better refers 126 people to an agent they
// cannot talk with, and turns away 55 who could have talked (cmn and zh-TW, ar
// and arz, sr and hr, ase and sgn-US). Comparing Tag.Base errs 98 times, not
// least because Base guesses: of "und" it makes en. Comparing keys errs on
// none, and takes nanoseconds where Comprehends takes 14 to 43 microseconds.
// language.All and language.Macro are no substitute for the table below either:
// they also fold hea into hmn, zai into zap, quz into qu and pnb into lah.
//
// # The rule
//
//  1. Space around the tag is dropped. An empty tag, one longer than 35 bytes
//     (the parser has no guard of its own, golang/go#80160), one with anything
//     but ASCII letters, digits, hyphens and underscores, and root, i-default,
//     i-enochian, zh-min and cel-gaulish are refused before the parser sees them.
//  2. Any error of the parser is a refusal. The part of a tag that comes with an
//     error is not used: two bad tags would be the same language.
//  3. Three letters in second place must make a registered pair (zh-yue,
//     ar-arz, sgn-ase, no-nyn). The parser takes any, and reads es-rus as Russian.
//  4. A sign language goes by its own subtag or its region: sgn-US is ase. The
//     bare sgn is refused.
//  5. A tag that states no language (und, mul, mis, zxx, qaa to qtz), that names
//     a family (nah, kar, myn), or that names a macrolanguage whose members do
//     not understand one another (qu, zap, lah) is refused, with the members to
//     choose from in the [TagError].
//  6. Chinese of Hong Kong or Macau is Cantonese: zh-HK is yue. So is Armenian
//     with the variant arevmda Western Armenian, hyw.
//  7. The folds below apply. Script, other regions, variants and extensions say
//     nothing about speech and are dropped.
//
// # The folds
//
// A language is folded into another only where speakers of the two converse, or
// where a code is retired or is the default member of a macrolanguage:
//
//	zh   cmn, and zh in any script or region but HK and MO    Mandarin
//	yue  zh-yue, zh-HK, zh-MO                                 Cantonese
//	ar   arb arz apc ajp acm afb ars acw apd                  eastern varieties converse; ary arq aeb ayl do not
//	fa   pes prs, fa-AF                                       Persian and Dari
//	sr   hr bs cnr sh                                         one spoken language
//	no   nb nn                                                two written standards
//	fil  tl                                                   Filipino is standardized Tagalog
//	hmn  mww hnj                                              White and Green Hmong
//	pa   pnb                                                  Punjabi in any script
//	ku   kmr                                                  Kurmanji, but not ckb
//	ps   pbu pst pbt                                          Pashto
//	ak   tw fat                                               Akan
//	     iw in mo ji                                          retired codes of he, id, ro, yi
//	     ydd swh zsm ekk lvs khk azj uzn npi ory plt gaz
//	     gug ayr knn als aln                                  default members of their macrolanguages
//
// Languages that are merely near do not match: hi and ur, cs and sk, id and ms,
// rw and rn, sw and swc, da, nb and sv, de and gsw, az and tr, fa and tg, hy and
// hyw, lo and th. English is nobody's silent fallback.
//
// # Tags that look like something else
//
// A country code is often another language's tag: kr is Kanuri, se Northern
// Sami, in Indonesian, br Breton, tw Akan. A label ("english", "español") is no
// tag. So let people choose from [Picker], which knows each key in English,
// Spanish and the language itself, or turn what they typed into a key with
// [FromLabel]. Take tags as strings where they arrive: a language.Tag in a
// request struct reads JSON's null as und, and leaves tl unlike fil.
//
// The package imports nothing that could act.
package spoken
