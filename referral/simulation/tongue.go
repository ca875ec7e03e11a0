package simulation

// tongue is a language, and the tags that people give for it, the more common
// ones more often.
type tongue struct {
	thousand int
	tags     []string
}

// tongues are the languages that residents aged five and over speak at home, by
// the American Community Survey of 2018, in thousands of people. Mandarin and
// Cantonese are one number there, parted here as two to one. The first is
// English. The last stands for all others: the survey has some five million for
// them, of whom three are taken, a guess, as speaking a language of rare.
var tongues = []tongue{
	{240252, []string{"en", "en", "en", "en-US"}},
	{41460, []string{"es", "es", "es", "es-MX", "es-US", "es-419"}},
	{2315, []string{"zh", "zh-Hans", "cmn", "zh-CN"}},
	{1157, []string{"zh-HK", "yue", "zh-yue"}},
	{1760, []string{"fil", "tl"}},
	{1542, []string{"vi", "vi", "vi-VN"}},
	{1259, []string{"ar", "ar", "ar-EG", "arb"}},
	{1232, []string{"fr", "fr", "fr-CA"}},
	{1086, []string{"ko", "ko-KR"}},
	{919, []string{"ru"}},
	{890, []string{"de"}},
	{874, []string{"hi", "hi-IN"}},
	{834, []string{"ht"}},
	{816, []string{"pt-BR", "pt-BR", "pt"}},
	{554, []string{"it"}},
	{509, []string{"pl"}},
	{485, []string{"ur"}},
	{459, []string{"ja"}},
	{451, []string{"fa", "fa-IR", "prs"}},
	{419, []string{"gu"}},
	{400, []string{"te"}},
	{375, []string{"bn"}},
	{316, []string{"pa"}},
	{309, []string{"ta"}},
	{260, []string{"el"}},
	{252, []string{"sr", "bs", "hr"}},
	{235, []string{"hmn", "mww"}},
	{233, []string{"hy"}},
	{216, []string{"he"}},
	{184, []string{"km"}},
	{171, []string{"nv"}},
	{3000, rare},
}

// rare are languages of which an agent is hard to find.
var rare = []string{
	"ak", "am", "ase", "bg", "chk", "ckb", "cs", "esu", "haw", "hu", "ig", "ilo", "kn", "ksw", "lo", "mam",
	"mh", "ml", "mr", "my", "ne", "nl", "om", "pdc", "ps", "quc", "ro", "rw", "sm", "so", "sw", "th",
	"ti", "to", "tr", "uk", "wo", "yi", "yo",
}

const (
	english = 0
	spanish = 1
)

// weights returns how many people speak each language, English not among them if
// it is spoken anyway.
func weights(withEnglish bool) []int {
	all := make([]int, len(tongues))
	for i, t := range tongues {
		all[i] = t.thousand
	}
	if !withEnglish {
		all[english] = 0
	}
	return all
}

// tag returns a tag of a language.
func (c *Chance) tag(i int) string {
	tags := tongues[i].tags
	return tags[c.Below(len(tags))]
}
